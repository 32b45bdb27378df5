import { istDate, istInstant, MINUTE_MS } from '@vega/kernel';
import {
  calendarStart,
  intervalMinutes,
  intradayStart,
  joinBars,
  longestSpanDays,
  toCandleRows,
  type Bar,
} from './bar.ts';

const DATE = istDate('2026-07-30');
const minute = (hour: number, at: number, price: number, volume = 10): Bar => ({
  at: istInstant(DATE, hour, at),
  open: price,
  high: price + 2,
  low: price - 1,
  close: price + 1,
  volume,
  oi: price,
});
const nine = (): number => istInstant(DATE, 9, 15);

describe('joining candles', () => {
  it('keeps the first open, the last close and interest, the extremes and the sum', () => {
    const bars = [minute(9, 15, 100), minute(9, 16, 90), minute(9, 17, 110), minute(9, 18, 95)];
    expect(joinBars(bars, intradayStart(3, nine))).toEqual([
      { at: nine(), open: 100, high: 112, low: 89, close: 111, volume: 30, oi: 110 },
      { at: istInstant(DATE, 9, 18), open: 95, high: 97, low: 94, close: 96, volume: 10, oi: 95 },
    ]);
    expect(bars[0]?.close).toBe(101);
  });

  it('counts from the open of each date', () => {
    const start = intradayStart(60, (date) => istInstant(date, date === DATE ? 9 : 18, date === DATE ? 15 : 0));
    expect(start(istInstant(DATE, 10, 14))).toBe(nine());
    expect(start(istInstant(DATE, 10, 15))).toBe(istInstant(DATE, 10, 15));
    const muhurat = istDate('2026-11-08');
    expect(start(istInstant(muhurat, 18, 59))).toBe(istInstant(muhurat, 18));
    expect(start(istInstant(DATE, 15, 39))).toBe(istInstant(DATE, 15, 15));
  });

  it('starts weeks on Monday and months on the first', () => {
    const at = istInstant(DATE, 12);
    expect(calendarStart('days')(at)).toBe(istInstant(DATE));
    expect(calendarStart('weeks')(at)).toBe(istInstant(istDate('2026-07-27')));
    expect(calendarStart('weeks')(istInstant(istDate('2026-08-02'), 23))).toBe(istInstant(istDate('2026-07-27')));
    expect(calendarStart('months')(at)).toBe(istInstant(istDate('2026-07-01')));
  });

  it('prints rows newest first in IST', () => {
    const rows = toCandleRows([minute(9, 15, 100), minute(9, 16, 90)]);
    expect(rows[0]).toEqual(['2026-07-30T09:16:00+05:30', 90, 92, 89, 91, 10, 90]);
    expect(rows[1]?.[0]).toBe('2026-07-30T09:15:00+05:30');
  });

  it('knows intervals and spans', () => {
    expect([intervalMinutes('minutes', 3), intervalMinutes('hours', 2), intervalMinutes('days', 1)]).toEqual([
      3,
      120,
      undefined,
    ]);
    expect([longestSpanDays('minutes', 15), longestSpanDays('minutes', 16), longestSpanDays('hours', 1)]).toEqual([
      30, 91, 91,
    ]);
    expect(longestSpanDays('weeks', 1)).toBeGreaterThan(3600);
    expect(MINUTE_MS).toBe(60_000);
  });
});
