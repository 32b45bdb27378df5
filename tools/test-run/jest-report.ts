import type { Outcome } from './outcome.ts';

/** The part of jest's JSON report that is read here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Something a test may need that not every machine has. */
export interface Need {
  readonly reason: string;
  /** What the source of a spec file that needs it is known by. */
  readonly source: RegExp;
  /** Whether this machine has it, or could: then a skip is a failure. */
  readonly isHere: boolean;
}

/**
 * Counts a jest report. A suite that did not run counts as one failure. A skip is excused only in a file that needs something which
 * this machine lacks, and is named with that reason; any other is a failure.
 */
export function readJestReport(
  report: JestReport,
  exitCode: number,
  needs: readonly Need[],
  seconds: number,
  root: string,
  readSource: (file: string) => string,
): Outcome {
  const failures: string[] = [];
  const skips: string[] = [];
  let broken = 0;
  for (const suite of report.testResults) {
    const file = suite.name.startsWith(root) ? suite.name.slice(root.length + 1) : suite.name;
    const failedTests = suite.assertionResults.filter((test) => test.status === 'failed');
    if (suite.status === 'failed' && failedTests.length === 0) {
      broken += 1;
      failures.push(`  ${file} did not run:`, ...indent(suite.message, 30));
    }
    failedTests.forEach((test, index) => {
      // What fails many tests of one file is mostly one thing.
      const message = index < 5 ? indent(test.failureMessages.join('\n'), 30) : [];
      failures.push(`  ${file}: ${test.fullName}`, ...message);
    });
    const skippedTests = suite.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed');
    if (skippedTests.length === 0) continue;
    const source = readSource(suite.name);
    const possible = needs.filter((need) => need.source.test(source));
    const missing = possible.find((need) => !need.isHere);
    for (const test of skippedTests) {
      if (missing !== undefined) {
        skips.push(`  skipped: ${file}: ${test.fullName} (${missing.reason})`);
        continue;
      }
      broken += 1;
      const why = possible.length === 0 ? 'for no known reason' : 'although this machine has what it needs';
      failures.push(`  ${file}: ${test.fullName} is skipped ${why}`);
    }
  }
  let failed = report.numFailedTests + broken;
  if (report.numPassedTests + failed === 0) {
    failed = 1;
    failures.push('  no test ran');
  } else if (exitCode !== 0 && failed === 0) {
    failed = 1;
    failures.push(`  jest ended with exit code ${exitCode} although no test failed`);
  }
  return {
    name: 'tests',
    passed: report.numPassedTests,
    failed,
    skipped: skips.length,
    seconds,
    details: [...failures, ...skips],
  };
}

function indent(text: string, mostLines: number): string[] {
  return text
    .trim()
    .split('\n')
    .filter((line) => !/^\s+at .*(node_modules|node:internal)|^\s+at new Promise/.test(line))
    .slice(0, mostLines)
    .map((line) => `      ${line}`);
}
