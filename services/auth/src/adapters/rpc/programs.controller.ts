import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  authPeopleRpc,
  authServiceRpc,
  type CreateApiKeyRequest,
  type CreateApiKeyResponse,
  type ExchangeApiKeyRequest,
  type ExchangeApiKeyResponse,
  type IssueDeploymentGrantRequest,
  type IssueDeploymentGrantResponse,
  type ListApiKeysResponse,
  type ListAuditRequest,
  type ListAuditResponse,
  type ListUsersRequest,
  type ListUsersResponse,
  type RevokeApiKeyRequest,
  type RevokeApiKeyResponse,
  type RevokeDeploymentGrantRequest,
  type RevokeDeploymentGrantResponse,
  type UpdateUserRequest,
  type UpdateUserResponse,
} from '@vega/contracts';
import { HandlesRpc, type RpcCallContext } from '@vega/platform';
import { requireRole } from '../../app/caller.ts';
import type { Rooms } from '../../rooms.ts';
import { Callers } from './callers.ts';
import { ROOMS } from './rooms-token.ts';
import { checkText, LIMITS } from './texts.ts';

/** Entries of the audit trail in one answer at most. */
const MAX_AUDIT = 200;

/** API keys, grants, and what admins see, on the bus. */
@Controller()
export class ProgramsController {
  constructor(
    @Inject(ROOMS) private readonly rooms: Rooms,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  @HandlesRpc(authPeopleRpc.createApiKey)
  async createApiKey(
    @Payload() request: CreateApiKeyRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<CreateApiKeyResponse> {
    const principal = await this.callers.principal(call);
    const { scope, lifeMs } = request;
    const name = checkText('name', request.name, LIMITS.name, 1);
    const allowedAddresses = request.allowedAddresses.map((one) => checkText('allowed_addresses', one, LIMITS.address));
    const asked = { name, scope, allowedAddresses, lifeMs };
    return this.rooms.programs.createKey(principal, asked, this.callers.client(request.client));
  }

  @HandlesRpc(authPeopleRpc.listApiKeys)
  async listApiKeys(@Payload() _request: object, @Ctx() call: RpcCallContext): Promise<ListApiKeysResponse> {
    return { keys: await this.rooms.programs.listKeys(await this.callers.principal(call)) };
  }

  @HandlesRpc(authPeopleRpc.revokeApiKey)
  async revokeApiKey(
    @Payload() request: RevokeApiKeyRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RevokeApiKeyResponse> {
    const principal = await this.callers.principal(call);
    const keyId = checkText('key_id', request.keyId, LIMITS.id, 1);
    await this.rooms.programs.revokeKey(principal, keyId, this.callers.client(request.client));
    return {};
  }

  @HandlesRpc(authServiceRpc.exchangeApiKey)
  exchangeApiKey(@Payload() request: ExchangeApiKeyRequest): Promise<ExchangeApiKeyResponse> {
    const apiKey = checkText('api_key', request.apiKey, LIMITS.secret, 1);
    return this.rooms.programs.exchangeKey(apiKey, request.address);
  }

  @HandlesRpc(authServiceRpc.issueDeploymentGrant)
  async issueGrant(
    @Payload() request: IssueDeploymentGrantRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<IssueDeploymentGrantResponse> {
    const principal = await this.callers.principal(call);
    const deploymentId = checkText('deployment_id', request.deploymentId, LIMITS.id, 1);
    const { accountIds, lifeMs } = request;
    return this.rooms.programs.issueGrant(
      principal,
      { deploymentId, accountIds, lifeMs },
      this.callers.client(undefined),
    );
  }

  @HandlesRpc(authServiceRpc.revokeDeploymentGrant)
  async revokeGrant(
    @Payload() request: RevokeDeploymentGrantRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<RevokeDeploymentGrantResponse> {
    const principal = await this.callers.principal(call);
    const deploymentId = checkText('deployment_id', request.deploymentId, LIMITS.id, 1);
    await this.rooms.programs.revokeGrant(principal, deploymentId, this.callers.client(undefined));
    return {};
  }

  @HandlesRpc(authPeopleRpc.listUsers)
  async listUsers(@Payload() request: ListUsersRequest, @Ctx() call: RpcCallContext): Promise<ListUsersResponse> {
    return this.rooms.people.users(await this.callers.principal(call), request.afterUserId, request.limit);
  }

  @HandlesRpc(authPeopleRpc.updateUser)
  async updateUser(@Payload() request: UpdateUserRequest, @Ctx() call: RpcCallContext): Promise<UpdateUserResponse> {
    const principal = await this.callers.principal(call);
    const { userId, role, disabled } = request;
    const change = { ...(role === '' ? {} : { role }), ...(disabled === undefined ? {} : { disabled }) };
    const client = this.callers.client(request.client);
    return { user: await this.rooms.people.updateUser(principal, userId, change, client) };
  }

  @HandlesRpc(authPeopleRpc.listAudit)
  async listAudit(@Payload() request: ListAuditRequest, @Ctx() call: RpcCallContext): Promise<ListAuditResponse> {
    requireRole(await this.callers.principal(call), 'admin');
    const limit = Math.min(MAX_AUDIT, Math.max(1, request.limit));
    const found = await this.rooms.store.now.audit.list({ ...request, limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      entries: page.map((entry) => ({
        seq: entry.seq,
        atMs: entry.atMs,
        event: entry.event,
        outcome: entry.outcome,
        actorUserId: entry.actorUserId ?? '',
        actorKind: entry.actorKind ?? '',
        sessionId: entry.sessionId ?? '',
        subjectUserId: entry.subjectUserId ?? '',
        accountId: entry.accountId ?? '',
        address: entry.address ?? '',
        userAgent: entry.userAgent ?? '',
        traceId: entry.traceId ?? '',
        facts: { ...entry.facts },
      })),
      nextBeforeSeq: found.length > limit ? (page.at(-1)?.seq ?? 0) : 0,
    };
  }
}
