// `npm run bench:auth`: how many people can sign in, and what it costs to know who asks; `-- short` shows that it works.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFolder, startTrio } from '@vega/testkit';
import { benchLogins } from './auth/logins.ts';
import { benchVerification } from './auth/verification.ts';
import { finish } from './measure.ts';

const isShort = process.argv.includes('short');
const folder = mkdtempSync(join(tmpdir(), 'vega-bench-auth-'));
const verification = await benchVerification(isShort ? 1 : 9);
const trio = await startTrio({
  folder,
  programFolder: programFolder(),
  addresses: {},
  durable: true,
  redisDatabases: 16,
  onProgress: () => undefined,
});
try {
  const size = isShort ? { rounds: 1, roundMs: 500 } : { rounds: 5, roundMs: 4_000 };
  finish([await benchLogins({ nats: trio.nats.url, postgres: trio.postgres.url }, size), ...verification]);
} finally {
  await trio.stop();
  rmSync(folder, { recursive: true, force: true });
}
