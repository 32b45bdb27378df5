import { jest } from '@jest/globals';
import { istDate, istInstant, MINUTE_MS, toIstIso } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import type { MarketStep, MasterRow, SimQuote } from '../market-source.ts';
import { hashOf } from '../seeded-random.ts';
import { GeneratedMarket, type GeneratedMarketOptions } from './generated-market.ts';

// Whole days of thousands of instruments; the machine may be busy.
jest.setTimeout(120_000);

const SEED = 'spec';
const NIFTY = 'NSE_INDEX|Nifty 50';

function market(options: Partial<GeneratedMarketOptions> = {}): GeneratedMarket {
  return GeneratedMarket.create({ clock: new FakeClock(), seed: SEED, startDate: istDate('2026-11-20'), ...options });
}

/** Steps until the market's IST time of day is `time`; the listener sees every step. */
function runTo(source: GeneratedMarket, time: string, seen: (step: MarketStep) => void = () => {}): void {
  for (let i = 0; i < 50_000; i++) {
    const step = source.advance();
    if (step === undefined) throw new Error('the market stood still');
    seen(step);
    if (toIstIso(step.now).slice(11, 11 + time.length) >= time) return;
  }
  throw new Error(`${time} was not reached`);
}

function digest(step: MarketStep): number {
  return hashOf(step.now, String(step.statusChanged), ...step.changed.map((quote) => JSON.stringify(quote)));
}

describe('a generated market', () => {
  it('repeats itself for a seed, quote for quote, and differs for another', () => {
    const digests = (options: Partial<GeneratedMarketOptions>): number[] => {
      const source = market({ speed: 20, activity: 0.5, ...options });
      const found: number[] = [];
      runTo(source, '09:17', (step) => found.push(digest(step)));
      return found;
    };
    const first = digests({});
    expect(first.length).toBeGreaterThan(50);
    expect(digests({})).toEqual(first);
    expect(digests({ seed: 'other' })).not.toEqual(first);
  });

  it('prices call, put and future of an expiry from one forward', () => {
    const source = market({ stepMs: 200 });
    const rows = new Map(source.instruments().map((row) => [row.instrument_key, row]));
    runTo(source, '09:15:45');
    const pairs = new Map<string, { call?: MasterRow; put?: MasterRow }>();
    for (const row of rows.values()) {
      if (row.instrument_type !== 'CE' && row.instrument_type !== 'PE') continue;
      const id = `${row.underlying_key}|${row.expiry}|${row.strike_price}`;
      const pair = pairs.get(id) ?? {};
      if (row.instrument_type === 'CE') pair.call = row;
      else pair.put = row;
      pairs.set(id, pair);
    }
    let checked = 0;
    let wide = 0;
    for (const { call, put } of pairs.values()) {
      const truth = source.truth(call?.instrument_key ?? '');
      const [c, p] = [source.quote(call?.instrument_key ?? ''), source.quote(put?.instrument_key ?? '')];
      const [a, b] = [c?.depth[0], p?.depth[0]];
      if (truth === undefined || a === undefined || b === undefined) throw new Error('a pair is not whole');
      // The cheapest way to buy the synthetic forward, and the dearest to sell it: no arbitrage beyond a few ticks.
      const buy = a.askP - b.bidP + (call?.strike_price ?? 0);
      const sell = a.bidP - b.askP + (call?.strike_price ?? 0);
      const slack = 0.00012 * truth.forward;
      checked++;
      if (buy < truth.forward - slack || sell > truth.forward + slack) wide++;
    }
    expect(checked).toBeGreaterThan(3500);
    expect(wide / checked).toBeLessThan(0.01);
    const future = [...rows.values()].find((row) => row.underlying_key === NIFTY && row.instrument_type === 'FUT');
    const option = [...rows.values()].find(
      (row) => row.underlying_key === NIFTY && row.expiry === future?.expiry && row.strike_price,
    );
    const best = source.quote(future?.instrument_key ?? '')?.depth[0];
    const forward = source.truth(option?.instrument_key ?? '')?.forward ?? 0;
    expect(Math.abs(((best?.bidP ?? 0) + (best?.askP ?? 0)) / 2 - forward)).toBeLessThan(forward * 0.0002);
  });

  describe('in its first minutes', () => {
    // Six times as fast as the wall: three minutes of market, thirty seconds of messages.
    const source = market({ speed: 6, stepMs: 100 });
    const rows = new Map(source.instruments().map((row) => [row.instrument_key, row]));
    const faults: string[] = [];
    const before = new Map<string, Pick<SimQuote, 'version' | 'vtt' | 'ltt' | 'iv'>>();
    const greeksSteps: number[] = [];
    let changes = 0;

    function check(quote: SimQuote, now: number, row: MasterRow): void {
      const past = before.get(quote.key);
      const fault = (what: string): void => void faults.push(`${quote.key} ${toIstIso(now)} ${what}`);
      const tick = row.tick_size ?? 5;
      const onGrid = (price: number): boolean => Math.abs(price * 100 - Math.round((price * 100) / tick) * tick) < 1e-6;
      if (quote.ltt > now) fault(`traded at ${quote.ltt}, after the step`);
      if (past !== undefined && quote.version !== past.version + 1) fault('skipped a version');
      if (past !== undefined && quote.vtt < past.vtt) fault('volume fell');
      if (past !== undefined && quote.ltt < past.ltt) fault('last trade went back');
      if (quote.day !== undefined && quote.vtt !== quote.day.vol && row.instrument_type !== 'INDEX')
        fault('volumes differ');
      if (quote.day !== undefined) {
        const { open, high, low, close, ts } = quote.day;
        if (!(low <= Math.min(open, close) && high >= Math.max(open, close))) fault('the day is no candle');
        if (close !== quote.ltp) fault('the day does not end at the last price');
        if (ts !== istInstant(istDate('2026-11-20'))) fault('the day does not start at midnight');
      }
      if (quote.minute !== undefined) {
        const { open, high, low, close, ts } = quote.minute;
        if (!(low <= Math.min(open, close) && high >= Math.max(open, close))) fault('the minute is no candle');
        if (ts % MINUTE_MS !== 0 || ts + MINUTE_MS > now) fault('the minute is not over');
      }
      if (row.instrument_type === 'INDEX') {
        if (quote.depth.length > 0 || quote.vtt !== 0) fault('an index with a book');
        return;
      }
      const best = quote.depth[0];
      if (best === undefined || !(best.bidP < best.askP) || best.bidQ <= 0 || best.askQ <= 0) fault('not two-sided');
      for (const level of quote.depth) if (!onGrid(level.bidP) || !onGrid(level.askP)) fault('off the grid');
      if (!onGrid(quote.ltp)) fault('last price off the grid');
      const sum = quote.depth.reduce((total, level) => total + level.bidQ, 0);
      if (quote.tbq < sum) fault('total below the levels');
      const lot = row.lot_size ?? 1;
      if (quote.vtt % lot !== 0 || quote.oi % lot !== 0 || quote.ltq % lot !== 0) fault('not in lots');
      if (
        quote.vtt > 0 &&
        quote.day !== undefined &&
        (quote.atp < quote.day.low - 0.01 || quote.atp > quote.day.high + 0.01)
      ) {
        fault('average outside the day');
      }
      if (quote.lowerCircuit === undefined || quote.upperCircuit === undefined) fault('no price limits');
      else if (quote.ltp < quote.lowerCircuit || quote.ltp > quote.upperCircuit) fault('beyond the limits');
      if (row.instrument_type === 'EQ' && (quote.oi !== 0 || quote.iv !== undefined)) fault('a share with interest');
      if ((row.strike_price ?? 0) > 0 && quote.iv === undefined) fault('an option without volatility');
      if (quote.oi > (quote.oiDayHigh ?? quote.oi) || quote.oi < (quote.oiDayLow ?? quote.oi)) fault('interest range');
      if (past !== undefined && quote.greeks !== undefined && quote.iv !== past.iv) greeksSteps.push(now);
    }

    beforeAll(() => {
      runTo(source, '09:18', (step) => {
        for (const quote of step.changed) {
          changes++;
          const row = rows.get(quote.key);
          if (row === undefined) throw new Error(`${quote.key} is not in the master`);
          check(quote, step.now, row);
          const { version, vtt, ltt, iv } = quote;
          before.set(quote.key, { version, vtt, ltt, iv });
        }
      });
    });

    it('keeps every law of a quote at every change', () => {
      expect(changes).toBeGreaterThan(100_000);
      expect(faults.slice(0, 10)).toEqual([]);
      expect(before.size).toBe(rows.size);
    });

    it('sends about 1.2 messages a second of what is active and less of what is far', () => {
      const perSecond = (key: string): number => (before.get(key)?.version ?? 0) / 30;
      const chain = [...rows.values()].filter(
        (row) =>
          row.underlying_key === NIFTY &&
          row.expiry === [...rows.values()].find((one) => one.underlying_key === NIFTY)?.expiry,
      );
      const spot = source.quote(NIFTY)?.ltp ?? 0;
      const near = chain.filter((row) => (row.strike_price ?? 0) > 0 && Math.abs((row.strike_price ?? 0) - spot) < 100);
      const far = chain.filter((row) => (row.strike_price ?? 0) > spot * 1.05 && row.instrument_type === 'CE');
      const mean = (some: readonly MasterRow[]): number =>
        some.reduce((sum, row) => sum + perSecond(row.instrument_key), 0) / some.length;
      expect(mean(near)).toBeGreaterThan(1.0);
      expect(mean(near)).toBeLessThan(1.4);
      expect(mean(far)).toBeLessThan(0.6);
    });

    it('moves volatilities slower than prices', () => {
      const options = [...rows.values()].filter((row) => (row.strike_price ?? 0) > 0);
      expect(greeksSteps.length).toBeLessThan((options.length * 30_000) / 4950 + options.length);
      expect(greeksSteps.length).toBeGreaterThan(5000);
    });

    it('prints volatilities that lie near the truth where options are traded', () => {
      const errors: number[] = [];
      for (const row of rows.values()) {
        const truth = source.truth(row.instrument_key);
        const quote = source.quote(row.instrument_key);
        const delta = Math.abs(quote?.greeks?.delta ?? 0);
        if (
          truth === undefined ||
          quote?.iv === undefined ||
          delta < 0.2 ||
          delta > 0.8 ||
          row.underlying_key !== NIFTY
        )
          continue;
        errors.push(Math.abs(quote.iv / truth.volatility - 1));
      }
      errors.sort((a, b) => a - b);
      expect(errors.length).toBeGreaterThan(60);
      expect(errors[errors.length >> 1]).toBeLessThan(0.01);
    });

    it('has a volatility index near the volatility of its options, and smiles', () => {
      const vix = source.quote('NSE_INDEX|India VIX')?.ltp ?? 0;
      const chain = [...rows.values()].filter((row) => row.underlying_key === NIFTY && row.instrument_type === 'PE');
      const month = chain.filter(
        (row) => row.expiry === chain.find((one) => one.trading_symbol.endsWith('29 DEC 26'))?.expiry,
      );
      const spot = source.quote(NIFTY)?.ltp ?? 0;
      const at = (ratio: number) => {
        const row = month.reduce((best, one) =>
          Math.abs((one.strike_price ?? 0) - spot * ratio) < Math.abs((best.strike_price ?? 0) - spot * ratio)
            ? one
            : best,
        );
        return source.truth(row.instrument_key)?.volatility ?? 0;
      };
      expect(vix / 100).toBeGreaterThan(at(1) * 0.85);
      expect(vix / 100).toBeLessThan(at(1) * 1.35);
      expect(at(0.95)).toBeGreaterThan(at(1));
      expect(at(0.95)).toBeGreaterThan(at(1.05));
    });
  });
});

describe('settlement of index options', () => {
  /** Runs an expiry day in coarse steps and returns the at-the-money call's truth and the spots of the last half hour. */
  function expiryDay(date: string, until: string): { source: GeneratedMarket; spots: number[]; call: MasterRow } {
    const source = market({ startDate: istDate(date), speed: 300 });
    const spots: number[] = [];
    runTo(source, until, (step) => {
      if (toIstIso(step.now).slice(11) > '15:00:00' && toIstIso(step.now).slice(11) <= '15:30:00') {
        spots.push(source.quote(NIFTY)?.ltp ?? 0);
      }
    });
    const spot = source.quote(NIFTY)?.ltp ?? 0;
    const call = source
      .instruments()
      .find(
        (row) =>
          row.underlying_key === NIFTY &&
          row.instrument_type === 'CE' &&
          (row.strike_price ?? 0) < spot - 60 &&
          (row.strike_price ?? 0) > spot - 120,
      );
    if (call === undefined) throw new Error('no call near the money');
    return { source, spots, call };
  }

  it('averages the last half hour before August 2026', () => {
    const { source, spots, call } = expiryDay('2026-07-28', '15:30:00');
    const truth = source.truth(call.instrument_key);
    const mean = spots.reduce((sum, spot) => sum + spot, 0) / spots.length;
    expect(Math.abs((truth?.forward ?? 0) - mean)).toBeLessThan(3);
    expect(truth?.deviation).toBe(0);
    expect(truth?.fair).toBeCloseTo((truth?.forward ?? 0) - (call.strike_price ?? 0), 6);
    // The average stays behind the last price, unless the market stood still.
    expect(truth?.forward).not.toBeCloseTo(source.quote(NIFTY)?.ltp ?? 0, 1);
  });

  it('takes the closing auction since', () => {
    const { source, call } = expiryDay('2026-11-23', '15:36:00');
    const truth = source.truth(call.instrument_key);
    expect(truth?.forward).toBeCloseTo(source.quote(NIFTY)?.ltp ?? 0, 1);
    expect(truth?.deviation).toBe(0);
    const best = source.quote(call.instrument_key)?.depth[0];
    const worth = (source.quote(NIFTY)?.ltp ?? 0) - (call.strike_price ?? 0);
    expect(best?.bidP).toBeLessThanOrEqual(worth + 0.05);
    expect(best?.askP).toBeGreaterThanOrEqual(worth - 0.05);
  });

  it('freezes the index in the closing auction while options trade on', () => {
    const source = market({ speed: 300 });
    runTo(source, '15:15:30');
    const frozen = source.quote(NIFTY)?.ltp;
    let optionChanges = 0;
    runTo(source, '15:27:30', (step) => {
      expect(source.quote(NIFTY)?.ltp).toBe(frozen);
      optionChanges += step.changed.filter((quote) => quote.key.startsWith('NSE_FO')).length;
    });
    expect(optionChanges).toBeGreaterThan(1000);
    runTo(source, '15:30:00');
    expect(source.quote(NIFTY)?.ltp).not.toBe(frozen);
  });
});

describe('a load', () => {
  it('produces the wanted entries of the liveliest contracts, spread evenly', () => {
    const source = market({ stepMs: 50, load: { entriesPerSecond: 31_000, instruments: 5000 } });
    const loaded = new Set(source.loadKeys());
    expect(loaded.size).toBe(5000);
    runTo(source, '09:15:01');
    const counts = new Map<string, number>();
    const steps: number[] = [];
    for (let i = 0; i < 40; i++) {
      const changed = source.advance()?.changed.filter((quote) => loaded.has(quote.key)) ?? [];
      steps.push(changed.length);
      for (const quote of changed) counts.set(quote.key, (counts.get(quote.key) ?? 0) + 1);
    }
    expect(steps.reduce((a, b) => a + b, 0)).toBe(62_000);
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
    expect(counts.size).toBe(5000);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });

  it('leaves the rest to its own pace, and activity multiplies that', () => {
    const entries = (activity: number): number => {
      const source = market({ activity });
      runTo(source, '09:15:02');
      let count = 0;
      for (let i = 0; i < 30; i++) count += source.advance()?.changed.length ?? 0;
      return count;
    };
    const [one, three] = [entries(1), entries(3)];
    expect(one).toBeGreaterThan(9000);
    expect(three / one).toBeGreaterThan(2.2);
  });
});
