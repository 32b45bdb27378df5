import { SpanKind } from '@opentelemetry/api';
import type { RpcContract } from '@vega/contracts';
import { OperationalError } from '@vega/kernel';
import { NoRespondersError, RequestError, TimeoutError, headers as natsHeaders } from '@nats-io/nats-core';
import type { Bus } from './bus.ts';
import type { Metrics } from './metrics.ts';
import { PRINCIPAL_HEADER } from './principal-header.ts';
import { decodeError } from './rpc-errors.ts';
import { injectTrace, withSpan } from './telemetry.ts';

/** Milliseconds the caller still waits, as the callee should know it. */
export const DEADLINE_HEADER = 'Vega-Deadline-Ms';

/** How one request is made. */
export interface RpcCallOptions {
  readonly deadlineMs?: number;
  /** The caller's access token or grant. */
  readonly principal?: string;
}

/** Asks other services. Every call has a deadline and ends in an answer or in a typed error. */
export interface RpcClient {
  /**
   * Sends one request and waits for its answer, at most the contract's deadline or the shorter one given.
   * `principal` is the token of the one on whose behalf it is asked; the service that answers checks it again.
   * Throws `OutcomeError` when the service says no and `OperationalError` when it could not be asked or did not answer.
   */
  call<Req, Res>(contract: RpcContract<Req, Res>, request: Req, options?: RpcCallOptions): Promise<Res>;
}

export function createRpcClient(bus: Bus, metrics: Metrics): RpcClient {
  return {
    call(contract, request, options = {}) {
      const deadlineMs = Math.min(options.deadlineMs ?? contract.deadlineMs, contract.deadlineMs);
      const name = contract.family ?? contract.subject;
      return metrics.observe('rpc_client', name, () =>
        withSpan(`${name} call`, { kind: SpanKind.CLIENT }, async () => {
          if (!bus.isConnected()) throw unavailable(contract, 'this process is not connected to NATS');
          const headers = injectTrace(natsHeaders());
          headers.set(DEADLINE_HEADER, String(deadlineMs));
          if (options.principal !== undefined) headers.set(PRINCIPAL_HEADER, options.principal);
          const reply = await bus.nc
            .request(contract.subject, contract.request.encode(request).finish(), { timeout: deadlineMs, headers })
            .catch((cause: unknown) => {
              throw requestFailure(contract, deadlineMs, cause);
            });
          const error = decodeError(reply.headers, reply.data);
          if (error !== undefined) throw error;
          return contract.response.decode(reply.data);
        }),
      );
    },
  };
}

type AnyContract = Pick<RpcContract<never, never>, 'service' | 'method'>;

function unavailable(contract: AnyContract, why: string, cause?: unknown): OperationalError {
  return new OperationalError('SERVICE_UNAVAILABLE', `${contract.service} cannot be asked: ${why}`, 'not-sent', {
    cause,
    context: { service: contract.service, method: contract.method },
  });
}

function requestFailure(contract: AnyContract, deadlineMs: number, cause: unknown): OperationalError {
  const root = cause instanceof RequestError && cause.cause !== undefined ? cause.cause : cause;
  if (root instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders())) {
    return unavailable(contract, 'nobody answers for it', cause);
  }
  if (root instanceof TimeoutError) {
    return new OperationalError(
      'DEADLINE_EXCEEDED',
      `${contract.service} did not answer ${contract.method} within ${deadlineMs} ms`,
      'unknown',
      { cause, context: { service: contract.service, method: contract.method, deadlineMs } },
    );
  }
  return new OperationalError('SERVICE_UNAVAILABLE', `asking ${contract.service} failed`, 'unknown', {
    cause,
    context: { service: contract.service, method: contract.method },
  });
}
