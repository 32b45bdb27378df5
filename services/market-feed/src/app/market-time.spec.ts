import { SessionStatus } from '@vega/contracts';
import { istDate, istInstant } from '@vega/kernel';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { FakeClock } from '@vega/testkit';
import { MarketTime } from './market-time.ts';

const calendar = withBeyondCoverage(seedCalendar, 'weekdays');
const at = (hour: number, minute = 0): number => istInstant(istDate('2026-08-04'), hour, minute);
const setUp = (live: boolean, wallMs = at(10)): { clock: FakeClock; time: MarketTime } => {
  const clock = new FakeClock(wallMs);
  return { clock, time: new MarketTime({ clock, calendar: () => calendar, live }) };
};

describe('market time', () => {
  it("is the wall's while a live feed has not spoken, and unknown while a simulator has not", () => {
    const { time } = setUp(true);
    expect(time.now()).toEqual({ at: at(10), extrapolated: true });
    expect(time.date()).toBe('2026-08-04');
    expect(setUp(false).time.now()).toBeUndefined();
    expect(setUp(false).time.date()).toBe('');
  });

  it("goes on over a night in which a live feed is away, so that the morning's open is known", () => {
    const { clock, time } = setUp(true, at(15, 45));
    time.announce([['NSE_EQ', 'NORMAL_CLOSE']], at(15, 45));
    clock.advanceSync((24 * 60 - 5 * 60) * 60_000);
    expect(time.date()).toBe('2026-08-05');
    expect(time.isOpenByRulebook('NSE_EQ')).toBe(true);
    time.refresh(false);
    expect(time.isOpen()).toBe(true);
    expect(time.isClosed()).toBe(false);
  });

  it('stands still with a simulator whose market is closed, and its hours are its own', () => {
    const { clock, time } = setUp(false);
    time.announce([['NSE_FO', 'NORMAL_CLOSE']], at(11));
    time.refresh(true);
    clock.advanceSync(3_600_000);
    expect(time.now()).toEqual({ at: at(11), extrapolated: false });
    expect(time.isOpenByRulebook('NSE_FO')).toBeUndefined();
    expect(time.isClosed()).toBe(true);
  });

  it('goes on, marked, when an open market falls silent, and skew is told of the last frame', () => {
    const { clock, time } = setUp(true);
    time.announce([['NSE_EQ', 'NORMAL_OPEN']], at(10) - 300);
    time.refresh(true);
    expect(time.skewMs()).toBe(300);
    clock.advanceSync(1_000);
    expect(time.now()).toEqual({ at: at(10) - 300, extrapolated: false });
    clock.advanceSync(1_500);
    expect(time.now()).toEqual({ at: at(10) + 2_200, extrapolated: true });
    expect(time.skewMs()).toBe(300);
  });

  it('hears REST only on what the feed has not spoken of since', () => {
    const { clock, time } = setUp(false);
    time.announce([['NSE_EQ', 'PRE_OPEN_END']], at(9, 14));
    time.hearRest('NSE_EQ', 'NORMAL_OPEN', clock.monotonicMs() + 500);
    expect(time.isOverruled()).toBe(false);
    time.hearRest('BSE_EQ', 'NORMAL_OPEN', clock.monotonicMs() + 60_000);
    time.hearRest('NSE_EQ', 'SOMETHING NEW', clock.monotonicMs() + 60_000);
    expect(time.isOverruled()).toBe(false);
    time.hearRest('NSE_EQ', 'NORMAL_OPEN', clock.monotonicMs() + 60_000);
    time.refresh(true);
    expect(time.isOverruled()).toBe(true);
    expect(time.session('NSE_EQ')).toBe(SessionStatus.NORMAL_OPEN);
    time.announce([['NSE_EQ', 'NORMAL_OPEN']], at(9, 16));
    expect(time.isOverruled()).toBe(false);
  });

  it('tells how far a frame lies behind what was told', () => {
    const { time } = setUp(false);
    time.observe(at(11), 1);
    time.now();
    time.observe(at(10), 2);
    expect(time.clockBehindMs).toBe(3_600_000);
    expect(time.now()?.at).toBe(at(11));
  });
});
