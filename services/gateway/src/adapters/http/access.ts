import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { OutcomeError } from '@vega/kernel';
import type { BrokerAccounts } from '@vega/platform';
import type { FastifyRequest } from 'fastify';
import { accountIdsIn, checkAccess, type AccessPolicy, type AccessRule, type AccountPlace } from '../../app/access.ts';
import type { Principal } from '../../app/principal.ts';
import { requestOf, type GraphqlContext } from '../graphql/graphql-errors.ts';

export type { AccessPolicy, AccessRule } from '../../app/access.ts';

/** Injection token of the {@link AccessPolicy}. */
export const ACCESS_POLICY = Symbol('AccessPolicy');

/** Injection token of the `BrokerAccounts`. */
export const BROKER_ACCOUNTS = Symbol('BrokerAccounts');

const admitted = new WeakMap<object, Principal>();

/** Asks the policy and keeps its answer with the request. */
export async function admit(policy: AccessPolicy, request: FastifyRequest): Promise<Principal> {
  const principal = await policy.admit({ headers: request.headers, address: request.ip });
  admitted.set(request, principal);
  return principal;
}

/** Who asks with a request that was admitted; throws `OutcomeError` UNAUTHENTICATED for one that was not. */
export function principalOf(request: FastifyRequest | undefined): Principal {
  const principal = request === undefined ? undefined : admitted.get(request);
  if (principal === undefined) throw new OutcomeError('UNAUTHENTICATED', 'it is not known who asks');
  return principal;
}

/** Who asks in GraphQL: whom the connection of a subscription was opened by, or whoever sent the query. */
export function principalOfGraphql(context: GraphqlContext): Principal {
  return context.principal ?? principalOf(requestOf(context));
}

/** The key under which a handler's or a controller's rule stands. */
export const ACCESS = 'vega:access';

/**
 * Declares who may use an endpoint: stands on every REST handler and GraphQL field, or on its class. What has none is refused
 * to everybody, and a spec that walks all endpoints fails.
 */
export function Access(rule: AccessRule): CustomDecorator {
  return SetMetadata(ACCESS, rule);
}

/** Marks an endpoint that asks nobody who they are. */
export function Open(): CustomDecorator {
  return Access({ open: true });
}

/** The caller, as a parameter of a handler or resolver. */
export const Caller = createParamDecorator((_data: unknown, execution: ExecutionContext): Principal => {
  if (execution.getType<string>() === 'http') return principalOf(execution.switchToHttp().getRequest<FastifyRequest>());
  return principalOfGraphql(execution.getArgByIndex<GraphqlContext>(2));
});

/** Asks the policy before every endpoint that is not open, and holds its rule against who asks. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly policy: AccessPolicy,
    private readonly accounts: BrokerAccounts,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const targets = [execution.getHandler(), execution.getClass()];
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS, targets);
    if (rule === undefined) throw new OutcomeError('PERMISSION_DENIED', 'nobody may use this: it declares no access');
    if ('open' in rule) return true;
    const principal = await this.principalBehind(execution);
    const named = accountIdsAt(rule.account, execution);
    for (const accountId of named.length === 0 ? [undefined] : named) {
      checkAccess(rule, principal, accountId, this.accounts);
    }
    return true;
  }

  /** A query is asked by its request, a subscription by whoever opened its connection. */
  private async principalBehind(execution: ExecutionContext): Promise<Principal> {
    const isHttp = execution.getType<string>() === 'http';
    const context = execution.getArgByIndex<GraphqlContext>(2);
    if (!isHttp && context.principal !== undefined) {
      if (this.policy.isCurrent(context.principal)) return context.principal;
      throw new OutcomeError('UNAUTHENTICATED', 'the token of this connection has ended', { reason: 'expired' });
    }
    const request = isHttp ? execution.switchToHttp().getRequest<FastifyRequest>() : requestOf(context);
    if (request === undefined) throw new OutcomeError('UNAUTHENTICATED', 'the request behind this is not known');
    return admit(this.policy, request);
  }
}

/** The accounts that a request names, one or a list; what is no text is refused when the request is read. */
function accountIdsAt(place: AccountPlace | undefined, execution: ExecutionContext): string[] {
  if (place === undefined) return [];
  const holder =
    execution.getType<string>() === 'http'
      ? partOf(execution.switchToHttp().getRequest<FastifyRequest>(), place.in)
      : execution.getArgByIndex<unknown>(1);
  return accountIdsIn(place, holder);
}

function partOf(request: FastifyRequest, part: AccountPlace['in']): unknown {
  if (part === 'path') return request.params;
  return part === 'query' ? request.query : request.body;
}
