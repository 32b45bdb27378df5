/** Days of a history from which rank and percentile say something, and the days that count. */
export const FEWEST_DAYS = 20;
export const YEAR_OF_SESSIONS = 252;

/** Where a volatility stands in its history. */
export interface IvStanding {
  /** Of the range from the lowest to the highest, 0 to 1. */
  readonly rank: number | undefined;
  /** Share of days with a lower one, 0 to 1. */
  readonly percentile: number | undefined;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  readonly days: number;
  /** Why rank and percentile are absent; empty when they are not. */
  readonly note: string;
}

/** The standing of `current` among the last year of closing volatilities, oldest first. The present day is not among them. */
export function ivStanding(history: readonly number[], current: number | undefined): IvStanding {
  const year = history.slice(-YEAR_OF_SESSIONS);
  const days = year.length;
  const range = days === 0 ? {} : { lowest: Math.min(...year), highest: Math.max(...year) };
  const none = { rank: undefined, percentile: undefined, lowest: range.lowest, highest: range.highest, days };
  if (days < FEWEST_DAYS) return { ...none, note: `${days} of the ${FEWEST_DAYS} days that are needed are known` };
  if (current === undefined) return { ...none, note: 'there is no ATM volatility now' };
  const [lowest, highest] = [range.lowest as number, range.highest as number];
  const place = highest > lowest ? (current - lowest) / (highest - lowest) : 0.5;
  const rank = Math.min(1, Math.max(0, place));
  const percentile = year.filter((one) => one < current).length / days;
  return { rank, percentile, lowest, highest, days, note: '' };
}
