/**
 * Goal: give every desired instrument a place on one of the connections Upstox allows, or say why it has none.
 *
 * Method: what is placed and still wanted in its mode stays. Changes of mode happen in place, else on another
 * connection. New instruments are placed first-fit in three ways: as they come on as few connections as possible,
 * keeping modes apart (a connection of one mode carries more), and never letting one mode take a connection for itself;
 * the first way that refuses fewest wins.
 *
 * Invariants: no connection ever exceeds the limits; nothing is moved that did not change; each desired instrument is
 * assigned in its mode or named in `refused` (a refused change keeps its old mode meanwhile). Not a bin-packing
 * optimum: a load filled in over time can refuse what a fresh plan would fit.
 */
import { type InstrumentKey, parseInstrumentKey } from '@vega/kernel';
import { type FeedLimits, ModeCounts, type ModeLimit } from './feed-limits.ts';
import { FEED_MODES, type FeedMode } from './feed-mode.ts';

/** Where an instrument is carried, and in which mode. */
export interface Placement {
  readonly lane: number;
  readonly mode: FeedMode;
}

/** Why an instrument has no place in the mode it is desired in. */
export type RefusalReason = 'NO_CAPACITY' | 'MODE_NEEDS_PLUS' | 'KEY_INVALID' | 'SEGMENT_UNSUPPORTED';

/** A desired instrument that is not carried as desired. */
export interface Refusal {
  readonly key: InstrumentKey;
  readonly mode: FeedMode;
  readonly reason: RefusalReason;
  /** The mode it is carried in meanwhile. */
  readonly heldMode?: FeedMode;
}

/** Where everything desired goes, and what goes nowhere or stays in an old mode. */
export interface ShardPlan {
  readonly placements: ReadonlyMap<InstrumentKey, Placement>;
  readonly refused: readonly Refusal[];
}

/** Plans the placement of `desired`, earlier entries first, on top of what is placed. */
export function planShards(
  desired: ReadonlyMap<InstrumentKey, FeedMode>,
  placed: ReadonlyMap<InstrumentKey, Placement>,
  limits: FeedLimits,
): ShardPlan {
  const lanes = Array.from({ length: limits.connections }, () => new ModeCounts());
  const placements = new Map<InstrumentKey, Placement>();
  const refused: Refusal[] = [];
  const changed: Wish[] = [];
  const fresh: Wish[] = [];
  for (const [key, mode] of desired) {
    const at = placed.get(key);
    const reason = at === undefined ? flawOf(key, mode, limits) : modeFlaw(mode, limits);
    if (at !== undefined) {
      lanes[at.lane]?.add(at.mode);
      placements.set(key, at);
      if (reason !== undefined) refused.push({ key, mode, reason, heldMode: at.mode });
      else if (at.mode !== mode) changed.push({ key, mode });
    } else if (reason !== undefined) refused.push({ key, mode, reason });
    else fresh.push({ key, mode });
  }
  refused.push(...changeModes(changed, placements, lanes, limits));
  refused.push(...placeFresh(fresh, placements, lanes, limits));
  return { placements, refused };
}

interface Wish {
  readonly key: InstrumentKey;
  readonly mode: FeedMode;
}

function flawOf(key: InstrumentKey, mode: FeedMode, limits: FeedLimits): RefusalReason | undefined {
  const parsed = parseInstrumentKey(key);
  if (parsed.ok) return modeFlaw(mode, limits);
  return parsed.error.code === 'SEGMENT_UNSUPPORTED' ? 'SEGMENT_UNSUPPORTED' : 'KEY_INVALID';
}

function modeFlaw(mode: FeedMode, limits: FeedLimits): RefusalReason | undefined {
  return limits.modes[mode].alone === 0 ? 'MODE_NEEDS_PLUS' : undefined;
}

/** Changes modes as long as one more change finds room, since each may make room for another. */
function changeModes(
  wishes: readonly Wish[],
  placements: Map<InstrumentKey, Placement>,
  lanes: readonly ModeCounts[],
  limits: FeedLimits,
): Refusal[] {
  let waiting = wishes;
  for (;;) {
    const left = waiting.filter(({ key, mode }) => {
      const at = placements.get(key);
      const target = at && laneForChange(at, mode, lanes, limits);
      if (!at || target === undefined) return true;
      lanes[at.lane]?.remove(at.mode);
      lanes[target]?.add(mode);
      placements.set(key, { lane: target, mode });
      return false;
    });
    if (left.length === 0 || left.length === waiting.length) {
      return left.map(({ key, mode }) => {
        const held = placements.get(key);
        return { key, mode, reason: 'NO_CAPACITY', ...(held && { heldMode: held.mode }) };
      });
    }
    waiting = left;
  }
}

function laneForChange(
  at: Placement,
  mode: FeedMode,
  lanes: readonly ModeCounts[],
  limits: FeedLimits,
): number | undefined {
  if (lanes[at.lane]?.canChange(at.mode, mode, limits)) return at.lane;
  return inOrder(lanes, (counts) => counts.total === 0).find((lane) => lanes[lane]?.hasRoomFor(mode, limits));
}

function placeFresh(
  wishes: readonly Wish[],
  placements: Map<InstrumentKey, Placement>,
  lanes: readonly ModeCounts[],
  limits: FeedLimits,
): Refusal[] {
  const inUseFirst = (): ((counts: ModeCounts) => boolean) => (counts) => counts.total === 0;
  let chosen = firstFit(wishes, lanes, limits, inUseFirst);
  if (chosen.refused.length > 0) chosen = better(chosen, keepingApart(wishes, lanes, limits));
  if (chosen.refused.length > 0) chosen = better(chosen, firstFit(wishes, lanes, alwaysMixed(limits), inUseFirst));
  // A way that held back room for other modes may have left some.
  const rest = firstFit(chosen.refused, chosen.lanes, limits, inUseFirst);
  for (const [key, placement] of [...chosen.placed, ...rest.placed]) placements.set(key, placement);
  return rest.refused.map(({ key, mode }) => ({ key, mode, reason: 'NO_CAPACITY' }));
}

interface Attempt {
  readonly placed: readonly (readonly [InstrumentKey, Placement])[];
  readonly refused: readonly Wish[];
  /** The lanes with what was placed. */
  readonly lanes: readonly ModeCounts[];
}

function better(one: Attempt, other: Attempt): Attempt {
  return other.refused.length < one.refused.length ? other : one;
}

/** Places the most wanted mode first, each on connections of its own while there are any. */
function keepingApart(wishes: readonly Wish[], lanes: readonly ModeCounts[], limits: FeedLimits): Attempt {
  const count = (mode: FeedMode): number => wishes.filter((wish) => wish.mode === mode).length;
  const byDemand = FEED_MODES.map((mode) => ({ mode, count: count(mode) })).sort((a, b) => b.count - a.count);
  const ordered = byDemand.flatMap(({ mode }) => wishes.filter((wish) => wish.mode === mode));
  return firstFit(ordered, lanes, limits, (mode) => (counts) => !counts.isOnly(mode));
}

/** The limits as if every connection carried several modes. */
function alwaysMixed(limits: FeedLimits): FeedLimits {
  const { ltpc, option_greeks: optionGreeks, full, full_d30: fullD30 } = limits.modes;
  const shared = ({ mixed }: ModeLimit): ModeLimit => ({ alone: mixed, mixed });
  const modes = {
    ltpc: shared(ltpc),
    option_greeks: shared(optionGreeks),
    full: shared(full),
    full_d30: shared(fullD30),
  };
  return { ...limits, modes };
}

/** Places each wish on the first lane with room, lanes that `isLast` says come after the others. */
function firstFit(
  wishes: readonly Wish[],
  lanes: readonly ModeCounts[],
  limits: FeedLimits,
  isLast: (mode: FeedMode) => (counts: ModeCounts) => boolean,
): Attempt {
  const counts = lanes.map((lane) => lane.copy());
  const placed: (readonly [InstrumentKey, Placement])[] = [];
  const refused: Wish[] = [];
  for (const wish of wishes) {
    const lane = inOrder(counts, isLast(wish.mode)).find((at) => counts[at]?.hasRoomFor(wish.mode, limits));
    if (lane === undefined) refused.push(wish);
    else {
      counts[lane]?.add(wish.mode);
      placed.push([wish.key, { lane, mode: wish.mode }]);
    }
  }
  return { placed, refused, lanes: counts };
}

function inOrder(lanes: readonly ModeCounts[], isLast: (counts: ModeCounts) => boolean): number[] {
  const first: number[] = [];
  const last: number[] = [];
  for (const [lane, counts] of lanes.entries()) (isLast(counts) ? last : first).push(lane);
  return first.concat(last);
}
