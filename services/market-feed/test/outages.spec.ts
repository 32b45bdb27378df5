import { decodeLastValue, HealthState, lastValueKey, type Tick } from '@vega/contracts';
import { eventually, ownRedis, type OwnServer } from '@vega/testkit';
import { Redis } from 'ioredis';
import { startFeed, type RunningFeed } from './running-feed.ts';
import { startSimulator, type Simulator } from './simulator.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
let sim: Simulator;
let redis: OwnServer;
let feed: RunningFeed;

beforeAll(async () => {
  [sim, redis] = await Promise.all([startSimulator(), ownRedis()]);
  feed = await startFeed(sim.url, { VEGA_REDIS_URL: redis.url });
  await feed.untilState(HealthState.GREEN, 30_000);
}, 120_000);

afterAll(async () => {
  await feed.stop();
  await Promise.all([sim.stop(), redis.close()]);
}, 30_000);

const ofIndex = (): Tick[] => feed.heard.map(({ tick }) => tick).filter(({ instrumentKey }) => instrumentKey === NIFTY);
const readiness = async (): Promise<Record<string, string>> =>
  ((await (await fetch(`${feed.opsUrl}/health/ready`)).json()) as { checks: Record<string, string> }).checks;
const lastInRedis = async (): Promise<Tick | undefined> => {
  const client = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const bytes = await client.getBuffer(lastValueKey(NIFTY));
    return bytes === null ? undefined : decodeLastValue(bytes)?.tick;
  } finally {
    client.disconnect();
  }
};

describe('Redis dies', () => {
  it('ticks go on, the page is amber with the reason; back again, the newest values are written', async () => {
    await redis.kill('SIGKILL');
    const amber = await feed.untilState(HealthState.AMBER, 15_000);
    expect(amber.reasons.join()).toContain('last values are not kept');
    expect((await readiness())['redis']).not.toBe('ok');
    const heard = ofIndex().length;
    await eventually(() => ofIndex().length > heard, { withinMs: 15_000, what: 'a tick without Redis' });
    await redis.restart();
    await feed.untilState(HealthState.GREEN, 30_000);
    await eventually(async () => ((await lastInRedis())?.seq ?? 0) > heard, { withinMs: 15_000, what: 'new values' });
    expect(feed.exits).toEqual([]);
  }, 90_000);
});

describe('NATS dies', () => {
  it('what could not be published is a hole in the numbers, the epoch stays, and ticks go on when it is back', async () => {
    const before = ofIndex().at(-1)!;
    const count = feed.heard.length;
    await feed.nats.kill('SIGKILL');
    await eventually(async () => (await readiness())['nats'] !== 'ok', { withinMs: 10_000, what: 'not ready' });
    const published = await figure('vega_feed_ticks_lost_total');
    await eventually(async () => (await figure('vega_feed_ticks_lost_total')) > published, { withinMs: 20_000 });
    await feed.nats.restart();
    await feed.untilState(HealthState.GREEN, 40_000);
    await eventually(() => feed.heard.length > count + 50, { withinMs: 40_000, what: 'ticks after the outage' });
    await eventually(() => (ofIndex().at(-1)?.seq ?? 0) > before.seq, { withinMs: 20_000 });
    const epochs = new Set(feed.heard.map(({ tick }) => tick.feedEpoch));
    expect([...epochs]).toEqual([1]);
    const last = new Map<string, number>();
    let holes = 0;
    for (const { tick } of feed.heard) {
      const step = tick.seq - (last.get(tick.instrumentKey) ?? 0);
      expect(step).toBeGreaterThanOrEqual(1);
      if (step > 1) holes += 1;
      last.set(tick.instrumentKey, tick.seq);
    }
    expect(holes).toBeGreaterThan(0);
    expect(feed.exits).toEqual([]);
  }, 150_000);
});

async function figure(name: string): Promise<number> {
  const text = await (await fetch(`${feed.opsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}\\S* (\\S+)`, 'm').exec(text)?.[1]);
}
