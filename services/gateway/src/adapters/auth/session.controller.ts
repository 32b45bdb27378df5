import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { authPeopleRpc, authServiceRpc, type ErrorCode, type UserSession } from '@vega/contracts';
import { SERVICE_CONTEXT, type ServiceContext } from '@vega/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../../app/principal.ts';
import type { GatewayConfig } from '../../config.ts';
import { Access, Caller, Open } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { noQuerySchema } from '../http/requests.ts';
import { AuthCalls, clientFactsOf } from './auth-calls.ts';
import { AUTH_COOKIES, type AuthCookies } from './auth-cookies.ts';
import {
  changePasswordSchema,
  idSchema,
  loginSchema,
  logoutSchema,
  refreshSchema,
  registerSchema,
  type ChangePasswordBody,
  type LoginBody,
  type LogoutBody,
  type RefreshBody,
  type RegisterBody,
} from './auth-requests.ts';
import { DemoView, DoneView, JsonWebKeySetView, MeView, ProgramSessionView, SessionsView } from './auth.view.ts';
import { present, toJsonWebKey, toSessionSummaryView, toSessionView, toUserView } from './to-auth-views.ts';

/** What every endpoint that asks auth may answer besides. */
export const AUTH_CODES: readonly ErrorCode[] = ['SERVICE_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RATE_LIMITED'];

/** What every endpoint may answer that looks at who asks. */
export const CALLER_CODES: readonly ErrorCode[] = [
  ...AUTH_CODES,
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'SESSION_ENDED',
];

/** The body of an endpoint in OpenAPI, from the schema that checks it. */
export function JsonBody(schema: z.ZodType): MethodDecorator {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return ApiBody({ schema: described as Parameters<typeof ApiBody>[0] extends { schema: infer S } ? S : never });
}

/** Registration, sessions and the caller. */
@ApiTags('auth')
@Controller('auth')
export class SessionController {
  constructor(
    @Inject(AuthCalls) private readonly auth: AuthCalls,
    @Inject(AUTH_COOKIES) private readonly cookies: AuthCookies,
    @Inject(SERVICE_CONTEXT) private readonly context: ServiceContext<GatewayConfig>,
  ) {}

  @Post('register')
  @Open()
  @HttpCode(200)
  @JsonBody(registerSchema)
  @Answers(DoneView, 'Registers a person; says nothing of whether the address was known', [
    ...AUTH_CODES,
    'PASSWORD_REFUSED',
    'REGISTRATION_CLOSED',
  ])
  async register(
    @Body({ schema: registerSchema }) body: RegisterBody,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    await this.auth.ask(authPeopleRpc.register, { ...body, client: clientFactsOf(request) });
    return { done: true };
  }

  @Post('login')
  @Open()
  @HttpCode(200)
  @JsonBody(loginSchema)
  @Answers(ProgramSessionView, 'Signs in', [
    ...AUTH_CODES,
    'CREDENTIALS_INVALID',
    'SECOND_FACTOR_REQUIRED',
    'LOGIN_THROTTLED',
  ])
  async login(
    @Body({ schema: loginSchema }) body: LoginBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProgramSessionView> {
    const { email, password, second_factor: secondFactor } = body;
    const asked = { email, password, secondFactor, client: clientFactsOf(request) };
    const { session } = await this.auth.ask(authPeopleRpc.login, asked);
    return this.given(present(session), reply, body.refresh_token_in === 'body');
  }

  @Post('refresh')
  @Open()
  @HttpCode(200)
  @JsonBody(refreshSchema)
  @Answers(ProgramSessionView, 'The next tokens of a session; a refresh token works once', [
    ...AUTH_CODES,
    'SESSION_ENDED',
    'UNAUTHENTICATED',
  ])
  async refresh(
    @Body({ schema: refreshSchema }) body: RefreshBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProgramSessionView> {
    const refreshToken = body.refresh_token ?? this.cookies.refreshTokenOf(request);
    try {
      const { session } = await this.auth.ask(authPeopleRpc.refresh, { refreshToken, client: clientFactsOf(request) });
      return this.given(present(session), reply, body.refresh_token !== undefined);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SESSION_ENDED') this.cookies.forgetSession(reply);
      throw error;
    }
  }

  @Post('logout')
  @Open()
  @HttpCode(200)
  @JsonBody(logoutSchema)
  @Answers(DoneView, 'Ends the session, or every session of the user', [...AUTH_CODES, 'UNAUTHENTICATED'])
  async logout(
    @Body({ schema: logoutSchema }) body: LogoutBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoneView> {
    const refreshToken = body.refresh_token ?? this.cookies.refreshTokenOf(request);
    const { everywhere } = body;
    await this.auth.ask(authPeopleRpc.logout, { refreshToken, everywhere, client: clientFactsOf(request) });
    this.cookies.forgetSession(reply);
    return { done: true };
  }

  @Get('me')
  @Access({ scope: 'read' })
  @Answers(MeView, 'The caller', CALLER_CODES)
  async me(@Caller() caller: Principal, @Query({ schema: noQuerySchema }) _query: object): Promise<MeView> {
    return this.describe(caller);
  }

  @Post('password')
  @Access({ scope: 'read', person: true })
  @HttpCode(200)
  @JsonBody(changePasswordSchema)
  @Answers(DoneView, 'Changes the password and ends the other sessions', [
    ...CALLER_CODES,
    'CREDENTIALS_INVALID',
    'LOGIN_THROTTLED',
    'PASSWORD_REFUSED',
  ])
  async changePassword(
    @Caller() caller: Principal,
    @Body({ schema: changePasswordSchema }) body: ChangePasswordBody,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    const { current_password: currentPassword, new_password: newPassword } = body;
    const asked = { currentPassword, newPassword, client: clientFactsOf(request) };
    await this.auth.ask(authPeopleRpc.changePassword, asked, caller);
    return { done: true };
  }

  @Get('sessions')
  @Access({ scope: 'read', person: true })
  @Answers(SessionsView, "The caller's sessions", CALLER_CODES)
  async sessions(@Caller() caller: Principal, @Query({ schema: noQuerySchema }) _query: object): Promise<SessionsView> {
    const { sessions } = await this.auth.ask(authPeopleRpc.listSessions, {}, caller);
    return { sessions: sessions.map(toSessionSummaryView) };
  }

  @Delete('sessions/:session_id')
  @Access({ scope: 'read', person: true })
  @Answers(DoneView, "Ends one of the caller's sessions", [...CALLER_CODES, 'NOT_FOUND'])
  async revokeSession(
    @Caller() caller: Principal,
    @Param('session_id', { schema: idSchema }) sessionId: string,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    await this.auth.ask(authPeopleRpc.revokeSession, { sessionId, client: clientFactsOf(request) }, caller);
    return { done: true };
  }

  @Get('demo')
  @Open()
  @Answers(DemoView, 'The user to try a simulated platform with; null where there is none', [])
  demo(@Query({ schema: noQuerySchema }) _query: object): DemoView {
    const { VEGA_UPSTOX_ENV: env, VEGA_DEMO_EMAIL: email, VEGA_DEMO_PASSWORD: password } = this.context.config;
    const isOffered = env === 'simulator' && email !== undefined && password !== undefined;
    return isOffered ? { email, password } : { email: null, password: null };
  }

  @Get('jwks.json')
  @Open()
  @Answers(JsonWebKeySetView, 'Public keys that access tokens are signed with', AUTH_CODES)
  async jwks(@Query({ schema: noQuerySchema }) _query: object): Promise<JsonWebKeySetView> {
    const { keys } = await this.auth.ask(authServiceRpc.getKeys, {});
    return { keys: keys.map(toJsonWebKey) };
  }

  /** The caller as REST and GraphQL show them. */
  async describe(caller: Principal): Promise<MeView> {
    const { user } = await this.auth.ask(authPeopleRpc.getMe, {}, caller);
    return {
      user: toUserView(present(user)),
      kind: caller.kind,
      scopes: [...caller.scopes],
      second_factor_given: caller.mfa,
      expires_at_ms: caller.expiresAtMs,
    };
  }

  private given(session: UserSession, reply: FastifyReply, inBody: boolean): ProgramSessionView {
    void reply.header('cache-control', 'no-store');
    if (!inBody) this.cookies.keepSession(reply, session, this.context.clock.wallNow());
    return { ...toSessionView(session), refresh_token: inBody ? session.refreshToken : null };
  }
}
