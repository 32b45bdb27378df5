import { paise } from '@vega/kernel';
import { roundToTick } from '@vega/rulebook';
import type { TradedInstrument } from '../instrument.ts';
import type { Side } from './order.ts';

/** The protection that "automatic" (-1) means: per cent by price, as brokers publish it for NSE's pre-emptive refusal of market orders. */
const AUTOMATIC = {
  option: [
    { belowPaise: 1_000, percent: 5 },
    { belowPaise: 10_000, percent: 3 },
    { belowPaise: 50_000, percent: 2 },
    { belowPaise: Infinity, percent: 1 },
  ],
  other: [
    { belowPaise: 10_000, percent: 2 },
    { belowPaise: 50_000, percent: 1 },
    { belowPaise: Infinity, percent: 0.5 },
  ],
} as const;

/** The largest protection that can be asked for, per cent. */
export const MAX_PROTECTION_PERCENT = 25;

/** Whether a value of `market_protection` is allowed: -1 for automatic, or more than 0 up to 25 per cent. */
export function isProtection(percent: number): boolean {
  return percent === -1 || (percent > 0 && percent <= MAX_PROTECTION_PERCENT);
}

/** The limit at which a protected market order goes to the exchange: the reference price and its protection, at least a tick. */
export function protectedLimit(
  instrument: TradedInstrument,
  side: Side,
  referencePaise: number,
  protectionPercent: number,
): number {
  const table = AUTOMATIC[instrument.kind === 'option' ? 'option' : 'other'];
  const percent =
    protectionPercent === -1 ? (table.find((row) => referencePaise < row.belowPaise)?.percent ?? 1) : protectionPercent;
  const tick = paise(instrument.tickPaise);
  const width = Math.max(tick, Math.floor((referencePaise * percent) / 100));
  return side === 'BUY'
    ? roundToTick(paise(referencePaise + width), tick, 'down')
    : Math.max(tick, roundToTick(paise(Math.max(0, referencePaise - width)), tick, 'up'));
}
