import fc from 'fast-check';
import { MAX_QUERY_LENGTH, parseInstrumentQuery } from './instrument-query.ts';

describe('a search as it is understood', () => {
  it.each([
    ['nifty 24500 ce', ['NIFTY', '24500', 'CE'], ['24500', 'CE']],
    ['NIFTY24500CE', ['NIFTY', '24500', 'CE'], ['24500', 'CE']],
    ['banknifty fut', ['BANKNIFTY', 'FUT'], ['FUT']],
    ['reliance 28jul', ['RELIANCE', '28', 'JUL'], ['28', 'JUL']],
    ['reliance jul26 fut', ['RELIANCE', 'JUL', '26', 'FUT'], ['JUL', '26', 'FUT']],
    ['nifty july', ['NIFTY', 'JUL'], ['JUL']],
    ['maruti', ['MARUTI'], []],
    ['m&m', ['M', 'M'], []],
    ['ashokley 132.5 ce', ['ASHOKLEY', '132.5', 'CE'], ['132.5', 'CE']],
    ['24500ce', ['24500', 'CE'], ['24500', 'CE']],
    ['INE002A01018', ['INE002A01018'], []],
    ['20microns', ['20MICRONS'], ['20MICRONS']],
    ['  Nifty   50 ', ['NIFTY', '50'], ['50']],
    ["x'; DROP TABLE instruments; --%_", ['X', 'DROP', 'TABLE', 'INSTRUMENTS'], []],
  ])('%j', (text, words, contractWords) => {
    expect(parseInstrumentQuery(text)).toMatchObject({ words, contractWords, key: undefined, expiry: undefined });
  });

  it('may be a key, or name an expiry', () => {
    expect(parseInstrumentQuery('NSE_INDEX|Nifty 50')?.key).toBe('NSE_INDEX|Nifty 50');
    expect(parseInstrumentQuery('nifty 2026-07-28 pe')).toMatchObject({ words: ['NIFTY', 'PE'], expiry: '2026-07-28' });
    expect(parseInstrumentQuery('2026-02-30')).toBeUndefined();
  });

  it.each(['', '   ', '&&&', '...', '--'])('%j holds nothing to look for', (text) => {
    expect(parseInstrumentQuery(text)).toBeUndefined();
  });

  it('has only words that are safe within a pattern, and few', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: MAX_QUERY_LENGTH, unit: 'grapheme' }), (text) => {
        const words = parseInstrumentQuery(text)?.words ?? [];
        expect(words.length).toBeLessThanOrEqual(10);
        for (const word of words) expect(word).toMatch(/^[A-Z0-9][A-Z0-9.]*$/);
      }),
    );
  });
});
