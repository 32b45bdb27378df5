import type {
  GetFeedStatusResponse,
  GetOverviewResponse,
  GetQuotesRequest,
  GetQuotesResponse,
  RenewInterestRequest,
  RenewInterestResponse,
} from '@vega/contracts';

/** Injection token of the {@link FeedQuestions}. */
export const FEED_QUESTIONS = Symbol('FeedQuestions');

/** What the feed answers. */
export interface FeedQuestions {
  /** `deadlineMs`: how long the caller still waits. */
  getQuotes(request: GetQuotesRequest, deadlineMs: number): Promise<GetQuotesResponse>;
  getOverview(): GetOverviewResponse;
  getFeedStatus(): GetFeedStatusResponse;
  renewInterest(request: RenewInterestRequest): RenewInterestResponse;
}
