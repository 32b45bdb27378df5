import { FakeClock } from '@vega/testkit';
import { RateLimiter, type RateLimits, type SharedCount } from './rate-limiter.ts';

/** A shared count in memory that may be out of reach. */
class MemoryCount implements SharedCount {
  readonly totals = new Map<string, number>();
  calls = 0;
  isAway = false;

  add(key: string, permits: number, endMs: number): Promise<number> {
    this.calls += 1;
    if (this.isAway) return Promise.reject(new Error('away'));
    const name = `${endMs} ${key}`;
    const total = (this.totals.get(name) ?? 0) + permits;
    this.totals.set(name, total);
    return Promise.resolve(total);
  }
}

function replicas(count: number, limits: RateLimits = { requests: 1_000, windowMs: 60_000 }) {
  const shared = new MemoryCount();
  const clock = new FakeClock();
  const failures: unknown[] = [];
  const made = Array.from(
    { length: count },
    () => new RateLimiter(shared, clock, limits, (error) => failures.push(error)),
  );
  return { shared, clock, failures, made };
}

async function allowedOf(limiter: RateLimiter, client: string, requests: number): Promise<number> {
  const permits = await Promise.all(Array.from({ length: requests }, () => limiter.take(client)));
  return permits.filter((permit) => permit?.allowed).length;
}

describe('the rate limiter', () => {
  it('never gives more than the limit over all replicas, nearly all of it, and asks the shared count seldom', async () => {
    const { made, shared } = replicas(3);
    let allowed = 0;
    for (let round = 0; round < 60; round += 1) {
      for (const limiter of made) allowed += await allowedOf(limiter, 'a', 10);
    }
    expect(allowed).toBe(1_000);
    expect(shared.calls).toBeLessThan(60);
    expect(await allowedOf(made[0] as RateLimiter, 'b', 5)).toBe(5);
  });

  it('tells what remains and when the window ends, and starts anew with the next window', async () => {
    const { made, clock } = replicas(1, { requests: 100, windowMs: 60_000 });
    const [limiter] = made as [RateLimiter];
    await clock.advance(15_000);
    expect(await limiter.take('a')).toEqual({ allowed: true, limit: 100, remaining: 99, resetMs: 45_000 });
    expect(await allowedOf(limiter, 'a', 150)).toBe(99);
    expect(await limiter.take('a')).toEqual({ allowed: false, limit: 100, remaining: 0, resetMs: 45_000 });
    await clock.advance(45_000);
    expect(await limiter.take('a')).toEqual({ allowed: true, limit: 100, remaining: 99, resetMs: 60_000 });
  });

  it('counts alone while the shared count is away, and together again in the next window', async () => {
    const { made, clock, shared, failures } = replicas(2, { requests: 100, windowMs: 60_000 });
    const [one, two] = made as [RateLimiter, RateLimiter];
    shared.isAway = true;
    expect(await allowedOf(one, 'a', 150)).toBe(100);
    expect(await allowedOf(two, 'a', 150)).toBe(100);
    expect(failures.length).toBe(2);
    shared.isAway = false;
    await clock.advance(60_000);
    expect((await allowedOf(one, 'a', 80)) + (await allowedOf(two, 'a', 80))).toBe(100);
  });

  it('loses the shared count half way: what was given counts', async () => {
    const { made, shared } = replicas(1, { requests: 100, windowMs: 60_000 });
    const [limiter] = made as [RateLimiter];
    expect(await allowedOf(limiter, 'a', 30)).toBe(30);
    shared.isAway = true;
    expect(await allowedOf(limiter, 'a', 150)).toBe(70);
  });

  it('does not limit at 0', async () => {
    const { made, shared } = replicas(1, { requests: 0, windowMs: 60_000 });
    expect(await made[0]?.take('a')).toBeUndefined();
    expect(shared.calls).toBe(0);
  });
});
