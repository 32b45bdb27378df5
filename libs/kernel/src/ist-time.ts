/** India Standard Time: UTC+05:30, no daylight saving. Dates are `YYYY-MM-DD` strings of the IST calendar. */
export type IstDate = string & { readonly __kind: 'IstDate' };

export const IST_OFFSET_MS = 19_800_000;
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses `YYYY-MM-DD`; undefined when it is not a date of the calendar. */
export function parseIstDate(text: string): IstDate | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const epoch = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Date(epoch).toISOString().slice(0, 10) === text ? (text as IstDate) : undefined;
}

/** Brands a literal that is known to be a date. Throws on anything else. */
export function istDate(text: string): IstDate {
  const date = parseIstDate(text);
  if (date === undefined) throw new RangeError(`"${text}" is not a date of the form YYYY-MM-DD`);
  return date;
}

/** The IST calendar date of an instant (epoch ms). */
export function istDateOf(epochMs: number): IstDate {
  return new Date(epochMs + IST_OFFSET_MS).toISOString().slice(0, 10) as IstDate;
}

/** Milliseconds since IST midnight of an instant (epoch ms): 0 to 86,399,999. */
export function istTimeOfDayMs(epochMs: number): number {
  const shifted = (epochMs + IST_OFFSET_MS) % DAY_MS;
  return shifted < 0 ? shifted + DAY_MS : shifted;
}

/** The instant (epoch ms) of an IST date at `hour:minute:second`. */
export function istInstant(date: IstDate, hour = 0, minute = 0, second = 0): number {
  return Date.parse(`${date}T00:00:00Z`) - IST_OFFSET_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** The date `days` after `date` (negative: before). */
export function addDays(date: IstDate, days: number): IstDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10) as IstDate;
}

/** Day of the week: 0 Sunday to 6 Saturday. */
export function dayOfWeek(date: IstDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: IstDate, to: IstDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** ISO 8601 with the +05:30 offset, as Upstox prints instants: `2026-08-03T09:15:00+05:30` (milliseconds only when not zero). */
export function toIstIso(epochMs: number): string {
  const text = new Date(epochMs + IST_OFFSET_MS).toISOString();
  return `${text.slice(0, 19)}${text.endsWith('.000Z') ? '' : text.slice(19, 23)}+05:30`;
}

/** The first 03:30 IST strictly after an instant: when a broker token given at that instant dies. */
export function nextTokenDeath(epochMs: number): number {
  const today = istInstant(istDateOf(epochMs), 3, 30);
  return today > epochMs ? today : today + DAY_MS;
}
