const clock = new Intl.DateTimeFormat('en-IN', {
  timeZone: 'Asia/Kolkata',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const day = new Intl.DateTimeFormat('en-IN', {
  timeZone: 'Asia/Kolkata',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
});

/** `15:29:59` in India. */
export function formatIstTime(epochMs: number): string {
  return clock.format(epochMs);
}

/** `Mon, 23 Nov` in India. */
export function formatIstDay(epochMs: number): string {
  return day.format(epochMs);
}

/** Seconds that lightweight-charts shows as India's wall clock: it has no time zones and prints UTC. */
export function chartSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000) + 19_800;
}
