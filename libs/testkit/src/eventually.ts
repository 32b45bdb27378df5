/** How long {@link eventually} tries, how often, and what it names in its error. */
export interface EventuallyOptions {
  /** Bound of the wait in milliseconds. */
  readonly withinMs: number;
  /** Pause between two attempts in milliseconds; 10 unless given. */
  readonly everyMs?: number;
  /** What is waited for, as the error says it. */
  readonly what?: string;
}

/**
 * Waits until `condition` returns a truthy value without throwing, and returns that value.
 * Throws after `withinMs` with the last value or error seen, so that a failure says what was true instead.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { withinMs, everyMs = 10, what = 'the condition' }: EventuallyOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  let seen: string;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      seen = `last value ${JSON.stringify(value) ?? String(value)}`;
      cause = undefined;
    } catch (error) {
      seen = `last error: ${error instanceof Error ? error.message : String(error)}`;
      cause = error;
    }
    if (performance.now() >= deadline) break;
    await new Promise((resume) => setTimeout(resume, everyMs));
  }
  throw new Error(`${what} did not hold within ${withinMs} ms (${seen})`, cause === undefined ? undefined : { cause });
}
