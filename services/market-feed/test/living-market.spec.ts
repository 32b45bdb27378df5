import { jetstreamManager } from '@nats-io/jetstream';
import { Bar, BarState, marketFeedRpc, parseBarSubject, STREAMS, subjects } from '@vega/contracts';
import { istDateOf, MINUTE_MS } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import pg from 'pg';
import { startFeed, type RunningFeed } from './running-feed.ts';
import { startSimulator, type Simulator } from './simulator.ts';

let simulator: Simulator;
let feed: RunningFeed;
let database: pg.Client;
const bars: Bar[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ VEGA_SIM_SPEED: '20', VEGA_SIM_SEED: '11' });
  feed = await startFeed(simulator.url, { VEGA_FEED_UNDERLYINGS: 'NIFTY,BANKNIFTY,RELIANCE' });
  feed.nc.subscribe(subjects.bars(), { callback: (_error, message) => void bars.push(Bar.decode(message.data)) });
  database = new pg.Client({ connectionString: feed.database.url });
  await database.connect();
}, 120_000);

afterAll(async () => {
  await database.end();
  await feed.stop();
  await simulator.stop();
});

/** Minutes of one instrument that the broker has told, by their start. */
function finalsOf(key: string): Map<number, Bar> {
  return new Map(
    bars
      .filter((bar) => bar.instrumentKey === key && bar.state === BarState.FINAL)
      .map((bar) => [bar.startTimeMs, bar]),
  );
}

describe('a market that lives', () => {
  it("has bars that end as the broker's candles, for indices, shares and futures", async () => {
    const { instruments } = await feed.ask(marketFeedRpc.searchInstruments, {
      query: 'nifty fut',
      segments: [],
      instrumentTypes: [],
      expiryDate: '',
      limit: 1,
      offset: 0,
    });
    const future = instruments[0]?.instrumentKey ?? '';
    expect(instruments[0]).toMatchObject({ underlyingKey: 'NSE_INDEX|Nifty 50', instrumentType: 'FUT' });
    for (const symbol of ['NSE_INDEX|Nifty 50', 'RELIANCE', future]) {
      const {
        instruments: [instrument],
      } = await feed.ask(marketFeedRpc.getInstruments, { symbols: [symbol] });
      const key = instrument?.instrumentKey ?? '';
      await eventually(() => finalsOf(key).size >= 4, { withinMs: 60_000, what: `four final bars of ${key}` });
      const finals = finalsOf(key);
      const [first = 0] = finals.keys();
      const date = istDateOf(first);
      const { candles } = await feed.ask(marketFeedRpc.getCandles, {
        symbol: key,
        unit: 'minutes',
        interval: 1,
        fromDate: date,
        toDate: date,
      });
      const broker = new Map(candles.map((candle) => [candle.startTimeMs, candle]));
      for (const [start, bar] of finals) {
        const { openPaise, highPaise, lowPaise, closePaise, volume } = bar;
        expect([key, broker.get(start)]).toEqual([
          key,
          expect.objectContaining({ openPaise, highPaise, lowPaise, closePaise, volume }),
        ]);
      }
    }
  }, 120_000);

  it('has revisions that grow by one, and the database says what the bus said last', async () => {
    const last = new Map<string, Bar>();
    for (const bar of bars) {
      const name = `${bar.instrumentId} ${bar.startTimeMs}`;
      const before = last.get(name);
      expect(bar.revision).toBe((before?.revision ?? 0) + 1);
      expect(before?.state === BarState.FINAL && bar.state === BarState.PROVISIONAL).toBe(false);
      expect(bar.instrumentId).toBeGreaterThan(0);
      expect(bar.startTimeMs % MINUTE_MS).toBe(0);
      last.set(name, bar);
    }
    expect(last.size).toBeGreaterThan(20);
    const told = [...last.values()];
    const { rows } = await database.query<{ at: string; revision: number; close_paise: string }>(
      `SELECT instrument_id || ' ' || start_time_ms AS at, revision, close_paise FROM market_feed.bars_1m`,
    );
    const stored = new Map(rows.map((row) => [row.at, row]));
    for (const bar of told) {
      const row = stored.get(`${bar.instrumentId} ${bar.startTimeMs}`);
      expect(row?.revision).toBeGreaterThanOrEqual(bar.revision);
      if (row?.revision === bar.revision) expect(Number(row.close_paise)).toBe(bar.closePaise);
    }
  });

  it('keeps its bars on the stream under their subjects', async () => {
    const manager = await jetstreamManager(feed.nc);
    const { state } = await manager.streams.info(STREAMS.bars.name, { subjects_filter: '>' });
    expect(state.messages).toBeGreaterThanOrEqual(bars.length);
    for (const subject of Object.keys(state.subjects ?? {})) expect(parseBarSubject(subject)?.interval).toBe('1m');
  });

  it('keeps no bar waiting and nothing unpublished', async () => {
    await eventually(async () => (await database.query('SELECT FROM market_feed.bar_outbox')).rowCount === 0, {
      withinMs: 10_000,
      what: 'an empty outbox',
    });
    const ready = await fetch(`${feed.opsUrl}/health/ready`);
    expect(await ready.json()).toMatchObject({ checks: { bars: 'ok', instruments: 'ok', postgres: 'ok' } });
    expect(feed.exits).toEqual([]);
  });
});
