import { StreamClient, type StreamState } from './stream-client.ts';
import type { StreamSocket } from './stream-socket.ts';
import type { QuotesEvent, StatusEvent, StreamError } from './stream-events.ts';

/** A gateway of the spec's own: sockets it can see, and timers it fires. */
function bench(): {
  client: StreamClient;
  sockets: FakeSocket[];
  errors: StreamError[];
  states: StreamState[];
  timers: { ms: number; fire: () => void }[];
  last: () => FakeSocket;
} {
  const sockets: FakeSocket[] = [];
  const states: StreamState[] = [];
  const timers: { ms: number; fire: () => void }[] = [];
  const errors: StreamError[] = [];
  const client = new StreamClient({
    url: 'ws://spec/stream',
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onState: (state) => states.push(state),
    onError: (error) => errors.push(error),
    random: () => 0.5,
    setTimer: (callback, ms) => {
      const timer = { ms, fire: callback };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });
  return { client, sockets, errors, states, timers, last: () => sockets.at(-1) as FakeSocket };
}

class FakeSocket implements StreamSocket {
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.closed = true;
  }
  says(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
  hello(): void {
    this.onopen?.();
    this.says({ type: 'hello', protocol: 1, heartbeat_ms: 1_000 });
  }
  quotes(subscription: string, seq: number, snapshot: boolean, price: number): void {
    const quotes = [{ instrument_key: 'NSE_FO|1', seq: price, feed_epoch: 1, last_price: price, stale: false }];
    this.says({ type: 'quotes', time_ms: 1, subscriptions: [{ subscription, seq, snapshot, quotes }] });
  }
}

const prices = (events: QuotesEvent[]): (number | null)[] =>
  events.flatMap((event) => event.quotes.map((q) => q.last_price));

describe('stream client', () => {
  it('tells which instrument is not streamed, and gives status with its sessions', () => {
    const errors: StreamError[] = [];
    const sockets: FakeSocket[] = [];
    const client = new StreamClient({
      url: 'ws://spec/stream',
      openSocket: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      onError: (error) => errors.push(error),
      setTimer: () => () => undefined,
    });
    const told: StatusEvent[] = [];
    client.subscribeStatus((event) => told.push(event));
    client.start();
    sockets[0]?.hello();
    const context = { subscription: 'q1', instrument_key: 'NSE_FO|1' };
    sockets[0]?.says({ type: 'error', id: null, code: 'SUBSCRIPTION_LIMIT', detail: 'full', retryable: true, context });
    sockets[0]?.says({ type: 'error', id: null, code: 'STREAM_LIMIT', detail: 'too many', context: {} });
    expect(errors.map((error) => [error.code, error.subscription, error.instrumentKey])).toEqual([
      ['SUBSCRIPTION_LIMIT', 'q1', 'NSE_FO|1'],
      ['STREAM_LIMIT', undefined, undefined],
    ]);
    const feed = { state: 'AMBER', reasons: ['late'], report_age_ms: 10 };
    const sessions = [{ segment: 'NSE_FO', status: 'NORMAL_OPEN', since: null, since_ms: 5, source: 'feed' }];
    sockets[0]?.says({ type: 'status', subscription: 's1', seq: 1, snapshot: true, time_ms: 7, sessions, feed });
    expect(told).toEqual([{ snapshot: true, timeMs: 7, sessions, feed }]);
  });

  it('subscribes after the hello and gives the snapshot, then updates in order', () => {
    const { client, last } = bench();
    const events: QuotesEvent[] = [];
    client.subscribeQuotes(['NSE_FO|1'], { onQuotes: (event) => events.push(event) });
    client.start();
    expect(last().sent).toEqual([]);
    last().hello();
    expect(last().sent).toEqual([
      { op: 'subscribe', id: 'q1', subscription: 'q1', channel: 'quotes', instruments: ['NSE_FO|1'], rate_hz: 10 },
    ]);
    last().quotes('q1', 1, true, 10);
    last().quotes('q1', 2, false, 11);
    last().quotes('q1', 2, false, 99);
    expect(prices(events)).toEqual([10, 11]);
    expect(events[0]?.snapshot).toBe(true);
  });

  it('follows a channel it has no method for, with the same order and holes', () => {
    const { client, last } = bench();
    const frames: unknown[] = [];
    client.subscribeChannel('chain', { underlying: 'NIFTY' }, (frame) => frames.push(frame['rows']));
    client.start();
    last().hello();
    expect(last().sent).toEqual([
      { op: 'subscribe', id: 'c1', subscription: 'c1', channel: 'chain', underlying: 'NIFTY' },
    ]);
    const chain = (seq: number, snapshot: boolean, rows: number): void =>
      last().says({ type: 'chain', subscription: 'c1', time_ms: 1, seq, snapshot, rows });
    chain(1, true, 10);
    chain(2, false, 11);
    chain(4, false, 13);
    expect(last().sent.at(-1)).toEqual({ op: 'resync', subscription: 'c1' });
    chain(5, true, 14);
    last().says({ type: 'something-new', time_ms: 1 });
    expect(frames).toEqual([10, 11, 14]);
  });

  it('asks for the order book and gives it', () => {
    const { client, last } = bench();
    const events: QuotesEvent[] = [];
    client.subscribeQuotes(['NSE_FO|1'], { onQuotes: (event) => events.push(event) }, 2, true);
    client.start();
    last().hello();
    expect(last().sent[0]).toMatchObject({ channel: 'quotes', rate_hz: 2, depth: true });
    const depth = { bids: [{ price: 1, qty: 2 }], asks: [] };
    const quotes = [{ instrument_key: 'NSE_FO|1', depth }];
    const subscriptions = [{ subscription: 'q1', seq: 1, snapshot: true, quotes }];
    last().says({ type: 'quotes', time_ms: 1, subscriptions });
    expect(events[0]?.quotes[0]?.depth).toEqual(depth);
  });

  it('asks again for what could not be subscribed now, and not for what is refused', () => {
    const { client, last, timers, errors } = bench();
    const wanted = client.subscribeChannel('orders', { account: 'a' }, () => undefined);
    client.start();
    last().hello();
    const refuse = (code: string, retryable: boolean): void =>
      last().says({ type: 'error', id: wanted.name, code, detail: 'no', retryable, context: {} });
    const again = (): { ms: number; fire: () => void } | undefined => timers.find(({ ms }) => ms === 2_000);
    refuse('SERVICE_UNAVAILABLE', true);
    expect(last().sent.length).toBe(1);
    again()?.fire();
    expect(last().sent.map(({ op, subscription }) => [op, subscription])).toEqual([
      ['subscribe', wanted.name],
      ['subscribe', wanted.name],
    ]);
    timers.splice(0);
    refuse('UNAUTHENTICATED', false);
    expect(again()).toBeUndefined();
    expect(errors.map(({ code, subscription, retryable }) => [code, subscription, retryable])).toEqual([
      ['SERVICE_UNAVAILABLE', wanted.name, true],
      ['UNAUTHENTICATED', wanted.name, false],
    ]);
    refuse('SERVICE_UNAVAILABLE', true);
    wanted.close();
    expect(again()).toBeUndefined();
  });

  it('asks for a snapshot at a hole and gives nothing until it comes', () => {
    const { client, last } = bench();
    const events: QuotesEvent[] = [];
    client.subscribeQuotes(['NSE_FO|1'], { onQuotes: (event) => events.push(event) });
    client.start();
    last().hello();
    last().quotes('q1', 1, true, 10);
    last().quotes('q1', 3, false, 12);
    last().quotes('q1', 4, false, 13);
    expect(last().sent.at(-1)).toEqual({ op: 'resync', subscription: 'q1' });
    last().quotes('q1', 5, true, 14);
    last().quotes('q1', 6, false, 15);
    expect(prices(events)).toEqual([10, 14, 15]);
    expect(client.gaps).toBe(1);
  });

  it('comes back by itself, waits longer each time, and subscribes anew', () => {
    const { client, last, sockets, states, timers } = bench();
    const events: QuotesEvent[] = [];
    client.subscribeQuotes(['NSE_FO|1'], { onQuotes: (event) => events.push(event) });
    client.start();
    last().hello();
    last().quotes('q1', 1, true, 10);
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      last().onclose?.();
      const timer = timers.at(-1);
      waits.push(timer?.ms ?? 0);
      timer?.fire();
    }
    expect(waits).toEqual([187.5, 375, 750, 1500]);
    last().quotes('q1', 2, false, 11);
    last().hello();
    last().quotes('q1', 1, true, 12);
    expect(prices(events)).toEqual([10, 12]);
    expect(sockets).toHaveLength(5);
    expect(states.slice(0, 5)).toEqual(['connecting', 'open', 'waiting', 'connecting', 'waiting']);
  });

  it('waits as long as a farewell asks', () => {
    const { client, last, timers } = bench();
    client.start();
    last().hello();
    last().says({ type: 'bye', code: 'GOING_AWAY', detail: 'restart', reconnect_after_ms: 5_000 });
    last().onclose?.();
    expect(timers.at(-1)?.ms).toBe(5_000);
  });

  it('ends a connection that says nothing for a whole beat', () => {
    const { client, last, sockets, timers } = bench();
    client.start();
    last().hello();
    timers.at(-1)?.fire();
    expect(last().sent.at(-1)).toEqual({ op: 'ping' });
    last().says({ type: 'pong', id: null, time_ms: 1 });
    timers.at(-1)?.fire();
    const silent = last();
    timers.at(-1)?.fire();
    expect(silent.closed).toBe(true);
    timers.at(-1)?.fire();
    expect(sockets).toHaveLength(2);
  });

  it('survives garbage and unknown frames', () => {
    const { client, last } = bench();
    client.start();
    last().hello();
    last().says('{');
    last().says({ type: 'news' });
    last().quotes('q9', 1, true, 1);
    expect(client.state).toBe('open');
  });

  it('unsubscribes once and stays closed when told', () => {
    const { client, last, sockets, timers } = bench();
    const subscription = client.subscribeStatus(() => undefined);
    client.start();
    last().hello();
    subscription.close();
    subscription.close();
    expect(last().sent.filter((message) => message['op'] === 'unsubscribe')).toHaveLength(1);
    client.close();
    for (const timer of [...timers]) timer.fire();
    expect(sockets).toHaveLength(1);
    expect(client.state).toBe('closed');
  });
});
