import { FeedHealth, MarketStatus, SessionStatus } from '@vega/contracts';
import { FakeClock } from '@vega/testkit';
import { MarketTime } from './market-time.ts';

const NOON = Date.parse('2026-11-27T12:00:00+05:30');

describe('market time', () => {
  it('goes on in whole milliseconds when an open market falls silent, and not for ever', () => {
    const clock = new FakeClock();
    const time = new MarketTime(clock);
    expect(time.now()).toBeUndefined();
    time.takeStatus(MarketStatus.create({ segment: 'NSE_FO', status: SessionStatus.NORMAL_OPEN }));
    time.observe(NOON);
    time.observe(NOON - 5);
    clock.advanceSync(1_999);
    expect(time.now()).toBe(NOON);
    // The machine's monotonic clock counts fractions; what crosses the bus is whole.
    clock.advanceSync(1_000.6418);
    expect(time.now()).toBe(NOON + 2_999);
    clock.advanceSync(3_600_000);
    expect(time.now()).toBe(NOON + 60_000);
  });

  it('stands still while everything is closed', () => {
    const clock = new FakeClock();
    const time = new MarketTime(clock);
    time.observe(NOON);
    time.takeStatus(MarketStatus.create({ segment: 'NSE_FO', status: SessionStatus.NORMAL_CLOSE }));
    clock.advanceSync(60_000);
    expect([time.now(), time.isOpen('NSE_FO'), time.isOpen('BSE_FO')]).toEqual([NOON, false, undefined]);
  });

  it('calls a feed sound only by a report that is young and without a mute connection', () => {
    const clock = new FakeClock();
    const time = new MarketTime(clock);
    const report = (mute: boolean): FeedHealth => FeedHealth.create({ connections: [{ state: 'open', mute }] });
    expect(time.isFeedSound()).toBe(false);
    time.takeHealth(report(false));
    expect(time.isFeedSound()).toBe(true);
    clock.advanceSync(5_001);
    expect(time.isFeedSound()).toBe(false);
    time.takeHealth(report(true));
    expect(time.isFeedSound()).toBe(false);
  });
});
