import { readFile } from 'node:fs';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  it('runs what has no delay in the next turn, before any timer, unless it is cancelled', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      // After input and output come immediates, then timers: the order is certain from here only.
      readFile(import.meta.filename, () => {
        setTimeout(() => {
          order.push('timer');
          resolve();
        }, 0);
        systemClock.after(0, () => order.push('next turn'));
        systemClock.after(0, () => order.push('cancelled')).cancel();
        order.push('this turn');
      });
    });
    expect(order).toEqual(['this turn', 'next turn', 'timer']);
  });

  it('keeps a delay, and a timer that is cancelled does not fire', async () => {
    const startedMs = systemClock.monotonicMs();
    let fired = 0;
    systemClock.after(5, () => (fired += 100)).cancel();
    await new Promise<void>((resolve) => {
      const alive = setTimeout(() => undefined, 60_000);
      systemClock.after(20, () => {
        clearTimeout(alive);
        resolve();
      });
    });
    expect(systemClock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(19);
    expect(fired).toBe(0);
  });
});
