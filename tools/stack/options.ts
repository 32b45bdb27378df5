import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from '@vega/testkit';

/** A request that cannot be met as it stands; the message is one sentence for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `npm start` was asked for. */
export interface StartOptions {
  /** Absolute path of a recorded feed to play instead of the generated market. */
  readonly replayFile: string | undefined;
  readonly speed: string | undefined;
  readonly seed: string | undefined;
  readonly withFaults: boolean;
  /** Where run.json, logs and data live. */
  readonly state: string;
  readonly ports: 'default' | 'free';
}

const USAGE = `npm start -- [--replay <file>] [--speed <factor>] [--seed <n>] [--state <folder>] [--ports default|free] [--fault-port]`;

/** Reads the command line of `npm start`. Paths are relative to where the user called it. Throws {@link UsageError}. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parse(args);
  const speed = positive('--speed', values.speed);
  const seed = values.seed;
  if (seed !== undefined && !/^\d{1,10}$/.test(seed))
    throw new UsageError(`--seed must be a whole number, not "${seed}".`);
  const ports = values.ports ?? 'default';
  if (ports !== 'default' && ports !== 'free') throw new UsageError(`--ports must be default or free, not "${ports}".`);
  const replayFile = values.replay === undefined ? undefined : fromCaller(values.replay);
  if (replayFile !== undefined && !existsSync(replayFile)) {
    throw new UsageError(`The file to replay, ${replayFile}, does not exist.`);
  }
  return {
    replayFile,
    speed,
    seed,
    withFaults: values['fault-port'] === true,
    state: values.state === undefined ? stateFolder() : fromCaller(values.state),
    ports,
  };
}

function parse(args: readonly string[]): {
  replay?: string;
  speed?: string;
  seed?: string;
  state?: string;
  ports?: string;
  'fault-port'?: boolean;
} {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        replay: { type: 'string' },
        speed: { type: 'string' },
        seed: { type: 'string' },
        state: { type: 'string' },
        ports: { type: 'string' },
        'fault-port': { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
    throw new UsageError(`${said.split('.')[0] ?? ''}. Usage: ${USAGE}`);
  }
}

function positive(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!(Number(text) > 0) || !Number.isFinite(Number(text))) {
    throw new UsageError(`${name} must be a positive number, not "${text}".`);
  }
  return text;
}

/** npm runs scripts in the project's folder and keeps the caller's own in INIT_CWD. */
function fromCaller(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** The folder of the stack's data: a replay has one of its own, so that it neither meets nor touches the user's market. */
export function dataFolderOf(options: StartOptions): string {
  return join(options.state, options.replayFile === undefined ? 'data' : 'replay');
}
