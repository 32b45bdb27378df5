import { invariant, istInstant, marketInstant, type IstDate, type MarketInstant } from '@vega/kernel';

/** A wall-clock time of the IST day, `HH:MM`, 00:00 to 24:00. */
export type TimeOfDay = `${number}:${number}`;

/** Minutes since IST midnight. Throws a defect on anything that is not a time of the day. */
export function minutesOf(time: TimeOfDay): number {
  const match = /^(\d{2}):(\d{2})$/.exec(time);
  invariant(match, `"${time}" is not HH:MM`);
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  invariant(minutes <= 1440 && Number(match[2]) < 60, `"${time}" is not a time of the day`);
  return minutes;
}

/** `HH:MM` of minutes since midnight. */
export function timeOfDay(minutes: number): TimeOfDay {
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}` as TimeOfDay;
}

/** The market instant of an IST date and time of day. */
export function instantAt(date: IstDate, time: TimeOfDay): MarketInstant {
  return marketInstant(istInstant(date, 0, minutesOf(time)));
}
