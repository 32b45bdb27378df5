import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { OutcomeError } from '@vega/kernel';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { requestOf, type GraphqlContext } from '../graphql/graphql-errors.ts';

/** Decides who is let in; the one place where sign-in is going to stand. */
export interface AccessPolicy {
  /** Who asks. Rejects with `OutcomeError` UNAUTHENTICATED for whoever is not let in. */
  admit(request: Pick<FastifyRequest, 'headers'>): Promise<Principal>;
}

/** Injection token of the {@link AccessPolicy}. */
export const ACCESS_POLICY = Symbol('AccessPolicy');

/** Lets everyone in where the market is the simulator's, and nobody anywhere else. */
export function simulatorOnly(isSimulator: boolean): AccessPolicy {
  return {
    admit: () =>
      isSimulator
        ? Promise.resolve({ name: 'guest' })
        : Promise.reject(
            new OutcomeError('UNAUTHENTICATED', 'nobody is admitted: sign-in is not set up and the market is real'),
          ),
  };
}

const admitted = new WeakMap<object, Principal>();

/** Asks the policy and keeps its answer with the request. */
export async function admit(policy: AccessPolicy, request: FastifyRequest): Promise<Principal> {
  const principal = await policy.admit(request);
  admitted.set(request, principal);
  return principal;
}

/** Who asks with a request that was admitted; throws `OutcomeError` UNAUTHENTICATED for one that was not. */
export function principalOf(request: FastifyRequest | undefined): Principal {
  const principal = request === undefined ? undefined : admitted.get(request);
  if (principal === undefined) throw new OutcomeError('UNAUTHENTICATED', 'it is not known who asks');
  return principal;
}

const OPEN = 'vega:open';

/** Marks an endpoint that asks nobody who they are. */
export function Open(): CustomDecorator {
  return SetMetadata(OPEN, true);
}

/** A query is asked by its request, a subscription by the request that opened its connection. */
function requestBehind(execution: ExecutionContext): FastifyRequest | undefined {
  if (execution.getType<string>() === 'http') return execution.switchToHttp().getRequest<FastifyRequest>();
  return requestOf(execution.getArgByIndex<GraphqlContext>(2));
}

/** Asks the policy before every endpoint that is not open. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly policy: AccessPolicy,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(OPEN, [execution.getHandler(), execution.getClass()])) return true;
    const request = requestBehind(execution);
    if (request === undefined) throw new OutcomeError('UNAUTHENTICATED', 'the request behind this is not known');
    await admit(this.policy, request);
    return true;
  }
}
