import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  optionsRpc,
  type EvaluatePayoffRequest,
  type EvaluatePayoffResponse,
  type GetAnalyticsRequest,
  type GetAnalyticsResponse,
  type GetChainRequest,
  type GetChainResponse,
  type GetIvHistoryRequest,
  type GetIvHistoryResponse,
  type GetSmileRequest,
  type GetSmileResponse,
  type ListExpiriesRequest,
  type ListExpiriesResponse,
  type ListUnderlyingsRequest,
  type ListUnderlyingsResponse,
  type RenewChainInterestRequest,
  type RenewChainInterestResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import { Questions, type Asked } from '../../app/questions.ts';

const asked = ({ deadlineMs }: RpcCallContext): Asked => ({ deadlineMs, passedOn: false });

/** Answers what is asked of options on the bus. */
@Controller()
export class OptionsController {
  constructor(@Inject(Questions) private readonly questions: Questions) {}

  @HandlesRpc(optionsRpc.getChain)
  chain(@Payload() request: GetChainRequest, @Ctx() call: RpcCallContext): Promise<GetChainResponse> {
    return this.questions.getChain(request, asked(call));
  }

  @HandlesRpc(optionsRpc.listUnderlyings)
  underlyings(_request: ListUnderlyingsRequest): ListUnderlyingsResponse {
    return this.questions.listUnderlyings();
  }

  @HandlesRpc(optionsRpc.listExpiries)
  expiries(request: ListExpiriesRequest): Promise<ListExpiriesResponse> {
    return this.questions.listExpiries(request);
  }

  @HandlesRpc(optionsRpc.getSmile)
  smile(@Payload() request: GetSmileRequest, @Ctx() call: RpcCallContext): Promise<GetSmileResponse> {
    return this.questions.getSmile(request, asked(call));
  }

  @HandlesRpc(optionsRpc.getAnalytics)
  analytics(@Payload() request: GetAnalyticsRequest, @Ctx() call: RpcCallContext): Promise<GetAnalyticsResponse> {
    return this.questions.getAnalytics(request, asked(call));
  }

  @HandlesRpc(optionsRpc.getIvHistory)
  ivHistory(@Payload() request: GetIvHistoryRequest, @Ctx() call: RpcCallContext): Promise<GetIvHistoryResponse> {
    return this.questions.getIvHistory(request, asked(call));
  }

  @HandlesRpc(optionsRpc.evaluatePayoff)
  payoff(@Payload() request: EvaluatePayoffRequest, @Ctx() call: RpcCallContext): Promise<EvaluatePayoffResponse> {
    return this.questions.evaluatePayoff(request, asked(call));
  }

  @HandlesRpc(optionsRpc.renewChainInterest)
  interest(request: RenewChainInterestRequest): Promise<RenewChainInterestResponse> {
    return this.questions.renewChainInterest(request);
  }
}
