/**
 * An instrument's moving figures as a row of doubles, for the state file. `writeInstrument` and `readInstrument` walk
 * the same fields in the same order; a test writes, reads and compares every field.
 */
import type { Ohlc } from '../market-source.ts';
import type { Instrument } from './instrument.ts';

/** Doubles per instrument. */
export const INSTRUMENT_DOUBLES = 60;

const QUOTE_FIELDS = ['version', 'ltp', 'ltt', 'ltq', 'cp', 'atp', 'vtt', 'oi', 'tbq', 'tsq'] as const;
const OPTIONAL_FIELDS = [
  'iv',
  'lowerCircuit',
  'upperCircuit',
  'yearHigh',
  'yearLow',
  'previousOi',
  'oiDayHigh',
  'oiDayLow',
] as const;
const GREEK_FIELDS = ['delta', 'theta', 'gamma', 'vega', 'rho'] as const;
const RUNNING_FIELDS = [
  'rate',
  'unitsPerSecond',
  'halfTicks',
  'restingUnits',
  'visitedAt',
  'greeksAt',
  'due',
  'dueForTrade',
  'turnover',
  'minuteAt',
  'minuteOpen',
  'minuteHigh',
  'minuteLow',
  'minuteClose',
  'minuteVolume',
] as const;
const BAR_FIELDS = ['open', 'high', 'low', 'close', 'vol', 'ts'] as const;

/** Writes an instrument into `row`, which has {@link INSTRUMENT_DOUBLES} elements. NaN stands for an absent value. */
export function writeInstrument(instrument: Instrument, row: Float64Array): void {
  const { quote, book } = instrument;
  let at = 0;
  for (const field of QUOTE_FIELDS) row[at++] = quote[field];
  for (const field of OPTIONAL_FIELDS) row[at++] = quote[field] ?? NaN;
  for (const field of GREEK_FIELDS) row[at++] = quote.greeks?.[field] ?? NaN;
  for (const field of RUNNING_FIELDS) row[at++] = instrument[field];
  for (const bar of [quote.day, quote.minute, instrument.completed]) {
    for (const field of BAR_FIELDS) row[at++] = bar?.[field] ?? NaN;
  }
  row[at++] = instrument.pending ? 1 : 0;
  row[at++] = book.bid;
  row[at++] = book.ask;
  row[at++] = book.epoch;
}

/** Takes an instrument's figures back from `row`. */
export function readInstrument(instrument: Instrument, row: Float64Array): void {
  const { quote, book } = instrument;
  let at = 0;
  const next = (): number => row[at++] ?? NaN;
  const nextBar = (): Ohlc | undefined => {
    const [open = NaN, high = NaN, low = NaN, close = NaN, vol = NaN, ts = NaN] = BAR_FIELDS.map(next);
    return Number.isNaN(open) ? undefined : { open, high, low, close, vol, ts };
  };
  for (const field of QUOTE_FIELDS) quote[field] = next();
  for (const field of OPTIONAL_FIELDS) {
    const value = next();
    quote[field] = Number.isNaN(value) ? undefined : value;
  }
  const [delta = NaN, theta = NaN, gamma = NaN, vega = NaN, rho = NaN] = GREEK_FIELDS.map(next);
  quote.greeks = Number.isNaN(delta) ? undefined : { delta, theta, gamma, vega, rho };
  for (const field of RUNNING_FIELDS) instrument[field] = next();
  quote.day = nextBar();
  quote.minute = nextBar();
  instrument.completed = nextBar();
  instrument.pending = next() === 1;
  book.bid = next();
  book.ask = next();
  book.epoch = next();
}
