import { FakeClock } from '@vega/testkit';
import { TurnJoin } from './turn-join.ts';

describe('the same question in one turn', () => {
  it('is asked once, and again in the next turn', async () => {
    const clock = new FakeClock();
    const asked: string[] = [];
    const join = new TurnJoin(clock, (key) => Promise.resolve(`${key}${asked.push(key)}`));
    const first = [join.fetch('a'), join.fetch('b'), join.fetch('a')];
    expect(asked).toEqual([]);
    await clock.advance(0);
    expect(await Promise.all(first)).toEqual(['a1', 'b2', 'a1']);
    const second = join.fetch('a');
    await clock.advance(0);
    expect(await second).toBe('a3');
  });

  it('fails for all who asked, and is asked anew', async () => {
    const clock = new FakeClock();
    let count = 0;
    const join = new TurnJoin(clock, () => {
      count += 1;
      return count === 1 ? Promise.reject(new Error('away')) : Promise.resolve(count);
    });
    const first = Promise.allSettled([join.fetch('a'), join.fetch('a')]);
    await clock.advance(0);
    expect((await first).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = join.fetch('a');
    await clock.advance(0);
    expect(await again).toBe(2);
  });
});
