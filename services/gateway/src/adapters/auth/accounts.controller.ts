import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { authBrokerRpc, BrokerEnvironment, type ErrorCode } from '@vega/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { Access, Caller } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { noQuerySchema } from '../http/requests.ts';
import { AuthCalls, clientFactsOf } from './auth-calls.ts';
import {
  accountChangeSchema,
  idSchema,
  newAccountSchema,
  type AccountChangeBody,
  type NewAccountBody,
} from './auth-requests.ts';
import { AccountsView, ChangedAccountView } from './account.view.ts';
import { DoneView } from './auth.view.ts';
import { CALLER_CODES, JsonBody } from './session.controller.ts';
import { present, toAccountView } from './to-auth-views.ts';

const ENVIRONMENT_OF = {
  live: BrokerEnvironment.LIVE,
  sandbox: BrokerEnvironment.SANDBOX,
  simulator: BrokerEnvironment.SIMULATOR,
} as const;

const ACCOUNT_CODES: readonly ErrorCode[] = [...CALLER_CODES, 'ACCOUNT_NOT_FOUND', 'ACCOUNT_INVALID'];

const ACCOUNT = { in: 'path', name: 'account_id' } as const;

/** The caller's broker accounts: secrets go in, and never out. */
@ApiTags('auth')
@Controller('auth/accounts')
export class AccountsController {
  constructor(@Inject(AuthCalls) private readonly auth: AuthCalls) {}

  @Get()
  @Access({ scope: 'read' })
  @Answers(AccountsView, "The caller's broker accounts, without their secrets", CALLER_CODES)
  async accounts(@Caller() caller: Principal, @Query({ schema: noQuerySchema }) _query: object): Promise<AccountsView> {
    const { accounts, atMs } = await this.auth.ask(authBrokerRpc.listOwnAccounts, {}, caller);
    return { accounts: accounts.map(toAccountView), time_ms: atMs };
  }

  @Post()
  @Access({ scope: 'trade', person: true, role: 'trader' })
  @HttpCode(200)
  @JsonBody(newAccountSchema)
  @Answers(ChangedAccountView, 'Adds a broker account; its environment never changes', [
    ...ACCOUNT_CODES,
    'LIMIT_REACHED',
  ])
  async createAccount(
    @Caller() caller: Principal,
    @Body({ schema: newAccountSchema }) body: NewAccountBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangedAccountView> {
    void reply.header('cache-control', 'no-store');
    const { account, notifierPath } = await this.auth.ask(
      authBrokerRpc.createAccount,
      {
        label: body.label,
        environment: ENVIRONMENT_OF[body.environment],
        clientId: body.client_id,
        clientSecret: body.client_secret,
        redirectUri: body.redirect_uri,
        egressAddress: body.egress_address,
        relation: body.relation,
        consent: body.consent,
        analyticsToken: body.analytics_token,
        sandboxToken: body.sandbox_token,
        client: clientFactsOf(request),
      },
      caller,
    );
    return { account: toAccountView(present(account)), notifier_path: notifierPath };
  }

  @Patch(':account_id')
  @Access({ scope: 'trade', person: true, role: 'trader', account: ACCOUNT })
  @JsonBody(accountChangeSchema)
  @Answers(ChangedAccountView, 'Changes a broker account', ACCOUNT_CODES)
  async updateAccount(
    @Caller() caller: Principal,
    @Param('account_id', { schema: idSchema }) accountId: string,
    @Body({ schema: accountChangeSchema }) body: AccountChangeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangedAccountView> {
    void reply.header('cache-control', 'no-store');
    const { account, notifierPath } = await this.auth.ask(
      authBrokerRpc.updateAccount,
      {
        accountId,
        label: body.label,
        clientId: body.client_id,
        clientSecret: body.client_secret,
        redirectUri: body.redirect_uri,
        egressAddress: body.egress_address,
        enabled: body.enabled,
        consent: body.consent,
        analyticsToken: body.analytics_token,
        sandboxToken: body.sandbox_token,
        renewNotifier: body.renew_notifier ?? false,
        client: clientFactsOf(request),
      },
      caller,
    );
    return { account: toAccountView(present(account)), notifier_path: notifierPath === '' ? null : notifierPath };
  }

  @Delete(':account_id')
  @Access({ scope: 'trade', person: true, role: 'trader', account: ACCOUNT })
  @Answers(DoneView, 'Removes a broker account and forgets its secrets', ACCOUNT_CODES)
  async removeAccount(
    @Caller() caller: Principal,
    @Param('account_id', { schema: idSchema }) accountId: string,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    await this.auth.ask(authBrokerRpc.removeAccount, { accountId, client: clientFactsOf(request) }, caller);
    return { done: true };
  }
}
