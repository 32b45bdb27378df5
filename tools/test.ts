/**
 * `npm test`: format, lint, build and type check, the generated code, then every test against real servers. One line per runner,
 * each failure and skip by name, and the sum in the last line. With arguments, only the tests, and only those that jest selects by them.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, NO_SHARED_DATA, projectRoot, sharedFolder, stateFolder } from '@vega/testkit';
import { onParentDeath } from './parent-pipe.ts';
import { buildRooms, runTarget } from './stack/build.ts';
import type { NxResult } from './stack/build.ts';
import { runCheck, runToLog } from './test-run/check-runner.ts';
import type { Check } from './test-run/check-runner.ts';
import { readJestReport } from './test-run/jest-report.ts';
import type { JestReport, Need } from './test-run/jest-report.ts';
import { runnerLine, summaryLine } from './test-run/outcome.ts';
import type { Outcome } from './test-run/outcome.ts';

const root = projectRoot();
const logs = join(stateFolder(), 'logs', 'test');

/** They load the machine and judge what becomes of that: run beside others, each would measure the others. */
const ALONE = ['/e2e/soak\\.spec', '/e2e/orders-chaos\\.spec', '/e2e/orders-takeover\\.spec'];

/** The reason in the title of a test that needs a browser. */
const NO_CHROMIUM = 'needs Chromium';

function nxCheck(name: string, run: (logFile: string) => Promise<NxResult>): Check {
  const logFile = join(logs, `${name}.log`);
  return { name, logFile, run: async () => (await run(logFile)).code, faults: nxFaults };
}

/** What a compiler, a linter or a bundler objects to, and the tasks that failed, without Nx's own chatter. */
function nxFaults(log: string): string[] {
  const lines = log.split('\n');
  const failed = lines.findLastIndex((line) => line.includes('Failed tasks:'));
  const objections = lines.filter((line) => /\berror\b|^\S+\.tsx?[:(]/i.test(line));
  return [
    ...objections.slice(0, 30),
    ...(failed < 0 ? [] : lines.slice(failed).filter((line) => /^\s*(- |Failed)/.test(line))),
  ];
}

function toolCheck(name: string, args: readonly string[], faults: (line: string) => boolean): Check {
  const logFile = join(logs, `${name.replaceAll(' ', '-')}.log`);
  return {
    name,
    logFile,
    run: () => runToLog(root, args, logFile),
    faults: (log) => log.split('\n').filter(faults),
  };
}

function checks(): Check[] {
  const generate = join(root, 'tools/generate.ts');
  return [
    toolCheck(
      'format',
      ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '**/*.{ts,tsx,mjs,json}'],
      (line) => line.startsWith('['),
    ),
    nxCheck('lint', (logFile) => runTarget(root, 'lint', logFile)),
    nxCheck('build', (logFile) => buildRooms(root, logFile)),
    nxCheck('types', (logFile) => runTarget(root, 'check', logFile)),
    ...(existsSync(generate)
      ? [toolCheck('generated code', ['--conditions=@vega/source', generate, '--check'], (line) => line.trim() !== '')]
      : []),
  ];
}

async function runJest(name: string, selection: readonly string[]): Promise<Outcome> {
  const report = join(logs, `${name.replaceAll(' ', '-')}.json`);
  const logFile = join(logs, `${name.replaceAll(' ', '-')}.log`);
  rmSync(report, { force: true });
  const started = performance.now();
  const program = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  const code = await runToLog(root, [...program, '--json', '--outputFile', report, ...selection], logFile);
  const seconds = (performance.now() - started) / 1000;
  if (!existsSync(report)) {
    const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-20);
    const details = [`  jest ended with exit code ${code} and no report:`, ...said.map((line) => `      ${line}`)];
    return { name, passed: 0, failed: 1, skipped: 0, seconds, details };
  }
  const needs: readonly Need[] = [
    {
      reason: NO_SHARED_DATA,
      isHere: sharedFolder() !== undefined,
      source: /VEGA_SHARED_DIR|shared(Folder|File)|SharedData/,
    },
    // Debian's package manager can install it, so a machine that has one has no excuse.
    {
      reason: NO_CHROMIUM,
      isHere: findOnPath('chromium') !== undefined || findOnPath('apt-get') !== undefined,
      source: /playwright/,
    },
    { reason: 'needs python3', isHere: findOnPath('python3') !== undefined, source: /needs python3/ },
  ];
  const read = (file: string): string => readFileSync(file, 'utf8');
  return { ...readJestReport(JSON.parse(read(report)) as JestReport, code, needs, seconds, root, read), name };
}

async function main(): Promise<number> {
  const selection = process.argv.slice(2);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  onParentDeath(() => process.exit(1));
  const outcomes: Outcome[] = [];
  const report = (outcome: Outcome): void => {
    outcomes.push(outcome);
    console.log(runnerLine(outcome));
    for (const line of outcome.details) console.log(line);
  };
  if (selection.length > 0) report(await runJest('tests', selection));
  else {
    for (const check of checks()) report(await runCheck(check));
    report(await runJest('tests', ['--testPathIgnorePatterns', '/node_modules/', '/dist/', ...ALONE]));
    report(await runJest('tests that need the machine', ['--runInBand', ...ALONE]));
  }
  console.log(summaryLine(outcomes));
  return outcomes.some((outcome) => outcome.failed > 0) ? 1 : 0;
}

process.exitCode = await main();
