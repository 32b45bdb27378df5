import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  authBrokerRpc,
  type CreateAccountRequest,
  type CreateAccountResponse,
  type GetTokenStatusRequest,
  type GetTokenStatusResponse,
  type ListOwnAccountsResponse,
  type RemoveAccountRequest,
  type RemoveAccountResponse,
  type UpdateAccountRequest,
  type UpdateAccountResponse,
} from '@vega/contracts';
import { HandlesRpc, SERVICE_CONTEXT, type RpcCallContext, type ServiceContext } from '@vega/platform';
import type { Rooms } from '../../rooms.ts';
import { Callers } from './callers.ts';
import { ROOMS } from './rooms-token.ts';
import { checkText, LIMITS } from './texts.ts';

/** A user's broker accounts on the bus. */
@Controller()
export class AccountsController {
  constructor(
    @Inject(ROOMS) private readonly rooms: Rooms,
    @Inject(Callers) private readonly callers: Callers,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  @HandlesRpc(authBrokerRpc.listOwnAccounts)
  async listOwnAccounts(@Payload() _request: object, @Ctx() call: RpcCallContext): Promise<ListOwnAccountsResponse> {
    const accounts = await this.rooms.accounts.listOf(await this.callers.principal(call));
    return { accounts: accounts.filter(({ removed }) => !removed), atMs: this.context.clock.wallNow() };
  }

  @HandlesRpc(authBrokerRpc.createAccount)
  async createAccount(
    @Payload() request: CreateAccountRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<CreateAccountResponse> {
    const principal = await this.callers.principal(call);
    const asked = {
      label: checkText('label', request.label, LIMITS.label, 1),
      environment: request.environment,
      clientId: checkText('client_id', request.clientId, LIMITS.secret, 1),
      clientSecret: checkText('client_secret', request.clientSecret, LIMITS.secret, 1),
      redirectUri: checkText('redirect_uri', request.redirectUri, LIMITS.url, 1),
      egressAddress: checkText('egress_address', request.egressAddress, LIMITS.address),
      relation: request.relation === 'family' ? 'family' : 'own',
      consent: request.consent,
      analyticsToken: checkText('analytics_token', request.analyticsToken, LIMITS.token),
      sandboxToken: checkText('sandbox_token', request.sandboxToken, LIMITS.token),
    };
    return this.rooms.accounts.create(principal, asked, this.callers.client(request.client));
  }

  @HandlesRpc(authBrokerRpc.updateAccount)
  async updateAccount(
    @Payload() request: UpdateAccountRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<UpdateAccountResponse> {
    const principal = await this.callers.principal(call);
    const { accountId, client, enabled, consent, renewNotifier } = request;
    const text = <Name extends string>(name: Name, value: string | undefined, max: number, min = 0) =>
      value === undefined ? {} : ({ [name]: checkText(name, value, max, min) } as Partial<Record<Name, string>>);
    const edit = {
      renewNotifier,
      ...(enabled === undefined ? {} : { enabled }),
      ...(consent === undefined ? {} : { consent }),
      ...text('label', request.label, LIMITS.label, 1),
      ...text('clientId', request.clientId, LIMITS.secret, 1),
      ...text('clientSecret', request.clientSecret, LIMITS.secret, 1),
      ...text('redirectUri', request.redirectUri, LIMITS.url, 1),
      ...text('egressAddress', request.egressAddress, LIMITS.address),
      ...text('analyticsToken', request.analyticsToken, LIMITS.token),
      ...text('sandboxToken', request.sandboxToken, LIMITS.token),
    };
    return this.rooms.accounts.update(principal, accountId, edit, this.callers.client(client));
  }

  @HandlesRpc(authBrokerRpc.removeAccount)
  async removeAccount(
    @Payload() request: RemoveAccountRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RemoveAccountResponse> {
    const principal = await this.callers.principal(call);
    await this.rooms.accounts.remove(principal, request.accountId, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authBrokerRpc.getTokenStatus)
  async getTokenStatus(
    @Payload() request: GetTokenStatusRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<GetTokenStatusResponse> {
    const principal = await this.callers.principal(call);
    if (request.check) await this.rooms.tokens.checkAll(principal);
    return { tokens: await this.rooms.accounts.tokenStatuses(principal), atMs: this.context.clock.wallNow() };
  }
}
