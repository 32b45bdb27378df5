import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HealthState, marketFeedRpc, StaleReason, Tick, TickMode, toBytes, type Ohlc } from '@vega/contracts';
import { describeWithSharedData, eventually } from '@vega/testkit';
import { startFeed, type RunningFeed } from './running-feed.ts';
import { startSimulator, type Simulator } from './simulator.ts';

const CAPTURE = 'ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz';
/** The recorder's clock ran behind the exchange's. */
const RECORDER_BEHIND_MS = 5_700;

interface CapturedCandle {
  interval: string;
  open: number;
  high: number;
  low: number;
  close: number;
  vol?: string;
  ts: string;
}
interface Captured {
  instrumentKey: string;
  _insertion_time: string;
  fullFeed: {
    marketFF: {
      ltpc: { ltp: number; ltt: string; ltq?: string; cp: number };
      marketLevel: { bidAskQuote: { bidQ?: string; bidP?: number; askQ?: string; askP?: number }[] };
      optionGreeks: Record<'delta' | 'theta' | 'gamma' | 'vega' | 'rho', number | undefined>;
      marketOHLC: { ohlc: CapturedCandle[] };
      atp: number;
      vtt?: string;
      oi?: number;
      iv?: number;
      tbq?: number;
      tsq?: number;
    };
  };
}

type Content = Omit<Tick, 'instrumentId' | 'feedEpoch' | 'seq' | 'source' | 'receivedTimeUs'>;

const paise = (rupees = 0): number => Math.round(rupees * 100);
const candle = (of: readonly CapturedCandle[], interval: string): Ohlc | undefined => {
  const found = of.find((one) => one.interval === interval);
  if (found === undefined) return undefined;
  return {
    openPaise: paise(found.open),
    highPaise: paise(found.high),
    lowPaise: paise(found.low),
    closePaise: paise(found.close),
    volume: Number(found.vol ?? 0),
    startTimeMs: Number(found.ts),
  };
};

/** What a subscriber must see of a captured message: read from the file by other means than the service's. */
function contentOf(message: Captured, marketTimeMs: number): Content {
  const { ltpc, marketLevel, optionGreeks, marketOHLC, atp, vtt, oi, iv, tbq, tsq } = message.fullFeed.marketFF;
  const isDerivative = message.instrumentKey.startsWith('NSE_FO|');
  return {
    instrumentKey: message.instrumentKey,
    mode: TickMode.FULL,
    marketTimeMs,
    lastPricePaise: paise(ltpc.ltp),
    lastTradeTimeMs: Number(ltpc.ltt),
    lastQty: Number(ltpc.ltq ?? 0),
    prevClosePaise: paise(ltpc.cp),
    depth: marketLevel.bidAskQuote.map(({ bidQ, bidP, askQ, askP }) => ({
      bidQty: Number(bidQ ?? 0),
      bidPricePaise: paise(bidP),
      askQty: Number(askQ ?? 0),
      askPricePaise: paise(askP),
    })),
    avgPricePaise: paise(atp),
    volume: Number(vtt ?? 0),
    oi: isDerivative ? (oi ?? 0) : undefined,
    totalBuyQty: tbq ?? 0,
    totalSellQty: tsq ?? 0,
    brokerIv: isDerivative ? (iv ?? 0) : undefined,
    brokerGreeks: isDerivative
      ? {
          delta: optionGreeks.delta ?? 0,
          theta: optionGreeks.theta ?? 0,
          gamma: optionGreeks.gamma ?? 0,
          vega: optionGreeks.vega ?? 0,
          rho: optionGreeks.rho ?? 0,
        }
      : undefined,
    day: candle(marketOHLC.ohlc, '1d'),
    minute: candle(marketOHLC.ohlc, 'I1'),
    indicativePricePaise: undefined,
    referencePricePaise: undefined,
    indicativeQty: undefined,
    imbalanceQtyTotal: undefined,
    imbalanceQtyMarket: undefined,
  };
}

/** Per instrument, in order, every message of the file that differs from the one before of its instrument. */
function readCapture(file: string): Map<string, Content[]> {
  const expected = new Map<string, Content[]>();
  const previous = new Map<string, string>();
  let latest = 0;
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    if (line === '') continue;
    const message = JSON.parse(line) as Captured;
    const inserted = Date.parse(`${message._insertion_time.replace(' ', 'T').slice(0, 23)}+05:30`);
    latest = Math.max(latest, inserted + RECORDER_BEHIND_MS);
    const said = JSON.stringify(message.fullFeed);
    if (previous.get(message.instrumentKey) === said) continue;
    previous.set(message.instrumentKey, said);
    const list = expected.get(message.instrumentKey) ?? [];
    list.push(contentOf(message, latest));
    expected.set(message.instrumentKey, list);
  }
  return expected;
}

function withoutStamp(tick: Tick): Content {
  const { instrumentId: _id, feedEpoch: _epoch, seq: _seq, source: _source, receivedTimeUs: _at, ...content } = tick;
  return content;
}

describeWithSharedData('the recorded quarter of an hour, replayed', (shared) => {
  let expected: Map<string, Content[]>;
  let sim: Simulator;
  let feed: RunningFeed;

  beforeAll(async () => {
    const file = join(shared, 'data', CAPTURE);
    expected = readCapture(file);
    sim = await startSimulator({
      VEGA_SIM_SOURCE: 'recorded',
      VEGA_SIM_RECORDED_FILE: file,
      VEGA_SIM_SPEED: '100',
    });
    feed = await startFeed(sim.url);
    const total = [...expected.values()].reduce((sum, list) => sum + list.length, 0);
    await eventually(
      async () => {
        const { market } = (await sim.status()) as { market: { progress: { finished: boolean } } };
        return market.progress.finished && feed.heard.length >= total;
      },
      { withinMs: 90_000, everyMs: 100, what: `the end of the recording and ${total} ticks` },
    );
  }, 150_000);

  afterAll(async () => {
    await feed.stop();
    await sim.stop();
  }, 30_000);

  it('every message that says something new arrives once, in order per instrument, and none is invented', () => {
    expect(expected.size).toBeGreaterThanOrEqual(9);
    const heard = new Map<string, Tick[]>();
    for (const { tick } of feed.heard) heard.set(tick.instrumentKey, [...(heard.get(tick.instrumentKey) ?? []), tick]);
    expect([...heard.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, contents] of expected) {
      const ticks = heard.get(key) ?? [];
      expect([key, ticks.length]).toEqual([key, contents.length]);
      expect(ticks.map(({ seq }) => seq)).toEqual(ticks.map((_tick, at) => at + 1));
      for (const [at, tick] of ticks.entries()) expect(withoutStamp(tick)).toEqual(contents[at]);
    }
  });

  it('the bytes are those of the published schema, one for one', () => {
    expect(feed.heard.length).toBeGreaterThan(1_000);
    for (const { tick, bytes } of feed.heard) {
      if (!Buffer.from(bytes).equals(toBytes(Tick, tick))) throw new Error(`${JSON.stringify(tick)} has other bytes`);
    }
  });

  it('the last quote equals the last values of the file exactly', async () => {
    const symbols = [...expected.keys()];
    const { quotes, unknown, unavailable } = await feed.ask(marketFeedRpc.getQuotes, { symbols });
    expect([unknown, unavailable]).toEqual([[], []]);
    for (const [at, quote] of quotes.entries()) {
      expect(withoutStamp(quote.tick!)).toEqual(expected.get(symbols[at]!)?.at(-1));
      expect(quote.staleReason).toBe(StaleReason.NONE);
    }
  });

  it('a market that stays at its last values is no fault', async () => {
    const health = await feed.untilState(HealthState.GREEN, 10_000);
    expect(health).toMatchObject({ gaps: 0, reconnects: 0, marketTimeExtrapolated: false });
    expect(feed.exits).toEqual([]);
  });
});
