/**
 * `npm run panic`: stops trading from a terminal, whatever else is down. At orders' own port where that answers; with
 * `--broker-token-file` at the broker itself, which needs nothing of ours. Exit code 0 when all that was asked for is done.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from '@vega/testkit';
import { stopAtBroker } from './panic/broker.ts';
import { turnAtDoor } from './panic/door.ts';
import { authSecrets } from './stack/demo.ts';
import { readRunFile } from './stack/run-file.ts';

const USAGE = [
  'npm run panic -- [--scope all|user:<id>|account:<id>|strategy:<account>:<name>] [--stops OPENING|EVERYTHING] [--release] [--reason <text>]',
  '                 [--state <folder>] [--door <url>] [--secret-file <file>]   (VEGA_ORDERS_PANIC_SECRET in the environment serves as well)',
  'npm run panic -- --broker-token-file <file> [--environment live|sandbox|simulator] [--simulator <url>] [--egress <address or proxy>]',
].join('\n');

const ENVIRONMENTS = ['live', 'sandbox', 'simulator'] as const;

async function main(): Promise<number> {
  const values = read();
  if (values === undefined) return 2;
  try {
    return values['broker-token-file'] === undefined ? await atDoor(values) : await atBroker(values);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

type Values = NonNullable<ReturnType<typeof read>>;

function read() {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: {
        scope: { ...text, default: 'all' },
        stops: { ...text, default: 'EVERYTHING' },
        release: { type: 'boolean', default: false },
        reason: { ...text, default: 'panic' },
        state: text,
        door: text,
        'secret-file': text,
        'broker-token-file': text,
        environment: { ...text, default: 'live' },
        simulator: text,
        egress: { ...text, default: '' },
      },
    });
    if (values.stops !== 'OPENING' && values.stops !== 'EVERYTHING')
      throw new Error('--stops is OPENING or EVERYTHING');
    if (!ENVIRONMENTS.some((one) => one === values.environment)) {
      throw new Error(`--environment is one of ${ENVIRONMENTS.join(', ')}`);
    }
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

/** npm runs scripts in the project's folder and keeps the caller's own in INIT_CWD. */
const fromCaller = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

async function atDoor(values: Values): Promise<number> {
  const folder = values.state === undefined ? stateFolder() : fromCaller(values.state);
  const door = values.door ?? readRunFile(join(folder, 'run.json'))?.panic;
  if (door === undefined) {
    console.error(
      `No stack runs from ${folder}: name orders' port with --door, or stop the account at the broker.\n${USAGE}`,
    );
    return 1;
  }
  const stops = values.release ? 'NOTHING' : (values.stops as 'OPENING' | 'EVERYTHING');
  console.log(await turnAtDoor(door, secretOf(values, folder), { scope: values.scope, stops, reason: values.reason }));
  return 0;
}

function secretOf(values: Values, folder: string): string {
  if (values['secret-file'] !== undefined) return readFileSync(fromCaller(values['secret-file']), 'utf8').trim();
  return process.env['VEGA_ORDERS_PANIC_SECRET'] ?? authSecrets(join(folder, 'data')).panicSecret;
}

async function atBroker(values: Values): Promise<number> {
  const { done, failed } = await stopAtBroker({
    token: readFileSync(fromCaller(values['broker-token-file'] ?? ''), 'utf8').trim(),
    environment: values.environment as (typeof ENVIRONMENTS)[number],
    simulatorUrl: values.simulator,
    egress: values.egress,
  });
  for (const sentence of done) console.log(sentence);
  for (const sentence of failed) console.error(sentence);
  console.log(failed.length === 0 ? 'the account is stopped at the broker' : 'NOT all of it is stopped: see above');
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
