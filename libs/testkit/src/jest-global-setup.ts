/** Starts one private trio of servers for the whole jest run and hands the addresses to the spec files by environment. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './project-paths.ts';
import { identify, isRunning } from './servers/process-identity.ts';
import { startTrio } from './servers/trio.ts';
import type { Trio } from './servers/trio.ts';
import { programFolder, TEST_ADDRESS } from './test-servers.ts';

let trio: Trio | undefined;
let folder: string | undefined;

/** Jest's `globalSetup`. */
export default async function globalSetup(): Promise<void> {
  const runs = join(stateFolder(), 'test-runs');
  sweep(runs);
  const self = identify(process.pid);
  folder = join(runs, `${process.pid}-${self?.startedAt.replace(/\W+/g, '_') ?? '0'}`);
  mkdirSync(folder, { recursive: true });
  process.env['VEGA_TEST_FOLDER'] = folder;
  const given = (name: keyof typeof TEST_ADDRESS): Record<string, string> => {
    const url = process.env[TEST_ADDRESS[name]];
    return url === undefined || url === '' ? {} : { [name]: url };
  };
  trio = await startTrio({
    folder,
    programFolder: programFolder(),
    addresses: { ...given('postgres'), ...given('nats'), ...given('redis') },
    durable: false,
    redisDatabases: 1024,
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  process.env[TEST_ADDRESS.postgres] = trio.postgres.url;
  process.env[TEST_ADDRESS.nats] = trio.nats.url;
  process.env[TEST_ADDRESS.redis] = trio.redis.url;
}

/** Stops what {@link globalSetup} started; jest's `globalTeardown` runs in the same process. */
export async function stopTestServers(): Promise<void> {
  await trio?.stop();
  trio = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Removes what killed runs left. Their folders name the process that made them; others, such as a soak's, are not theirs. */
function sweep(runs: string): void {
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs)) {
    const [pid = '', ...startedAt] = name.split('-');
    if (!/^\d+$/.test(pid)) continue;
    const identity = identify(Number(pid));
    const alive =
      identity !== undefined && identity.startedAt.replace(/\W+/g, '_') === startedAt.join('-') && isRunning(identity);
    if (!alive) rmSync(join(runs, name), { recursive: true, force: true });
  }
}
