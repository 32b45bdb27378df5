// `npm run bench:chain`: from a tick on the bus to the chain update that holds it, against the same bytes over the same hops bare.
import { programFolder, startTrio } from '@vega/testkit';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchChain } from './chain/latency.ts';
import { finish } from './measure.ts';

const folder = mkdtempSync(join(tmpdir(), 'vega-bench-chain-'));
const trio = await startTrio({
  folder,
  programFolder: programFolder(),
  addresses: {},
  durable: false,
  redisDatabases: 16,
  onProgress: () => undefined,
});
try {
  finish([await benchChain({ nats: trio.nats.url, postgres: trio.postgres.url, redis: trio.redis.url })]);
} finally {
  await trio.stop();
  rmSync(folder, { recursive: true, force: true });
}
