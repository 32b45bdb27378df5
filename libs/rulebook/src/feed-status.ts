import { istDateOf, type IstDate, type MarketInstant, type SupportedSegment } from '@vega/kernel';
import type { Phase, SessionProfile } from './data/session-times.ts';
import { defaultProfile, phaseAt, sessionOf, tradingTimes } from './session.ts';
import type { TradingCalendar } from './trading-calendar.ts';

/** Session status names of Upstox's market feed and `/v2/market/status`, in the order of the feed's enum. */
export const FEED_STATUSES = [
  'PRE_OPEN_START',
  'PRE_OPEN_END',
  'NORMAL_OPEN',
  'NORMAL_CLOSE',
  'CLOSING_START',
  'CLOSING_END',
] as const;
export type FeedStatus = (typeof FEED_STATUSES)[number];

// Which status Upstox shows in the closing auction and between sessions is inferred from the names.
const STATUS_OF: Readonly<Record<Phase, FeedStatus>> = {
  'pre-open-entry': 'PRE_OPEN_START',
  'pre-open-limit-entry': 'PRE_OPEN_START',
  'pre-open-matching': 'PRE_OPEN_END',
  'pre-open-buffer': 'PRE_OPEN_END',
  continuous: 'NORMAL_OPEN',
  'closing-reference': 'CLOSING_START',
  'closing-entry': 'CLOSING_START',
  'closing-limit-entry': 'CLOSING_START',
  'closing-matching': 'CLOSING_START',
  'closing-calculation': 'NORMAL_CLOSE',
  'closing-buffer': 'CLOSING_END',
  'post-close': 'CLOSING_START',
};

/**
 * The status that Upstox's feed shows for a segment at an instant. Outside all phases it is the last one of a usual
 * day: `CLOSING_END` where a closing session exists, else `NORMAL_CLOSE`. The feed's extra maps follow from the profile:
 * `equity-cas` for `casMarketStatus`, `future` for `preOpenSessionStatus`.
 */
export function feedStatusAt(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  at: MarketInstant,
  profile: SessionProfile = defaultProfile(segment),
): FeedStatus {
  const phase = phaseAt(calendar, segment, at, profile);
  return phase === 'closed' ? statusWhenClosed(profile, istDateOf(at)) : STATUS_OF[phase];
}

function statusWhenClosed(profile: SessionProfile, date: IstDate): FeedStatus {
  return tradingTimes(profile, date).at(-1)?.phase === 'continuous' ? 'NORMAL_CLOSE' : 'CLOSING_END';
}

/** The instants of a day at which the feed status changes, ascending, each with the new status. Empty on a closed day. */
export function feedStatusChanges(
  calendar: TradingCalendar,
  segment: SupportedSegment,
  date: IstDate,
  profile: SessionProfile = defaultProfile(segment),
): { readonly at: MarketInstant; readonly status: FeedStatus }[] {
  const edges = new Set<MarketInstant>();
  for (const span of sessionOf(calendar, segment, date, profile)?.phases ?? []) edges.add(span.start).add(span.end);
  let last = statusWhenClosed(profile, date);
  const changes: { at: MarketInstant; status: FeedStatus }[] = [];
  for (const at of [...edges].sort((a, b) => a - b)) {
    const status = feedStatusAt(calendar, segment, at, profile);
    if (status !== last) changes.push({ at, status });
    last = status;
  }
  return changes;
}
