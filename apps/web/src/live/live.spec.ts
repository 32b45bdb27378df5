import type { StreamSocket } from '@vega/client';
import { judgeFeedAge } from './feed-age.ts';
import { LiveData } from './live-data.ts';
import { MarketClock } from './market-clock.ts';
import { isOpen, sessionSummary } from './session.ts';
import { troubleOf } from './trouble.ts';

class FakeSocket implements StreamSocket {
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    this.onclose?.();
  }
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function bench(): { live: LiveData; socket: FakeSocket; pass: (ms: number) => void } {
  const socket = new FakeSocket();
  let now = 1_000;
  const live = new LiveData({
    url: 'ws://spec/stream',
    openSocket: () => socket,
    now: () => now,
    wall: () => 5,
    schedule: (flush) => flush(),
    setTimer: () => () => undefined,
  }).start();
  socket.says({ type: 'hello', heartbeat_ms: 1_000 });
  return { live, socket, pass: (ms) => void (now += ms) };
}

const quote = (seq: number, more: object = {}): object => ({
  instrument_key: 'NSE_FO|1',
  seq,
  feed_epoch: 1,
  last_price: seq,
  age_ms: 100,
  exchange_time_ms: 50_000 + seq,
  source: 'FEED_LIVE',
  stale: false,
  ...more,
});

function sendQuotes(socket: FakeSocket, frameSeq: number, ...quotes: object[]): void {
  const part = { subscription: 'q2', seq: frameSeq, snapshot: frameSeq === 1, quotes };
  socket.says({ type: 'quotes', time_ms: 1, subscriptions: [part] });
}

describe('live data', () => {
  it('keeps the newest quote and counts ages on its own clock', () => {
    const { live, socket, pass } = bench();
    live.follow(['NSE_FO|1']);
    expect(live.feedAgeMs()).toBeUndefined();
    sendQuotes(socket, 1, quote(5));
    pass(400);
    expect(live.feedAgeMs()).toBe(500);
    sendQuotes(socket, 2, quote(4));
    expect(live.quotes.get('NSE_FO|1')?.last_price).toBe(5);
    sendQuotes(socket, 3, quote(1, { feed_epoch: 2 }));
    expect(live.quotes.get('NSE_FO|1')?.last_price).toBe(1);
    expect(live.feedAgeMs()).toBe(100);
  });

  it('a value read by REST does not make the feed look young', () => {
    const { live, socket, pass } = bench();
    live.follow(['NSE_FO|1']);
    sendQuotes(socket, 1, quote(5));
    pass(9_000);
    sendQuotes(socket, 2, quote(0, { source: 'REST', age_ms: 0 }));
    expect(live.feedAgeMs()).toBe(9_100);
  });

  it('follows the exchange’s time', () => {
    const { live, socket, pass } = bench();
    live.follow(['NSE_FO|1']);
    expect(live.clock.read()).toBe(5);
    sendQuotes(socket, 1, quote(5));
    pass(1_000);
    expect(live.clock.read()).toBe(51_005);
  });

  it('tells why an instrument is not streamed until it is', () => {
    const { live, socket } = bench();
    live.follow(['NSE_FO|1', 'X']);
    const refused = [{ asked: 'X', code: 'UNKNOWN_INSTRUMENT', detail: 'no such' }];
    socket.says({ type: 'subscribed', id: 'q2', subscription: 'q2', refused });
    const context = { instrument_key: 'NSE_FO|1' };
    socket.says({ type: 'error', id: null, code: 'SUBSCRIPTION_LIMIT', detail: 'full', context });
    expect(live.refusals.get('X')?.code).toBe('UNKNOWN_INSTRUMENT');
    expect(live.refusals.get('NSE_FO|1')?.code).toBe('SUBSCRIPTION_LIMIT');
    sendQuotes(socket, 1, quote(5));
    expect(live.refusals.get('NSE_FO|1')).toBeUndefined();
  });

  it('remembers that it was connected', () => {
    const { live, socket } = bench();
    expect(live.link.get()).toMatchObject({ state: 'open', wasOpen: true });
    socket.close();
    expect(live.link.get()).toMatchObject({ state: 'waiting', wasOpen: true });
  });
});

describe('market clock', () => {
  it('never goes back', () => {
    let now = 0;
    const clock = new MarketClock(
      () => now,
      () => 7,
    );
    clock.learn(1_000);
    now = 500;
    clock.learn(900);
    expect(clock.read()).toBe(1_500);
  });
});

it.each([
  [undefined, true, 'unknown'],
  [2_000, true, 'good'],
  [2_001, true, 'late'],
  [5_000, true, 'late'],
  [5_001, true, 'dead'],
  [90_000, false, 'closed'],
  [undefined, false, 'unknown'],
])('a feed age of %s ms, open %s, is %s', (age, open, level) => expect(judgeFeedAge(age, open)).toBe(level));

describe('sessions', () => {
  const sessions = (derivatives: string | null, cash: string | null): { segment: string; status: string | null }[] => [
    { segment: 'NSE_FO', status: derivatives },
    { segment: 'NSE_EQ', status: cash },
  ];
  it.each([
    [sessions('NORMAL_OPEN', 'NORMAL_OPEN'), 'Open', true],
    [sessions('NORMAL_OPEN', 'CLOSING_START'), 'F&O open, cash closing session', true],
    [sessions('NORMAL_CLOSE', 'CLOSING_END'), 'Closed', false],
    [sessions(null, null), 'Not announced', false],
    [[], 'Not announced', false],
  ])('%j are %s', (given, words, open) => {
    expect(sessionSummary(given)).toBe(words);
    expect(isOpen(given)).toBe(open);
  });
  it('knows one segment from another', () => {
    expect(isOpen(sessions('NORMAL_OPEN', 'NORMAL_CLOSE'), 'NSE_EQ')).toBe(false);
  });
});

describe('trouble', () => {
  const open = { state: 'open', since: 0, wasOpen: true } as const;
  const lost = { state: 'waiting', since: 0, wasOpen: true } as const;
  const feed = (state: 'GREEN' | 'AMBER' | 'RED', ...reasons: string[]) => ({
    snapshot: true,
    timeMs: 0,
    sessions: [],
    feed: { state, reasons, report_age_ms: 0 },
  });
  it('is none while all is well or a blink is shorter than a word', () => {
    expect(troubleOf(open, feed('GREEN'), 9e9)).toBeUndefined();
    expect(troubleOf(open, undefined, 9e9)).toBeUndefined();
    expect(troubleOf(lost, undefined, 500)).toBeUndefined();
    expect(troubleOf({ ...lost, wasOpen: false }, undefined, 2_000)).toBeUndefined();
  });
  it('says what is wrong', () => {
    expect(troubleOf(lost, feed('GREEN'), 1_000)?.text).toMatch(/lost/);
    expect(troubleOf({ ...lost, wasOpen: false }, undefined, 4_000)?.text).toMatch(/does not answer/);
    expect(troubleOf(open, feed('RED', 'no token'), 0)).toEqual({
      level: 'dead',
      text: 'Market feed is down: no token.',
    });
    expect(troubleOf(open, feed('AMBER'), 0)).toMatchObject({ level: 'late' });
  });
});
