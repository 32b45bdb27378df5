import { isIP } from 'node:net';
import type { Metadata } from '@grpc/grpc-js';
import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { Defect } from '@vega/kernel';
import type { Logger, Metrics } from '@vega/platform';
import type { Principal } from '../../app/principal.ts';
import type { RateLimiter } from '../../app/rate-limiter.ts';
import { accountIdsIn, type AccessPolicy, type AccessRule } from '../../app/access.ts';
import { newTraceId, parentContext } from '../http/request-trace.ts';
import { clientOf } from '../limits/client-address.ts';
import { rateLimited } from '../limits/rate-limit-hook.ts';
import { toGrpcFailure, type GrpcFailure } from './grpc-errors.ts';

/** What every call stands on. */
export interface GrpcCallParts {
  readonly access: AccessPolicy;
  readonly checkAccess: (rule: AccessRule, principal: Principal, accountId: string | undefined) => void;
  readonly limiter: RateLimiter;
  readonly rateWindowMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly onDefect: (error: Error) => void;
}

/** One call that was let in. */
export interface Admitted {
  readonly span: Span;
  /** Tells an error in gRPC's words and ends the call's records. */
  fail(error: unknown): GrpcFailure;
  /** Ends the call's records. */
  done(): void;
}

/** What of a call is looked at before it is served. */
export interface Incoming {
  readonly metadata: Metadata;
  /** What is asked; a client that streams its questions has none at first. */
  readonly request?: unknown;
  getPeer(): string;
}

/** Opens, counts, times and admits calls, the same way for each. */
export class GrpcCalls {
  private readonly duration;

  constructor(private readonly parts: GrpcCallParts) {
    this.duration = parts.metrics.histogram('vega_grpc_request_duration_seconds', 'gRPC calls ended.', [
      'method',
      'code',
    ]);
  }

  /** Begins the records of a call; {@link admit} may then refuse it. */
  begin(method: string, incoming: Incoming): Admitted {
    const { logger, onDefect } = this.parts;
    const [header] = incoming.metadata.get('traceparent');
    const parent = parentContext(typeof header === 'string' ? header : undefined);
    const span = trace.getTracer('vega').startSpan(`gRPC ${method}`, { kind: SpanKind.SERVER }, parent);
    const known = span.spanContext().traceId;
    const traceId = /[1-9a-f]/.test(known) ? known : newTraceId();
    const start = performance.now();
    let hasEnded = false;
    const end = (code: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.duration.observe({ method, code }, (performance.now() - start) / 1000);
      if (code === 'INTERNAL') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
    return {
      span,
      fail(error) {
        const { told, ...failure } = toGrpcFailure(error, method, traceId);
        if (told.isOurs) logger.error({ err: error, trace_id: traceId, method }, 'a call met a defect');
        if (error instanceof Defect) onDefect(error);
        end(told.body.code);
        return failure;
      },
      done: () => end('OK'),
    };
  }

  /** Who calls. Throws `OutcomeError` for a client that is not let in, asks too often, or may not touch the account. */
  async admit(incoming: Incoming, rule: AccessRule): Promise<Principal> {
    const { access, limiter, rateWindowMs } = this.parts;
    const permit = await limiter.take(clientOf(hostOf(incoming.getPeer())));
    if (permit?.allowed === false) throw rateLimited(permit, rateWindowMs);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(incoming.metadata.getMap())) headers[name] = value.toString();
    const principal = await access.admit({ headers, address: hostOf(incoming.getPeer()) });
    const named = 'open' in rule || rule.account === undefined ? [] : accountIdsIn(rule.account, incoming.request);
    for (const accountId of named.length === 0 ? [undefined] : named) {
      this.parts.checkAccess(rule, principal, accountId);
    }
    return principal;
  }

  /** Runs work under the span of a call. */
  within<T>(admitted: Admitted, work: () => Promise<T>): Promise<T> {
    return context.with(trace.setSpan(context.active(), admitted.span), work);
  }
}

/** The address of `host:port`, where an IPv6 host may stand in brackets or bare. */
function hostOf(peer: string): string {
  const host = peer.slice(0, peer.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? peer : host;
}
