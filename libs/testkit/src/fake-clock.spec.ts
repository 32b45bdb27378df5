import { repeat } from '@vega/kernel';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('fires timers in order of their time, then of their making, each at its own moment', () => {
    const clock = new FakeClock(1_000);
    const fired: string[] = [];
    const at = (name: string) => () => fired.push(`${name}@${clock.monotonicMs()}/${clock.wallNow()}`);
    clock.after(20, at('c'));
    clock.after(10, at('a'));
    clock.after(10, at('b'));
    clock.after(30, at('late'));
    clock.advanceSync(20);
    expect(fired).toEqual(['a@10/1010', 'b@10/1010', 'c@20/1020']);
    expect(clock.waiting).toBe(1);
    expect(clock.nextInMs).toBe(10);
  });

  it('does not fire a cancelled timer, nor one twice', () => {
    const clock = new FakeClock();
    let fired = 0;
    const cancelled = clock.after(5, () => (fired += 100));
    clock.after(5, () => (fired += 1));
    cancelled.cancel();
    clock.advanceSync(50);
    clock.advanceSync(50);
    expect(fired).toBe(1);
  });

  it('lets asynchronous work of one timer end before the next fires', async () => {
    const clock = new FakeClock();
    const steps: string[] = [];
    const timer = repeat(clock, 10, async () => {
      steps.push(`begin ${clock.monotonicMs()}`);
      await Promise.resolve();
      steps.push(`end ${clock.monotonicMs()}`);
    });
    await clock.advance(30);
    timer.cancel();
    await clock.advance(30);
    expect(steps).toEqual(['begin 10', 'end 10', 'begin 20', 'end 20', 'begin 30', 'end 30']);
  });

  it('steps the wall clock alone', () => {
    const clock = new FakeClock(1_000);
    clock.stepWall(-500);
    expect([clock.wallNow(), clock.monotonicMs()]).toEqual([500, 0]);
  });
});
