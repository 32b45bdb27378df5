/** What one runner of `npm test` found. */
export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** Lines for people: failures first, then skips by name. */
  readonly details: readonly string[];
}

/** The last line of a run, summed over all runners: `N passed, N failed`, with `, N skipped` when there are any. */
export function summaryLine(outcomes: readonly Outcome[]): string {
  const sum = (field: 'passed' | 'failed' | 'skipped'): number =>
    outcomes.reduce((total, outcome) => total + outcome[field], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/** The line of one runner. */
export function runnerLine(outcome: Outcome): string {
  const skipped = outcome.skipped === 0 ? '' : `, ${outcome.skipped} skipped`;
  return `${outcome.name}: ${outcome.passed} passed, ${outcome.failed} failed${skipped} (${outcome.seconds.toFixed(1)} s)`;
}
