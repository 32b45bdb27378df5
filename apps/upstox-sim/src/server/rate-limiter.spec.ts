import { FakeClock } from '@vega/testkit';
import { RateLimiter, STANDARD_LIMITS } from './rate-limiter.ts';

describe('RateLimiter', () => {
  const calls = (limiter: RateLimiter, count: number, who = 'u', api = 'a'): number =>
    Array.from({ length: count }, () => limiter.admit(who, api)).filter(Boolean).length;

  it('admits 50 calls in any second, per user and per API', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 1);
    expect(calls(limiter, 20)).toBe(20);
    clock.advanceSync(600);
    expect(calls(limiter, 40)).toBe(30);
    expect(calls(limiter, 60, 'other')).toBe(50);
    expect(calls(limiter, 60, 'u', 'b')).toBe(50);
    clock.advanceSync(399);
    expect(calls(limiter, 1)).toBe(0);
    clock.advanceSync(1);
    expect(calls(limiter, 40)).toBe(20);
  });

  it('admits 500 a minute and 2,000 in half an hour', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, 1);
    const perSecond = (seconds: number): number => {
      let admitted = 0;
      for (let at = 0; at < seconds; at++) {
        admitted += calls(limiter, 50);
        clock.advanceSync(1_000);
      }
      return admitted;
    };
    expect(perSecond(60)).toBe(500);
    expect(perSecond(60)).toBe(500);
    expect(perSecond(120)).toBe(1_000);
    expect(perSecond(1_559)).toBe(0);
    expect(perSecond(60)).toBe(500);
  });

  it('multiplies every limit by its factor', () => {
    const limiter = new RateLimiter(new FakeClock(), 3);
    expect(calls(limiter, 1_000)).toBe(150);
    expect(STANDARD_LIMITS.map(({ calls: limit }) => limit)).toEqual([50, 500, 2_000]);
  });
});
