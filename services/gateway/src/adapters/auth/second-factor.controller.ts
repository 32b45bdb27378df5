import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { authPeopleRpc, type ErrorCode } from '@vega/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { Access, Caller } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { AuthCalls, clientFactsOf } from './auth-calls.ts';
import {
  codeSchema,
  passwordAndCodeSchema,
  passwordSchema,
  type CodeBody,
  type PasswordAndCodeBody,
  type PasswordBody,
} from './auth-requests.ts';
import { DoneView, RecoveryCodesView, SecondFactorOnView, SecondFactorSetupView, SessionView } from './auth.view.ts';
import { CALLER_CODES, JsonBody } from './session.controller.ts';
import { present, toSessionView } from './to-auth-views.ts';

const FACTOR_CODES: readonly ErrorCode[] = [
  ...CALLER_CODES,
  'CREDENTIALS_INVALID',
  'LOGIN_THROTTLED',
  'SECOND_FACTOR_STATE',
];

/** The second factor of the caller. */
@ApiTags('auth')
@Access({ scope: 'read', person: true })
@Controller('auth/2fa')
export class SecondFactorController {
  constructor(@Inject(AuthCalls) private readonly auth: AuthCalls) {}

  @Post('begin')
  @HttpCode(200)
  @JsonBody(passwordSchema)
  @Answers(SecondFactorSetupView, 'A secret for an authenticator; not in force until it is confirmed', FACTOR_CODES)
  async beginSecondFactor(
    @Caller() caller: Principal,
    @Body({ schema: passwordSchema }) { password }: PasswordBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SecondFactorSetupView> {
    void reply.header('cache-control', 'no-store');
    const asked = { password, client: clientFactsOf(request) };
    const { secret, otpauthUri } = await this.auth.ask(authPeopleRpc.beginSecondFactor, asked, caller);
    return { secret, otpauth_uri: otpauthUri };
  }

  @Post('confirm')
  @HttpCode(200)
  @JsonBody(codeSchema)
  @Answers(SecondFactorOnView, 'Turns it on by a code; the recovery codes are shown once', FACTOR_CODES)
  async confirmSecondFactor(
    @Caller() caller: Principal,
    @Body({ schema: codeSchema }) { code }: CodeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SecondFactorOnView> {
    void reply.header('cache-control', 'no-store');
    const asked = { code, client: clientFactsOf(request) };
    const { recoveryCodes, session } = await this.auth.ask(authPeopleRpc.confirmSecondFactor, asked, caller);
    return { recovery_codes: recoveryCodes, session: toSessionView(present(session)) };
  }

  @Post('disable')
  @HttpCode(200)
  @JsonBody(passwordAndCodeSchema)
  @Answers(DoneView, 'Turns it off; every token that says it was given is void', FACTOR_CODES)
  async disableSecondFactor(
    @Caller() caller: Principal,
    @Body({ schema: passwordAndCodeSchema }) body: PasswordAndCodeBody,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    await this.auth.ask(authPeopleRpc.disableSecondFactor, { ...body, client: clientFactsOf(request) }, caller);
    return { done: true };
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @JsonBody(codeSchema)
  @Answers(RecoveryCodesView, 'New recovery codes; the old ones are void', FACTOR_CODES)
  async renewRecoveryCodes(
    @Caller() caller: Principal,
    @Body({ schema: codeSchema }) { code }: CodeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecoveryCodesView> {
    void reply.header('cache-control', 'no-store');
    const asked = { code, client: clientFactsOf(request) };
    const { recoveryCodes } = await this.auth.ask(authPeopleRpc.renewRecoveryCodes, asked, caller);
    return { recovery_codes: recoveryCodes };
  }

  @Post('verify')
  @HttpCode(200)
  @JsonBody(codeSchema)
  @Answers(SessionView, 'The present session gives its second factor', FACTOR_CODES)
  async verifySecondFactor(
    @Caller() caller: Principal,
    @Body({ schema: codeSchema }) { code }: CodeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    void reply.header('cache-control', 'no-store');
    const { session } = await this.auth.ask(authPeopleRpc.stepUp, { code, client: clientFactsOf(request) }, caller);
    return toSessionView(present(session));
  }
}
