/**
 * The last two hours of an expiry day, minute by minute, on the generated market: the service's own chain against what the generator
 * knows and tells nobody. Everything runs in market time; nothing waits.
 */
import { jest } from '@jest/globals';
import { Instrument, PricingStatus, SessionStatus, Tick, TickMode, TickSource, type ChainRow } from '@vega/contracts';
import { istDate, istInstant, toIstIso } from '@vega/kernel';
import { chainContracts, LiveChain, MarketTime } from '@vega/options';
import { SEED_HOLIDAYS, tradingCalendar } from '@vega/rulebook';
import { FakeClock, oracleBlack76 } from '@vega/testkit';
import { GeneratedMarket, type MasterRow, type SimQuote } from '@vega/upstox-sim';

jest.setTimeout(240_000);

const NIFTY = 'NSE_INDEX|Nifty 50';
/** A Tuesday on which a NIFTY weekly expires. */
const EXPIRY = istDate('2026-12-01');
const RATE = 0.055;
const HALF_TICK = 0.025;
const SECONDS_PER_YEAR = 31_536_000;

const paise = (rupees: number): number => Math.round(rupees * 100);

function toInstrument(row: MasterRow): Instrument {
  return Instrument.create({
    instrumentKey: row.instrument_key,
    segment: row.segment,
    instrumentType: row.instrument_type,
    tradingSymbol: row.trading_symbol,
    underlyingKey: row.underlying_key ?? '',
    strikePaise: paise(row.strike_price ?? 0),
    lotSize: row.lot_size ?? 0,
    tickSizePaise: row.tick_size ?? 0,
    weekly: row.weekly ?? false,
  });
}

function toTick(quote: SimQuote, now: number): Tick {
  return Tick.create({
    instrumentKey: quote.key,
    feedEpoch: 1,
    seq: quote.version + 1,
    source: TickSource.FEED_LIVE,
    mode: TickMode.FULL,
    marketTimeMs: now,
    receivedTimeUs: now * 1000,
    lastPricePaise: paise(quote.ltp),
    prevClosePaise: paise(quote.cp),
    depth: quote.depth.slice(0, 1).map(({ bidP, bidQ, askP, askQ }) => ({
      bidPricePaise: paise(bidP),
      bidQty: bidQ,
      askPricePaise: paise(askP),
      askQty: askQ,
    })),
    volume: quote.vtt,
    oi: quote.oi,
  });
}

/** The chain of the day's expiry, fed by the market's own steps. */
function chainOf(market: GeneratedMarket): { chain: LiveChain; time: MarketTime; step: () => number } {
  const clock = new FakeClock(istInstant(EXPIRY, 9));
  const rows = market.instruments();
  const underlying = rows.find((row) => row.instrument_key === NIFTY) as MasterRow;
  const listed = rows.filter((row) => row.underlying_key === NIFTY && toIstIso(row.expiry ?? 0).startsWith(EXPIRY));
  const contracts = chainContracts(toInstrument(underlying), EXPIRY, listed.map(toInstrument));
  if (contracts === undefined) throw new Error('no NIFTY options expire on the day');
  const time = new MarketTime(clock);
  const chain = new LiveChain({
    contracts,
    time,
    calendar: tradingCalendar(SEED_HOLIDAYS),
    clock,
    settings: { conflateMs: 0, rate: RATE, replica: 'spec' },
    sink: { publish: () => true },
    metrics: {
      recomputed: () => undefined,
      published: () => undefined,
      lag: () => undefined,
      tick: () => undefined,
      failed: () => undefined,
    },
    ivHistory: () => [],
    onGap: () => undefined,
  });
  const keys = new Set(chain.quotes.keys());
  const take = (quote: SimQuote | undefined, now: number): void => {
    if (quote !== undefined) chain.take(toTick(quote, now));
  };
  for (const key of keys) take(market.quote(key), market.now());
  const step = (): number => {
    const done = market.advance();
    if (done === undefined) throw new Error('the market stood still');
    clock.advanceSync(Math.max(0, done.now - clock.wallNow()));
    time.observe(done.now);
    for (const [segment, { status, updated }] of market.segmentStatus()) {
      time.takeStatus({ segment, status: SessionStatus[status], marketTimeMs: updated, source: 'spec' });
    }
    for (const quote of done.changed) if (keys.has(quote.key)) take(quote, done.now);
    return done.now;
  };
  return { chain, time, step };
}

interface Seen {
  readonly minute: string;
  readonly strike: number;
  readonly iv: number;
  readonly truth: number;
  readonly forward: number;
  readonly trueForward: number;
  readonly years: number;
  readonly row: ChainRow;
}

/** Runs the day and keeps, from 13:40 on, once a minute, every strike whose out-of-the-money side is in order. */
function lastTwoHours(): { seen: Seen[]; minutes: Set<string> } {
  const market = GeneratedMarket.create({ clock: new FakeClock(), seed: 'expiry', startDate: EXPIRY, stepMs: 1_000, speed: 20 });
  const { chain, step } = chainOf(market);
  const seen: Seen[] = [];
  const minutes = new Set<string>();
  for (;;) {
    const now = step();
    const at = toIstIso(now).slice(11, 16);
    if (at >= '15:40') break;
    if (at < '13:40' || minutes.has(at)) continue;
    const computed = chain.compute();
    const forward = computed?.forward?.forward;
    if (computed === undefined || forward === undefined) throw new Error(`no forward at ${at}`);
    minutes.add(at);
    for (const row of computed.rows) {
      const side = row.strikePaise / 100 >= forward ? row.call : row.put;
      const truth = market.truth(side?.instrumentKey ?? '');
      if (side === undefined || truth === undefined) continue;
      if (side.status !== PricingStatus.OK || side.iv === undefined) continue;
      const strike = row.strikePaise / 100;
      const { volatility, years } = truth;
      seen.push({ minute: at, strike, iv: side.iv, truth: volatility, forward, trueForward: truth.forward, years, row });
    }
  }
  return { seen, minutes };
}

describe('the last two hours of an expiry day', () => {
  const { seen, minutes } = lastTwoHours();

  it('DEBUG', () => {
    const by = new Map<string, number[]>();
    for (const one of seen) {
      const oracle = oracleBlack76({ type: 'c', forward: one.trueForward, strike: one.strike, years: one.years, rate: 0, volatility: one.truth });
      const allowed = Math.max(0.01 * one.truth, HALF_TICK / oracle.vegaPerUnit);
      const list = by.get(one.minute) ?? [];
      list.push(Math.abs(one.iv - one.truth) / allowed);
      by.set(one.minute, list);
    }
    const out: string[] = [];
    for (const [m, l] of by) {
      l.sort((a, b) => a - b);
      const f = seen.find((s) => s.minute === m) as Seen;
      out.push([m, l.length, l[l.length >> 1]?.toFixed(2), l[Math.floor(l.length * 0.9)]?.toFixed(2), l.at(-1)?.toFixed(2), (f.forward - f.trueForward).toFixed(3), (f.years * SECONDS_PER_YEAR).toFixed(0), f.row.call?.greeks?.delta.toFixed(3)].join(' '));
    }
    process.stdout.write(out.join('\n') + '\n');
    expect(minutes.size).toBe(120);
  });
});
