// `npm run bench:feed`
import { programFolder, startTrio } from '@vega/testkit';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish } from './measure.ts';
import { benchLatency } from './feed/latency.ts';
import { benchLoad } from './feed/load.ts';
import { benchThroughput } from './feed/throughput.ts';

const folder = mkdtempSync(join(tmpdir(), 'vega-bench-'));
const trio = await startTrio({
  folder,
  programFolder: programFolder(),
  addresses: {},
  durable: false,
  redisDatabases: 16,
  onProgress: () => undefined,
});
try {
  const throughput = await benchThroughput(trio.nats.url);
  const latency = await benchLatency();
  finish([throughput, latency, await benchLoad()]);
} finally {
  await trio.stop();
  rmSync(folder, { recursive: true, force: true });
}
