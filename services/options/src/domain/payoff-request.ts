import { LegKind, type EvaluatePayoffRequest, type PayoffLeg } from '@vega/contracts';
import { OutcomeError, parseIstDate } from '@vega/kernel';

/** Legs of one position at most. */
export const MAX_LEGS = 50;
const MAX_LOTS = 10_000;
const MAX_DAYS = 1_500;
const MAX_CURVES = 5;
const MAX_SPOT_SHIFTS = 21;
const MAX_IV_SHIFTS = 11;
export const POINTS = { least: 11, usual: 201, most: 1_001 } as const;

/** Refuses what cannot be evaluated, before anything is computed. Throws `TOO_MANY_LEGS`, `LEGS_INVALID` or `BAD_REQUEST`. */
export function refuseBadPayoff(request: EvaluatePayoffRequest): void {
  const { legs } = request;
  if (legs.length > MAX_LEGS) {
    const context = { legs: legs.length, max_legs: MAX_LEGS };
    throw new OutcomeError('TOO_MANY_LEGS', `a position has at most ${MAX_LEGS} legs`, context);
  }
  if (legs.length === 0) throw new OutcomeError('LEGS_INVALID', 'a position has at least one leg');
  legs.forEach((leg, n) => refuseBadLeg(leg, n + 1));
  const { spotPaise, ivShiftPoints, daysAhead, rangeLow, rangeHigh, points } = request;
  check(spotPaise === undefined || isPrice(spotPaise), 'the spot price is above zero');
  check(isWithin(ivShiftPoints, -100, 500), 'the shift of volatility is -100 to 500 points');
  check(daysAhead.length <= MAX_CURVES, `days ahead are at most ${MAX_CURVES}`);
  check(
    daysAhead.every((days) => isWithin(days, 0, MAX_DAYS)),
    `days ahead are 0 to ${MAX_DAYS}`,
  );
  check(
    (rangeLow === 0 && rangeHigh === 0) || isRange(rangeLow, rangeHigh),
    'the range is from above -1 to at most 5, in order',
  );
  check(points === 0 || isWithin(points, POINTS.least, POINTS.most), `points are ${POINTS.least} to ${POINTS.most}`);
  refuseBadGrid(request);
}

function refuseBadGrid({ scenarioSpotShifts, scenarioIvShifts, scenarioDaysAhead }: EvaluatePayoffRequest): void {
  check(scenarioSpotShifts.length <= MAX_SPOT_SHIFTS, `scenarios have at most ${MAX_SPOT_SHIFTS} spot prices`);
  check(scenarioIvShifts.length <= MAX_IV_SHIFTS, `scenarios have at most ${MAX_IV_SHIFTS} volatilities`);
  check(
    scenarioSpotShifts.every((shift) => isWithin(shift, -0.99, 5)),
    'spot shifts are -0.99 to 5',
  );
  check(
    scenarioIvShifts.every((shift) => isWithin(shift, -100, 500)),
    'volatility shifts are -100 to 500 points',
  );
  check(isWithin(scenarioDaysAhead, 0, MAX_DAYS), `days ahead are 0 to ${MAX_DAYS}`);
}

function refuseBadLeg(leg: PayoffLeg, number: number): void {
  const refuse = (why: string): never => {
    throw new OutcomeError('LEGS_INVALID', `leg ${number}: ${why}`, { leg: number });
  };
  if (leg.kind === LegKind.UNSPECIFIED) refuse('is a call, a put, a future or the underlying');
  if (!Number.isInteger(leg.lots) || leg.lots === 0 || Math.abs(leg.lots) > MAX_LOTS) {
    refuse(`lots are a whole number other than zero, at most ${MAX_LOTS}`);
  }
  const isOption = leg.kind === LegKind.CALL || leg.kind === LegKind.PUT;
  if (isOption && !(Number.isSafeInteger(leg.strikePaise) && leg.strikePaise > 0)) refuse('an option has a strike');
  if (leg.kind !== LegKind.UNDERLYING && parseIstDate(leg.expiryDate) === undefined) {
    refuse('an expiry is a date of the form YYYY-MM-DD');
  }
  const { entryPricePaise, iv } = leg;
  if (entryPricePaise !== undefined && !(entryPricePaise >= 0 && entryPricePaise < 1e12))
    refuse('an entry price is not below zero');
  if (iv !== undefined && !(iv > 0 && iv <= 10)) refuse('a volatility is above 0 and at most 1000 points');
}

function check(holds: boolean, rule: string): void {
  if (!holds) throw new OutcomeError('BAD_REQUEST', rule);
}

const isWithin = (value: number, low: number, high: number): boolean => value >= low && value <= high;
const isPrice = (paise: number): boolean => paise > 0 && paise < 1e12;
const isRange = (low: number, high: number): boolean => low > -1 && high <= 5 && low < high;
