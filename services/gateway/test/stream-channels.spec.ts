// What the core does for any channel, shown with one of the spec's own: order, snapshots owed, gaps, refusals, who may.
import { OperationalError, OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import type { Principal } from '../src/app/principal.ts';
import type {
  ChannelSubscription,
  Held,
  Resolved,
  StreamChannel,
  SubscriptionHandle,
} from '../src/app/stream/channel.ts';
import { stage, type Stage } from './hub-stage.ts';
import { principal } from './principals.ts';
import { MemorySocket } from './in-memory-feed.ts';

interface WantedCount extends Resolved {
  readonly start: number;
}

/** A channel that counts: a snapshot tells the count, changes tell it again. */
class CountChannel implements StreamChannel<{ start: number }, WantedCount, number> {
  readonly access = { scope: 'read' } as const;
  readonly name = 'count';
  readonly request = { start: z.number().int() };
  readonly opened: CountSubscription[] = [];
  isAway = false;
  isClosed = false;

  resolve({ start }: { start: number }, principal: Principal): WantedCount {
    if (principal.userId !== 'usr_guest') throw new OutcomeError('UNAUTHENTICATED', 'this one may not count');
    return { start };
  }

  open(handle: SubscriptionHandle): CountSubscription {
    const subscription = new CountSubscription(handle, this);
    this.opened.push(subscription);
    return subscription;
  }

  toJson(count: number): string {
    return JSON.stringify({ count });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

class CountSubscription implements ChannelSubscription<WantedCount, number> {
  readonly itemCount = 1;
  hasChanges = false;
  isReleased = false;
  count = 0;

  constructor(
    readonly handle: SubscriptionHandle,
    private readonly channel: CountChannel,
  ) {}

  hold({ start }: WantedCount): Held {
    this.count = start;
    return { reply: { start }, items: undefined, notices: [] };
  }

  refresh(): Promise<void> {
    if (!this.channel.isAway) return Promise.resolve();
    return Promise.reject(new OperationalError('SERVICE_UNAVAILABLE', 'nobody counts', 'not-sent'));
  }

  snapshot(): number {
    this.hasChanges = false;
    return this.count;
  }

  changes(): number {
    return this.snapshot();
  }

  release(): void {
    this.isReleased = true;
  }

  add(): void {
    this.count += 1;
    this.hasChanges = true;
    this.handle.changed();
  }
}

function counting(): Stage & {
  channel: CountChannel;
  socket: MemorySocket;
  client: ReturnType<Stage['join']>['client'];
} {
  const channel = new CountChannel();
  const made = stage({}, [channel]);
  return { ...made, channel, ...made.join() };
}

const told = (socket: MemorySocket): unknown[] =>
  socket.frames.filter(({ type }) => type === 'count').map(({ seq, snapshot, count }) => [seq, snapshot, count]);
const errors = (socket: MemorySocket): unknown[] =>
  socket.frames
    .filter(({ type }) => type === 'error')
    .map(({ id, code, context }) => [id, code, (context as { subscription?: string }).subscription]);

describe('a registered channel', () => {
  it('is greeted with, subscribed, conflated, resynced and given up like any other', async () => {
    const { clock, channel, socket, client, say, hub } = counting();
    expect(socket.frames[0]).toMatchObject({ type: 'hello', channels: ['quotes', 'status', 'count'] });
    say(client, { op: 'subscribe', id: 1, channel: 'count', start: 5, rate_hz: 2 });
    await clock.advance(1_000);
    expect(socket.frames.find(({ type }) => type === 'subscribed')).toEqual({
      type: 'subscribed',
      id: 1,
      subscription: 'count',
      channel: 'count',
      rate_hz: 2,
      start: 5,
    });
    const [subscription] = channel.opened;
    for (let n = 0; n < 10; n += 1) {
      subscription?.add();
      await clock.advance(100);
    }
    // At 2 Hz: the first at once, then what a half second gathered.
    expect(told(socket)).toEqual([
      [1, true, 5],
      [2, false, 6],
      [3, false, 10],
      [4, false, 15],
    ]);
    say(client, { op: 'resync', id: 2, subscription: 'count' });
    await clock.advance(0);
    expect(told(socket).at(-1)).toEqual([5, true, 15]);
    expect(hub.held().get('count')).toEqual({ subscriptions: 1, items: 1 });
    say(client, { op: 'unsubscribe', id: 3, subscription: 'count' });
    await clock.advance(0);
    expect([subscription?.isReleased, hub.held().get('count')?.subscriptions]).toEqual([true, 0]);
  });

  it('may be refused to a principal, and nothing is held then', async () => {
    const { clock, channel, hub } = counting();
    const socket = new MemorySocket();
    const client = hub.join(socket, principal({ userId: 'stranger' }));
    await hub.receive(client, JSON.stringify({ op: 'subscribe', id: 7, channel: 'count', start: 1 }));
    await clock.advance(1_000);
    expect([errors(socket), channel.opened.length, client.subscriptions.size]).toEqual([
      [[7, 'UNAUTHENTICATED', undefined]],
      0,
      0,
    ]);
  });

  it('sends nothing before a snapshot, which is tried again until it can be had', async () => {
    const { clock, channel, socket, client, say, failures } = counting();
    channel.isAway = true;
    say(client, { op: 'subscribe', id: 1, channel: 'count', start: 5 });
    await clock.advance(0);
    channel.opened[0]?.add();
    await clock.advance(1_500);
    expect([told(socket), errors(socket)]).toEqual([[], [[1, 'SERVICE_UNAVAILABLE', undefined]]]);
    await clock.advance(2_000);
    channel.isAway = false;
    await clock.advance(2_500);
    expect(told(socket)).toEqual([[1, true, 6]]);
    channel.opened[0]?.add();
    await clock.advance(500);
    expect(told(socket).at(-1)).toEqual([2, false, 7]);
    expect(failures.length).toBeGreaterThan(0);
  });

  it('makes a gap at the source good by a snapshot, and tells why when it cannot yet', async () => {
    const { clock, channel, socket, client, say } = counting();
    say(client, { op: 'subscribe', channel: 'count', start: 5 });
    await clock.advance(1_000);
    const [subscription] = channel.opened;
    channel.isAway = true;
    subscription?.handle.restart();
    subscription?.add();
    await clock.advance(1_000);
    expect(told(socket)).toEqual([[1, true, 5]]);
    expect(errors(socket)).toEqual([[null, 'SERVICE_UNAVAILABLE', 'count']]);
    channel.isAway = false;
    await clock.advance(1_500);
    expect(told(socket).at(-1)).toEqual([2, true, 6]);
    subscription?.handle.tell(new OutcomeError('RATE_LIMITED', 'slowly', {}));
    expect(errors(socket).at(-1)).toEqual([null, 'RATE_LIMITED', 'count']);
  });

  it('is released when its client leaves, and says nothing after', async () => {
    const { clock, channel, socket, client, say, hub } = counting();
    say(client, { op: 'subscribe', channel: 'count', start: 5 });
    await clock.advance(1_000);
    const [subscription] = channel.opened;
    hub.leave(client);
    const before = socket.frames.length;
    subscription?.add();
    subscription?.handle.restart();
    subscription?.handle.tell(new OutcomeError('RATE_LIMITED', 'slowly', {}));
    await clock.advance(5_000);
    expect([subscription?.isReleased, socket.frames.length]).toEqual([true, before]);
    await hub.drain();
    expect(channel.isClosed).toBe(true);
  });
});

describe('a principal that is no longer let in', () => {
  it('loses its connections, and nobody else does', async () => {
    const { clock, hub, socket, client } = counting();
    const other = new MemorySocket();
    hub.join(other, principal({ userId: 'other' }));
    hub.dismiss(({ userId }) => userId === client.principal.userId);
    await clock.advance(0);
    expect(socket.frames.at(-1)).toMatchObject({ type: 'bye', code: 'UNAUTHENTICATED', reconnect_after_ms: null });
    expect([socket.closedWith, other.closedWith]).toEqual([4401, undefined]);
  });
});

describe('depth', () => {
  it('comes with the quotes of the subscription that asks for it, with the same seq', async () => {
    const { feed, clock, join, say } = stage();
    const key = 'NSE_FO|1';
    feed.publish(key, 100, false, 7);
    const [plain, deep] = [join(), join()];
    say(plain.client, { op: 'subscribe', channel: 'quotes', instruments: [key] });
    say(deep.client, { op: 'subscribe', channel: 'quotes', instruments: [key], depth: true });
    await clock.advance(1_000);
    feed.publish(key, 101, false, 7);
    await clock.advance(200);
    const levels = (side: number) =>
      [1, 2, 3, 4, 5].map((level) => ({ price: (100 + side * level) / 100, qty: level * 10 }));
    const [last, lastDeep] = [plain.socket.quotes(key).at(-1), deep.socket.quotes(key).at(-1)];
    expect(lastDeep).toEqual({ ...last, depth: { bids: levels(-1), asks: levels(1) } });
    expect(last).not.toHaveProperty('depth');
    expect(last?.seq).toBe(2);
    say(deep.client, { op: 'subscribe', channel: 'quotes', instruments: [key], depth: false });
    await clock.advance(1_000);
    expect(deep.socket.batches().at(-1)?.snapshot).toBe(true);
    expect(deep.socket.quotes(key).at(-1)).not.toHaveProperty('depth');
  });
});
