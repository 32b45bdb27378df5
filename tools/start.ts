/** `npm start`: brings the stack up, says what runs where, and takes it down again on Ctrl-C. */
import { join } from 'node:path';
import { readPidFile, tryLock } from '@vega/testkit';
import { onParentDeath } from './parent-pipe.ts';
import { StackParts } from './stack/parts.ts';
import { parseStartOptions } from './stack/options.ts';
import type { StartOptions } from './stack/options.ts';
import { consoleProgress } from './stack/progress.ts';
import { readRunFile, removeRunFile, writeRunFile } from './stack/run-file.ts';
import { startStack } from './stack/stack.ts';
import type { RunningStack } from './stack/stack.ts';

const FORCE_AFTER_MS = 2_000;

async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2));
  const lockFile = join(options.state, 'start.lock');
  const runFile = join(options.state, 'run.json');
  const lock = tryLock(lockFile);
  if (lock === undefined) {
    const gateway = readRunFile(runFile)?.gateway;
    const where = gateway === undefined ? '' : ` at ${gateway}`;
    console.error(
      `The stack already runs${where} (process ${readPidFile(lockFile)?.pid ?? 'unknown'}); stop it first.`,
    );
    return 1;
  }
  removeRunFile(runFile);
  const parts = new StackParts();
  const asked = untilAskedToStop(parts);
  let code = 0;
  try {
    // A stop that is asked for while starting ends the start; what it had started by then is in `parts`.
    const starting = startStack(options, parts, consoleProgress);
    const stack = await Promise.race([starting, asked.then(() => undefined)]);
    if (stack === undefined) {
      await parts.stop();
      await starting.catch(() => undefined);
    } else {
      writeRunFile(runFile, stack.run);
      printTable(stack, options);
      const failure = await Promise.race([stack.failed, asked.then(() => undefined)]);
      if (failure !== undefined) {
        console.error(`${failure}; stopping the rest.`);
        code = 1;
      }
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    code = 1;
  } finally {
    removeRunFile(runFile);
    for (const sentence of await parts.stop()) console.error(`${sentence}.`);
    lock.release();
  }
  if (code === 0) console.log('stopped');
  return code;
}

/** Resolves on Ctrl-C, SIGTERM, SIGHUP or the death of the parent. A second signal, two seconds later or more, kills everything. */
function untilAskedToStop(parts: StackParts): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const ask = (): void => {
      if (askedAt === undefined) {
        askedAt = performance.now();
        console.log('stopping (again to stop at once) ...');
        resolve();
        // The terminal and npm both deliver Ctrl-C: what follows at once is the same request.
      } else if (performance.now() - askedAt > FORCE_AFTER_MS) {
        parts.killAll();
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    onParentDeath(ask);
  });
}

function printTable(stack: RunningStack, options: StartOptions): void {
  const widths = [0, 1].map((column) => Math.max(...stack.table.map((row) => (row[column] ?? '').length)));
  const lines = stack.table.map(([name, address, detail]) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${address.padEnd(widths[1] ?? 0)}  ${detail}`.trimEnd(),
  );
  const { gateway, demo } = stack.run;
  console.log(
    [
      '',
      ...lines,
      '',
      ...(gateway === undefined
        ? []
        : [`Open ${gateway} for the market, ${gateway}/api/docs for the API. Stop with Ctrl-C.`]),
      ...(demo === undefined ? [] : [`Sign in as ${demo.email} with the password ${demo.password}`]),
      `Addresses for scripts: ${join(options.state, 'run.json')}; logs: ${join(options.state, 'logs')}`,
    ].join('\n'),
  );
}

// A terminal that is gone must not end the stop half-way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
process.exit();
