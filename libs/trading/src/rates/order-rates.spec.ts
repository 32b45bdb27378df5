import { seedFromEnvironment, seededRandom } from '@vega/testkit';
import { OrderRates, UPSTOX_ORDER_RATES, type OrderRateLimits } from './order-rates.ts';

/** The naive oracle: counts every call in every window. */
function mostIn(calls: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (let n = 0; n < calls.length; n += 1) {
    while ((calls[n] as number) - (calls[first] as number) >= windowMs) first += 1;
    most = Math.max(most, n - first + 1);
  }
  return most;
}

it('keeps every window of the user and of the segment, and a fifth for exits, under any load', () => {
  const random = seededRandom(seedFromEnvironment(5));
  const rates = new OrderRates();
  const all: number[] = [];
  const bySegment = new Map<string, number[]>();
  let now = 1_000_000;
  let exits = 0;
  for (let n = 0; n < 6_000; n += 1) {
    const segment = random.pick(['NSE_FO', 'BSE_FO']);
    const kind = random.chance(0.1) ? 'exit' : 'opening';
    now = rates.freeAt(segment, kind, now + random.integer(0, 40));
    if (kind === 'exit') exits += 1;
    else expect(all.filter((at) => at > now - 1_000).length).toBeLessThan(8);
    rates.record(segment, now);
    all.push(now);
    bySegment.set(segment, [...(bySegment.get(segment) ?? []), now]);
  }
  for (const { max, windowMs } of UPSTOX_ORDER_RATES.user) expect(mostIn(all, windowMs)).toBeLessThanOrEqual(max);
  for (const calls of bySegment.values()) expect(mostIn(calls, 1_000)).toBeLessThanOrEqual(10);
  expect(exits).toBeGreaterThan(400);
});

it('lets an exit go at once when openings have used what they may', () => {
  const rates = new OrderRates();
  for (let n = 0; n < 8; n += 1) rates.record('NSE_FO', 5_000);
  expect(rates.freeAt('NSE_FO', 'opening', 5_000)).toBe(6_050);
  expect(rates.freeAt('NSE_FO', 'exit', 5_000)).toBe(5_000);
  expect([rates.freeCalls('opening', 5_000), rates.freeCalls('exit', 5_000)]).toEqual([0, 2]);
  expect(rates.freeCalls('opening', 7_000)).toBe(8);
});

it('goes on counting what an earlier writer has recorded', () => {
  const limits: OrderRateLimits = { ...UPSTOX_ORDER_RATES, user: [{ max: 5, windowMs: 60_000 }] };
  const rates = new OrderRates(limits);
  for (const at of [0, 10_000, 20_000, 30_000]) rates.record('NSE_FO', at);
  expect(rates.freeAt('NSE_FO', 'opening', 31_000)).toBe(60_050);
  expect(rates.freeAt('NSE_FO', 'exit', 31_000)).toBe(31_000);
});
