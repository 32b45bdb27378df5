import { estimateForward, type ForwardInput } from './forward.ts';
import { quoteColumns, USUAL_QUOTE_LIMITS } from './quote-quality.ts';

const strikes = Float64Array.of(99, 100, 101, 102, 103);

/** Quotes whose mids obey parity at `forward` with a half spread per strike. */
function input(forward: number, half: readonly number[], change: Partial<ForwardInput> = {}): ForwardInput {
  const [calls, puts] = [quoteColumns(5), quoteColumns(5)];
  strikes.forEach((strike, n) => {
    const put = 3 + Math.max(strike - forward, 0);
    const call = put + forward - strike;
    calls.bid[n] = call - half[n]!;
    calls.ask[n] = call + half[n]!;
    puts.bid[n] = put - half[n]!;
    puts.ask[n] = put + half[n]!;
  });
  return { strikes, calls, puts, years: 0.1, rate: 0, limits: USUAL_QUOTE_LIMITS, ...change };
}

describe('forward of an expiry', () => {
  it('is exact when every strike says the same', () => {
    const seen = estimateForward(input(101.25, [0.1, 0.1, 0.1, 0.1, 0.1]))!;
    expect(seen.forward).toBeCloseTo(101.25, 12);
    expect(seen.source).toBe('PARITY');
    expect(seen.standardError).toBeCloseTo(0, 12);
  });

  it('grows the difference of premiums at the rate', () => {
    const chain = input(101.25, [0.1, 0.1, 0.1, 0.1, 0.1], { rate: 0.1, years: 1 });
    const growth = Math.exp(0.1);
    // The strike at the money votes for K + growth (F - K); the others are pulled from it by the growth of their distance.
    const seen = estimateForward(chain)!.forward;
    expect(Math.abs(seen - (101 + growth * 0.25))).toBeLessThan(0.11 * 1.75);
    expect(seen).not.toBeCloseTo(101.25, 3);
  });

  it('trusts narrow quotes more and leaves out a strike that contradicts the others', () => {
    const chain = input(101.25, [0.1, 0.1, 0.2, 0.1, 0.1]);
    chain.calls.bid[1] = chain.calls.bid[1]! + 2;
    chain.calls.ask[1] = chain.calls.ask[1]! + 2;
    const seen = estimateForward(chain)!;
    expect(seen.forward).toBeCloseTo(101.25, 12);
    expect(seen.strikesUsed).toBe(4);
  });

  it('falls back to the future, then to spot with carry, and says so', () => {
    const empty = { ...input(101.25, [0.1, 0.1, 0.1, 0.1, 0.1]), calls: quoteColumns(5) };
    expect(estimateForward({ ...empty, future: 101.4, spot: 100 })).toMatchObject({ forward: 101.4, source: 'FUTURE' });
    const carried = estimateForward({ ...empty, spot: 100, rate: 0.07, dividendYield: 0.01, years: 0.5 })!;
    expect(carried.source).toBe('SPOT');
    expect(carried.forward).toBeCloseTo(100 * Math.exp(0.03), 12);
    expect(estimateForward(empty)).toBeUndefined();
    expect(estimateForward({ ...empty, future: NaN, spot: -1 })).toBeUndefined();
  });
});
