import { type SeededRandom, withSeed } from '@vega/testkit';
import { valueOption } from './option.ts';
import { type AveragingWindow, settlementEquivalent, settlementValue, settlementVolatility } from './settlement.ts';
import { SECONDS_PER_YEAR } from './time-to-expiry.ts';

const HALF_HOUR = 1800;
const FORWARD = 25_000;
const VOLATILITY = 0.15;

const inWindow = (secondsToEnd: number, runningAverage: number): AveragingWindow => ({
  secondsToStart: 0,
  secondsToEnd,
  lengthSeconds: HALF_HOUR,
  runningAverage,
});
const before = (secondsToStart: number): AveragingWindow => ({
  secondsToStart,
  secondsToEnd: secondsToStart + HALF_HOUR,
  lengthSeconds: HALF_HOUR,
  runningAverage: 0,
});

/** Two independent standard normals (Box and Muller). */
function normals(random: SeededRandom): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  const angle = 2 * Math.PI * random.next();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

interface Estimate {
  readonly price: number;
  readonly priceError: number;
  readonly delta: number;
  readonly deltaError: number;
}

/** Paths of the index to the end of the window, averaged by the trapezoid rule, each with its mirror image. */
function simulate(random: SeededRandom, window: AveragingWindow, strike: number, side: number): Estimate {
  const PAIRS = 6_000;
  const STEPS = 40;
  const averaged = window.secondsToEnd - window.secondsToStart;
  const step = averaged / STEPS / SECONDS_PER_YEAR;
  const weightLeft = averaged / HALF_HOUR;
  const passed = (1 - weightLeft) * window.runningAverage;
  const sums = { price: 0, priceSquares: 0, delta: 0, deltaSquares: 0 };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const toStart = VOLATILITY * Math.sqrt(window.secondsToStart / SECONDS_PER_YEAR) * normals(random)[0];
    const draws: number[] = [];
    while (draws.length < STEPS) draws.push(...normals(random));
    let price = 0;
    let delta = 0;
    for (const sign of [1, -1]) {
      const start =
        FORWARD * Math.exp(sign * toStart - 0.5 * VOLATILITY ** 2 * (window.secondsToStart / SECONDS_PER_YEAR));
      let level = start;
      let sum = 0.5 * level;
      for (let n = 0; n < STEPS; n += 1) {
        level *= Math.exp(sign * VOLATILITY * Math.sqrt(step) * draws[n]! - 0.5 * VOLATILITY ** 2 * step);
        sum += n === STEPS - 1 ? 0.5 * level : level;
      }
      const rest = (weightLeft * sum) / STEPS;
      const payoff = Math.max(side * (passed + rest - strike), 0);
      price += 0.5 * payoff;
      delta += payoff > 0 ? (0.5 * side * rest) / FORWARD : 0;
    }
    sums.price += price;
    sums.priceSquares += price * price;
    sums.delta += delta;
    sums.deltaSquares += delta * delta;
  }
  const error = (sum: number, squares: number): number => Math.sqrt((squares / PAIRS - (sum / PAIRS) ** 2) / PAIRS);
  return {
    price: sums.price / PAIRS,
    priceError: error(sums.price, sums.priceSquares),
    delta: sums.delta / PAIRS,
    deltaError: error(sums.delta, sums.deltaSquares),
  };
}

describe('settlement on the average of the last half hour', () => {
  it.each([
    ['an hour before the window', before(3600), 25_020, 'c'],
    ['a minute before the window', before(60), 25_000, 'p'],
    ['at its start', inWindow(1800, 0), 25_010, 'c'],
    ['ten minutes in, average below', inWindow(1200, 24_980), 25_000, 'c'],
    ['twenty minutes in, average above', inWindow(600, 25_030), 25_020, 'p'],
    ['two minutes to go', inWindow(120, 25_004), 25_003, 'c'],
  ] as const)('agrees with a simulation of the index %s', async (_, window, strike, type) => {
    await withSeed(1990, (random) => {
      const seen = settlementValue({ type, strike, forward: FORWARD, rate: 0 }, window, VOLATILITY);
      const truth = simulate(random, window, strike, type === 'c' ? 1 : -1);
      // Four standard errors, and a twentieth of a tick for the lognormal shape given to the average.
      expect(Math.abs(seen.price - truth.price)).toBeLessThan(4 * truth.priceError + 0.0025);
      expect(Math.abs(seen.delta - truth.delta)).toBeLessThan(4 * truth.deltaError + 0.001);
      expect(truth.priceError).toBeLessThan(0.05 * truth.price + 0.02);
    });
  });

  it('shows what a vanilla model gets wrong: half an hour out its premium is sqrt(3) times too high', () => {
    const seen = settlementValue(
      { type: 'c', strike: FORWARD, forward: FORWARD, rate: 0 },
      inWindow(1800, 0),
      VOLATILITY,
    );
    const vanilla = valueOption(
      { model: 'black76', type: 'c', underlying: FORWARD, strike: FORWARD, years: 1800 / SECONDS_PER_YEAR, rate: 0 },
      VOLATILITY,
    );
    expect(vanilla.price / seen.price).toBeCloseTo(Math.sqrt(3), 6);
  });

  it.each([
    ['before', before(600), 25_005],
    ['inside', inWindow(900, 24_995), 25_001],
  ] as const)('has Greeks that are slopes of its value, %s the window', (_, window, strike) => {
    const contract = { type: 'c', strike, forward: FORWARD, rate: 0.065 } as const;
    const at = (forward: number, volatility: number) => settlementValue({ ...contract, forward }, window, volatility);
    const seen = at(FORWARD, VOLATILITY);
    const slope = (up: number, down: number, step: number): number => (up - down) / (2 * step);
    expect(seen.delta).toBeCloseTo(
      slope(at(FORWARD + 0.1, VOLATILITY).price, at(FORWARD - 0.1, VOLATILITY).price, 0.1),
      5,
    );
    const gamma = slope(at(FORWARD + 0.1, VOLATILITY).delta, at(FORWARD - 0.1, VOLATILITY).delta, 0.1);
    expect(seen.gamma / gamma).toBeCloseTo(1, 4);
    const vega = slope(at(FORWARD, VOLATILITY + 1e-4).price, at(FORWARD, VOLATILITY - 1e-4).price, 1e-4);
    expect(seen.vegaPerUnit / vega).toBeCloseTo(1, 5);
    const later = (seconds: number): AveragingWindow => {
      if (window.secondsToStart > 0) return before(window.secondsToStart - seconds);
      const share = 1 - window.secondsToEnd / HALF_HOUR;
      const next = share + seconds / HALF_HOUR;
      const average = (share * window.runningAverage + (seconds / HALF_HOUR) * FORWARD) / next;
      return inWindow(window.secondsToEnd - seconds, average);
    };
    const [up, down] = [later(1), later(-1)].map((one) => settlementValue({ ...contract }, one, VOLATILITY));
    const perYear = SECONDS_PER_YEAR / 2;
    expect(seen.thetaPerYear / ((up!.price - down!.price) * perYear)).toBeCloseTo(1, 3);
    expect(seen.charmPerYear / ((up!.delta - down!.delta) * perYear)).toBeCloseTo(1, 2);
    expect(settlementVolatility(contract, window, seen.price).volatility! / VOLATILITY).toBeCloseTo(1, 9);
  });

  it('goes over into exercise when the value is fixed', () => {
    const call = { type: 'c', strike: 25_000, forward: 26_000, rate: 0 } as const;
    expect(settlementValue(call, inWindow(0, 25_012.5), VOLATILITY)).toMatchObject({
      status: 'EXPIRED',
      price: 12.5,
      delta: 0,
    });
    expect(settlementValue({ ...call, type: 'p' }, inWindow(0, 25_012.5), VOLATILITY).price).toBe(0);
    const last = settlementValue(call, inWindow(0.001, 25_012.5), VOLATILITY);
    expect(last.price).toBeCloseTo(12.5, 2);
    expect(last.delta).toBeLessThan(1e-5);
  });

  it('is decided once the average so far outruns the strike', () => {
    const call = { type: 'c', strike: 25_000, forward: 24_000, rate: 0 } as const;
    const window = inWindow(1, 26_000);
    expect(settlementEquivalent(25_000, window).effectiveStrike).toBeLessThan(0);
    const settled = 26_000 * (1799 / 1800) + 24_000 / 1800;
    expect(settlementValue(call, window, VOLATILITY).price).toBeCloseTo(settled - 25_000, 8);
    expect(settlementValue(call, window, VOLATILITY).delta).toBeCloseTo(1 / 1800, 12);
    expect(settlementValue({ ...call, type: 'p' }, window, VOLATILITY).price).toBe(0);
    expect(settlementVolatility(call, window, 998).status).toBe('LOW_VEGA');
  });
});
