import { trace } from '@opentelemetry/api';
import type { ClientFacts, RpcContract } from '@vega/contracts';
import type { RpcClient } from '@vega/platform';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { deviceTokenOf } from './auth-cookies.ts';

/** Asks auth, on behalf of a caller or of nobody. */
export class AuthCalls {
  constructor(private readonly rpc: RpcClient) {}

  /** Sends a request; auth verifies the caller again. */
  ask<Req, Res>(contract: RpcContract<Req, Res>, request: Req, caller?: Principal): Promise<Res> {
    trace.getActiveSpan()?.setAttribute('vega.auth.method', contract.method);
    return this.rpc.call(contract, request, caller === undefined ? {} : { principal: caller.token });
  }
}

/** Where a request came from, for throttling and for the audit trail. */
export function clientFactsOf(request: FastifyRequest): ClientFacts {
  return {
    address: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
    deviceToken: deviceTokenOf(request),
  };
}
