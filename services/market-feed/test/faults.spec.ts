import {
  type FeedHealth,
  HealthState,
  marketFeedRpc,
  SessionStatus,
  StaleReason,
  TickSource,
  type Tick,
} from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { startFeed, type Heard, type RunningFeed } from './running-feed.ts';
import { startSimulator, type Fault, type Simulator } from './simulator.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
const RED_WITHIN_MS = 20_000;
const GREEN_WITHIN_MS = 60_000;
let sim: Simulator;
let feed: RunningFeed;

beforeAll(async () => {
  // Enough goes on that silence, delay and repetition show at once.
  sim = await startSimulator({ VEGA_SIM_LOAD_PER_SECOND: '200' });
  feed = await startFeed(sim.url);
  await feed.untilState(HealthState.GREEN, 30_000);
}, 120_000);

afterAll(async () => {
  await feed.stop();
  await sim.stop();
}, 30_000);

beforeEach(() => feed.untilState(HealthState.GREEN, GREEN_WITHIN_MS), GREEN_WITHIN_MS + 5_000);
afterEach(async () => {
  await sim.clearFaults();
  // Survived without a restart: nothing asked the process to end, and the epoch is the first one.
  expect(feed.exits).toEqual([]);
  expect((await feed.health()).feedEpoch).toBe(1);
});

/** Waits until the feed has announced that the market trades: before that silence is no fault. */
const untilOpen = (): Promise<unknown> =>
  eventually(
    async () => {
      const { sessions } = await feed.ask(marketFeedRpc.getFeedStatus, {});
      return sessions.some(({ status, source }) => status === SessionStatus.NORMAL_OPEN && source !== 'rulebook');
    },
    { withinMs: 50_000, what: 'an open market' },
  );

const ofIndex = (): Tick[] => feed.heard.map(({ tick }) => tick).filter(({ instrumentKey }) => instrumentKey === NIFTY);
const expectGapless = (): void => {
  const last = new Map<string, number>();
  for (const { tick } of feed.heard) {
    expect(tick.seq).toBe((last.get(tick.instrumentKey) ?? 0) + 1);
    last.set(tick.instrumentKey, tick.seq);
  }
};
/** Waits until red was published after `before`, however short, and until it is green again. */
const untilRedAndGreen = async (before: FeedHealth): Promise<void> => {
  const wasRed = (): boolean =>
    feed.healths.some(({ state, reportedAtMs }) => state === HealthState.RED && reportedAtMs >= before.reportedAtMs);
  await eventually(wasRed, { withinMs: RED_WITHIN_MS, what: 'a published health that is red' });
  await feed.untilState(HealthState.GREEN, GREEN_WITHIN_MS);
};
const quoteOfIndex = async () => (await feed.ask(marketFeedRpc.getQuotes, { symbols: [NIFTY] })).quotes[0]!;

describe('a feed that falls silent before the open', () => {
  it('is not green for long after the open: REST tells what the feed does not', async () => {
    await sim.fault({ kind: 'mute' });
    const red = await feed.untilState(HealthState.RED, 60_000);
    expect(red.connections[0]).toMatchObject({ state: 'open', mute: true });
    expect((await quoteOfIndex()).staleReason).toBe(StaleReason.CONNECTION_MUTE);
    await sim.clearFaults();
    await feed.untilState(HealthState.GREEN, GREEN_WITHIN_MS);
  }, 130_000);
});

const FAULTS: readonly (readonly [string, Fault, RegExp])[] = [
  ['a feed that is mute', { kind: 'mute' }, /silent although the market is open|not connected|backing-off|connecting/],
  ['a feed that is slow', { kind: 'slow', delayMs: 4_000 }, /lags by|silent/],
  ['a feed that says everything twice', { kind: 'duplicate' }, /repeats itself/],
  ['a feed of garbage', { kind: 'garbage' }, /not its protocol/],
  ['REST that refuses the token', { kind: '401' }, /token|401/],
  ['REST that asks to slow down', { kind: '429' }, /HTTP 429/],
  ['REST that fails', { kind: '5xx' }, /HTTP 500/],
  ['a proxy that blocks', { kind: 'html403' }, /BLOCKED_BY_PROXY.*403/],
  ['REST that is slow', { kind: 'latency', delayMs: 3_000 }, /REST interface takes/],
];

describe('each fault is survived without a restart, red while it lasts and green after', () => {
  beforeAll(untilOpen, 60_000);

  it.each(FAULTS)(
    '%s',
    async (_name, fault, reason) => {
      await sim.fault(fault);
      const red = await feed.untilState(HealthState.RED, RED_WITHIN_MS);
      expect(red.reasons.join('; ')).toMatch(reason);
      await sim.clearFaults();
      await feed.untilState(HealthState.GREEN, GREEN_WITHIN_MS);
      const heard = ofIndex().length;
      await eventually(() => ofIndex().length > heard, { withinMs: 15_000, what: 'the next tick of the index' });
      expectGapless();
    },
    RED_WITHIN_MS + GREEN_WITHIN_MS + 20_000,
  );
});

describe('a mute feed', () => {
  it('leaves no quote without its age and the reason it is stale, and market time goes on, marked', async () => {
    await sim.fault({ kind: 'mute' });
    await feed.untilState(HealthState.RED, RED_WITHIN_MS);
    const first = await quoteOfIndex();
    expect([StaleReason.CONNECTION_MUTE, StaleReason.CONNECTION_DOWN]).toContain(first.staleReason);
    const health = await feed.health();
    expect(health).toMatchObject({ marketTimeExtrapolated: true });
    await eventually(async () => (await quoteOfIndex()).quoteAgeMs > first.quoteAgeMs, { withinMs: 5_000 });
    await eventually(async () => (await feed.health()).marketTimeMs > health.marketTimeMs, { withinMs: 5_000 });
  }, 60_000);
});

describe('an instrument of which nothing was ever seen', () => {
  it('is named when neither the feed nor REST tells of it, and answered by REST alone when that does', async () => {
    const { instruments } = await feed.ask(marketFeedRpc.searchInstruments, {
      query: 'NIFTY',
      segments: ['NSE_FO'],
      instrumentTypes: ['PE'],
      expiryDate: '',
      limit: 2,
      offset: 0,
    });
    const [unseen, readable] = instruments.map(({ instrumentKey }) => instrumentKey);
    await sim.fault({ kind: 'mute' });
    await sim.fault({ kind: '5xx', path: '/v3/market-quote' });
    const nothing = await feed.ask(marketFeedRpc.getQuotes, { symbols: [unseen!] });
    expect(nothing).toEqual({ quotes: [], unknown: [], unavailable: [unseen] });
    await sim.clearFaults();
    await sim.fault({ kind: 'mute' });
    const read = await feed.ask(marketFeedRpc.getQuotes, { symbols: [readable!, NIFTY] });
    expect(read.unavailable).toEqual([]);
    const quote = read.quotes[0]!;
    expect(quote).toMatchObject({ staleReason: StaleReason.NOT_SUBSCRIBED, tick: { source: TickSource.REST, seq: 0 } });
    expect(quote.tick!.lastPricePaise).toBeGreaterThan(0);
    expect(quote.tick!.depth.length).toBeGreaterThan(0);
    expect(quote.quoteAgeMs).toBeLessThan(3_000);
  }, 60_000);
});

describe('a lost connection', () => {
  it('is a gap that is counted; the epoch stays, the numbers go on, what comes first is marked a snapshot', async () => {
    const before = await feed.health();
    const heard = feed.heard.length;
    // Refused for a while it comes back to a market that has moved on.
    await sim.fault({ kind: 'refuse-connections', status: 503 });
    await sim.fault({ kind: 'drop' });
    await eventually(async () => (await feed.health()).state === HealthState.RED, { withinMs: RED_WITHIN_MS });
    const down = await quoteOfIndex();
    expect(down).toMatchObject({ staleReason: StaleReason.CONNECTION_DOWN });
    expect(down.tick?.lastPricePaise).toBeGreaterThan(0);
    await eventually(async () => (await quoteOfIndex()).quoteAgeMs > 2_000, { withinMs: 10_000 });
    await sim.clearFaults();
    await untilRedAndGreen(before);
    const after = await feed.health();
    expect(after.gaps).toBe(before.gaps + 1);
    expect(after.reconnects).toBeGreaterThan(before.reconnects);
    const isSnapshot = ({ tick }: Heard): boolean => tick.source === TickSource.FEED_SNAPSHOT;
    await eventually(() => feed.heard.slice(heard).some(isSnapshot), { withinMs: 20_000, what: 'a snapshot' });
    expectGapless();
  }, 120_000);

  it('by the death of the token is healed by signing in anew', async () => {
    const { tokenExpiresMs } = await feed.health();
    expect(tokenExpiresMs).toBeGreaterThan(0);
    const before = await feed.health();
    await sim.fault({ kind: 'token-death' });
    await untilRedAndGreen(before);
    expect((await feed.health()).gaps).toBeGreaterThan(before.gaps);
    expectGapless();
  }, 120_000);

  it('to a broker that dies and comes back is healed', async () => {
    const before = await feed.health();
    await sim.restart('SIGKILL');
    await untilRedAndGreen(before);
    const heard = ofIndex().length;
    await eventually(() => ofIndex().length > heard, { withinMs: 15_000, what: 'the next tick of the index' });
    expectGapless();
  }, 120_000);
});
