import fc from 'fast-check';
import { FakeClock, turn } from '../../test/support/fake-clock.ts';
import { DATA_RATE_WINDOWS, RateLimiter, type RateWindow } from './rate-limiter.ts';
import { UpstoxError } from './upstox-error.ts';

const API = 'GET /v3/market-quote/ltp';

function limiter(clock: FakeClock, windows: readonly RateWindow[] = DATA_RATE_WINDOWS, more = {}): RateLimiter {
  return new RateLimiter({ clock, random: () => 0.5, windows, guardMs: 0, ...more });
}

async function failure(call: Promise<unknown>): Promise<UpstoxError> {
  const error: unknown = await call.then(
    () => new Error('it was granted'),
    (caught: unknown) => caught,
  );
  if (error instanceof UpstoxError) return error;
  throw error;
}

describe('RateLimiter', () => {
  it('grants fifty calls at once and the fifty-first a second later', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock);
    for (let call = 0; call < 50; call += 1) await subject.acquire(API, { waitMs: 0 });
    expect((await failure(subject.acquire(API, { waitMs: 999 }))).outcome).toBe('not-sent');
    let granted = false;
    void subject.acquire(API, { waitMs: 1_000 }).then(() => (granted = true));
    await clock.advance(999);
    expect(granted).toBe(false);
    await clock.advance(1);
    expect(granted).toBe(true);
  });

  it('keeps the minute and the half hour as well', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock, DATA_RATE_WINDOWS, { maxWaiting: 5_000 });
    const grants: number[] = [];
    for (let call = 0; call < 2_100; call += 1) {
      void subject.acquire(API, { waitMs: 3_600_000 }).then(
        () => grants.push(clock.monotonicMs()),
        () => undefined,
      );
    }
    await clock.advance(3_600_000);
    const before = (ms: number): number => grants.filter((at) => at < ms).length;
    expect(before(1_000)).toBe(50);
    expect(before(60_000)).toBe(500);
    expect(before(1_800_000)).toBe(2_000);
    expect(grants.length).toBe(2_100);
    expect(grants.at(-1)).toBe(1_801_000);
  });

  it('counts each API by itself', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock, [{ max: 1, windowMs: 1_000 }]);
    await subject.acquire('GET /one', { waitMs: 0 });
    await subject.acquire('GET /other', { waitMs: 0 });
    expect((await failure(subject.acquire('GET /one', { waitMs: 0 }))).code).toBe('UPSTOX_RATE_WAIT');
  });

  it('lets waiting callers go in order of arrival and drops those whose deadline passes', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock, [{ max: 1, windowMs: 1_000 }]);
    await subject.acquire(API, { waitMs: 0 });
    const log: string[] = [];
    const ask = (name: string, waitMs: number): void => {
      void subject.acquire(API, { waitMs }).then(
        () => log.push(`${name} at ${clock.monotonicMs()}`),
        (error: UpstoxError) => log.push(`${name} ${error.code} at ${clock.monotonicMs()}`),
      );
    };
    ask('first', 5_000);
    ask('impatient', 1_500);
    ask('third', 5_000);
    await clock.advance(5_000);
    expect(log).toEqual(['first at 1000', 'impatient UPSTOX_RATE_WAIT at 1500', 'third at 2000']);
  });

  it('lets a caller give up, before and while it waits', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock, [{ max: 1, windowMs: 1_000 }]);
    await subject.acquire(API, { waitMs: 0 });
    expect((await failure(subject.acquire(API, { waitMs: 9_000, signal: AbortSignal.abort() }))).code).toBe(
      'UPSTOX_ABORTED',
    );
    const controller = new AbortController();
    const waiting = failure(subject.acquire(API, { waitMs: 9_000, signal: controller.signal }));
    let next = false;
    void subject.acquire(API, { waitMs: 9_000 }).then(() => (next = true));
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'UPSTOX_ABORTED', outcome: 'not-sent' });
    await clock.advance(1_000);
    expect(next).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('bounds the queue', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock, [{ max: 1, windowMs: 1_000 }], { maxWaiting: 2 });
    await subject.acquire(API, { waitMs: 0 });
    const held = [subject.acquire(API, { waitMs: 9_000 }), subject.acquire(API, { waitMs: 9_000 })];
    expect((await failure(subject.acquire(API, { waitMs: 9_000 }))).code).toBe('UPSTOX_RATE_WAIT');
    await clock.advance(2_000);
    await Promise.all(held);
  });

  it('closes an API after a 429, longer after each further one, until something else is answered', async () => {
    const clock = new FakeClock();
    const subject = limiter(clock);
    const closedFor = async (): Promise<number> => {
      const started = clock.monotonicMs();
      let granted = false;
      void subject.acquire(API, { waitMs: 120_000 }).then(() => (granted = true));
      while (!granted) await clock.advance(100);
      return clock.monotonicMs() - started;
    };
    subject.backOff(API);
    expect(await closedFor()).toBe(1_500);
    subject.backOff(API);
    expect(await closedFor()).toBe(2_500);
    await subject.acquire('GET /other', { waitMs: 0 });
    subject.succeeded(API);
    subject.backOff(API);
    expect(await closedFor()).toBe(1_500);
  });

  it('never lets any window pass its limit, whatever the arrivals', async () => {
    const windows = [
      { max: 3, windowMs: 10 },
      { max: 5, windowMs: 50 },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ gap: fc.nat(15), waitMs: fc.nat(80) }), { maxLength: 60 }),
        async (asks) => {
          const clock = new FakeClock();
          const subject = limiter(clock, windows);
          const grants: number[] = [];
          let settled = 0;
          for (const { gap, waitMs } of asks) {
            await clock.advance(gap);
            void subject
              .acquire(API, { waitMs })
              .then(
                () => grants.push(clock.monotonicMs()),
                () => undefined,
              )
              .finally(() => (settled += 1));
          }
          await clock.advance(200);
          await turn();
          expect(settled).toBe(asks.length);
          for (const { max, windowMs } of windows) {
            for (let at = max; at < grants.length; at += 1) {
              expect((grants[at] ?? 0) - (grants[at - max] ?? 0)).toBeGreaterThanOrEqual(windowMs);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
