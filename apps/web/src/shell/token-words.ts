/** How pressing the renewal of the broker login is. */
export type TokenLevel = 'good' | 'soon' | 'over';

const SOON_MS = 30 * 60_000;
const MINUTE_MS = 60_000;

/** Judges what is left of the login, ms; undefined where there is none. */
export function tokenLevel(leftMs: number | undefined): TokenLevel {
  if (leftMs === undefined || leftMs <= 0) return 'over';
  return leftMs < SOON_MS ? 'soon' : 'good';
}

/** What is left of the login: `login 13 h 05 m`, `login 12:07` within the hour, `login over`. */
export function countdownText(leftMs: number): string {
  if (leftMs <= 0) return 'login over';
  const hours = Math.floor(leftMs / (60 * MINUTE_MS));
  const minutes = Math.floor(leftMs / MINUTE_MS) % 60;
  if (hours > 0) return `login ${hours} h ${String(minutes).padStart(2, '0')} m`;
  return `login ${minutes}:${String(Math.floor(leftMs / 1_000) % 60).padStart(2, '0')}`;
}
