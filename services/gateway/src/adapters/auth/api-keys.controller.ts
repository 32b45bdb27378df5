import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { authPeopleRpc } from '@vega/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { Access, Caller } from '../http/access.ts';
import { Answers } from '../http/answers.ts';
import { noQuerySchema } from '../http/requests.ts';
import { AuthCalls, clientFactsOf } from './auth-calls.ts';
import {
  apiKeySchema,
  auditQuerySchema,
  daysToMs,
  idSchema,
  userChangeSchema,
  usersQuerySchema,
  type ApiKeyBody,
  type AuditQuery,
  type UserChangeBody,
  type UsersQuery,
} from './auth-requests.ts';
import { ApiKeysView, AuditView, DoneView, NewApiKeyView, UsersView, UserView } from './auth.view.ts';
import { CALLER_CODES, JsonBody } from './session.controller.ts';
import { present, toApiKeyView, toAuditEntryView, toUserView } from './to-auth-views.ts';

/** Keys for programs. */
@ApiTags('auth')
@Controller('auth/api-keys')
export class ApiKeysController {
  constructor(@Inject(AuthCalls) private readonly auth: AuthCalls) {}

  @Get()
  @Access({ scope: 'read', person: true })
  @Answers(ApiKeysView, "The caller's API keys", CALLER_CODES)
  async apiKeys(@Caller() caller: Principal, @Query({ schema: noQuerySchema }) _query: object): Promise<ApiKeysView> {
    const { keys } = await this.auth.ask(authPeopleRpc.listApiKeys, {}, caller);
    return { keys: keys.map(toApiKeyView) };
  }

  @Post()
  @Access({ scope: 'read', person: true })
  @HttpCode(200)
  @JsonBody(apiKeySchema)
  @Answers(NewApiKeyView, 'Makes an API key, which is told this once', [...CALLER_CODES, 'LIMIT_REACHED'])
  async createApiKey(
    @Caller() caller: Principal,
    @Body({ schema: apiKeySchema }) body: ApiKeyBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewApiKeyView> {
    void reply.header('cache-control', 'no-store');
    const { name, scope, allowed_addresses: allowedAddresses, days } = body;
    const asked = { name, scope, allowedAddresses, lifeMs: daysToMs(days), client: clientFactsOf(request) };
    const { key, apiKey } = await this.auth.ask(authPeopleRpc.createApiKey, asked, caller);
    return { key: toApiKeyView(present(key)), api_key: apiKey };
  }

  @Delete(':key_id')
  @Access({ scope: 'read', person: true })
  @Answers(DoneView, "Ends one of the caller's API keys", [...CALLER_CODES, 'NOT_FOUND'])
  async revokeApiKey(
    @Caller() caller: Principal,
    @Param('key_id', { schema: idSchema }) keyId: string,
    @Req() request: FastifyRequest,
  ): Promise<DoneView> {
    await this.auth.ask(authPeopleRpc.revokeApiKey, { keyId, client: clientFactsOf(request) }, caller);
    return { done: true };
  }
}

/** What admins see and change. */
@ApiTags('auth')
@Access({ scope: 'read', role: 'admin', person: true })
@Controller('auth')
export class AdminController {
  constructor(@Inject(AuthCalls) private readonly auth: AuthCalls) {}

  @Get('audit')
  @Answers(AuditView, 'The audit trail, newest first', CALLER_CODES)
  async audit(@Caller() caller: Principal, @Query({ schema: auditQuerySchema }) query: AuditQuery): Promise<AuditView> {
    const { before, limit, event, user_id, account_id, from_ms, to_ms } = query;
    const asked = {
      beforeSeq: before,
      limit,
      event,
      userId: user_id,
      accountId: account_id,
      fromMs: from_ms,
      toMs: to_ms,
    };
    const { entries, nextBeforeSeq } = await this.auth.ask(authPeopleRpc.listAudit, asked, caller);
    return { entries: entries.map(toAuditEntryView), next_before: nextBeforeSeq || null };
  }

  @Get('users')
  @Answers(UsersView, 'Users in order of their ids', CALLER_CODES)
  async users(@Caller() caller: Principal, @Query({ schema: usersQuerySchema }) query: UsersQuery): Promise<UsersView> {
    const asked = { afterUserId: query.after, limit: query.limit };
    const { users, nextUserId } = await this.auth.ask(authPeopleRpc.listUsers, asked, caller);
    return { users: users.map(toUserView), next_after: nextUserId || null };
  }

  @Patch('users/:user_id')
  @JsonBody(userChangeSchema)
  @Answers(UserView, 'Changes what a user is; their tokens are void', [...CALLER_CODES, 'NOT_FOUND'])
  async updateUser(
    @Caller() caller: Principal,
    @Param('user_id', { schema: idSchema }) userId: string,
    @Body({ schema: userChangeSchema }) body: UserChangeBody,
    @Req() request: FastifyRequest,
  ): Promise<UserView> {
    const { role = '', disabled } = body;
    const asked = { userId, role, ...(disabled === undefined ? {} : { disabled }), client: clientFactsOf(request) };
    const { user } = await this.auth.ask(authPeopleRpc.updateUser, asked, caller);
    return toUserView(present(user));
  }
}
