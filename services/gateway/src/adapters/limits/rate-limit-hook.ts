import { OutcomeError } from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Permit, RateLimiter } from '../../app/rate-limiter.ts';
import { WEB_PATTERN } from '../web/web-app.ts';
import { clientOf } from './client-address.ts';

/** Names of the headers that tell a client what it may still ask (draft-ietf-httpapi-ratelimit-headers-07). */
export const RATE_LIMIT_HEADERS = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'ratelimit-policy'];

/** The refusal of one request too many; `context` says when to come again. */
export function rateLimited({ limit, resetMs }: Permit, windowMs: number): OutcomeError {
  const context = { limit, window_s: windowMs / 1000, retry_after_s: Math.ceil(resetMs / 1000) };
  return new OutcomeError('RATE_LIMITED', `at most ${limit} requests in ${context.window_s} s`, context, true);
}

/**
 * Counts every request by client address before it is read, tells the client what remains, and refuses what is too much.
 * Probes and the files of the web app are not counted.
 */
export function limitRequests(
  fastify: FastifyInstance,
  limiter: RateLimiter,
  windowMs: number,
  metrics: Metrics,
  isExempt: (path: string) => boolean,
): void {
  const refused = metrics.counter('vega_http_rate_limited_total', 'Requests refused because there were too many.');
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? '';
    if (route === WEB_PATTERN || isExempt(route)) return;
    const permit = await limiter.take(clientOf(request.ip));
    if (permit === undefined) return;
    const resetS = Math.ceil(permit.resetMs / 1000);
    void reply.headers({
      'ratelimit-limit': permit.limit,
      'ratelimit-remaining': permit.remaining,
      'ratelimit-reset': resetS,
      'ratelimit-policy': `${permit.limit};w=${windowMs / 1000}`,
    });
    if (permit.allowed) return;
    refused.inc();
    void reply.header('retry-after', resetS);
    throw rateLimited(permit, windowMs);
  });
}
