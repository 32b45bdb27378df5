import { BLACK76_REFERENCES } from '@vega/testkit';
import { priceLine } from './price.ts';

const ask = (request: object): Record<string, unknown> =>
  JSON.parse(priceLine(JSON.stringify(request))) as Record<string, unknown>;

describe('the price command', () => {
  const row = BLACK76_REFERENCES.find(({ id }) => id === 'nifty-30d-24950-0.05-p-142')!;
  const contract = { model: 'black76', type: row.type, F: row.forward, K: row.strike, T: row.years, r: row.rate };

  it('prices a volatility and finds it again, with every digit of a double', () => {
    const priced = ask({ ...contract, sigma: row.volatility });
    expect(Math.abs(Number(priced['price']) / Number(row.price) - 1)).toBeLessThan(5e-15);
    const found = ask({ ...contract, price: Number(row.price), id: 7 });
    expect(Math.abs(Number(found['iv']) / row.volatility - 1)).toBeLessThan(4 * row.attainable);
    expect(found['id']).toBe(7);
    for (const key of ['delta', 'gamma', 'vega_per_unit', 'vega_per_point', 'theta_per_year', 'theta_per_day', 'rho']) {
      expect(Number(priced[key]) / Number(found[key])).toBeCloseTo(1, 12);
    }
    expect(found['status']).toBe('OK');
  });

  it('knows Black-Scholes on spot and the modes', () => {
    const spot = { model: 'bsm', type: 'c', S: 100, K: 100, T: 0.5, r: 0.01, q: 0, sigma: 0.2 };
    expect(ask(spot)['price']).toBeCloseTo(5.87602423383, 10);
    const nse = { model: 'bsm', type: 'c', S: 25_000, K: 25_100, T: 7.3 / 365, price: 150, mode: 'nse' };
    expect(ask(nse)['iv']).toBe(ask({ ...nse, mode: 'house', r: 0.1, T: 7 / 365 })['iv']);
    const below = { type: 'c', F: 25_000, K: 24_000, T: 0.01, price: 999 };
    expect(ask({ ...below, mode: 'upstox' })).toMatchObject({ iv: 0, delta: 1, status: 'BELOW_INTRINSIC' });
    expect(ask(below)).toEqual({ iv: null, status: 'BELOW_INTRINSIC' });
  });

  it.each([
    ['no JSON', 'price please'],
    ['no price and no sigma', '{"type":"c","F":100,"K":100,"T":1}'],
    ['both', '{"type":"c","F":100,"K":100,"T":1,"price":1,"sigma":1}'],
    ['a forward for bsm', '{"model":"bsm","type":"c","F":100,"K":100,"T":1,"price":1}'],
    ['a rate against the mode', '{"type":"c","F":100,"K":100,"T":1,"r":0.1,"price":1,"mode":"upstox"}'],
    ['text for a number', '{"type":"c","F":"100","K":100,"T":1,"price":1}'],
  ])('refuses %s and says why', (_, line) => {
    const seen = JSON.parse(priceLine(line)) as { status: string; error: string };
    expect(seen.status).toBe('BAD_REQUEST');
    expect(seen.error.length).toBeGreaterThan(5);
  });

  it.each([
    [{ type: 'c', F: 0, K: 100, T: 1, price: 1 }, 'INVALID'],
    [{ type: 'c', F: 100, K: 100, T: 0, price: 1 }, 'EXPIRED'],
    [{ type: 'c', F: 100, K: 100, T: 1, price: 0 }, 'NO_QUOTE'],
    [{ type: 'c', F: 100, K: 100, T: 1, price: 100 }, 'ABOVE_MAX'],
    [{ type: 'c', F: 100, K: 100, T: 1, sigma: -1 }, 'INVALID'],
  ])('answers %j with %s and null', (request, status) => {
    const seen = ask(request);
    expect(seen['status']).toBe(status);
    expect(seen['iv'] ?? seen['price'] ?? null).toBeNull();
  });
});
