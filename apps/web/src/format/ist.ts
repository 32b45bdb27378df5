const IST = 'Asia/Kolkata';
const OFFSET_MS = 19_800_000;

const clock = new Intl.DateTimeFormat('en-IN', {
  timeZone: IST,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const day = new Intl.DateTimeFormat('en-IN', { timeZone: IST, weekday: 'short', day: '2-digit', month: 'short' });

/** `15:29:59` in India. */
export function formatIstTime(epochMs: number): string {
  return clock.format(epochMs);
}

/** `Mon, 23 Nov` in India. */
export function formatIstDay(epochMs: number): string {
  return day.format(epochMs);
}

/** `2026-11-23`: the date in India. */
export function istDate(epochMs: number): string {
  return new Date(epochMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** Seconds that lightweight-charts shows as India's wall clock: it has no time zones and prints UTC. */
export function chartSeconds(epochMs: number): number {
  return Math.floor((epochMs + OFFSET_MS) / 1_000);
}

/** `24 Nov 2026` of a `YYYY-MM-DD`, as it is written on contracts; what is not a date is given back. */
export function formatExpiry(date: string): string {
  const [year, month, dayOfMonth] = date.split('-');
  const name = MONTHS[Number(month) - 1];
  return name === undefined ? date : `${dayOfMonth} ${name} ${year}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
