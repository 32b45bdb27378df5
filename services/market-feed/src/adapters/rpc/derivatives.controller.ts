import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  marketFeedRpc,
  type GetDerivativesRequest,
  type GetDerivativesResponse,
  type GetPreviousOiRequest,
  type GetPreviousOiResponse,
  type ListDerivativeUnderlyingsRequest,
  type ListDerivativeUnderlyingsResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import { Derivatives } from '../../app/derivatives.ts';

/** Answers questions about contracts of underlyings. */
@Controller()
export class DerivativesController {
  constructor(@Inject(Derivatives) private readonly derivatives: Derivatives) {}

  @HandlesRpc(marketFeedRpc.listDerivativeUnderlyings)
  underlyings(_request: ListDerivativeUnderlyingsRequest): ListDerivativeUnderlyingsResponse {
    return this.derivatives.underlyings();
  }

  @HandlesRpc(marketFeedRpc.getDerivatives)
  contracts({ underlyingKey, expiryDate }: GetDerivativesRequest): GetDerivativesResponse {
    return this.derivatives.contracts(underlyingKey, expiryDate);
  }

  @HandlesRpc(marketFeedRpc.getPreviousOi)
  previousOi(
    @Payload() { underlyingKey, expiryDate }: GetPreviousOiRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<GetPreviousOiResponse> {
    return this.derivatives.previousOi(underlyingKey, expiryDate, call.deadlineMs);
  }
}
