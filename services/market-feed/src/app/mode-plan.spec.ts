import { instrumentKey } from '@vega/kernel';
import { FEED_MODES, NORMAL_FEED_LIMITS, PLUS_FEED_LIMITS, planShards, type FeedMode } from '@vega/upstox/market';
import fc from 'fast-check';
import type { Want } from '../domain/platform-interest.ts';
import { planModes } from './mode-plan.ts';

const wants = (...groups: (readonly [number, FeedMode])[]): Want[] =>
  groups.flatMap(([count, mode], group) =>
    Array.from({ length: count }, (_, n) => ({ key: instrumentKey(`NSE_FO|${group}-${n}`), mode })),
  );
const countOf = (modes: ReadonlyMap<unknown, FeedMode>): Partial<Record<FeedMode, number>> => {
  const counts: Partial<Record<FeedMode, number>> = {};
  for (const mode of modes.values()) counts[mode] = (counts[mode] ?? 0) + 1;
  return counts;
};

describe('mode plan', () => {
  it.each([
    ['what fits is given as asked', wants([300, 'full']), NORMAL_FEED_LIMITS, { full: 300 }, 0],
    ['two connections of full mode', wants([4_000, 'full']), NORMAL_FEED_LIMITS, { full: 4_000 }, 0],
    [
      'one more: a connection turns to all modes',
      wants([4_001, 'full']),
      NORMAL_FEED_LIMITS,
      { full: 3_500, option_greeks: 501 },
      0,
    ],
    ['five thousand on three of five', wants([5_000, 'full']), PLUS_FEED_LIMITS, { full: 5_000 }, 0],
    [
      'both connections carry all modes',
      wants([8_000, 'full']),
      NORMAL_FEED_LIMITS,
      { full: 3_000, option_greeks: 4_000, ltpc: 1_000 },
      0,
    ],
    [
      'beyond everything the end is refused',
      wants([12_000, 'full']),
      NORMAL_FEED_LIMITS,
      { full: 3_000, option_greeks: 4_000, ltpc: 4_000 },
      1_000,
    ],
    [
      'light wants stay light',
      wants([1_000, 'full'], [1_500, 'ltpc']),
      NORMAL_FEED_LIMITS,
      { full: 1_000, ltpc: 1_500 },
      0,
    ],
    ['thirty levels only where the plan has them', wants([10, 'full_d30']), NORMAL_FEED_LIMITS, { full: 10 }, 0],
  ] as const)('%s', (_name, wanted, limits, counts, refused) => {
    const plan = planModes(wanted, limits);
    expect(countOf(plan.modes)).toEqual(counts);
    expect(plan.refused).toEqual(wanted.slice(wanted.length - refused).map(({ key }) => key));
    expect(planShards(plan.modes, new Map(), limits).refused).toEqual([]);
  });

  it('always fits the limits, gives nobody more than asked and nobody less than one behind', () => {
    const group = fc.tuple(fc.nat(3_000), fc.constantFrom(...FEED_MODES));
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 4 }),
        fc.constantFrom(NORMAL_FEED_LIMITS, PLUS_FEED_LIMITS),
        (groups, limits) => {
          const wanted = wants(...groups);
          const plan = planModes(wanted, limits);
          expect(plan.modes.size + plan.refused.length).toBe(wanted.length);
          expect(planShards(plan.modes, new Map(), limits).refused).toEqual([]);
          const lightest: Partial<Record<FeedMode, number>> = {};
          for (const { key, mode } of wanted) {
            const given = plan.modes.get(key);
            const rank = given === undefined ? -1 : FEED_MODES.indexOf(given);
            expect(rank).toBeLessThanOrEqual(FEED_MODES.indexOf(mode));
            expect(rank).toBeLessThanOrEqual(lightest[mode] ?? FEED_MODES.length);
            lightest[mode] = rank;
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
