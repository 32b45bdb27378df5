import fc from 'fast-check';
import { BLACK76_REFERENCES, type Black76Reference, NORMALISED_REFERENCES } from '@vega/testkit';
import { greekColumns } from './greeks-block.ts';
import { impliedVolatility, impliedVolatilityOfRows, volatilityColumns } from './implied-volatility.ts';
import { PricingStatus, STATUS_BY_CODE, StatusCode, statusOfCode } from './status.ts';
import { normalisedPrice, totalVolatilityOfNormalised } from './total-volatility.ts';
import { valueColumns, valueOptions } from './valuation.ts';

const side = (type: 'c' | 'p'): number => (type === 'c' ? 1 : -1);
const relative = (seen: number, truth: number): number =>
  seen === truth ? 0 : Math.abs(seen - truth) / Math.abs(truth);

/** d1 in plain doubles: it only scales the tolerance. */
function d1Of({ forward, strike, years, volatility }: Black76Reference): number {
  const s = volatility * Math.sqrt(years);
  return Math.log(forward / strike) / s + 0.5 * s;
}

function valued(contract: {
  forward: number;
  strike: number;
  years: number;
  rate: number;
  volatility: number;
  type: 'c' | 'p';
}) {
  const values = valueColumns(1);
  const greeks = greekColumns(1);
  valueOptions(
    { forward: contract.forward, years: contract.years, rate: contract.rate },
    {
      strikes: Float64Array.of(contract.strike),
      sides: Int8Array.of(side(contract.type)),
      volatility: Float64Array.of(contract.volatility),
    },
    values,
    greeks,
  );
  return {
    status: statusOfCode(values.status[0]!),
    value: values.value[0]!,
    delta: greeks.delta[0]!,
    gamma: greeks.gamma[0]!,
    theta: greeks.thetaPerYear[0]!,
    vega: greeks.vegaPerUnit[0]!,
    rho: greeks.rhoPerUnit[0]!,
  };
}

function implied(contract: { forward: number; strike: number; years: number; type: 'c' | 'p' }, undiscounted: number) {
  const out = volatilityColumns(1);
  impliedVolatilityOfRows(
    {
      forwards: Float64Array.of(contract.forward),
      strikes: Float64Array.of(contract.strike),
      sides: Int8Array.of(side(contract.type)),
      years: Float64Array.of(contract.years),
      undiscountedPrices: Float64Array.of(undiscounted),
    },
    out,
  );
  return { status: statusOfCode(out.status[0]!), volatility: out.volatility[0]! };
}

describe('implied volatility against true values', () => {
  it.each(BLACK76_REFERENCES.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const { status, volatility } = implied(row, Number(row.undiscounted));
    if (row.attainable > 1e-3) {
      expect(status).toBe(PricingStatus.LOW_VEGA);
      return;
    }
    expect(status).toBe(PricingStatus.OK);
    expect(Math.abs(volatility / row.volatility - 1) / row.attainable).toBeLessThanOrEqual(4);
  });

  it('keeps that accuracy from discounted premiums of one expiry', () => {
    for (const row of BLACK76_REFERENCES.filter((one) => one.attainable < 1e-3)) {
      const out = volatilityColumns(1);
      impliedVolatility(
        row,
        {
          strikes: Float64Array.of(row.strike),
          sides: Int8Array.of(side(row.type)),
          prices: Float64Array.of(Number(row.price)),
        },
        out,
      );
      expect([row.id, statusOfCode(out.status[0]!)]).toEqual([row.id, 'OK']);
      expect(Math.abs(out.volatility[0]! / row.volatility - 1) / row.attainable).toBeLessThanOrEqual(4);
    }
  });

  it('inverts the normalised price down to 1e-160 and up to its bound', () => {
    for (const { x, s, beta, vega } of NORMALISED_REFERENCES) {
      const price = Number(beta);
      const attainable = (price / (Number(vega) * s) + 1) * 2 ** -52;
      expect(relative(normalisedPrice(-x, s), price)).toBeLessThanOrEqual(5e-15 * (1 + (x / s) ** 2 / 16));
      const found = totalVolatilityOfNormalised(-x, price);
      if (attainable < 1e-3) expect(Math.abs(found / s - 1) / attainable).toBeLessThanOrEqual(4);
    }
  });

  it.each([1e-310, 5e-324, 1e-200, 1e-50])('inverts a price of %p, which is a double like any other', (price) => {
    const contract = { forward: 25_000, strike: 26_000, years: 1 / 8760, type: 'c' as const };
    const { status, volatility } = implied(contract, price);
    expect(status).toBe(PricingStatus.OK);
    const back = valued({ ...contract, rate: 0, volatility });
    // ln(price) moves h^2 times as fast as the volatility.
    if (price > 1e-300) expect(relative(Math.log(back.value), Math.log(price))).toBeLessThan(1e-14);
    expect(volatility).toBeGreaterThan(0.03);
  });

  it('sees one unit in the last place of moneyness at one second to expiry', () => {
    const forward = 25_000;
    for (const strike of [forward, forward * (1 + 2 ** -52), forward * (1 - 2 ** -53)]) {
      const contract = { forward, strike, years: 1 / 31_536_000, type: 'c' as const };
      const { value } = valued({ ...contract, rate: 0, volatility: 0.1 });
      expect(Math.abs(implied(contract, value).volatility / 0.1 - 1)).toBeLessThan(2e-15);
    }
  });
});

describe('values and Greeks at a given volatility against true values', () => {
  it.each(BLACK76_REFERENCES.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const seen = valued(row);
    const limit = 5e-15 * (1 + d1Of(row) ** 2 / 16);
    const otherLeg = Math.max(row.forward, row.strike) * Math.exp(-row.rate * row.years);
    expect(seen.status).toBe(PricingStatus.OK);
    expect(relative(seen.value, Number(row.price))).toBeLessThanOrEqual(limit);
    expect(relative(seen.delta, Number(row.delta))).toBeLessThanOrEqual(limit);
    expect(relative(seen.gamma, Number(row.gamma))).toBeLessThanOrEqual(limit);
    expect(relative(seen.vega, Number(row.vegaPerUnit))).toBeLessThanOrEqual(limit);
    expect(relative(seen.rho, Number(row.rhoPerUnit))).toBeLessThanOrEqual(limit);
    // Theta is decay plus rate times value: two terms of opposite sign, against whose size its error is measured.
    const terms = Math.abs(Number(row.thetaPerYear)) + row.rate * Math.min(Number(row.price), otherLeg);
    expect(Math.abs(seen.theta - Number(row.thetaPerYear))).toBeLessThanOrEqual(limit * terms);
  });

  it('gives the same Greeks with the implied volatility as at the volatility', () => {
    const row = BLACK76_REFERENCES.find(({ id }) => id.startsWith('nifty-30d-25000-0.05-c'))!;
    const out = volatilityColumns(1);
    const greeks = greekColumns(1);
    impliedVolatility(
      row,
      {
        strikes: Float64Array.of(row.strike),
        sides: Int8Array.of(side(row.type)),
        prices: Float64Array.of(Number(row.price)),
      },
      out,
      greeks,
    );
    const seen = valued({ ...row, volatility: out.volatility[0]! });
    expect(relative(greeks.delta[0]!, seen.delta)).toBeLessThan(1e-14);
    expect(relative(greeks.gamma[0]!, seen.gamma)).toBeLessThan(1e-14);
    expect(relative(greeks.thetaPerYear[0]!, seen.theta)).toBeLessThan(1e-14);
    expect(relative(greeks.vegaPerUnit[0]!, seen.vega)).toBeLessThan(1e-14);
    expect(relative(greeks.rhoPerUnit[0]!, seen.rho)).toBeLessThan(1e-14);
  });
});

describe('prices that have no volatility', () => {
  const week = 0.019178082191780823;
  it.each([
    ['below intrinsic', { forward: 25_000, strike: 24_000, years: week, type: 'c' }, 999.9, 'BELOW_INTRINSIC'],
    ['at intrinsic', { forward: 25_000, strike: 24_000, years: week, type: 'c' }, 1000, 'LOW_VEGA'],
    ['at the forward', { forward: 25_000, strike: 24_000, years: week, type: 'c' }, 25_000, 'ABOVE_MAX'],
    ['above the strike', { forward: 25_000, strike: 24_000, years: week, type: 'p' }, 24_000.05, 'ABOVE_MAX'],
    ['zero', { forward: 25_000, strike: 26_000, years: week, type: 'c' }, 0, 'NO_QUOTE'],
    ['negative', { forward: 25_000, strike: 26_000, years: week, type: 'c' }, -1, 'NO_QUOTE'],
    ['not a number', { forward: 25_000, strike: 26_000, years: week, type: 'c' }, NaN, 'NO_QUOTE'],
    ['infinite', { forward: 25_000, strike: 26_000, years: week, type: 'c' }, Infinity, 'NO_QUOTE'],
    ['expired', { forward: 25_000, strike: 24_900, years: -1e-6, type: 'c' }, 100, 'EXPIRED'],
    ['expiring now', { forward: 25_000, strike: 24_900, years: 0, type: 'c' }, 100, 'EXPIRED'],
    ['no forward', { forward: 0, strike: 24_900, years: week, type: 'c' }, 10, 'INVALID'],
    ['no strike', { forward: 25_000, strike: NaN, years: week, type: 'c' }, 10, 'INVALID'],
    ['no time', { forward: 25_000, strike: 24_900, years: NaN, type: 'c' }, 10, 'INVALID'],
  ] as const)('%s', (_, contract, price, status) => {
    expect(implied(contract, price)).toEqual({ status, volatility: 0 });
    const out = volatilityColumns(1);
    const greeks = greekColumns(1);
    impliedVolatility(
      { forward: contract.forward, years: contract.years, rate: 0 },
      {
        strikes: Float64Array.of(contract.strike),
        sides: Int8Array.of(side(contract.type)),
        prices: Float64Array.of(price),
      },
      out,
      greeks,
    );
    expect([statusOfCode(out.status[0]!), out.volatility[0]]).toEqual([status, 0]);
    expect(Object.values(greeks).map((values: Float64Array) => values[0])).toEqual([0, 0, 0, 0, 0]);
  });

  it('leaves its neighbours of the same block untouched', () => {
    const strikes = Float64Array.of(24_000, 25_000, 26_000);
    const sides = Int8Array.of(1, 1, 1);
    const terms = { forward: 25_000, years: week, rate: 0.065 };
    const values = valueColumns(3);
    valueOptions(terms, { strikes, sides, volatility: Float64Array.of(0.1, 0.12, 0.14) }, values);
    const out = volatilityColumns(3);
    impliedVolatility(terms, { strikes, sides, prices: Float64Array.of(1, values.value[1]!, values.value[2]!) }, out);
    expect([...out.status].map(statusOfCode)).toEqual(['BELOW_INTRINSIC', 'OK', 'OK']);
    expect(out.volatility[1]).toBeCloseTo(0.12, 12);
    expect(out.volatility[2]).toBeCloseTo(0.14, 12);
  });
});

describe('limits', () => {
  it.each([
    ['out of the money, no time', { strike: 25_050, years: 0, volatility: 0.12, type: 'c' }, 'EXPIRED', 0, 0],
    ['in the money, no time', { strike: 24_950, years: 0, volatility: 0.12, type: 'c' }, 'EXPIRED', 50, 1],
    ['in the money, no volatility', { strike: 25_050, years: 0.02, volatility: 0, type: 'p' }, 'OK', 50, -1],
    ['at the money, no time', { strike: 25_000, years: 0, volatility: 0.12, type: 'p' }, 'EXPIRED', 0, -0.5],
    ['hopeless', { strike: 90_000, years: 1e-6, volatility: 0.05, type: 'c' }, 'OK', 0, 0],
  ] as const)('%s', (_, contract, status, value, delta) => {
    const seen = valued({ forward: 25_000, rate: 0, ...contract });
    expect(seen.status).toBe(status);
    expect(seen.value).toBe(value);
    expect(seen.delta + 0).toBe(delta);
    expect([seen.gamma, seen.vega, seen.theta + 0]).toEqual([0, 0, 0]);
  });
});

describe('laws', () => {
  const anything = fc.oneof(
    fc.double(),
    fc.double({ min: 0, max: 1e5, noNaN: true }),
    fc.constantFrom(0, -0, 1, 25_000),
  );

  it('never gives NaN or an infinity, whatever comes in', () => {
    fc.assert(
      fc.property(
        anything,
        anything,
        anything,
        anything,
        anything,
        fc.boolean(),
        (forward, strike, years, rate, x, call) => {
          const type = call ? 'c' : 'p';
          const { status, ...numbers } = valued({ forward, strike, years, rate, volatility: x, type });
          expect(STATUS_BY_CODE).toContain(status);
          for (const value of Object.values(numbers)) expect(Number.isFinite(value)).toBe(true);
          const found = implied({ forward, strike, years, type }, x);
          expect(Number.isFinite(found.volatility)).toBe(true);
          if (found.volatility === 0) expect(found.status).not.toBe(PricingStatus.OK);
          const out = volatilityColumns(1);
          const greeks = greekColumns(1);
          const options = {
            strikes: Float64Array.of(strike),
            sides: Int8Array.of(side(type)),
            prices: Float64Array.of(x),
          };
          impliedVolatility({ forward, years, rate }, options, out, greeks);
          for (const column of [out.volatility, ...Object.values(greeks)])
            expect(Number.isFinite(column[0])).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('keeps put-call parity, equal gamma and vega', () => {
    const price = fc.double({ min: 100, max: 90_000, noNaN: true });
    fc.assert(
      fc.property(
        price,
        fc.double({ min: 0.7, max: 1.4, noNaN: true }),
        fc.double({ min: 1e-6, max: 2, noNaN: true }),
        fc.double({ min: 0.03, max: 3, noNaN: true }),
        (forward, share, years, volatility) => {
          const contract = { forward, strike: forward * share, years, rate: 0.065, volatility };
          const call = valued({ ...contract, type: 'c' });
          const put = valued({ ...contract, type: 'p' });
          const discount = Math.exp(-0.065 * years);
          expect(Math.abs(call.value - put.value - discount * (forward - contract.strike))).toBeLessThan(
            forward * 1e-15,
          );
          expect(call.delta - put.delta).toBeCloseTo(discount, 14);
          expect([call.gamma, call.vega]).toEqual([put.gamma, put.vega]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('spans blocks: a row does not depend on where it stands', () => {
    const count = 600;
    const strikes = Float64Array.from({ length: count }, (_, n) => 20_000 + 17 * n);
    const sides = Int8Array.from({ length: count }, (_, n) => (n % 3 === 0 ? 1 : -1));
    const volatility = Float64Array.from({ length: count }, (_, n) => 0.08 + n / 500);
    const terms = { forward: 25_000, years: 0.1, rate: 0.065 };
    const values = valueColumns(count);
    valueOptions(terms, { strikes, sides, volatility }, values);
    const all = volatilityColumns(count);
    impliedVolatility(terms, { strikes, sides, prices: values.value }, all);
    for (let n = 0; n < count; n += 1) {
      const one = volatilityColumns(1);
      const options = {
        strikes: strikes.slice(n, n + 1),
        sides: sides.slice(n, n + 1),
        prices: values.value.slice(n, n + 1),
      };
      impliedVolatility(terms, options, one);
      expect([n, one.volatility[0], one.status[0]]).toEqual([n, all.volatility[n], all.status[n]]);
    }
  });

  it('refuses a status code that does not exist', () => {
    expect(() => statusOfCode(200)).toThrow(RangeError);
    for (const [name, code] of Object.entries(StatusCode)) expect(statusOfCode(code)).toBe(name);
  });
});
