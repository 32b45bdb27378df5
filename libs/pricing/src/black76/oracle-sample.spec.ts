import { oracleBlack76, withSeed } from '@vega/testkit';
import { greekColumns } from './greeks-block.ts';
import { impliedVolatilityOfRows, volatilityColumns } from './implied-volatility.ts';
import { StatusCode } from './status.ts';
import { valueColumns, valueOptions } from './valuation.ts';

// VEGA_FULL=1 prices a million contracts, which takes a minute or two.
const FULL = process.env['VEGA_FULL'] === '1';
const CONTRACTS = FULL ? 1_000_000 : 60_000;
const MINUTE_YEARS = 1 / 525_600;

describe('a sample of contracts, one minute to one year, priced by an independent double-double Black-76', () => {
  it(`${CONTRACTS} contracts: volatility within 4 times attainable, Greeks within 5e-15 (1 + d1^2/16)`, async () => {
    await withSeed(20_260_803, (random) => {
      const worst = { volatility: 0, delta: 0, gamma: 0, vega: 0, theta: 0, rho: 0, price: 0 };
      const note = (key: keyof typeof worst, error: number, limit: number, contract: object): void => {
        const share = error / limit;
        if (!(share <= 1)) throw new Error(`${key} is ${share} of its limit at ${JSON.stringify(contract)}`);
        worst[key] = Math.max(worst[key], share);
      };
      const values = valueColumns(1);
      const greeks = greekColumns(1);
      const found = volatilityColumns(1);
      let withVolatility = 0;
      for (let n = 0; n < CONTRACTS; n += 1) {
        const forward = Math.round(20 * 50 * 2000 ** random.next()) / 20;
        const years = MINUTE_YEARS * 525_600 ** random.next();
        const volatility = 0.05 * 24 ** random.next();
        const spread = 16 * (random.next() - 0.5) * volatility * Math.sqrt(years);
        const share = random.chance(0.4) ? 0.85 + 0.3 * random.next() : Math.exp(spread);
        const strike = Math.max(0.05, Math.round(20 * forward * share) / 20);
        const contract = {
          type: random.chance(0.5) ? ('c' as const) : ('p' as const),
          forward,
          strike,
          years,
          rate: random.pick([0, 0.065, 0.1]),
          volatility,
        };
        const truth = oracleBlack76(contract);
        // Below this the truth itself is no longer a normal double.
        if (truth.timeValue < 1e-290) continue;
        const strikes = Float64Array.of(strike);
        const sides = Int8Array.of(contract.type === 'c' ? 1 : -1);
        valueOptions(contract, { strikes, sides, volatility: Float64Array.of(volatility) }, values, greeks);
        const limit = 5e-15 * (1 + truth.d1 ** 2 / 16);
        note('price', Math.abs(values.value[0]! - truth.price), limit * truth.price, contract);
        note('delta', Math.abs(greeks.delta[0]! - truth.delta), limit * Math.abs(truth.delta), contract);
        note('gamma', Math.abs(greeks.gamma[0]! - truth.gamma), limit * truth.gamma, contract);
        note('vega', Math.abs(greeks.vegaPerUnit[0]! - truth.vegaPerUnit), limit * truth.vegaPerUnit, contract);
        note('theta', Math.abs(greeks.thetaPerYear[0]! - truth.thetaPerYear), limit * truth.thetaTerms, contract);
        note('rho', Math.abs(greeks.rhoPerUnit[0]! - truth.rhoPerUnit), limit * truth.rhoTerms, contract);
        impliedVolatilityOfRows(
          {
            forwards: Float64Array.of(forward),
            strikes,
            sides,
            years: Float64Array.of(years),
            undiscountedPrices: Float64Array.of(truth.undiscounted),
          },
          found,
        );
        if (found.status[0] === StatusCode.OK) {
          withVolatility += 1;
          note('volatility', Math.abs(found.volatility[0]! / volatility - 1), 4 * truth.attainable, contract);
        } else if (truth.attainable < 1e-4) {
          throw new Error(`status ${found.status[0]} where the price has a volatility: ${JSON.stringify(contract)}`);
        }
      }
      expect(withVolatility).toBeGreaterThan(0.75 * CONTRACTS);
      if (FULL) console.info('worst shares of the limits', worst);
    });
  }, 600_000);
});
