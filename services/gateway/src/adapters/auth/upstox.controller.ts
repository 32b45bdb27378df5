import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController, ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { authBrokerRpc, isErrorCode, type ErrorCode } from '@vega/contracts';
import { SERVICE_CONTEXT, type ServiceContext } from '@vega/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { Access, Caller, Open } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { AuthCalls, clientFactsOf } from './auth-calls.ts';
import { AUTH_COOKIES, type AuthCookies } from './auth-cookies.ts';
import {
  accountBodySchema,
  accountQuerySchema,
  callbackSchema,
  idSchema,
  tokenStatusQuerySchema,
  type AccountBody,
  type AccountQuery,
  type CallbackQuery,
  type TokenStatusQuery,
} from './auth-requests.ts';
import { ApprovalView, LoginUrlView, TokenStatusesView } from './account.view.ts';
import { DoneView } from './auth.view.ts';
import { CALLER_CODES, JsonBody } from './session.controller.ts';
import { toTokenStatusView } from './to-auth-views.ts';

const LOGIN_CODES: readonly ErrorCode[] = [
  ...CALLER_CODES,
  'ACCOUNT_NOT_FOUND',
  'ACCOUNT_INVALID',
  'BROKER_LOGIN_REFUSED',
  'UPSTREAM_UNAVAILABLE',
];

/** Where the browser is led when it is back from the broker: a page of the web app, which says in words what came of it. */
const RESULT_PAGE = '/accounts';

/** Logins at Upstox. */
@ApiTags('auth')
@Controller('auth/upstox')
export class UpstoxController {
  constructor(
    @Inject(AuthCalls) private readonly auth: AuthCalls,
    @Inject(AUTH_COOKIES) private readonly cookies: AuthCookies,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext,
  ) {}

  @Get('login-url')
  @Access({ scope: 'trade', person: true, role: 'trader', account: { in: 'query', name: 'account' } })
  @Answers(
    LoginUrlView,
    "The broker's login dialog; sets a cookie without which the way back leads nowhere",
    LOGIN_CODES,
  )
  async loginUrl(
    @Caller() caller: Principal,
    @Query({ schema: accountQuerySchema }) { account }: AccountQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoginUrlView> {
    const asked = { accountId: account, client: clientFactsOf(request) };
    const begun = await this.auth.ask(authBrokerRpc.getLoginUrl, asked, caller);
    const ageS = Math.max(1, Math.floor((begun.expiresAtMs - this.context.clock.wallNow()) / 1000));
    void reply.header('cache-control', 'no-store');
    this.cookies.keepBrokerLogin(reply, begun.browserSecret, ageS);
    return { url: begun.url, expires_at_ms: begun.expiresAtMs };
  }

  @Get('callback')
  @Open()
  // A browser's address, not a program's: it answers with a redirect to the web app, `?login=ok` or `?login=<code>`.
  @ApiExcludeEndpoint()
  async callback(
    @Query({ schema: callbackSchema }) query: CallbackQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const browserSecret = this.cookies.takeBrokerLogin(request, reply);
    const result = new URLSearchParams();
    try {
      const asked = { ...query, browserSecret, client: clientFactsOf(request) };
      const { accountId } = await this.auth.ask(authBrokerRpc.completeLogin, asked);
      result.set('login', 'ok');
      result.set('account', accountId);
    } catch (error) {
      const { code } = error as { code?: unknown };
      const known = typeof code === 'string' && isErrorCode(code);
      if (!known) this.context.logger.error({ err: error }, 'a broker login met a defect');
      result.set('login', known ? code : 'INTERNAL');
    }
    void reply.header('cache-control', 'no-store').redirect(`${RESULT_PAGE}?${result.toString()}`, 302);
  }

  @Post('request-approval')
  @Access({ scope: 'trade', person: true, role: 'trader', account: { in: 'body', name: 'account_id' } })
  @HttpCode(200)
  @JsonBody(accountBodySchema)
  @Answers(ApprovalView, 'Asks the owner to approve a token on the phone', LOGIN_CODES)
  async requestApproval(
    @Caller() caller: Principal,
    @Body({ schema: accountBodySchema }) { account_id: accountId }: AccountBody,
    @Req() request: FastifyRequest,
  ): Promise<ApprovalView> {
    const asked = { accountId, client: clientFactsOf(request) };
    const { expiresAtMs } = await this.auth.ask(authBrokerRpc.requestApproval, asked, caller);
    return { expires_at_ms: expiresAtMs };
  }

  @Get('tokens/db-status')
  @Access({ scope: 'read' })
  @Answers(TokenStatusesView, "State, issue, end and last check of the caller's broker tokens", CALLER_CODES)
  async tokenStatus(
    @Caller() caller: Principal,
    @Query({ schema: tokenStatusQuerySchema }) { check }: TokenStatusQuery,
  ): Promise<TokenStatusesView> {
    const { tokens, atMs } = await this.auth.ask(authBrokerRpc.getTokenStatus, { check: check === 'true' }, caller);
    return { tokens: tokens.map((token) => toTokenStatusView(token, atMs)), time_ms: atMs };
  }
}

/** What Upstox posts to us. Anybody may call here: the end of the path is known to the broker and to auth alone. */
@ApiExcludeController()
@Open()
@Controller('hooks/upstox')
export class UpstoxHookController {
  constructor(@Inject(AuthCalls) private readonly auth: AuthCalls) {}

  @Post(':secret')
  @HttpCode(200)
  async receive(
    @Param('secret', { schema: idSchema }) pathSecret: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    const bytes = Buffer.from(JSON.stringify(body ?? null));
    const asked = { pathSecret, body: bytes, client: clientFactsOf(request) };
    await this.auth.ask(authBrokerRpc.receiveToken, asked);
    return { done: true };
  }
}
