import type { FeedFacts, StackFacts } from './facts.ts';
import { judge } from './judge.ts';
import type { Report } from './judge.ts';

const AT_MS = Date.UTC(2026, 10, 23, 4, 30);
const HOUR_MS = 3_600_000;

const FEED: FeedFacts = {
  state: 'GREEN',
  reasons: [],
  market_source: 'live',
  connections: [
    {
      connection: 0,
      state: 'open',
      last_frame_age_ms: 120,
      mute: false,
      modes: [
        { mode: 'full', subscribed: 500, limit: 2000 },
        { mode: 'ltpc', subscribed: 0, limit: 5000 },
      ],
    },
  ],
  subscribed: 500,
  refused: 0,
  last_message_age_ms: 80,
  gaps: 1,
  reconnects: 2,
  token_expires_at_ms: AT_MS + 10 * HOUR_MS,
  market_time: '2026-11-23T04:30:00.000Z',
  clock_skew_ms: 12,
  sessions: [{ segment: 'NSE_FO', status: 'NORMAL_OPEN' }],
  master_date: '2026-11-23',
  master_rows: 90_000,
};

const WELL: StackFacts = {
  atMs: AT_MS,
  services: [
    { name: 'gateway', address: 'http://127.0.0.1:1', silent: undefined, ready: true, checks: { nats: 'ok' } },
    { name: 'upstox-sim', address: 'http://127.0.0.1:2', silent: undefined, ready: true, checks: {} },
  ],
  feed: FEED,
  streams: [
    {
      name: 'MD_TICKS',
      messages: 10,
      bytes: 3 * 1024 ** 2,
      maxBytes: 2 * 1024 ** 3,
      consumers: [{ name: 'archiver', pending: 4, unacknowledged: 2 }],
    },
  ],
  archive: { commitAgeSeconds: 30, pending: 4, files: 3, missing: 0, failures: 0 },
  disk: { freeBytes: 50 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 },
};

function withFeed(feed: Partial<FeedFacts>): StackFacts {
  return { ...WELL, feed: { ...FEED, ...feed } };
}

function says(report: Report, part: string): string {
  const found = report.lines.find((line) => line.part === part);
  return found === undefined ? 'nothing' : `${found.mark}: ${found.says}`;
}

describe('the judgement of the doctor', () => {
  it('is ready when all is well, with the figures of each part', () => {
    const report = judge(WELL);
    expect(report).toMatchObject({ ready: true, sentence: 'ready to trade' });
    expect(report.lines.every(({ mark }) => mark === 'ok')).toBe(true);
    expect(says(report, 'connection 0')).toBe('ok: open, last frame 0.1 s ago, full 500 of 2000');
    expect(says(report, 'since its start')).toBe('ok: 1 gap, 2 reconnects');
    expect(says(report, 'stream MD_TICKS')).toBe('ok: 10 messages, 3 MiB of 2048 MiB; archiver 4 behind, 2 in hand');
    expect(says(report, 'broker token')).toBe('ok: expires at 23 Nov 2026, 20:00 IST, in 10 h 0 min');
    expect(says(report, 'dead letters')).toBe('ok: none');
  });

  it('says so when the market is simulated or closed', () => {
    expect(judge(withFeed({ market_source: 'simulator' })).sentence).toBe('ready to trade on the simulated market');
    const closed = judge(withFeed({ sessions: [{ segment: 'NSE_FO', status: 'NORMAL_CLOSE' }] }));
    expect(closed).toMatchObject({ ready: true, sentence: 'ready to trade, when the market opens' });
  });

  it.each<[string, StackFacts, string, string]>([
    [
      'a service that does not answer',
      { ...WELL, services: [{ ...WELL.services[0]!, silent: 'connection refused', ready: false, checks: {} }] },
      'gateway',
      'bad: does not answer (connection refused)',
    ],
    [
      'a service that is not ready',
      { ...WELL, services: [{ ...WELL.services[0]!, ready: false, checks: { nats: 'ok', redis: 'gone' } }] },
      'gateway',
      'bad: live, not ready (redis: gone)',
    ],
    [
      'a red feed',
      withFeed({ state: 'RED', reasons: ['it is silent'] }),
      'feed',
      'bad: red (it is silent), last tick 0.1 s ago',
    ],
    [
      'an unknown feed',
      withFeed({ state: 'UNSPECIFIED', last_message_age_ms: null }),
      'feed',
      'bad: unspecified, no tick yet',
    ],
    [
      'no word of the feed',
      { ...WELL, feed: 'the gateway does not answer' },
      'feed',
      'bad: the gateway does not answer',
    ],
    ['no token', withFeed({ token_expires_at_ms: null }), 'broker token', 'bad: there is none'],
    [
      'a dead token',
      withFeed({ token_expires_at_ms: AT_MS }),
      'broker token',
      'bad: expired at 23 Nov 2026, 10:00 IST',
    ],
    ['no master', withFeed({ master_date: null }), 'instrument master', 'bad: none is loaded'],
    ['a clock far off', withFeed({ clock_skew_ms: -2_001 }), 'clock', "bad: -2001 ms off the feed's"],
    [
      'a mute connection',
      withFeed({ connections: [{ ...FEED.connections[0]!, mute: true, modes: [] }] }),
      'connection 0',
      'bad: open and mute, last frame 0.1 s ago, carries nothing',
    ],
    ['streams unknown', { ...WELL, streams: 'NATS does not answer' }, 'streams', 'bad: NATS does not answer'],
    [
      'a full disk',
      { ...WELL, disk: { ...WELL.disk, freeBytes: 1024 ** 3 - 1 } },
      'disk',
      'bad: 1024 MiB free of 100 GiB',
    ],
  ])('is not ready with %s, and says why', (_what, facts, part, expected) => {
    const report = judge(facts);
    expect(says(report, part)).toBe(expected);
    expect(report.ready).toBe(false);
    expect(report.sentence).toBe(`not ready to trade: ${part}: ${expected.slice('bad: '.length)}`);
  });

  it.each<[string, StackFacts, string, string]>([
    [
      'an amber feed',
      withFeed({ state: 'AMBER', reasons: ['a bit late'] }),
      'feed',
      'look: amber (a bit late), last tick 0.1 s ago',
    ],
    [
      'a token that dies soon',
      withFeed({ token_expires_at_ms: AT_MS + 20 * 60_000 }),
      'broker token',
      'look: expires at 23 Nov 2026, 10:20 IST, in 20 min',
    ],
    [
      'instruments without a place',
      withFeed({ refused: 7 }),
      'subscriptions',
      "look: 500 instruments, 7 wanted do not fit the broker's limits",
    ],
    [
      'dead letters',
      { ...WELL, streams: [{ name: 'DEAD_LETTERS', messages: 3, bytes: 1, maxBytes: 2, consumers: [] }] },
      'dead letters',
      'look: 3',
    ],
    [
      'a late archive',
      { ...WELL, archive: { ...WELL.archive!, commitAgeSeconds: 301 } },
      'archive',
      'look: 3 files, last commit 5 min ago, 4 to read',
    ],
    [
      'ticks that the archive missed',
      { ...WELL, archive: { ...WELL.archive!, missing: 1 } },
      'archive',
      'look: 3 files, last commit 30 s ago, 4 to read, 1 tick never reached it',
    ],
    ['an archive that is silent', { ...WELL, archive: undefined }, 'archive', 'look: its process does not say'],
    [
      'a disk that fills',
      { ...WELL, disk: { ...WELL.disk, freeBytes: 9 * 1024 ** 3 } },
      'disk',
      'look: 9216 MiB free of 100 GiB',
    ],
  ])('is ready with %s, which somebody should look at', (_what, facts, part, expected) => {
    const report = judge(facts);
    expect(report.ready).toBe(true);
    expect(says(report, part)).toBe(expected);
  });
});
