// `npm run bench:gateway`; after `--`, `requests` or `fan-out` runs one half, and `short` shows that it works without measuring.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programFolder, startTrio } from '@vega/testkit';
import { AuthStandIn } from '../services/gateway/test/auth-stand-in.ts';
import { startChild } from './gateway/children.ts';
import { benchFanOut } from './gateway/fan-out.ts';
import { startGatewayProcess } from './gateway/gateway-process.ts';
import { benchRequests } from './gateway/requests.ts';
import { finish, type BenchResult } from './measure.ts';

const INSTRUMENTS = 50;
const asked = new Set(process.argv.slice(2));
const isShort = asked.has('short');
const requestsSize = isShort ? { rounds: 1, roundMs: 500 } : { rounds: 5, roundMs: 2_000 };
const fanOutSize = isShort
  ? { clients: 100, rounds: 1, windowMs: 1_000 }
  : { clients: 2_000, rounds: 5, windowMs: 4_000 };
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
  const market = await startChild<{ keys: string[] }>('market.ts', [trio.nats.url, String(3 * INSTRUMENTS)]);
  const auth = await AuthStandIn.start(trio.nats.url);
  const token = auth.token();
  const gateway = await startGatewayProcess(trio.nats.url, trio.redis.url);
  const { keys } = market.ready;
  const results: BenchResult[] = [];
  try {
    if (!asked.has('fan-out')) {
      results.push(...(await benchRequests(trio.nats.url, gateway, token, keys[0] ?? '', requestsSize)));
    }
    if (!asked.has('requests')) {
      results.push(...(await benchFanOut(trio.nats.url, gateway, token, market, keys, fanOutSize)));
    }
  } finally {
    await Promise.all([gateway.stop(), market.stop(), auth.close()]);
  }
  finish(results);
} finally {
  await trio.stop();
  rmSync(folder, { recursive: true, force: true });
}
