import type { Party } from './parties.ts';
import { authRpc } from './rpc-auth.ts';
import { rpc, type RpcContract } from './rpc-contract.ts';
import { ordersRpc } from './rpc-orders.ts';
import { optionsRpc } from './rpc-options.ts';
import {
  GetDerivativesRequest,
  GetDerivativesResponse,
  GetPreviousOiRequest,
  GetPreviousOiResponse,
  ListDerivativeUnderlyingsRequest,
  ListDerivativeUnderlyingsResponse,
} from './gen/vega/md/v1/derivatives_rpc.ts';
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
  listDerivativeUnderlyings: rpc(
    FEED,
    'list-derivative-underlyings',
    READERS,
    ListDerivativeUnderlyingsRequest,
    ListDerivativeUnderlyingsResponse,
    2_000,
    'What has derivatives, with its expiries.',
  ),
  getDerivatives: rpc(
    FEED,
    'get-derivatives',
    READERS,
    GetDerivativesRequest,
    GetDerivativesResponse,
    2_000,
    'Every contract of one expiry of an underlying.',
  ),
  getPreviousOi: rpc(
    FEED,
    'get-previous-oi',
    ['options'],
    GetPreviousOiRequest,
    GetPreviousOiResponse,
    5_000,
    "The previous day's open interest of one expiry's contracts, from the broker.",
  ),
} as const;

/** Every request/reply method of the platform. */
export const RPC_CONTRACTS: readonly RpcContract<never, never>[] = [
  ...(Object.values(marketFeedRpc) as unknown as RpcContract<never, never>[]),
  ...(Object.values(optionsRpc) as unknown as RpcContract<never, never>[]),
  ...(Object.values(authRpc) as unknown as RpcContract<never, never>[]),
  ...(Object.values(ordersRpc) as unknown as RpcContract<never, never>[]),
];
