/** What is known about a call that failed: nothing left this process, the other side refused, or nobody knows. */
export type FailureOutcome = 'not-sent' | 'rejected' | 'unknown';

/** JSON-safe facts that a person or a program needs to understand an error. Never a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The domain says no: a stable code, facts, and whether an identical retry can succeed later.
 * Travels over the bus as headers and reaches HTTP as problem+json.
 */
export class OutcomeError extends Error {
  override readonly name = 'OutcomeError';
  constructor(
    readonly code: string,
    message: string,
    readonly context: ErrorContext = {},
    readonly retryable = false,
  ) {
    super(message);
  }
}

/** Infrastructure failed. `outcome` says whether the effect may have happened; only `not-sent` may be retried blindly. */
export class OperationalError extends Error {
  override readonly name: string = 'OperationalError';
  constructor(
    readonly code: string,
    message: string,
    readonly outcome: FailureOutcome,
    options: { cause?: unknown; context?: ErrorContext } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.context = options.context ?? {};
  }
  readonly context: ErrorContext;
}
