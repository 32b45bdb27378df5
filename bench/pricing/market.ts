import { seededRandom, type SeededRandom } from '@vega/testkit';
import {
  type ContractRows,
  type ExpiryTerms,
  type GreekColumns,
  greekColumns,
  type OptionColumns,
  type VolatilityColumns,
  valueColumns,
  valueOptions,
  volatilityColumns,
} from '@vega/pricing';

// Contracts as an exchange lists them: forward near 25,000, strikes within 15 %, ten minutes to a year, volatility 5 to 120 %. A contract
// worth less than half a tick of time value has no quote and is drawn again.

export const CONTRACTS = 16_384;
const YEAR_SECONDS = 31_536_000;
const HALF_TICK = 0.025;

export interface Chain {
  readonly terms: ExpiryTerms;
  readonly options: OptionColumns;
  readonly truth: Float64Array;
  readonly out: VolatilityColumns;
  readonly greeks: GreekColumns;
}

const drawYears = (random: SeededRandom): number => (600 / YEAR_SECONDS) * (YEAR_SECONDS / 600) ** random.next();

function drawContract(random: SeededRandom, forward: number, years: number): { strike: number; volatility: number } {
  for (;;) {
    const strike = forward * (0.85 + 0.3 * random.next());
    const volatility = 0.05 * 24 ** random.next();
    const value = valueColumns(1);
    valueOptions(
      { forward, years, rate: 0 },
      {
        strikes: Float64Array.of(strike),
        sides: Int8Array.of(strike < forward ? -1 : 1),
        volatility: Float64Array.of(volatility),
      },
      value,
    );
    if ((value.value[0] as number) > HALF_TICK) return { strike, volatility };
  }
}

/** One expiry of `count` contracts. */
export function drawChain(random: SeededRandom, count: number): Chain {
  const terms = { forward: 25_000 * (0.999 + 0.002 * random.next()), years: drawYears(random), rate: 0.065 };
  const drawn = Array.from({ length: count }, () => drawContract(random, terms.forward, terms.years));
  const strikes = Float64Array.from(drawn, ({ strike }) => strike);
  const truth = Float64Array.from(drawn, ({ volatility }) => volatility);
  const sides = Int8Array.from(drawn, () => (random.chance(0.5) ? 1 : -1));
  const values = valueColumns(count);
  valueOptions(terms, { strikes, sides, volatility: truth }, values);
  const options = { strikes, sides, prices: values.value };
  return { terms, options, truth, out: volatilityColumns(count), greeks: greekColumns(count) };
}

/** Contracts that share nothing, in slices of `slice` rows. */
export function drawRows(seed: number, slice: number): { rows: ContractRows; truth: Float64Array }[] {
  const random = seededRandom(seed);
  return Array.from({ length: CONTRACTS / slice }, () => {
    const contracts = Array.from({ length: slice }, () => drawChain(random, 1));
    const pick = (of: (chain: Chain) => number): Float64Array => Float64Array.from(contracts, of);
    const rows = {
      forwards: pick(({ terms }) => terms.forward),
      strikes: pick(({ options }) => options.strikes[0] as number),
      sides: Int8Array.from(contracts, ({ options }) => options.sides[0] as number),
      years: pick(({ terms }) => terms.years),
      undiscountedPrices: pick(
        ({ terms, options }) => (options.prices[0] as number) * Math.exp(terms.rate * terms.years),
      ),
    };
    return { rows, truth: pick(({ truth }) => truth[0] as number) };
  });
}
