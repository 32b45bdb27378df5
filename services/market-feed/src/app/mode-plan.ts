/**
 * Goal: everything that is wanted gets on the feed, the most important in the fullest mode.
 *
 * Method: what is wanted is given as asked when that fits the broker's limits. Otherwise connections are given up, one
 * after the other, from carrying full mode alone to carrying all modes (fewer in full, thousands more in lighter ones),
 * until everything has a place; down the list each instrument gets the fullest mode that is left, at most the one asked.
 * Whether a plan fits is decided by the feed client's own placement, which fills connections in the order given: one
 * instrument of each mode goes first, so that a connection that is to carry all modes is not filled with one.
 *
 * Invariants: nobody gets a heavier mode than asked; of two that ask for the same mode the earlier never gets the
 * lighter one; what has no place at all is named; what is planned fits.
 */
import type { InstrumentKey } from '@vega/kernel';
import { FEED_MODES, planShards, type FeedLimits, type FeedMode } from '@vega/upstox/market';
import type { Want } from '../domain/platform-interest.ts';

/** What to subscribe, in the order to place it, and what has no place. */
export interface ModePlan {
  readonly modes: ReadonlyMap<InstrumentKey, FeedMode>;
  readonly refused: readonly InstrumentKey[];
  /** How many are carried in a lighter mode than asked. */
  readonly lightened: number;
}

/** Plans modes for `wants`, the most important first, each instrument once. */
export function planModes(wants: readonly Want[], limits: FeedLimits): ModePlan {
  const asked = new Map(wants.map(({ key, mode }) => [key, allowed(mode, limits)]));
  let best = placed({ modes: asked, refused: [], lightened: 0 }, limits);
  for (let mixed = 0; best.refused.length > 0 && mixed <= limits.connections; mixed += 1) {
    const plan = placed(fill(asked, quotas(limits, mixed)), limits);
    if (plan.refused.length < best.refused.length) best = plan;
  }
  return best;
}

/** The heaviest mode the plan has at all that is not above the one asked. */
function allowed(mode: FeedMode, limits: FeedLimits): FeedMode {
  return upTo(mode).find((candidate) => limits.modes[candidate].alone > 0) ?? mode;
}

/** A mode and the lighter ones, the heaviest first. */
function upTo(mode: FeedMode): readonly FeedMode[] {
  return FEED_MODES.slice(0, FEED_MODES.indexOf(mode) + 1).reverse();
}

/** Places per mode when so many connections carry all modes and the others full mode alone. */
function quotas(limits: FeedLimits, mixed: number): Record<FeedMode, number> {
  const { modes, fullMixed } = limits;
  const full = (limits.connections - mixed) * modes.full.alone + mixed * Math.min(modes.full.mixed, fullMixed);
  return { ltpc: mixed * modes.ltpc.mixed, option_greeks: mixed * modes.option_greeks.mixed, full, full_d30: 0 };
}

function fill(asked: ReadonlyMap<InstrumentKey, FeedMode>, left: Record<FeedMode, number>): ModePlan {
  const modes = new Map<InstrumentKey, FeedMode>();
  const refused: InstrumentKey[] = [];
  let lightened = 0;
  for (const [key, mode] of asked) {
    const given = upTo(mode).find((candidate) => left[candidate] > 0);
    if (given === undefined) refused.push(key);
    else {
      left[given] -= 1;
      modes.set(key, given);
      if (given !== mode) lightened += 1;
    }
  }
  return { modes: seedsFirst(modes), refused, lightened };
}

/** The same modes with the first instrument of each mode ahead of all others. */
function seedsFirst(modes: ReadonlyMap<InstrumentKey, FeedMode>): Map<InstrumentKey, FeedMode> {
  const seeds = new Map<FeedMode, InstrumentKey>();
  for (const [key, mode] of modes) if (!seeds.has(mode)) seeds.set(mode, key);
  const first = [...seeds].map(([mode, key]): [InstrumentKey, FeedMode] => [key, mode]);
  return new Map([...first, ...modes]);
}

/** The plan without what the feed client would find no place for. */
function placed(plan: ModePlan, limits: FeedLimits): ModePlan {
  const { refused } = planShards(plan.modes, new Map(), limits);
  if (refused.length === 0) return plan;
  const modes = new Map(plan.modes);
  for (const { key } of refused) modes.delete(key);
  return { modes, refused: [...plan.refused, ...refused.map(({ key }) => key)], lightened: plan.lightened };
}
