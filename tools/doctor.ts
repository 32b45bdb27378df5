/** `npm run doctor`: examines the running stack and says in one line whether one may trade on it. Exit code 0 when one may. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from '@vega/testkit';
import { examine } from './doctor/examine.ts';
import { judge, type Mark, type Report } from './doctor/judge.ts';
import { readRunFile } from './stack/run-file.ts';

const USAGE = 'npm run doctor -- [--state <folder>]';
const SIGN: Readonly<Record<Mark, string>> = { ok: 'ok  ', look: 'look', bad: 'BAD ' };
const COLOUR: Readonly<Record<Mark, number>> = { ok: 32, look: 33, bad: 31 };

async function main(): Promise<number> {
  let state: string | undefined;
  try {
    ({ state } = parseArgs({ options: { state: { type: 'string' } } }).values);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message.split('.')[0] : String(error)}. Usage: ${USAGE}`);
    return 1;
  }
  // npm runs scripts in the project's folder and keeps the caller's own in INIT_CWD.
  const folder = state === undefined ? stateFolder() : resolve(process.env['INIT_CWD'] ?? process.cwd(), state);
  const run = readRunFile(join(folder, 'run.json'));
  if (run === undefined) {
    console.log(`not ready to trade: the stack is not running, or not ready yet (no run.json in ${folder})`);
    return 1;
  }
  const facts = await examine(run, folder);
  if (facts.services.every(({ silent }) => silent !== undefined)) {
    console.log(
      `not ready to trade: the stack is not running; ${folder} still has the run.json of one that was killed`,
    );
    return 1;
  }
  const report = judge(facts);
  print(report);
  return report.ready ? 0 : 1;
}

function print({ lines, sentence, ready }: Report): void {
  const width = Math.max(...lines.map(({ part }) => part.length));
  for (const { mark, part, says } of lines) console.log(`  ${paint(mark, SIGN[mark])}  ${part.padEnd(width)}  ${says}`);
  console.log(`\n${paint(ready ? 'ok' : 'bad', sentence)}`);
}

function paint(mark: Mark, text: string): string {
  return process.stdout.isTTY ? `\u001B[${COLOUR[mark]}m${text}\u001B[0m` : text;
}

process.exitCode = await main();
