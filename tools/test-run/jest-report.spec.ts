import { readJestReport } from './jest-report.ts';
import type { JestReport, Need } from './jest-report.ts';
import { summaryLine } from './outcome.ts';

type Test = JestReport['testResults'][number]['assertionResults'][number];

const test = (status: string, fullName = `a ${status} test`): Test => ({
  fullName,
  status,
  failureMessages: status === 'failed' ? ['expected 1, received 2'] : [],
});

function reportOf(tests: readonly Test[], status = 'passed', message = ''): JestReport {
  const count = (wanted: string): number => tests.filter((one) => one.status === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults: [{ name: '/project/libs/a.spec.ts', status, message, assertionResults: tests }],
  };
}

const need = (isHere: boolean): Need => ({ reason: 'needs a tape', isHere, source: /tape/ });

function read(report: JestReport, exitCode: number, needs: readonly Need[] = [], source = '') {
  return readJestReport(report, exitCode, needs, 1, '/project', () => source);
}

describe('the count of a jest run', () => {
  it('counts what passed and names what failed with the reason', () => {
    const outcome = read(reportOf([test('passed'), test('failed')], 'failed'), 1);
    expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
    expect(outcome.details.join('\n')).toContain('libs/a.spec.ts: a failed test');
    expect(outcome.details.join('\n')).toContain('expected 1, received 2');
  });

  it('counts a file that did not run as a failure', () => {
    const outcome = read(reportOf([], 'failed', 'SyntaxError: no'), 1);
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(outcome.details.join('\n')).toContain('SyntaxError: no');
  });

  it('excuses a skip only where the file needs something that this machine lacks', () => {
    const skipped = reportOf([test('passed'), test('pending')]);
    const excused = read(skipped, 0, [need(false)], 'reads a tape');
    expect(excused).toMatchObject({ passed: 1, failed: 0, skipped: 1 });
    expect(excused.details).toEqual(['  skipped: libs/a.spec.ts: a pending test (needs a tape)']);
    expect(read(skipped, 0, [need(true)], 'reads a tape')).toMatchObject({ failed: 1, skipped: 0 });
    expect(read(skipped, 0, [need(false)], 'reads nothing')).toMatchObject({ failed: 1, skipped: 0 });
    expect(read(reportOf([test('passed'), test('todo')]), 0)).toMatchObject({ failed: 1 });
  });

  it('fails when nothing ran and when jest fails without a failed test', () => {
    expect(read(reportOf([]), 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(read(reportOf([test('passed')]), 1)).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe('the last line', () => {
  it('sums all runners and names skips only when there are any', () => {
    const outcome = (passed: number, failed: number, skipped: number) => ({
      ...{ name: '', passed, failed, skipped, seconds: 0, details: [] },
    });
    expect(summaryLine([outcome(1, 0, 0), outcome(20, 1, 0)])).toBe('21 passed, 1 failed');
    expect(summaryLine([outcome(1, 0, 0), outcome(20, 0, 3)])).toBe('21 passed, 0 failed, 3 skipped');
  });
});
