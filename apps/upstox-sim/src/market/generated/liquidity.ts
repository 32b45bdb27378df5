import type { OptionRight } from './black76.ts';
import type { Instrument, InstrumentKind } from './instrument.ts';
import type { LatentMarket } from './latent-market.ts';
import { UNDERLYINGS, type Underlying } from './underlyings.ts';
import { DAYS_PER_YEAR } from './variance-clock.ts';

const { exp, floor, log10, max, min, round, sqrt } = Math;

/** Messages per second of an active instrument (PROTOCOL 6.6). */
export const ACTIVE_RATE = 1.25;
const QUIET_RATE = 0.02;
const SESSION_SECONDS = 23_100;
/** At this popularity and above an instrument has all the messages that the feed sends. */
const ACTIVE_POPULARITY = 0.06;
/** Popularity of an expiry by its rank among the underlying's: front, second, ... */
const BY_RANK = [1, 0.3, 0.12, 0.08, 0.05] as const;
const FAR_RANK = 0.02;
/** The narrowest deviation at which distances from the money are measured; on the last afternoon it goes to zero. */
const LEAST_DEVIATION = 0.002;

/** What decides how popular an instrument is. */
export interface PopularityFacts {
  readonly kind: InstrumentKind;
  readonly right: OptionRight;
  readonly strike: number;
  readonly logStrike: number;
  readonly logForward: number;
  readonly deviation: number;
  /** Rank of its expiry among those of the underlying, from 0. */
  readonly rank: number;
}

/**
 * Popularity relative to NIFTY's front option at the money. It falls with the distance from the money, faster inside
 * it, and with the expiry's rank; round strikes are liked.
 */
export function popularityOf(underlying: Underlying, facts: PopularityFacts): number {
  const { kind, rank } = facts;
  const byRank = BY_RANK[rank] ?? FAR_RANK;
  if (kind === 'future') return byRank;
  if (kind !== 'option') return 1;
  const distance = (facts.logStrike - facts.logForward) / max(facts.deviation, LEAST_DEVIATION);
  const out = facts.right === 'CE' ? distance : -distance;
  const near = out >= 0 ? exp(-0.18 * out * out) : exp(1.3 * out);
  return underlying.liquidity * byRank * near * (isRound(facts.strike) ? 1.5 : 1);
}

/** Round: a multiple of ten times the power of ten below two hundredths of the strike. */
function isRound(strike: number): boolean {
  return strike % 10 ** (1 + floor(log10(strike / 200))) === 0;
}

/** Units traded in a day of average activity. */
export function unitsPerDay(underlying: Underlying, kind: InstrumentKind, popularity: number, unit: number): number {
  if (kind === 'option') return (underlying.optionLotsPerDay * popularity) / underlying.liquidity;
  if (kind === 'future') return underlying.futureLotsPerDay * popularity;
  return kind === 'share' && underlying.kind === 'share' ? underlying.sharesPerDay / unit : 0;
}

/** Open interest in lots, given the units traded in a day: the busier an option, the more of its trading is within the day. */
export function typicalOpenInterest(kind: InstrumentKind, perDay: number): number {
  return max(2, kind === 'future' ? 1.4 * perDay : 6 * perDay ** 0.72);
}

/**
 * Sets how lively an instrument is now: its messages, its trading, its spread, which pays for the moves between two
 * messages and so is wider when the market is restless. `pace` is the present intensity of trading, 1 on average.
 */
export function classify(instrument: Instrument, latent: LatentMarket, pace: number): void {
  const underlying = UNDERLYINGS[instrument.underlyingIndex];
  if (underlying === undefined) return;
  const { kind, right, strike, logStrike, surface, rank } = instrument;
  const logForward = surface?.logForward ?? 0;
  const deviation = max(surface?.deviation ?? 0, LEAST_DEVIATION);
  const popularity = popularityOf(underlying, { kind, right, strike, logStrike, logForward, deviation, rank });
  const active = min(1, sqrt(popularity / ACTIVE_POPULARITY));
  instrument.rate = max(QUIET_RATE, ACTIVE_RATE * active);
  instrument.unitsPerSecond = unitsPerDay(underlying, kind, popularity, instrument.unit) / SESSION_SECONDS;
  instrument.restingUnits = 420 + min(6000, round(instrument.unitsPerSecond * 30));
  const inside = ((logForward - logStrike) / deviation) * (right === 'CE' ? 1 : -1);
  // A logistic is delta to within a few hundredths; spreads need no better.
  const sensitivity = kind === 'option' ? 1 / (1 + exp(-1.7 * inside)) : 1;
  instrument.halfTicks = halfSpread(instrument, underlying, active, sensitivity * sqrt(pace), latent);
}

function halfSpread(
  instrument: Instrument,
  underlying: Underlying,
  active: number,
  sensitivity: number,
  latent: LatentMarket,
): number {
  const level = exp(latent.levelOf(instrument.underlyingIndex));
  const spot = exp(latent.states[instrument.underlyingIndex]?.logSpot ?? 0);
  const perSecond = (spot * underlying.volatility * level) / sqrt(DAYS_PER_YEAR * SESSION_SECONDS);
  const wait = min(25, 0.8 / max(0.02, active));
  const risk = 0.12 * (1 + 3 * (1 - active)) * perSecond * sensitivity * sqrt(wait);
  return min(400, 0.55 + (risk * 100) / instrument.tick);
}
