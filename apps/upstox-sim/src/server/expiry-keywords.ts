import type { IstDate } from '@vega/kernel';
import { parseDate } from './market-calendar.ts';

/** Relative expiries that the API accepts in place of a date. */
export const EXPIRY_KEYWORDS = [
  'current_week',
  'next_week',
  'far_week',
  'current_month',
  'next_month',
  'far_month',
] as const;
export type ExpiryKeyword = (typeof EXPIRY_KEYWORDS)[number];

/** Parses an expiry parameter: a date or a keyword; undefined for anything else. */
export function parseExpiry(text: string | null): IstDate | ExpiryKeyword | undefined {
  return EXPIRY_KEYWORDS.find((keyword) => keyword === text) ?? parseDate(text);
}

/**
 * The date a parsed expiry means among `expiries` (ascending, all of them living). Weeks count every expiry, months
 * the last expiry of each calendar month. Undefined when the underlying has no such expiry.
 */
export function resolveExpiry(expiry: IstDate | ExpiryKeyword, expiries: readonly IstDate[]): IstDate | undefined {
  const keyword = EXPIRY_KEYWORDS.find((known) => known === expiry);
  if (keyword === undefined) return expiries.find((date) => date === expiry);
  const [reach, period] = keyword.split('_');
  const series = period === 'week' ? expiries : lastOfEachMonth(expiries);
  return series[reach === 'current' ? 0 : reach === 'next' ? 1 : 2];
}

function lastOfEachMonth(expiries: readonly IstDate[]): readonly IstDate[] {
  return expiries.filter((date, at) => expiries[at + 1]?.slice(0, 7) !== date.slice(0, 7));
}
