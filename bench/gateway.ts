// `npm run bench:gateway`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFolder, startTrio } from '@vega/testkit';
import { startChild } from './gateway/children.ts';
import { benchFanOut } from './gateway/fan-out.ts';
import { startGatewayProcess } from './gateway/gateway-process.ts';
import { benchRequests } from './gateway/requests.ts';
import { finish, type BenchResult } from './measure.ts';

const INSTRUMENTS = 50;
const only = process.argv[2];
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
  const market = await startChild<{ keys: string[] }>('market.ts', [trio.nats.url, String(INSTRUMENTS)]);
  const gateway = await startGatewayProcess(trio.nats.url, trio.redis.url);
  const { keys } = market.ready;
  const results: BenchResult[] = [];
  try {
    if (only !== 'fan-out') results.push(...(await benchRequests(trio.nats.url, gateway, keys[0] ?? '')));
    if (only !== 'requests') results.push(...(await benchFanOut(trio.nats.url, gateway, market, keys)));
  } finally {
    await Promise.all([gateway.stop(), market.stop()]);
  }
  finish(results);
} finally {
  await trio.stop();
  rmSync(folder, { recursive: true, force: true });
}
