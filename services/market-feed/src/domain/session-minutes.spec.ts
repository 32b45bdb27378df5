import { instrumentKey, istDate, istInstant } from '@vega/kernel';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { SessionHours } from './session-minutes.ts';

const OPTION = instrumentKey('NSE_FO|1');
const SHARE = instrumentKey('NSE_EQ|INE002A01018');
const INDEX = instrumentKey('NSE_INDEX|Nifty 50');

function at(date: string, time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return istInstant(istDate(date), hour, minute);
}

describe('the hours of bars', () => {
  const hours = new SessionHours(() => withBeyondCoverage(seedCalendar, 'weekdays'));

  it.each([
    [OPTION, '2026-07-15', '09:14', false],
    [OPTION, '2026-07-15', '09:15', true],
    [OPTION, '2026-07-15', '15:29', true],
    [OPTION, '2026-07-15', '15:30', false],
    [OPTION, '2026-08-04', '15:39', true],
    [OPTION, '2026-08-04', '15:40', false],
    [SHARE, '2026-08-04', '09:08', false],
    [SHARE, '2026-08-04', '15:29', true],
    [SHARE, '2026-08-04', '15:34', true],
    [SHARE, '2026-08-04', '15:55', false],
    [INDEX, '2026-08-04', '15:27', true],
    [INDEX, '2026-08-04', '09:07', false],
  ])('%s on %s at %s: %s', (key, date, time, expected) => {
    expect(hours.isBarMinute(key, at(date, time))).toBe(expected);
  });

  it('are all hours on a day that should be closed, or of which nothing is known', () => {
    expect(hours.isBarMinute(OPTION, at('2026-11-24', '12:00'))).toBe(true);
    expect(hours.isBarMinute(OPTION, at('2010-06-15', '03:00'))).toBe(true);
    expect(hours.openOf('NSE_FO', at('2026-11-24', '00:00'))).toBeUndefined();
  });

  it('begin when the session opens', () => {
    expect(hours.openOf('NSE_FO', at('2026-08-04', '00:00'))).toBe(at('2026-08-04', '09:15'));
  });

  it('forget days rather than grow without bound', () => {
    for (let day = 0; day < 400; day += 1) hours.isBarMinute(OPTION, at('2024-01-01', '10:00') + day * 86_400_000);
    expect(hours.isBarMinute(OPTION, at('2026-07-15', '09:14'))).toBe(false);
  });
});
