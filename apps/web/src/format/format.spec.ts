import { formatAge, formatChange, formatCompact, formatCount, formatPercent, formatPrice, MISSING } from './numbers.ts';
import { chartSeconds, formatIstTime } from './ist.ts';

describe('numbers', () => {
  it.each([
    [12345678.9, '1,23,45,678.90'],
    [0, '0.00'],
    [null, MISSING],
    [undefined, MISSING],
    [Number.NaN, MISSING],
  ])('price %s is %s', (value, text) => expect(formatPrice(value)).toBe(text));

  it.each([
    [12_300_000, '1.23 Cr'],
    [123_000, '1.23 L'],
    [-450_000, '-4.50 L'],
    [12_345, '12,345'],
    [null, MISSING],
  ])('compact %s is %s', (value, text) => expect(formatCompact(value)).toBe(text));

  it.each([
    [12.3, '+12.30'],
    [-4.05, '−4.05'],
    [0, '0.00'],
  ])('change %s is %s', (value, text) => expect(formatChange(value)).toBe(text));

  it('percent and count', () => {
    expect(formatPercent(1.25)).toBe('+1.25%');
    expect(formatCount(135_870)).toBe('1,35,870');
  });

  it.each([
    [0, 'now'],
    [5_400, '5 s'],
    [125_000, '2 min'],
    [7_200_000, '2 h'],
    [null, MISSING],
  ])('age %s is %s', (ms, text) => expect(formatAge(ms)).toBe(text));
});

describe('India time', () => {
  it('prints the exchange clock', () => expect(formatIstTime(Date.parse('2026-08-03T09:59:59.500Z'))).toBe('15:29:59'));
  it('shifts chart times so that UTC reads as India', () =>
    expect(new Date(chartSeconds(Date.parse('2026-08-03T03:45:00Z')) * 1000).toISOString()).toBe(
      '2026-08-03T09:15:00.000Z',
    ));
});
