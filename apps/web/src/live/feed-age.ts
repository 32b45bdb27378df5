/** How the age of the newest data is judged. */
export type FeedAgeLevel = 'unknown' | 'closed' | 'good' | 'late' | 'dead';

const LATE_MS = 2_000;
const DEAD_MS = 5_000;

/** Judges the age (ms) of the newest streamed quote: late past 2 s and dead past 5 s while a session is open. */
export function judgeFeedAge(ageMs: number | undefined, isOpen: boolean): FeedAgeLevel {
  if (!isOpen) return ageMs === undefined ? 'unknown' : 'closed';
  if (ageMs === undefined) return 'unknown';
  if (ageMs > DEAD_MS) return 'dead';
  return ageMs > LATE_MS ? 'late' : 'good';
}
