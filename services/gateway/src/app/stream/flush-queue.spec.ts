import { FakeClock } from '@vega/testkit';
import fc from 'fast-check';
import { FlushQueue, type Flushable } from './flush-queue.ts';

const BEAT_MS = 25;

/** Takes what is due and notes when. */
class Client implements Flushable {
  readonly place = { isReady: false, beat: 0 };
  readonly taken: { dueMs: number; atMs: number }[] = [];
  readonly due: number[] = [];

  constructor(
    private readonly clock: FakeClock,
    private readonly costMs = 0,
  ) {}

  flush(nowMs: number): number | undefined {
    for (const dueMs of [...this.due]) {
      if (dueMs > nowMs) continue;
      this.taken.push({ dueMs, atMs: nowMs });
      this.due.splice(this.due.indexOf(dueMs), 1);
    }
    if (this.costMs > 0) this.clock.advanceSync(this.costMs);
    return this.due.length === 0 ? undefined : Math.min(...this.due);
  }
}

it('flushes everything on the first beat after it is due, and nothing before', async () => {
  const change = fc.record({
    client: fc.nat(4),
    inMs: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 6_000, max: 9_000 })),
    pauseMs: fc.nat(60),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
      const clock = new FakeClock();
      const queue = new FlushQueue(clock, BEAT_MS);
      const clients = Array.from({ length: 5 }, () => new Client(clock));
      for (const { client: at, inMs, pauseMs } of changes) {
        await clock.advance(pauseMs);
        const client = clients[at];
        const dueMs = clock.monotonicMs() + inMs;
        client?.due.push(dueMs);
        if (client !== undefined) queue.atItsTime(client, dueMs);
      }
      await clock.advance(10_000);
      queue.close();
      const taken = clients.flatMap((client) => client.taken);
      expect(taken).toHaveLength(changes.length);
      for (const { dueMs, atMs } of taken) {
        expect(atMs).toBeGreaterThanOrEqual(dueMs);
        expect(atMs - dueMs).toBeLessThan(BEAT_MS);
      }
      expect(clock.waiting).toBe(0);
    }),
    { numRuns: 200 },
  );
});

it('flushes those that are ready in the next turn, once, and those that a turn has no time for in the one after', async () => {
  const clock = new FakeClock();
  const queue = new FlushQueue(clock, 10_000);
  const clients = Array.from({ length: 10 }, () => new Client(clock, 3));
  for (const client of clients) {
    client.due.push(0);
    queue.soon(client);
    queue.soon(client);
  }
  expect(clients.flatMap((client) => client.taken)).toEqual([]);
  await clock.advance(0);
  await clock.advance(100);
  queue.close();
  expect(clients.map((client) => client.taken.map(({ atMs }) => atMs))).toEqual(clients.map((_client, at) => [at * 3]));
});
