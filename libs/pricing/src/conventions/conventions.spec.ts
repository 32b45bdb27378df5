import { statusOfCode } from '../black76/status.ts';
import { valueColumns, valueOptions } from '../black76/valuation.ts';
import { volatilityOfOption, valueOption } from '../option.ts';
import { quoteColumns, type QuoteColumns, USUAL_QUOTE_LIMITS } from '../quote-quality.ts';
import { SECONDS_PER_YEAR, secondsToExpiry } from '../time-to-expiry.ts';
import { contractGreeks } from './contract-columns.ts';
import { houseChain, type HouseInput } from './house.ts';
import { nseGreeks } from './nse.ts';
import { upstoxGreeks } from './upstox.ts';

const DAY = 86_400;

/** A chain quoted a tick around the model value of a smile. */
function quotedChain(forward: number, seconds: number, rate: number): HouseInput & { smile: Float64Array } {
  const strikes = Float64Array.from({ length: 41 }, (_, n) => 24_000 + 50 * n);
  const smile = strikes.map((strike) => 0.12 + 3 * Math.log(strike / forward) ** 2);
  const terms = { forward, years: seconds / SECONDS_PER_YEAR, rate };
  const quoted = (side: number): QuoteColumns => {
    const sides = new Int8Array(strikes.length).fill(side);
    const values = valueColumns(strikes.length);
    valueOptions(terms, { strikes, sides, volatility: smile }, values);
    const quotes = quoteColumns(strikes.length);
    values.value.forEach((value, n) => {
      quotes.bid[n] = Math.max(value - 0.05, 0);
      quotes.ask[n] = value + 0.05;
      quotes.last[n] = value;
    });
    return quotes;
  };
  const limits = USUAL_QUOTE_LIMITS;
  return { strikes, smile, calls: quoted(1), puts: quoted(-1), secondsToExpiry: seconds, rate, limits };
}

describe('house', () => {
  it('finds forward and smile, one volatility per strike, and Greeks by put-call parity', () => {
    const input = quotedChain(25_012.35, 4 * DAY, 0.065);
    const chain = houseChain(input);
    expect(chain.forward?.source).toBe('PARITY');
    expect(chain.forward?.forward).toBeCloseTo(25_012.35, 6);
    input.strikes.forEach((_, n) => {
      expect(chain.calls.volatility[n]).toBeCloseTo(input.smile[n]!, 8);
      expect(chain.puts.volatility[n]).toBe(chain.calls.volatility[n]);
      expect(chain.calls.delta[n]! - chain.puts.delta[n]!).toBeCloseTo(Math.exp(-0.065 * chain.years), 12);
      expect(chain.calls.gamma[n]).toBe(chain.puts.gamma[n]);
      const alone = valueOption(
        {
          model: 'black76',
          type: 'c',
          underlying: chain.forward!.forward,
          strike: input.strikes[n]!,
          years: chain.years,
          rate: 0.065,
        },
        chain.calls.volatility[n]!,
      );
      expect(chain.calls.thetaPerDay[n]).toBe(alone.thetaPerDay);
      expect(chain.calls.vegaPerVolPoint[n]).toBe(alone.vegaPerVolPoint);
    });
  });

  it('judges each contract by its own quote and takes a missing side from the other', () => {
    const input = quotedChain(25_012.35, 4 * DAY, 0);
    const row = 30;
    const deep = 2;
    input.calls.ask[row] = 0;
    input.puts.ageSeconds[5] = 11;
    input.calls.bid[deep] = input.calls.ask[deep] = 900;
    input.puts.bid[10] = 0;
    input.puts.ask[10] = 0;
    input.calls.ask[12] = input.calls.bid[12]! * 2;
    const chain = houseChain(input);
    expect(statusOfCode(chain.calls.status[row]!)).toBe('ONE_SIDED');
    expect(chain.calls.volatility[row]).toBeCloseTo(input.smile[row]!, 6);
    expect(statusOfCode(chain.puts.status[5]!)).toBe('STALE');
    expect(statusOfCode(chain.calls.status[deep]!)).toBe('BELOW_INTRINSIC');
    expect(statusOfCode(chain.puts.status[10]!)).toBe('NO_QUOTE');
    expect(statusOfCode(chain.calls.status[12]!)).toBe('WIDE');
    expect(statusOfCode(chain.calls.status[0]!)).toBe('OK');
  });

  it('calls a contract LOW_VEGA whose volatility half a tick would move by a point', () => {
    const input = quotedChain(25_000, 60, 0);
    input.calls.bid[40] = 0.05;
    input.calls.ask[40] = 0.1;
    const chain = houseChain(input);
    // The wings are bid nothing and offered a tick: their middle is half a tick off, far below what they weigh.
    expect(Math.abs(chain.forward!.forward - 25_000)).toBeLessThan(0.01);
    expect(statusOfCode(chain.calls.status[20]!)).toBe('OK');
    expect(statusOfCode(chain.calls.status[40]!)).toBe('LOW_VEGA');
  });

  it('gives exercise values once trading has ended', () => {
    const chain = houseChain({ ...quotedChain(25_012.35, DAY, 0), secondsToExpiry: 0 });
    expect(statusOfCode(chain.calls.status[0]!)).toBe('EXPIRED');
    expect([chain.calls.delta[0], chain.puts.delta[0], chain.calls.delta[40], chain.puts.delta[40]]).toEqual(
      [1, -0, 0, -1].map((x) => x + 0),
    );
    expect([...chain.calls.gamma].every((gamma) => gamma === 0)).toBe(true);
  });

  it('has no numbers and no OK without any forward', () => {
    const input = quotedChain(25_000, DAY, 0);
    input.calls.bid.fill(0);
    input.calls.ask.fill(0);
    const chain = houseChain(input);
    expect(chain.forward).toBeUndefined();
    expect([...chain.puts.status].map(statusOfCode)).not.toContain('OK');
    expect(houseChain({ ...input, future: 25_003 }).forward?.source).toBe('FUTURE');
    expect(houseChain({ ...input, spot: 25_003 }).forward?.source).toBe('SPOT');
  });

  it('counts seconds without a floor', () => {
    const end = Date.UTC(2026, 7, 4, 10, 10, 0);
    expect(secondsToExpiry(end - 1_500, end)).toBe(1.5);
    expect(secondsToExpiry(end + 1, end)).toBe(0);
    const one = houseChain(quotedChain(25_000, 1, 0));
    expect(Math.abs(one.calls.volatility[20]! / 0.12 - 1)).toBeLessThan(0.01);
  });
});

describe('upstox', () => {
  const strikes = Float64Array.of(24_000, 25_000, 26_000, 26_000);
  const sides = Int8Array.of(1, 1, 1, -1);

  it('prints volatility 0 and a delta of exercise at or below intrinsic', () => {
    const out = contractGreeks(4);
    const terms = { forward: 25_000, secondsToExpiry: DAY };
    upstoxGreeks(terms, strikes, sides, Float64Array.of(999, 80, 0, 1000), out);
    expect([...out.volatility].map((one) => one > 0)).toEqual([false, true, false, false]);
    expect([out.delta[0], out.delta[2], out.delta[3]]).toEqual([1, 0, -1]);
    expect([...out.status].map(statusOfCode)).toEqual(['BELOW_INTRINSIC', 'OK', 'NO_QUOTE', 'LOW_VEGA']);
  });

  it('has the rho of a spot model: K T N(d2) / 100', () => {
    const out = contractGreeks(1);
    const years = DAY / SECONDS_PER_YEAR;
    const contract = { model: 'bsm', type: 'p', underlying: 25_000, strike: 25_100, years, rate: 0 } as const;
    const value = valueOption(contract, 0.13);
    upstoxGreeks(
      { forward: 25_000, secondsToExpiry: DAY },
      Float64Array.of(25_100),
      Int8Array.of(-1),
      Float64Array.of(value.price),
      out,
    );
    expect(out.rhoPerRatePoint[0]).toBeCloseTo(value.rhoPerUnit / 100, 10);
    expect(out.rhoPerRatePoint[0]).toBeLessThan(0);
  });
});

describe('nse', () => {
  it('is Black-Scholes on spot at ten per cent over whole days', () => {
    const out = contractGreeks(2);
    const prices = Float64Array.of(150, 120);
    nseGreeks({ spot: 25_000, wholeDays: 7 }, Float64Array.of(25_100, 24_950), Int8Array.of(1, -1), prices, out);
    const contract = {
      model: 'bsm',
      type: 'c',
      underlying: 25_000,
      strike: 25_100,
      years: 7 / 365,
      rate: 0.1,
    } as const;
    const { volatility } = volatilityOfOption(contract, 150);
    const value = valueOption(contract, volatility!);
    expect(out.volatility[0]).toBe(volatility);
    expect(out.delta[0]).toBeCloseTo(value.delta, 12);
    expect(out.gamma[0]).toBeCloseTo(value.gamma, 15);
    expect(out.thetaPerDay[0]).toBeCloseTo(value.thetaPerDay, 10);
    expect(out.rhoPerRatePoint[0]).toBeCloseTo(value.rhoPerUnit / 100, 10);
  });
});
