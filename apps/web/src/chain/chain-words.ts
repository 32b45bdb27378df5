import { formatCompact, MISSING } from '../format/numbers.ts';
import type { Tone } from '../grid/grid-column.ts';

/** What price and open interest say together, in two letters and in words. */
export const BUILD_UP_WORDS: Readonly<Record<string, { tag: string; words: string; tone: Tone }>> = {
  LONG_BUILD_UP: { tag: 'LB', words: 'long build-up', tone: 'gain' },
  SHORT_BUILD_UP: { tag: 'SB', words: 'short build-up', tone: 'loss' },
  SHORT_COVERING: { tag: 'SC', words: 'short covering', tone: 'gain' },
  LONG_UNWINDING: { tag: 'LU', words: 'long unwinding', tone: 'loss' },
};

const STATUS_WORDS: Readonly<Record<string, string>> = {
  INVALID: 'The inputs of the model do not make sense',
  EXPIRED: 'Expired',
  NO_QUOTE: 'No quote: nothing to compute from',
  BELOW_INTRINSIC: 'Quoted below its intrinsic value: no volatility fits',
  ABOVE_MAX: 'Quoted above what the model allows: no volatility fits',
  LOW_VEGA: 'Almost no time value: the volatility is not well known',
  ONE_SIDED: 'One side of the quote is missing',
  STALE: 'The quote is stale',
  WIDE: 'The spread is wide: figures are rough',
};

/** Why a contract's figures may not be trusted blindly. */
export function statusWord(status: string): string {
  return STATUS_WORDS[status] ?? status;
}

const SPOT_WORDS: Readonly<Record<string, string>> = {
  LIVE: '',
  CLOSING_AUCTION: 'closing auction',
  CLOSED: 'closed',
  STALE: 'stale',
  UNKNOWN: 'unknown',
};

/** What the printed price of the underlying is worth; '' when it is the present. */
export function spotWord(state: string): string {
  return SPOT_WORDS[state] ?? state;
}

const FORWARD_WORDS: Readonly<Record<string, string>> = { PARITY: 'parity', FUTURE: 'future', SPOT: 'spot' };

/** What the forward was made of. */
export function forwardWord(source: string | undefined): string {
  return FORWARD_WORDS[source ?? ''] ?? '';
}

type Maybe = number | null | undefined;

/** Formats with a fixed number of decimals and a true minus sign; a dash for what is missing. */
export function formatDecimals(decimals: number): (value: Maybe) => string {
  return (value) =>
    value === null || value === undefined || !Number.isFinite(value)
      ? MISSING
      : value.toFixed(decimals).replace('-', '−');
}

/** A signed large number: `+1.20 L`, `−45,000`. */
export function formatShort(value: Maybe): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = formatCompact(Math.abs(value));
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/** The time that is left: `12 d`, `1 d 4 h`, `3 h 05 min`, `59 s`. */
export function formatTimeLeft(seconds: Maybe): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  if (seconds <= 0) return 'over';
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days >= 3) return `${days} d`;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
