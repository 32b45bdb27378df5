import type { FeedStatusView } from '@vega/client';
import { judgeReadiness, readinessLine, type ReadinessFacts } from './readiness.ts';

const feed: FeedStatusView = {
  state: 'GREEN',
  reasons: [],
  market_source: 'simulator',
  connections: [],
  subscribed: 10,
  refused: 0,
  last_message_age_ms: 5,
  ticks_published: 1,
  duplicates_dropped: 0,
  gaps: 0,
  reconnects: 0,
  token_expires_at: null,
  token_expires_at_ms: 10_000_000,
  market_time: null,
  market_time_ms: 5,
  market_time_extrapolated: false,
  clock_skew_ms: -20,
  reported_at_ms: 5,
  replica: 'a',
  feed_epoch: 1,
  sessions: [],
  master_date: '2026-11-23',
  master_rows: 5,
};

const well: ReadinessFacts = {
  link: { state: 'open' },
  feed,
  feedFailure: undefined,
  gateway: { ready: true, checks: { nats: 'ok' }, behind: { 'market-feed': 'ok' } },
  gatewayFailure: undefined,
  nowMs: 1_000,
};
const failure = { code: 'UNREACHABLE', title: '', detail: '', retryable: true, traceId: undefined };
const line = (facts: Partial<ReadinessFacts>): string => readinessLine(judgeReadiness({ ...well, ...facts }));

describe('readiness', () => {
  it('is ready when all is well', () => expect(line({})).toBe('Ready: market data is live'));

  it.each<[Partial<ReadinessFacts>, RegExp]>([
    [{ link: { state: 'waiting' } }, /^Not ready: the live connection of this screen is down$/],
    [{ gateway: undefined, gatewayFailure: failure }, /^Not ready: the gateway is not ready \(UNREACHABLE\)$/],
    [{ gateway: { ready: false, checks: { nats: 'away' }, behind: {} } }, /^Not ready: gateway check nats: away$/],
    [{ gateway: { ready: true, checks: {}, behind: { 'market-feed': 'silent' } } }, /^Not ready: market-feed: silent$/],
    [{ feedFailure: failure }, /^Not ready: the feed's status cannot be read/],
    [{ feed: { ...feed, state: 'RED', reasons: ['no token', 'mute'] } }, /^Not ready: no token; mute$/],
    [{ feed: { ...feed, state: 'RED' } }, /^Not ready: the feed is RED$/],
    [{ feed: { ...feed, state: 'AMBER', reasons: ['late'] } }, /^Ready, with care: late$/],
    [{ nowMs: 10_000_000 }, /^Not ready: the broker login is over$/],
    [{ nowMs: 9_000_000 }, /^Ready, with care: the broker login ends within half an hour$/],
    [{ feed: { ...feed, clock_skew_ms: -2_500 } }, /^Not ready: the server's clock is off by 2500 ms$/],
    [{ feed: { ...feed, clock_skew_ms: 700 } }, /^Ready, with care: the server's clock/],
    [{ feed: { ...feed, refused: 3 } }, /^Ready, with care: 3 instruments do not fit/],
    [{ feed: undefined }, /^Asking/],
    [{ feed: { ...feed, token_expires_at_ms: null } }, /^Ready: /],
  ])('%j', (facts, expected) => expect(line(facts)).toMatch(expected));
});
