import { Instrument } from './instrument.ts';
import { INSTRUMENT_DOUBLES, readInstrument, writeInstrument } from './instrument-state.ts';

function instrument(): Instrument {
  return new Instrument({ key: 'NSE_EQ|X', kind: 'share', underlyingIndex: 5, tick: 5, unit: 10, spacing: 1 });
}

/** Gives every figure of an instrument a value of its own, so that a mixed-up or forgotten field shows. */
function fill(target: Instrument): void {
  let value = 1;
  const { quote, book } = target;
  for (const holder of [quote, target, book] as object[]) {
    for (const [name, old] of Object.entries(holder)) {
      const writable = Object.getOwnPropertyDescriptor(holder, name)?.writable === true;
      if (writable && typeof old === 'number' && !UNSAVED.has(name)) Object.assign(holder, { [name]: value++ });
    }
  }
  for (const name of OPTIONAL) Object.assign(quote, { [name]: value++ });
  quote.greeks = { delta: value++, theta: value++, gamma: value++, vega: value++, rho: value++ };
  const bar = () => ({ open: value++, high: value++, low: value++, close: value++, vol: value++, ts: value++ });
  quote.day = bar();
  quote.minute = bar();
  target.completed = bar();
  target.pending = true;
}

const OPTIONAL = ['iv', 'lowerCircuit', 'upperCircuit', 'yearHigh', 'yearLow', 'previousOi', 'oiDayHigh', 'oiDayLow'];
/** What follows from the instrument's shape, and what a book writes for its readers. */
const UNSAVED = new Set([
  'rank',
  'underlyingIndex',
  'strike',
  'logStrike',
  'tick',
  'unit',
  'seed',
  'tickPaise',
  'spacing',
  'writtenBid',
  'writtenAsk',
  'writtenEpoch',
]);

const figures = (target: Instrument): string =>
  JSON.stringify([target, target.quote, target.book.bid, target.book.ask, target.book.epoch], (name, value: unknown) =>
    name === 'depth' || name === 'book' || name === 'greeks' || UNSAVED.has(name) ? undefined : value,
  );

describe('the state row of an instrument', () => {
  it('carries every figure', () => {
    const [before, after] = [instrument(), instrument()];
    fill(before);
    const row = new Float64Array(INSTRUMENT_DOUBLES);
    writeInstrument(before, row);
    readInstrument(after, row);
    expect(figures(after)).toBe(figures(before));
    expect(after.quote.greeks).toEqual(before.quote.greeks);
    expect(figures(instrument())).not.toBe(figures(before));
  });

  it('carries what is absent', () => {
    const row = new Float64Array(INSTRUMENT_DOUBLES);
    writeInstrument(instrument(), row);
    const after = instrument();
    fill(after);
    readInstrument(after, row);
    expect(figures(after)).toBe(figures(instrument()));
    expect(after.quote.day).toBeUndefined();
    expect(after.quote.greeks).toBeUndefined();
  });
});
