import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import fc from 'fast-check';
import { type FeedLimits, ModeCounts, NORMAL_FEED_LIMITS, PLUS_FEED_LIMITS } from './feed-limits.ts';
import { FEED_MODES, type FeedMode } from './feed-mode.ts';
import { type Placement, planShards, type ShardPlan } from './shard-plan.ts';

type Desired = Map<InstrumentKey, FeedMode>;
const keyOf = (token: number): InstrumentKey => instrumentKey(`NSE_FO|${token}`);

function desire(...groups: readonly (readonly [count: number, mode: FeedMode])[]): Desired {
  const desired: Desired = new Map();
  for (const [count, mode] of groups) {
    for (let at = 0; at < count; at += 1) desired.set(keyOf(desired.size), mode);
  }
  return desired;
}

function countsOf(plan: ShardPlan, limits: FeedLimits): ModeCounts[] {
  const lanes = Array.from({ length: limits.connections }, () => new ModeCounts());
  for (const { lane, mode } of plan.placements.values()) lanes[lane]?.add(mode);
  return lanes;
}

/** The limits table, written out once more and naively. */
function withinLimits(counts: ModeCounts, limits: FeedLimits): boolean {
  const used = FEED_MODES.filter((mode) => counts.of(mode) > 0);
  if (used.length <= 1) return used.every((mode) => counts.of(mode) <= limits.modes[mode].alone);
  const each = used.every((mode) => counts.of(mode) <= limits.modes[mode].mixed);
  return each && counts.of('full') + counts.of('full_d30') <= limits.fullMixed;
}

/** What must hold of every plan; the list of what does not. */
function faultsOf(
  desired: Desired,
  before: ReadonlyMap<InstrumentKey, Placement>,
  plan: ShardPlan,
  limits: FeedLimits,
): string[] {
  const faults: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) faults.push(what);
  };
  for (const counts of countsOf(plan, limits))
    demand(withinLimits(counts, limits), `limits: ${JSON.stringify(counts)}`);
  const refused = new Map(plan.refused.map((refusal) => [refusal.key, refusal]));
  demand(refused.size === plan.refused.length, 'refused twice');
  for (const [key, mode] of desired) {
    const placed = plan.placements.get(key);
    const refusal = refused.get(key);
    const old = before.get(key);
    if (refusal) demand(refusal.mode === mode && refusal.heldMode === placed?.mode, `${key} refused wrongly`);
    else demand(placed?.mode === mode, `${key} neither assigned nor refused`);
    const mayMove = old === undefined || (old.mode !== mode && !refusal);
    demand(mayMove || (placed?.lane === old.lane && placed.mode === old.mode), `${key} moved`);
  }
  for (const key of plan.placements.keys()) demand(desired.has(key), `${key} assigned unasked`);
  for (const key of refused.keys()) demand(desired.has(key), `${key} refused unasked`);
  return faults;
}

function check(...plan: Parameters<typeof faultsOf>): void {
  expect(faultsOf(...plan)).toEqual([]);
}

describe('planShards', () => {
  it.each<[string, FeedLimits, Desired, number, number[]]>([
    ['a small mixed load on one connection', NORMAL_FEED_LIMITS, desire([5, 'ltpc'], [200, 'full']), 0, [205, 0]],
    [
      'five thousand in full over three connections',
      PLUS_FEED_LIMITS,
      desire([5_000, 'full']),
      0,
      [2_000, 2_000, 1_000, 0, 0],
    ],
    ['ten thousand last prices', NORMAL_FEED_LIMITS, desire([10_000, 'ltpc']), 0, [5_000, 5_000]],
    ['one more than ten thousand', NORMAL_FEED_LIMITS, desire([10_001, 'ltpc']), 1, [5_000, 5_000]],
    [
      'modes kept apart when mixing would not fit',
      NORMAL_FEED_LIMITS,
      desire([1_000, 'full'], [5_000, 'ltpc'], [1_000, 'full']),
      0,
      [5_000, 2_000],
    ],
    [
      'modes mixed when keeping apart would not fit',
      NORMAL_FEED_LIMITS,
      desire([4_000, 'ltpc'], [2_000, 'full'], [500, 'option_greeks']),
      0,
      [4_000, 2_500],
    ],
    ['deep books, fifty a connection', PLUS_FEED_LIMITS, desire([251, 'full_d30']), 1, [50, 50, 50, 50, 50]],
  ])('places %s', (_name, limits, desired, refusedCount, loads) => {
    const plan = planShards(desired, new Map(), limits);
    check(desired, new Map(), plan, limits);
    expect(plan.refused).toHaveLength(refusedCount);
    expect(countsOf(plan, limits).map((counts) => counts.total)).toEqual(loads);
    expect(plan.refused.every((refusal) => refusal.reason === 'NO_CAPACITY')).toBe(true);
  });

  it('refuses by name what no plan can carry', () => {
    const desired: Desired = new Map([
      [instrumentKey('MCX_FO|1'), 'ltpc'],
      [instrumentKey('nonsense'), 'ltpc'],
      [keyOf(1), 'full_d30'],
      [keyOf(2), 'full'],
    ]);
    const plan = planShards(desired, new Map(), NORMAL_FEED_LIMITS);
    expect(plan.refused.map(({ key, reason }) => [key, reason])).toEqual([
      ['MCX_FO|1', 'SEGMENT_UNSUPPORTED'],
      ['nonsense', 'KEY_INVALID'],
      [keyOf(1), 'MODE_NEEDS_PLUS'],
    ]);
    expect([...plan.placements.keys()]).toEqual([keyOf(2)]);
  });

  it('places what was refused once there is room, and keeps an old mode until the new one fits', () => {
    const limits = { ...NORMAL_FEED_LIMITS, connections: 1 };
    const desired = desire([1_500, 'full'], [10, 'ltpc']);
    const first = planShards(desired, new Map(), limits);
    expect(first.refused).toEqual([]);
    desired.set(keyOf(1_505), 'full');
    const second = planShards(desired, first.placements, limits);
    expect(second.refused).toEqual([{ key: keyOf(1_505), mode: 'full', reason: 'NO_CAPACITY', heldMode: 'ltpc' }]);
    desired.delete(keyOf(0));
    const third = planShards(desired, second.placements, limits);
    expect(third.refused).toEqual([]);
    expect(third.placements.get(keyOf(1_505))).toEqual({ lane: 0, mode: 'full' });
  });

  it('moves an instrument to another connection only to change its mode', () => {
    const desired = desire([2_000, 'full']);
    const first = planShards(desired, new Map(), NORMAL_FEED_LIMITS);
    desired.set(keyOf(3), 'ltpc');
    const second = planShards(desired, first.placements, NORMAL_FEED_LIMITS);
    expect(second.refused).toEqual([]);
    expect(second.placements.get(keyOf(3))).toEqual({ lane: 1, mode: 'ltpc' });
    check(desired, first.placements, second, NORMAL_FEED_LIMITS);
  });

  it('keeps its promises through any history of small limits', () => {
    const mode = fc.constantFrom(...FEED_MODES);
    const limit = fc.tuple(fc.nat(8), fc.nat(8)).map(([a, b]) => ({ alone: Math.max(a, b), mixed: Math.min(a, b) }));
    const limitsOf = fc.record({
      connections: fc.integer({ min: 1, max: 4 }),
      modes: fc.record({ ltpc: limit, option_greeks: limit, full: limit, full_d30: limit }),
      fullMixed: fc.nat(8),
    });
    const change = fc.record({ token: fc.nat(30), mode: fc.option(mode, { nil: undefined }) });
    fc.assert(
      fc.property(limitsOf, fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 15 }), (limits, history) => {
        const desired: Desired = new Map();
        let placements: ReadonlyMap<InstrumentKey, Placement> = new Map();
        for (const changes of history) {
          for (const { token, mode: to } of changes) {
            if (to === undefined) desired.delete(keyOf(token));
            else desired.set(keyOf(token), to);
          }
          const plan = planShards(desired, placements, limits);
          check(desired, placements, plan, limits);
          placements = plan.placements;
          const again = planShards(desired, placements, limits);
          expect(again.placements).toEqual(plan.placements);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses only what fits on no connection as they stand', () => {
    const mode = fc.constantFrom(...FEED_MODES);
    const limits: FeedLimits = {
      connections: 2,
      modes: {
        ltpc: { alone: 5, mixed: 2 },
        option_greeks: { alone: 3, mixed: 2 },
        full: { alone: 4, mixed: 3 },
        full_d30: { alone: 1, mixed: 1 },
      },
      fullMixed: 3,
    };
    fc.assert(
      fc.property(fc.array(mode, { maxLength: 16 }), (modes) => {
        const desired: Desired = new Map(modes.map((one, token) => [keyOf(token), one]));
        const plan = planShards(desired, new Map(), limits);
        const lanes = countsOf(plan, limits);
        for (const refusal of plan.refused) {
          expect(lanes.some((counts) => counts.hasRoomFor(refusal.mode, limits))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});
