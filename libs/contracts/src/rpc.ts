import type { Codec } from './codec.ts';
import type { Party } from './parties.ts';
import { subjects } from './subjects.ts';
import {
  GetCandlesRequest,
  GetCandlesResponse,
  GetFeedStatusRequest,
  GetFeedStatusResponse,
  GetInstrumentsRequest,
  GetInstrumentsResponse,
  GetOverviewRequest,
  GetOverviewResponse,
  GetQuotesRequest,
  GetQuotesResponse,
  RenewInterestRequest,
  RenewInterestResponse,
  SearchInstrumentsRequest,
  SearchInstrumentsResponse,
} from './gen/vega/md/v1/market_feed_rpc.ts';

/** One request/reply method: who answers it, both schemas, and how long a caller waits at most. */
export interface RpcContract<Req, Res> {
  readonly service: Party;
  readonly method: string;
  readonly subject: string;
  /** Who may ask. Permissions on the bus are made from this. */
  readonly callers: readonly Party[];
  readonly request: Codec<Req>;
  readonly response: Codec<Res>;
  readonly deadlineMs: number;
  readonly summary: string;
}

function rpc<Req, Res>(
  service: Party,
  method: string,
  callers: readonly Party[],
  request: Codec<Req>,
  response: Codec<Res>,
  deadlineMs: number,
  summary: string,
): RpcContract<Req, Res> {
  return { service, method, callers, subject: subjects.rpc(service, method), request, response, deadlineMs, summary };
}

const FEED = 'market-feed';

/** Whoever works with prices. */
const READERS: readonly Party[] = ['gateway', 'options', 'strategy', 'orders', 'portfolio'];

/** The methods market-feed answers. */
export const marketFeedRpc = {
  getQuotes: rpc(
    FEED,
    'get-quotes',
    READERS,
    GetQuotesRequest,
    GetQuotesResponse,
    4_000,
    'Last state of up to 500 instruments, with ages.',
  ),
  getOverview: rpc(
    FEED,
    'get-overview',
    READERS,
    GetOverviewRequest,
    GetOverviewResponse,
    2_000,
    'Indices, VIX, sessions, breadth, feed health.',
  ),
  getCandles: rpc(
    FEED,
    'get-candles',
    READERS,
    GetCandlesRequest,
    GetCandlesResponse,
    10_000,
    'Candles of one instrument.',
  ),
  searchInstruments: rpc(
    FEED,
    'search-instruments',
    ['gateway'],
    SearchInstrumentsRequest,
    SearchInstrumentsResponse,
    2_000,
    'Ranked instruments for a query.',
  ),
  getInstruments: rpc(
    FEED,
    'get-instruments',
    READERS,
    GetInstrumentsRequest,
    GetInstrumentsResponse,
    2_000,
    'Instruments by key or trading symbol.',
  ),
  getFeedStatus: rpc(
    FEED,
    'get-feed-status',
    READERS,
    GetFeedStatusRequest,
    GetFeedStatusResponse,
    2_000,
    'Connections, subscriptions, ages, gaps.',
  ),
  renewInterest: rpc(
    FEED,
    'renew-interest',
    READERS,
    RenewInterestRequest,
    RenewInterestResponse,
    2_000,
    'Leases the streaming of instruments for 30 s.',
  ),
} as const;

/** Every request/reply method of the platform. */
export const RPC_CONTRACTS: readonly RpcContract<never, never>[] = [
  ...(Object.values(marketFeedRpc) as unknown as RpcContract<never, never>[]),
];
