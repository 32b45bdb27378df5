import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithSharedData } from '@vega/testkit';
import { optionPrice } from './black76.ts';
import { brokerImpliedVolatility, fillBrokerGreeks, fillGreeks, type BrokerGreeksSlot } from './broker-greeks.ts';

const slot = (): BrokerGreeksSlot => ({ delta: NaN, theta: NaN, gamma: NaN, vega: NaN, rho: NaN, iv: NaN });

interface ChainRow {
  strike_price: number;
  call_options: { option_greeks: Greeks };
  put_options: { option_greeks: Greeks };
}
interface Greeks {
  delta: number;
  theta: number;
  gamma: number;
  vega: number;
  iv: number;
}

describe('brokerImpliedVolatility', () => {
  it.each([
    ['CE' as const, 25_000, 25_000, 0.123, 7 / 365],
    ['PE' as const, 25_000, 24_000, 0.2, 30 / 365],
    ['CE' as const, 25_000, 23_000, 0.3, 3 / 365],
  ])('finds what priced a %s to 2^-18', (right, forward, strike, volatility, years) => {
    const price = optionPrice(right, forward, strike, volatility, years);
    const found = brokerImpliedVolatility(right, price, forward, strike, years);
    expect(Math.abs(found - volatility)).toBeLessThan(2 ** -18);
    expect(Number.isInteger(found * 2 ** 18)).toBe(true);
  });

  it('is zero without time value or time', () => {
    expect(brokerImpliedVolatility('CE', 1000, 25_000, 24_000, 0.02)).toBe(0);
    expect(brokerImpliedVolatility('PE', 0.05, 25_000, 25_100, 0.02)).toBe(0);
    expect(brokerImpliedVolatility('CE', 100, 25_000, 25_000, 0)).toBe(0);
  });
});

describe('fillBrokerGreeks', () => {
  it('prints an option at intrinsic value as the broker does', () => {
    const greeks = slot();
    fillBrokerGreeks(greeks, 'CE', 900, 25_000, 24_000, 0.02);
    expect(greeks).toEqual({ delta: 1, theta: 0, gamma: 0, vega: 0, rho: 0, iv: 0 });
    fillBrokerGreeks(greeks, 'PE', 900, 25_000, 26_000, 0.02);
    expect(greeks.delta).toBe(-1);
    fillBrokerGreeks(greeks, 'PE', 0, 25_000, 24_000, 0.02);
    expect(greeks.delta).toBe(0);
  });

  it('agrees with differences of the price', () => {
    const [forward, strike, volatility, years] = [24_500, 24_650, 0.14, 9 / 365];
    const price = (f: number, v: number, t: number): number => optionPrice('PE', f, strike, v, t);
    const greeks = slot();
    fillGreeks(greeks, 'PE', volatility, forward, strike, years);
    expect(greeks.delta).toBeCloseTo(
      (price(forward + 1, volatility, years) - price(forward - 1, volatility, years)) / 2,
      3,
    );
    expect(greeks.vega).toBeCloseTo(
      price(forward, volatility + 0.005, years) - price(forward, volatility - 0.005, years),
      2,
    );
    const day = 1 / 365;
    const decay = (price(forward, volatility, years - day / 100) - price(forward, volatility, years + day / 100)) * 50;
    expect(greeks.theta).toBeCloseTo(decay, 1);
  });
});

describeWithSharedData('fillGreeks against a recorded Upstox chain', (folder) => {
  const file = join(folder, 'data', 'option_chain_NIFTY_exp2024-07-25_spot24530.90_snap2024-07-19close.json');
  const years = 6 / 365;

  function errorsAt(forward: number, rows: readonly ChainRow[]): { delta: number[]; vega: number[]; theta: number[] } {
    const errors: { delta: number[]; vega: number[]; theta: number[] } = { delta: [], vega: [], theta: [] };
    const greeks = slot();
    for (const row of rows) {
      for (const right of ['CE', 'PE'] as const) {
        const told = (right === 'CE' ? row.call_options : row.put_options).option_greeks;
        if (told.iv === 0 || Math.abs(told.delta) < 0.03 || Math.abs(told.delta) > 0.97) continue;
        fillGreeks(greeks, right, told.iv / 100, forward, row.strike_price, years);
        errors.delta.push(Math.abs(greeks.delta - told.delta));
        errors.vega.push(Math.abs(greeks.vega / told.vega - 1));
        errors.theta.push(Math.abs(greeks.theta / told.theta - 1));
      }
    }
    return errors;
  }

  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

  it('reproduces its delta, vega and theta with one forward', () => {
    const answer = JSON.parse(readFileSync(file, 'utf8')) as { data: ChainRow[] };
    let best = { forward: 0, error: Infinity };
    for (let forward = 24_500; forward <= 24_620; forward += 0.25) {
      const error = median(errorsAt(forward, answer.data).delta);
      if (error < best.error) best = { forward, error };
    }
    const errors = errorsAt(best.forward, answer.data);
    expect(errors.delta.length).toBeGreaterThan(40);
    expect(median(errors.delta)).toBeLessThan(1e-4);
    expect(Math.max(...errors.delta)).toBeLessThan(5e-4);
    expect(median(errors.vega)).toBeLessThan(1e-3);
    expect(median(errors.theta)).toBeLessThan(1e-3);
    // The fit is sharp: a forward ten rupees away is told apart.
    expect(median(errorsAt(best.forward + 10, answer.data).delta)).toBeGreaterThan(1e-3);
  });
});
