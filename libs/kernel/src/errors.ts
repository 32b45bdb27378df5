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
  readonly code: string;
  readonly context: ErrorContext;
  readonly retryable: boolean;
  constructor(code: string, message: string, context: ErrorContext = {}, retryable = false) {
    super(message);
    this.code = code;
    this.context = context;
    this.retryable = retryable;
  }
}

/** Infrastructure failed. `outcome` says whether the effect may have happened; only `not-sent` may be retried blindly. */
export class OperationalError extends Error {
  override readonly name: string = 'OperationalError';
  readonly code: string;
  readonly outcome: FailureOutcome;
  readonly context: ErrorContext;
  constructor(
    code: string,
    message: string,
    outcome: FailureOutcome,
    options: { cause?: unknown; context?: ErrorContext } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.outcome = outcome;
    this.context = options.context ?? {};
  }
}
