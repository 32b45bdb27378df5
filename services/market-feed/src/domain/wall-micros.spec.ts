import { FakeClock } from '@vega/testkit';
import { WallMicros } from './wall-micros.ts';

describe('wall microseconds', () => {
  it('keep below a millisecond of the wall clock, grow with monotonic time and follow its steps', () => {
    const clock = new FakeClock(1_765_773_004_546);
    const micros = new WallMicros(clock);
    expect(micros.now()).toBe(1_765_773_004_546_000);
    clock.advanceSync(0.25);
    expect(micros.at(clock.monotonicMs() - 0.125)).toBe(1_765_773_004_546_125);
    clock.stepWall(-5_000);
    expect(micros.now()).toBe(1_765_772_999_546_250);
    clock.stepWall(60_000);
    expect(micros.now()).toBe(1_765_773_059_546_250);
  });
});
