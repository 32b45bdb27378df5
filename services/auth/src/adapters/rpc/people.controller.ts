import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  authPeopleRpc,
  type BeginSecondFactorRequest,
  type BeginSecondFactorResponse,
  type ChangePasswordRequest,
  type ChangePasswordResponse,
  type ConfirmSecondFactorRequest,
  type ConfirmSecondFactorResponse,
  type DisableSecondFactorRequest,
  type DisableSecondFactorResponse,
  type GetMeResponse,
  type ListSessionsResponse,
  type LoginRequest,
  type LoginResponse,
  type LogoutRequest,
  type LogoutResponse,
  type RefreshRequest,
  type RefreshResponse,
  type RegisterRequest,
  type RegisterResponse,
  type RenewRecoveryCodesRequest,
  type RenewRecoveryCodesResponse,
  type RevokeSessionRequest,
  type RevokeSessionResponse,
  type StepUpRequest,
  type StepUpResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import type { Rooms } from '../../rooms.ts';
import { Callers } from './callers.ts';
import { ROOMS } from './rooms-token.ts';
import { checkText, LIMITS } from './texts.ts';

/** Sign-in, sessions and second factor on the bus. */
@Controller()
export class PeopleController {
  constructor(
    @Inject(ROOMS) private readonly rooms: Rooms,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  @HandlesRpc(authPeopleRpc.register)
  async register(@Payload() request: RegisterRequest): Promise<RegisterResponse> {
    const email = checkText('email', request.email, LIMITS.email, 1);
    const password = checkText('password', request.password, LIMITS.password, 1);
    await this.rooms.people.register(email, password, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authPeopleRpc.login)
  async login(@Payload() request: LoginRequest): Promise<LoginResponse> {
    const given = {
      email: checkText('email', request.email, LIMITS.email, 1),
      password: checkText('password', request.password, LIMITS.password, 1),
      secondFactor: checkText('second_factor', request.secondFactor, LIMITS.code),
    };
    return { session: await this.rooms.signIn.login(given, this.callers.client(request.client)) };
  }

  @HandlesRpc(authPeopleRpc.refresh)
  async refresh(@Payload() request: RefreshRequest): Promise<RefreshResponse> {
    const token = checkText('refresh_token', request.refreshToken, LIMITS.secret);
    return { session: await this.rooms.desk.refresh(token, this.callers.client(request.client)) };
  }

  @HandlesRpc(authPeopleRpc.logout)
  async logout(@Payload() request: LogoutRequest, @Ctx() call: RpcCallContext): Promise<LogoutResponse> {
    const refreshToken = checkText('refresh_token', request.refreshToken, LIMITS.secret);
    const principal = await this.callers.principalIfAny(call);
    const given = { refreshToken, everywhere: request.everywhere };
    await this.rooms.people.logout(given, principal, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authPeopleRpc.getMe)
  async getMe(@Payload() _request: object, @Ctx() call: RpcCallContext): Promise<GetMeResponse> {
    return { user: await this.rooms.people.me(await this.callers.principal(call)) };
  }

  @HandlesRpc(authPeopleRpc.changePassword)
  async changePassword(
    @Payload() request: ChangePasswordRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<ChangePasswordResponse> {
    const principal = await this.callers.principal(call);
    const current = checkText('current_password', request.currentPassword, LIMITS.password, 1);
    const next = checkText('new_password', request.newPassword, LIMITS.password, 1);
    await this.rooms.people.changePassword(principal, current, next, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authPeopleRpc.listSessions)
  async listSessions(@Payload() _request: object, @Ctx() call: RpcCallContext): Promise<ListSessionsResponse> {
    return { sessions: await this.rooms.people.sessions(await this.callers.principal(call)) };
  }

  @HandlesRpc(authPeopleRpc.revokeSession)
  async revokeSession(
    @Payload() request: RevokeSessionRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RevokeSessionResponse> {
    const principal = await this.callers.principal(call);
    const sessionId = checkText('session_id', request.sessionId, LIMITS.id, 1);
    await this.rooms.people.revokeSession(principal, sessionId, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authPeopleRpc.beginSecondFactor)
  async beginSecondFactor(
    @Payload() request: BeginSecondFactorRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<BeginSecondFactorResponse> {
    const principal = await this.callers.principal(call);
    const password = checkText('password', request.password, LIMITS.password, 1);
    return this.rooms.secondFactor.begin(principal, password, this.callers.client(request.client));
  }

  @HandlesRpc(authPeopleRpc.confirmSecondFactor)
  async confirmSecondFactor(
    @Payload() request: ConfirmSecondFactorRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<ConfirmSecondFactorResponse> {
    const principal = await this.callers.principal(call);
    const code = checkText('code', request.code, LIMITS.code, 1);
    const { codes, session } = await this.rooms.secondFactor.confirm(
      principal,
      code,
      this.callers.client(request.client),
    );
    return { recoveryCodes: codes, session };
  }

  @HandlesRpc(authPeopleRpc.disableSecondFactor)
  async disableSecondFactor(
    @Payload() request: DisableSecondFactorRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<DisableSecondFactorResponse> {
    const principal = await this.callers.principal(call);
    const password = checkText('password', request.password, LIMITS.password, 1);
    const code = checkText('code', request.code, LIMITS.code, 1);
    await this.rooms.secondFactor.disable(principal, password, code, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authPeopleRpc.renewRecoveryCodes)
  async renewRecoveryCodes(
    @Payload() request: RenewRecoveryCodesRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RenewRecoveryCodesResponse> {
    const principal = await this.callers.principal(call);
    const code = checkText('code', request.code, LIMITS.code, 1);
    const recoveryCodes = await this.rooms.secondFactor.renewCodes(
      principal,
      code,
      this.callers.client(request.client),
    );
    return { recoveryCodes };
  }

  @HandlesRpc(authPeopleRpc.stepUp)
  async stepUp(@Payload() request: StepUpRequest, @Ctx() call: RpcCallContext): Promise<StepUpResponse> {
    const principal = await this.callers.principal(call);
    const code = checkText('code', request.code, LIMITS.code, 1);
    return { session: await this.rooms.secondFactor.stepUp(principal, code, this.callers.client(request.client)) };
  }
}
