import fc from 'fast-check';
import {
  addDays,
  dayOfWeek,
  daysBetween,
  istDate,
  istDateOf,
  istInstant,
  istTimeOfDayMs,
  nextTokenDeath,
  paiseToRupees,
  parseInstrumentKey,
  parseIstDate,
  rupeesToPaise,
  toIstIso,
} from './index.ts';

describe('paise', () => {
  it('round-trips every two-decimal rupee amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (p) => {
        expect(rupeesToPaise(paiseToRupees(p))).toBe(p);
        expect(rupeesToPaise(Number((p / 100).toFixed(2)))).toBe(p);
      }),
    );
  });

  it.each([
    [0.05, 5],
    [693.05, 69305],
    [1.005, 100],
    [-0.05, -5],
    [-0, 0],
    [59000, 5_900_000],
  ])('%d rupees are %d paise', (rupees, expected) => expect(rupeesToPaise(rupees)).toBe(expected));

  it('refuses what is not a number', () => expect(() => rupeesToPaise(Number.NaN)).toThrow('safe integer'));
});

describe('instrument key', () => {
  it.each(['NSE_FO|51414', 'NSE_INDEX|Nifty 50', 'NSE_EQ|INE118H01025', 'BSE_INDEX|SENSEX'])('accepts %s', (text) =>
    expect(parseInstrumentKey(text)).toEqual({ ok: true, value: text }),
  );

  it.each([
    ['NIFTY', 'INSTRUMENT_KEY_INVALID'],
    ['', 'INSTRUMENT_KEY_INVALID'],
    ['|51414', 'INSTRUMENT_KEY_INVALID'],
    ['NSE_FO|', 'INSTRUMENT_KEY_INVALID'],
    ['NSE_FO|1|2', 'INSTRUMENT_KEY_INVALID'],
    ['NSE_XX|1', 'INSTRUMENT_KEY_INVALID'],
    ['NSE_FO|a\nb', 'INSTRUMENT_KEY_INVALID'],
    ['NSE_FO| 1', 'INSTRUMENT_KEY_INVALID'],
    ['MCX_FO|1', 'SEGMENT_UNSUPPORTED'],
    ['NCD_FO|14294', 'SEGMENT_UNSUPPORTED'],
  ])('refuses %j with %s', (text, code) => {
    const parsed = parseInstrumentKey(text);
    expect(parsed.ok ? 'accepted' : parsed.error.code).toBe(code);
  });
});

describe('IST time', () => {
  it('knows the date across midnight', () => {
    expect(istDateOf(Date.parse('2026-08-02T18:29:59.999Z'))).toBe('2026-08-02');
    expect(istDateOf(Date.parse('2026-08-02T18:30:00Z'))).toBe('2026-08-03');
  });

  it('prints as Upstox does', () => {
    expect(toIstIso(istInstant(istDate('2024-06-10'), 15, 29))).toBe('2024-06-10T15:29:00+05:30');
    expect(toIstIso(Date.parse('2026-04-14T13:39:11.335Z'))).toBe('2026-04-14T19:09:11.335+05:30');
  });

  it('parses only dates of the calendar', () => {
    expect(parseIstDate('2026-02-29')).toBeUndefined();
    expect(parseIstDate('2028-02-29')).toBe('2028-02-29');
    expect(parseIstDate('2026-2-9')).toBeUndefined();
    expect(() => istDate('soon')).toThrow('YYYY-MM-DD');
  });

  it('date arithmetic is consistent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: -5000, max: 5000 }), (start, days) => {
        const date = addDays(istDate('1990-01-01'), start);
        const other = addDays(date, days);
        expect(daysBetween(date, other)).toBe(days);
        expect(dayOfWeek(other)).toBe((((dayOfWeek(date) + days) % 7) + 7) % 7);
        expect(istDateOf(istInstant(other))).toBe(other);
        expect(istTimeOfDayMs(istInstant(other, 9, 15))).toBe(33_300_000);
      }),
    );
  });

  it.each([
    ['2026-11-23T02:30:00+05:30', '2026-11-23T03:30:00+05:30'],
    ['2026-11-23T03:30:00+05:30', '2026-11-24T03:30:00+05:30'],
    ['2026-11-23T09:00:00+05:30', '2026-11-24T03:30:00+05:30'],
  ])('a token given at %s dies at %s', (given, dies) => expect(toIstIso(nextTokenDeath(Date.parse(given)))).toBe(dies));
});
