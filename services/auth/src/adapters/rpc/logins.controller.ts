import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  authBrokerRpc,
  type CompleteLoginRequest,
  type CompleteLoginResponse,
  type GetLoginUrlRequest,
  type GetLoginUrlResponse,
  type ReceiveTokenRequest,
  type ReceiveTokenResponse,
  type RequestApprovalRequest,
  type RequestApprovalResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import type { Rooms } from '../../rooms.ts';
import { Callers } from './callers.ts';
import { ROOMS } from './rooms-token.ts';
import { checkText, LIMITS } from './texts.ts';

/** Logins at the broker on the bus. */
@Controller()
export class LoginsController {
  constructor(
    @Inject(ROOMS) private readonly rooms: Rooms,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  @HandlesRpc(authBrokerRpc.getLoginUrl)
  async getLoginUrl(@Payload() request: GetLoginUrlRequest, @Ctx() call: RpcCallContext): Promise<GetLoginUrlResponse> {
    const principal = await this.callers.principal(call);
    return this.rooms.logins.begin(principal, request.accountId, this.callers.client(request.client));
  }

  @HandlesRpc(authBrokerRpc.completeLogin)
  completeLogin(@Payload() request: CompleteLoginRequest): Promise<CompleteLoginResponse> {
    const given = {
      state: checkText('state', request.state, LIMITS.secret),
      code: checkText('code', request.code, LIMITS.secret),
      browserSecret: checkText('browser_secret', request.browserSecret, LIMITS.secret),
      error: checkText('error', request.error, LIMITS.secret),
    };
    return this.rooms.logins.complete(given, this.callers.client(request.client));
  }

  @HandlesRpc(authBrokerRpc.requestApproval)
  async requestApproval(
    @Payload() request: RequestApprovalRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RequestApprovalResponse> {
    const principal = await this.callers.principal(call);
    const client = this.callers.client(request.client);
    return { expiresAtMs: await this.rooms.logins.requestApproval(principal, request.accountId, client) };
  }

  @HandlesRpc(authBrokerRpc.receiveToken)
  async receiveToken(@Payload() request: ReceiveTokenRequest): Promise<ReceiveTokenResponse> {
    const pathSecret = checkText('path', request.pathSecret, LIMITS.secret);
    await this.rooms.logins.receive(pathSecret, Buffer.from(request.body), this.callers.client(request.client));
    return {};
  }
}
