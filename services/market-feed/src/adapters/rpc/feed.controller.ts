import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  marketFeedRpc,
  type GetFeedStatusRequest,
  type GetFeedStatusResponse,
  type GetOverviewRequest,
  type GetOverviewResponse,
  type GetQuotesRequest,
  type GetQuotesResponse,
  type RenewInterestRequest,
  type RenewInterestResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import { FEED_QUESTIONS, type FeedQuestions } from '../../app/feed-questions.ts';

/** Answers what is asked of the feed on the bus. */
@Controller()
export class FeedController {
  constructor(@Inject(FEED_QUESTIONS) private readonly feed: FeedQuestions) {}

  @HandlesRpc(marketFeedRpc.getQuotes)
  getQuotes(@Payload() request: GetQuotesRequest, @Ctx() call: RpcCallContext): Promise<GetQuotesResponse> {
    return this.feed.getQuotes(request, call.deadlineMs);
  }

  @HandlesRpc(marketFeedRpc.getOverview)
  getOverview(_request: GetOverviewRequest): GetOverviewResponse {
    return this.feed.getOverview();
  }

  @HandlesRpc(marketFeedRpc.getFeedStatus)
  getFeedStatus(_request: GetFeedStatusRequest): GetFeedStatusResponse {
    return this.feed.getFeedStatus();
  }

  @HandlesRpc(marketFeedRpc.renewInterest)
  renewInterest(request: RenewInterestRequest): RenewInterestResponse {
    return this.feed.renewInterest(request);
  }
}
