import type {
  ChainId,
  ChainUpdate,
  EvaluatePayoffRequest,
  EvaluatePayoffResponse,
  GetAnalyticsResponse,
  GetChainRequest,
  GetIvHistoryResponse,
  GetSmileResponse,
  ListExpiriesResponse,
  ListUnderlyingsResponse,
  RenewChainInterestResponse,
} from '@vega/contracts';

/**
 * What options answers. Every method ends in an answer, in an `OutcomeError` (it says no) or in an `OperationalError` (it could not be
 * asked or did not answer in time).
 */
export interface OptionsData {
  fetchChain(request: GetChainRequest): Promise<ChainUpdate>;
  listUnderlyings(): Promise<ListUnderlyingsResponse>;
  listExpiries(underlying: string): Promise<ListExpiriesResponse>;
  fetchSmile(underlying: string, expiryDate: string): Promise<GetSmileResponse>;
  fetchAnalytics(underlying: string, expiryDate: string): Promise<GetAnalyticsResponse>;
  fetchIvHistory(underlying: string, days: number): Promise<GetIvHistoryResponse>;
  evaluatePayoff(request: EvaluatePayoffRequest): Promise<EvaluatePayoffResponse>;
  /** Replaces the whole interest of `holder` for the next 30 s. */
  renewChainInterest(holder: string, chains: readonly ChainId[]): Promise<RenewChainInterestResponse>;
}

/** Injection token of the {@link OptionsData}. */
export const OPTIONS_DATA = Symbol('OptionsData');
