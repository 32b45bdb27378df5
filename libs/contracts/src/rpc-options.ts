import {
  GetAnalyticsRequest,
  GetAnalyticsResponse,
  GetChainRequest,
  GetChainResponse,
  GetIvHistoryRequest,
  GetIvHistoryResponse,
  GetSmileRequest,
  GetSmileResponse,
  ListExpiriesRequest,
  ListExpiriesResponse,
  ListUnderlyingsRequest,
  ListUnderlyingsResponse,
  RenewChainInterestRequest,
  RenewChainInterestResponse,
  ShardAnswer,
  ShardQuestion,
} from './gen/vega/opt/v1/options_rpc.ts';
import { EvaluatePayoffRequest, EvaluatePayoffResponse } from './gen/vega/opt/v1/payoff.ts';
import type { Party } from './parties.ts';
import { rpc, type RpcContract } from './rpc-contract.ts';
import { SUBJECT_FAMILIES, subjects } from './subjects.ts';

const OPTIONS = 'options';

/** Whoever works with chains. */
const READERS: readonly Party[] = ['gateway', 'strategy', 'orders', 'portfolio'];

/** The methods options answers: any replica takes a question and has the underlying's owner answer it. */
export const optionsRpc = {
  getChain: rpc(
    OPTIONS,
    'get-chain',
    READERS,
    GetChainRequest,
    GetChainResponse,
    6_000,
    'One chain, whole, with Greeks.',
  ),
  listUnderlyings: rpc(
    OPTIONS,
    'list-underlyings',
    READERS,
    ListUnderlyingsRequest,
    ListUnderlyingsResponse,
    3_000,
    'Indices and stocks with options: lot, tick, expiries.',
  ),
  listExpiries: rpc(
    OPTIONS,
    'list-expiries',
    READERS,
    ListExpiriesRequest,
    ListExpiriesResponse,
    3_000,
    'Expiries of one underlying.',
  ),
  getSmile: rpc(
    OPTIONS,
    'get-smile',
    READERS,
    GetSmileRequest,
    GetSmileResponse,
    6_000,
    'Fitted volatility by strike.',
  ),
  getAnalytics: rpc(
    OPTIONS,
    'get-analytics',
    READERS,
    GetAnalyticsRequest,
    GetAnalyticsResponse,
    6_000,
    'Figures of a chain, by strike and over the day.',
  ),
  getIvHistory: rpc(
    OPTIONS,
    'get-iv-history',
    READERS,
    GetIvHistoryRequest,
    GetIvHistoryResponse,
    6_000,
    'Daily ATM volatility, rank and percentile.',
  ),
  evaluatePayoff: rpc(
    OPTIONS,
    'evaluate-payoff',
    READERS,
    EvaluatePayoffRequest,
    EvaluatePayoffResponse,
    8_000,
    'Curves, breakevens, Greeks and margin of a set of legs.',
  ),
  renewChainInterest: rpc(
    OPTIONS,
    'renew-chain-interest',
    READERS,
    RenewChainInterestRequest,
    RenewChainInterestResponse,
    3_000,
    'Leases the keeping of chains for 30 s.',
  ),
} as const;

/** How one replica of options has another answer a question that was asked of the service. */
export function askShard(replica: string): RpcContract<ShardQuestion, ShardAnswer> {
  return {
    service: OPTIONS,
    method: 'ask',
    callers: [OPTIONS],
    subject: subjects.chainShardAsk(replica),
    family: SUBJECT_FAMILIES.chainShardAsk.pattern,
    request: ShardQuestion,
    response: ShardAnswer,
    deadlineMs: 8_000,
    summary: 'A question passed on to the keeper of its underlying.',
  };
}
