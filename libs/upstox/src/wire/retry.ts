import { type Clock, invariant } from '@vega/kernel';
import { BackOff } from './back-off.ts';
import { UpstoxError, type UpstoxErrorCode } from './upstox-error.ts';

/** How often and how patiently a caller wants a call repeated. Without one a call is made once. */
export interface RetryPolicy {
  /** Attempts in all, 1 to 5. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Failures of a read that may pass; the rest would fail again. */
const TRANSIENT_FOR_READS = new Set<UpstoxErrorCode>([
  'UPSTOX_TIMEOUT',
  'UPSTOX_CONNECTION_LOST',
  'UPSTOX_RATE_LIMITED',
  'UPSTOX_SERVER_ERROR',
  'UPSTOX_BAD_REPLY',
]);

/** Whether a failed call may be made again: anything that found no connection, and reads that may yet succeed. */
export function mayRetry(error: UpstoxError, isRead: boolean): boolean {
  return error.code === 'UPSTOX_UNREACHABLE' || (isRead && TRANSIENT_FOR_READS.has(error.code));
}

/** What repeating a call needs besides its policy. */
export interface RetryContext {
  readonly clock: Clock;
  readonly random: () => number;
  /** True for idempotent GETs. */
  readonly isRead: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a call under a retry policy. The last failure is the one thrown. */
export async function withRetry<T>(
  policy: RetryPolicy | undefined,
  context: RetryContext,
  attempt: () => Promise<T>,
): Promise<T> {
  if (!policy) return attempt();
  invariant(policy.maxAttempts >= 1 && policy.maxAttempts <= 5, 'a retry policy has 1 to 5 attempts');
  const backOff = new BackOff({ baseMs: policy.baseDelayMs, capMs: policy.maxDelayMs, floorMs: 0 }, context.random);
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof UpstoxError && made < policy.maxAttempts && mayRetry(error, context.isRead);
      if (!again || context.signal?.aborted) throw error;
      await pause(context, backOff.nextMs());
      if (context.signal?.aborted) throw error;
    }
  }
}

/** Waits `ms`, or until the caller gives up. */
function pause({ clock, signal }: RetryContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
