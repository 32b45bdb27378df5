/** A stable code: never reused, never renamed. `retryable` = an identical retry can succeed later. */
export interface ErrorCodeEntry {
  readonly retryable: boolean;
  readonly meaning: string;
}
