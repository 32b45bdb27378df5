/** `npm run reset`: forgets what the stack has stored; programs that were fetched stay. Refuses while the stack runs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock } from '@vega/testkit';
import { parseStartOptions } from './stack/options.ts';

const { state } = parseStartOptions(process.argv.slice(2));
const lock = tryLock(join(state, 'start.lock'));
if (lock === undefined) {
  console.error('The stack is running; stop it before its state is forgotten.');
  process.exitCode = 1;
} else {
  for (const name of ['data', 'replay', 'logs', 'pids', 'bus', 'run.json'])
    rmSync(join(state, name), { recursive: true, force: true });
  lock.release();
  console.log('The state of the stack is forgotten.');
}
