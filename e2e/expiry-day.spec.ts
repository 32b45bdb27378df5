/**
 * The last two hours of an expiry day, minute by minute, on the generated market: the service's own chain against what the generator
 * knows and tells nobody. Everything runs in market time; nothing waits.
 */
import { jest } from '@jest/globals';
import { Instrument, PricingStatus, SessionStatus, Tick, TickMode, TickSource, type ChainSide } from '@vega/contracts';
import { istDate, istInstant, toIstIso } from '@vega/kernel';
import { chainContracts, LiveChain, MarketTime } from '@vega/options';
import { volatilityOfOption } from '@vega/pricing';
import { SEED_HOLIDAYS, tradingCalendar } from '@vega/rulebook';
import { FakeClock, oracleBlack76 } from '@vega/testkit';
import { GeneratedMarket, type MasterRow, type OptionTruth, type SimQuote } from '@vega/upstox-sim';

jest.setTimeout(240_000);

const NIFTY = 'NSE_INDEX|Nifty 50';
/** A Tuesday on which a NIFTY weekly expires. */
const EXPIRY = istDate('2026-12-01');
const RATE = 0.055;
const HALF_TICK = 0.025;
/** Error of the parity forward, of which a contract feels its delta; rupees. */
const FORWARD_SLACK = 0.03;
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
function chainOf(market: GeneratedMarket): {
  chain: LiveChain;
  time: MarketTime;
  step: () => number;
  fairAtQuote: Map<string, number>;
} {
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
  const fairAtQuote = new Map<string, number>();
  const take = (quote: SimQuote | undefined, now: number): void => {
    if (quote === undefined) return;
    chain.take(toTick(quote, now));
    const fair = market.truth(quote.key)?.fair;
    if (fair !== undefined) fairAtQuote.set(quote.key, fair);
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
  return { chain, time, step, fairAtQuote };
}

interface Seen {
  readonly minute: string;
  readonly strike: number;
  readonly side: ChainSide;
  readonly iv: number;
  readonly truth: OptionTruth;
  readonly forward: number;
  readonly secondsToExpiry: number;
  /** How far the middle of the quote is from the true value, and how far that has moved since the quote was made; rupees. */
  readonly quoteError: number;
  readonly moved: number;
}

/** A contract worth less than this is quoted at the exchange's least price, whatever it is worth. */
const WORTH_A_TICK = 0.05;

/** Runs the day and keeps, from 13:40 on, once a minute, every out-of-the-money contract that is in order. */
function lastTwoHours(): { seen: Seen[]; minutes: Map<string, number> } {
  const market = GeneratedMarket.create({
    clock: new FakeClock(),
    seed: 'expiry',
    startDate: EXPIRY,
    stepMs: 1_000,
    speed: 60,
  });
  const { chain, step, fairAtQuote } = chainOf(market);
  const seen: Seen[] = [];
  const minutes = new Map<string, number>();
  for (;;) {
    const at = toIstIso(step()).slice(11, 16);
    if (at >= '15:40') return { seen, minutes };
    if (at < '13:40' || minutes.has(at)) continue;
    const computed = chain.compute();
    const forward = computed?.forward?.forward;
    if (computed === undefined || forward === undefined) throw new Error(`no forward at ${at}`);
    minutes.set(at, computed.head.secondsToExpiry);
    for (const row of computed.rows) {
      const side = row.strikePaise / 100 >= forward ? row.call : row.put;
      const truth = market.truth(side?.instrumentKey ?? '');
      if (side?.iv === undefined || truth === undefined || side.status !== PricingStatus.OK) continue;
      if (truth.fair < WORTH_A_TICK || truth.volatility === 0) continue;
      const middle = ((side.bidPricePaise ?? 0) + (side.askPricePaise ?? 0)) / 200;
      seen.push({
        minute: at,
        strike: row.strikePaise / 100,
        side,
        iv: side.iv,
        truth,
        forward,
        secondsToExpiry: computed.head.secondsToExpiry,
        quoteError: Math.abs(middle - truth.fair),
        moved: Math.abs(truth.fair - (fairAtQuote.get(side.instrumentKey) ?? truth.fair)),
      });
    }
  }
}

/** How far the volatility may be off when the price is off by so many rupees: one per cent, or what the price allows. */
function allowance({ strike, iv, truth, side }: Seen, rupees: number): number {
  const type = side.tradingSymbol.includes(' CE ') ? 'c' : 'p';
  const contract = { model: 'black76', type, underlying: truth.forward, strike, years: truth.years, rate: 0 } as const;
  const price = Math.max(truth.fair + (iv > truth.volatility ? rupees : -rupees), 1e-12);
  const edge = volatilityOfOption(contract, price).volatility ?? truth.volatility;
  return Math.max(0.01 * truth.volatility, Math.abs(edge - truth.volatility));
}

describe('the last two hours of an expiry day', () => {
  const { seen, minutes } = lastTwoHours();

  it('are counted to the end of trading by the second, with a forward in every minute', () => {
    expect(minutes.size).toBe(120);
    expect([minutes.get('13:40'), minutes.get('15:39')]).toEqual([7_200, 60]);
    for (const { secondsToExpiry, truth } of seen) {
      expect(Math.abs(secondsToExpiry - truth.years * SECONDS_PER_YEAR)).toBeLessThan(0.01);
    }
  });

  it("have the generator's volatility, to one per cent or what half a tick of price allows", () => {
    expect(seen.length).toBeGreaterThan(600);
    // The index is printed by the closing auction; what is left of the day then has no volatility to be found.
    expect(Math.max(...seen.map(({ minute }) => Number(minute.replace(':', ''))))).toBeGreaterThanOrEqual(1526);
    const within = seen.filter(
      (one) => Math.abs(one.iv - one.truth.volatility) <= allowance(one, HALF_TICK + one.moved),
    );
    expect(within.length / seen.length).toBeGreaterThan(0.95);
    // The rest are quotes whose middle is further than half a tick from what the contract is worth: then no further than that allows.
    const beyond = seen.filter((one) => {
      const allowed = allowance(one, Math.max(HALF_TICK + one.moved, one.quoteError) + FORWARD_SLACK);
      return Math.abs(one.iv - one.truth.volatility) > allowed;
    });
    expect(beyond.map(({ minute, strike, iv, truth }) => [minute, strike, iv, truth.volatility])).toEqual([]);
  });

  it('have the theta and gamma of that volatility, by an independent double-double Black-76', () => {
    const faults = seen.filter(({ side, strike, forward, iv, secondsToExpiry }) => {
      const years = secondsToExpiry / SECONDS_PER_YEAR;
      const type = side.tradingSymbol.includes(' CE ') ? 'c' : 'p';
      const truth = oracleBlack76({ type, forward, strike, years, rate: RATE, volatility: iv });
      const { gamma = NaN, thetaPerDay = NaN } = side.greeks ?? {};
      return !(
        Math.abs(gamma / truth.gamma - 1) < 1e-9 && Math.abs(thetaPerDay / (truth.thetaPerYear / 365) - 1) < 1e-9
      );
    });
    expect(faults).toEqual([]);
    // Near the money, where a quote says most, they are those of the true volatility as well.
    const near = seen.filter(
      ({ side, truth }) => Math.abs(side.greeks?.delta ?? 0) > 0.3 && truth.years * SECONDS_PER_YEAR > 1_200,
    );
    expect(near.length).toBeGreaterThan(50);
    for (const { side, strike, truth } of near) {
      const { forward, years, volatility } = truth;
      const exact = oracleBlack76({ type: 'c', forward, strike, years, rate: 0, volatility });
      expect(Math.abs((side.greeks?.gamma ?? 0) / exact.gamma - 1)).toBeLessThan(0.05);
      expect(Math.abs((side.greeks?.thetaPerDay ?? 0) / (exact.thetaPerYear / 365) - 1)).toBeLessThan(0.05);
    }
  });

  it('would fail with a clamped clock', () => {
    // A quarter of an hour as the least time to expiry: the fault that traders know from elsewhere.
    const late = seen.filter(({ secondsToExpiry }) => secondsToExpiry < 900);
    expect(late.length).toBeGreaterThan(0);
    for (const one of late) {
      const clamped = one.iv * Math.sqrt(one.secondsToExpiry / 900);
      expect(Math.abs(clamped - one.truth.volatility)).toBeGreaterThan(allowance(one, 0));
    }
  });
});
