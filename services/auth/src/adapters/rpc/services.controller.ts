import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  authServiceRpc,
  type FetchBrokerTokenRequest,
  type FetchBrokerTokenResponse,
  type GetKeysResponse,
  type ListAccountsResponse,
  type ReportRejectedTokenRequest,
  type ReportRejectedTokenResponse,
} from '@vega/contracts';
import { HandlesRpc, SERVICE_CONTEXT, type RpcCallContext, type ServiceContext } from '@vega/platform';
import type { Rooms } from '../../rooms.ts';
import { requireTokenHolder } from './token-holders.ts';
import { ROOMS } from './rooms-token.ts';
import { checkText, LIMITS } from './texts.ts';

/** What services ask: keys, accounts, broker tokens. */
@Controller()
export class ServicesController {
  constructor(
    @Inject(ROOMS) private readonly rooms: Rooms,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  /** A process that signs in to the bus with a key of its own is on one that has users. */
  private get busHasUsers(): boolean {
    return this.context.config.VEGA_NATS_SEED !== undefined;
  }

  @HandlesRpc(authServiceRpc.getKeys)
  async getKeys(): Promise<GetKeysResponse> {
    const atMs = this.context.clock.wallNow();
    const revocations = [...(await this.rooms.store.now.revocations.list(atMs))];
    return { keys: this.rooms.keys.verificationKeys(), revocations, atMs };
  }

  @HandlesRpc(authServiceRpc.listAccounts)
  async listAccounts(): Promise<ListAccountsResponse> {
    return { accounts: await this.rooms.accounts.all() };
  }

  @HandlesRpc(authServiceRpc.fetchBrokerToken)
  async fetchBrokerToken(
    @Payload() request: FetchBrokerTokenRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<FetchBrokerTokenResponse> {
    const service = requireTokenHolder(call, this.busHasUsers);
    const { accountId, purpose, environment } = request;
    const recipient = Buffer.from(request.requesterPublicKey);
    const sealed = await this.rooms.tokens.handOut({ accountId, purpose, environment, recipient }, service);
    return {
      ephemeralPublicKey: Buffer.from(sealed.ephemeralPublicKey),
      nonce: Buffer.from(sealed.nonce),
      ciphertext: Buffer.from(sealed.ciphertext),
    };
  }

  @HandlesRpc(authServiceRpc.reportRejectedToken)
  async reportRejectedToken(
    @Payload() request: ReportRejectedTokenRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<ReportRejectedTokenResponse> {
    const service = requireTokenHolder(call, this.busHasUsers);
    const accountId = checkText('account_id', request.accountId, LIMITS.id, 1);
    await this.rooms.tokens.reported(accountId, checkText('token_sha256', request.tokenSha256, 64), service);
    return {};
  }
}
