import {
  DAY_MS,
  istDateOf,
  istInstant,
  istTimeOfDayMs,
  MINUTE_MS,
  nextTokenDeath,
  wallInstant,
  type WallInstant,
} from '@vega/kernel';
import { minutesOf } from './time-of-day.ts';

/** Upstox takes order and funds requests from 05:30 to 24:00 IST every day, else it answers UDAPI100074 or UDAPI100072. */
export const BROKER_WINDOW = { opens: '05:30', closes: '24:00' } as const;

const OPENS_MS = minutesOf(BROKER_WINDOW.opens) * MINUTE_MS;
const CLOSES_MS = minutesOf(BROKER_WINDOW.closes) * MINUTE_MS;

/** Whether Upstox's order and funds API answers at an instant. */
export function isBrokerOpen(at: WallInstant): boolean {
  const time = istTimeOfDayMs(at);
  return time >= OPENS_MS && time < CLOSES_MS;
}

/** The instant itself while the order and funds API answers, else the next at which it does. */
export function brokerOpenFrom(at: WallInstant): WallInstant {
  if (isBrokerOpen(at)) return at;
  const today = istInstant(istDateOf(at)) + OPENS_MS;
  return wallInstant(today > at ? today : today + DAY_MS);
}

/** When a token obtained at an instant dies: the next 03:30 IST. */
export function tokenDeath(obtainedAt: WallInstant): WallInstant {
  return wallInstant(nextTokenDeath(obtainedAt));
}
