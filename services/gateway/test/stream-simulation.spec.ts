// The hub under a seeded storm of subscriptions, slow readers, outages and ticks.
import { StaleReason } from '@vega/contracts';
import { withSeed } from '@vega/testkit';
import { QuotesSubscription } from '../src/app/stream/quotes/quotes-subscription.ts';
import { stage } from './hub-stage.ts';

describe('simulation', () => {
  it(
    'every client ends with the newest state, never sees an older one, and its sequences have no hole',
    () =>
      withSeed(20_261_123, async (random) => {
        const { feed, clock, hub, quotes, join, say, failures } = stage({
          softBufferBytes: 3_000,
          hardBufferBytes: 98_000,
          maxMessagesPerSecond: 1_000,
        });
        const keys = Array.from({ length: 12 }, (_item, at) => `NSE_FO|${at + 1}`);
        for (const key of keys) feed.publish(key, 100);
        const clients = Array.from({ length: 6 }, () => join());
        for (let step = 0; step < 1_500; step += 1) {
          const { socket, client } = random.pick(clients);
          const some = random.shuffle(keys).slice(0, random.integer(1, 5));
          const roll = random.integer(1, 100);
          if (roll <= 60) feed.publish(random.pick(keys), random.integer(1, 1_000_000), random.chance(0.05));
          else if (roll <= 66)
            say(client, {
              op: 'subscribe',
              channel: 'quotes',
              instruments: some,
              subscription: random.pick(['a', 'b']),
              rate_hz: random.pick([10, 2]),
            });
          else if (roll <= 69)
            say(client, { op: 'unsubscribe', subscription: random.pick(['a', 'b']), instruments: some });
          else if (roll <= 71) say(client, { op: 'resync', subscription: random.pick(['a', 'b']) });
          else if (roll <= 73) feed.away = !feed.away;
          else if (roll <= 75) feed.staleReason = random.pick([StaleReason.NONE, StaleReason.CONNECTION_MUTE]);
          else if (roll <= 77) socket.reads = !socket.reads;
          else if (roll <= 79) feed.onReconnect();
          else await clock.advance(random.integer(1, 120));
          if (socket.reads) socket.bufferedBytes = 0;
        }
        feed.away = false;
        feed.staleReason = StaleReason.NONE;
        for (const { socket } of clients) {
          socket.reads = true;
          socket.bufferedBytes = 0;
        }
        feed.onReconnect();
        await clock.advance(10_000);
        let compared = 0;
        for (const { socket, client } of clients) {
          expect(socket.closedWith).toBeUndefined();
          // Replies and snapshots that a client asks for without reading come on top of the soft bound; the hard one cuts it off.
          expect([socket.terminated, socket.peakBytes < 100_000]).toEqual([false, true]);
          for (const subscription of client.subscriptions.values()) {
            const batches = socket.batches(subscription.name);
            // A subscription that was given up and taken again counts from one again.
            const starts = batches.map((batch) => batch.seq).lastIndexOf(1);
            expect(batches.slice(starts).map((batch) => batch.seq)).toEqual(
              batches.slice(starts).map((_batch, at) => at + 1),
            );
            if (!(subscription.content instanceof QuotesSubscription)) continue;
            for (const key of subscription.content.held.keys()) {
              const seen = socket.quotes(key, subscription.name);
              expect(seen.at(-1)).toMatchObject({ seq: feed.ticks.get(key)?.seq, stale: false });
              for (const [at, quote] of seen.entries())
                expect(quote.seq).toBeGreaterThanOrEqual(seen[at - 1]?.seq ?? 0);
              compared += 1;
            }
          }
        }
        expect(compared).toBeGreaterThan(20);
        expect(quotes.instrumentCount).toBeLessThanOrEqual(keys.length);
        expect(feed.listeners.size).toBe(quotes.instrumentCount);
        expect(failures.every((error) => (error as { code?: string }).code === 'SERVICE_UNAVAILABLE')).toBe(true);
        for (const { client } of clients) hub.leave(client);
        await clock.advance(40_000);
        expect([hub.clientCount, hub.held().get('quotes')?.items, quotes.instrumentCount]).toEqual([0, 0, 0]);
      }),
    60_000,
  );
});
