import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithSharedData, eventually } from '@vega/testkit';
import { FeedClient, type DecodedFeed } from './harness.ts';
import { launchSimulator } from './simulator-process.ts';

const CAPTURE = 'data/ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz';
const LONG_MS = 120_000;

interface Captured {
  readonly instrumentKey: string;
  readonly fullFeed: object;
}

/** Numbers in place of the capture's int64 strings; zero fields away, as on the wire. */
function asOnTheWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOnTheWire);
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => [name, asOnTheWire(field)] as const);
    return Object.fromEntries(fields.filter(([, field]) => field !== 0 && field !== undefined));
  }
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
}

describeWithSharedData('a recorded capture through the simulator process', (folder) => {
  it(
    'reaches the client message by message: each in order, none lost, none invented, every field equal',
    async () => {
      const file = join(folder, CAPTURE);
      const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
      const captured = lines.map((line) => JSON.parse(line) as Captured);
      const expected = new Map<string, unknown[]>();
      for (const { instrumentKey, fullFeed } of captured) {
        const list = expected.get(instrumentKey) ?? [];
        list.push(asOnTheWire(fullFeed));
        expected.set(instrumentKey, list);
      }
      const simulator = await launchSimulator({
        VEGA_SIM_SOURCE: 'recorded',
        VEGA_SIM_RECORDED_FILE: file,
        VEGA_SIM_SPEED: '300',
      });
      try {
        const { apps } = (await (await fetch(`${simulator.url}/sim/apps`)).json()) as {
          apps: Record<string, string>[];
        };
        const issued = await fetch(`${simulator.url}/sim/apps/${apps[0]?.['client_id']}/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ user_id: 'VG1001', pin: '111111' }),
        });
        const { data } = (await issued.json()) as { data: { access_token: string } };
        const client = await FeedClient.connect(simulator.url, data.access_token);
        client.send('sub', [...expected.keys()], 'full');
        const sent = async (): Promise<number> => {
          const status = (await (await fetch(`${simulator.url}/sim/status`)).json()) as {
            feed: { entries_sent: number };
          };
          return status.feed.entries_sent;
        };
        await eventually(async () => (await sent()) >= captured.length, {
          withinMs: 60_000,
          everyMs: 200,
          what: 'the whole capture',
        });
        await client.frame((frame) => frame.marketInfo?.segmentStatus?.['NSE_FO'] === 'NORMAL_CLOSE');
        const received = new Map<string, unknown[]>([...expected.keys()].map((key) => [key, []]));
        let currentTs = 0;
        for (const frame of client.decoded()) {
          expect(frame.currentTs).toBeGreaterThanOrEqual(currentTs);
          currentTs = frame.currentTs ?? 0;
          for (const [key, feed] of Object.entries(frame.feeds ?? {})) received.get(key)?.push(withoutZeros(feed));
        }
        for (const [key, messages] of expected) {
          expect({ key, count: received.get(key)?.length }).toEqual({ key, count: messages.length });
          expect(received.get(key)).toEqual(messages);
        }
        client.close();
      } finally {
        await simulator.stop();
      }
    },
    LONG_MS,
  );
});

function withoutZeros(feed: DecodedFeed): unknown {
  return asOnTheWire(feed.fullFeed);
}
