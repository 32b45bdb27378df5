/**
 * Goal: one look tells whether one may trade on this stack, and if not why not.
 *
 * Method: each part of what was found becomes lines of a report; a line is well, worth a look, or in the way of trading.
 *
 * Invariant: the verdict is `ready` exactly when no line is in the way; what could not be found out is in the way.
 */
import { STREAMS } from '@vega/contracts';
import type { ArchiveFacts, FeedFacts, ServiceFacts, StackFacts, StreamFacts } from './facts.ts';

/** `ok`: well. `look`: trading goes on, somebody should look. `bad`: in the way of trading. */
export type Mark = 'ok' | 'look' | 'bad';

/** One line of the report. */
export interface ReportLine {
  readonly mark: Mark;
  readonly part: string;
  readonly says: string;
}

/** The report: its lines in the order to read them, and the one sentence that counts. */
export interface Report {
  readonly lines: readonly ReportLine[];
  readonly ready: boolean;
  readonly sentence: string;
}

/** From which a figure is worth a look, or in the way. */
export const DOCTOR_LIMITS = {
  /** A token that dies within this time will not last the session. */
  tokenLookMs: 30 * 60_000,
  clockLookMs: 500,
  clockBadMs: 2_000,
  diskLookShare: 0.1,
  diskBadBytes: 1024 ** 3,
  archiveLookSeconds: 300,
  consumerLookMessages: 500_000,
} as const;

const DEAD_LETTERS = STREAMS.deadLetters.name;

/** Judges what was found. */
export function judge(facts: StackFacts): Report {
  const lines = [
    ...facts.services.map(serviceLine),
    ...(typeof facts.feed === 'string'
      ? [line('bad', 'feed', facts.feed)]
      : [...feedLines(facts.feed), ...tokenLines(facts.feed, facts.atMs), ...marketLines(facts.feed)]),
    archiveLine(facts.archive),
    ...(typeof facts.streams === 'string' ? [line('bad', 'streams', facts.streams)] : streamLines(facts.streams)),
    diskLine(facts.disk),
  ];
  const inTheWay = lines.filter(({ mark }) => mark === 'bad');
  const ready = inTheWay.length === 0;
  return { lines, ready, sentence: ready ? readySentence(facts) : notReadySentence(inTheWay) };
}

function readySentence({ feed }: StackFacts): string {
  if (typeof feed === 'string') return 'ready to trade';
  const market = feed.market_source === 'simulator' ? ' on the simulated market' : '';
  const open = feed.sessions.some(({ status }) => status === 'NORMAL_OPEN');
  return `ready to trade${market}${open ? '' : ', when the market opens'}`;
}

function notReadySentence(inTheWay: readonly ReportLine[]): string {
  return `not ready to trade: ${inTheWay.map(({ part, says }) => `${part}: ${says}`).join('; ')}`;
}

function line(mark: Mark, part: string, says: string): ReportLine {
  return { mark, part, says };
}

function serviceLine({ name, silent, ready, checks }: ServiceFacts): ReportLine {
  if (silent !== undefined) return line('bad', name, `does not answer (${silent})`);
  const failing = Object.entries(checks).filter(([, word]) => word !== 'ok');
  if (ready && failing.length === 0) return line('ok', name, 'live and ready');
  const why = failing.map(([check, word]) => `${check}: ${word}`).join('; ');
  return line('bad', name, `live, not ready${why === '' ? '' : ` (${why})`}`);
}

const MARK_OF_STATE: Readonly<Record<FeedFacts['state'], Mark>> = {
  GREEN: 'ok',
  AMBER: 'look',
  RED: 'bad',
  UNSPECIFIED: 'bad',
};

function feedLines(feed: FeedFacts): ReportLine[] {
  const reasons = feed.reasons.length === 0 ? '' : ` (${feed.reasons.join('; ')})`;
  const age = feed.last_message_age_ms === null ? 'no tick yet' : `last tick ${seconds(feed.last_message_age_ms)} ago`;
  const skew = Math.abs(feed.clock_skew_ms ?? 0);
  return [
    line(MARK_OF_STATE[feed.state], 'feed', `${feed.state.toLowerCase()}${reasons}, ${age}`),
    ...feed.connections.map(({ connection, state, last_frame_age_ms, mute, modes }) => {
      const frame = last_frame_age_ms === null ? 'no frame yet' : `last frame ${seconds(last_frame_age_ms)} ago`;
      const load = modes
        .filter(({ subscribed }) => subscribed > 0)
        .map(({ mode, subscribed, limit }) => `${mode} ${subscribed}${limit === null ? '' : ` of ${limit}`}`);
      const carries = load.length === 0 ? 'carries nothing' : load.join(', ');
      // Whether a connection that is not open matters depends on the session: the feed's own state says so.
      const mark = mute ? 'bad' : state === 'open' ? 'ok' : 'look';
      return line(mark, `connection ${connection}`, `${state}${mute ? ' and mute' : ''}, ${frame}, ${carries}`);
    }),
    line(
      feed.refused > 0 ? 'look' : 'ok',
      'subscriptions',
      `${feed.subscribed} instruments${feed.refused > 0 ? `, ${feed.refused} wanted do not fit the broker's limits` : ''}`,
    ),
    line('ok', 'since its start', `${count(feed.gaps, 'gap')}, ${count(feed.reconnects, 'reconnect')}`),
    ...(feed.clock_skew_ms === null
      ? []
      : [
          line(
            skew > DOCTOR_LIMITS.clockBadMs ? 'bad' : skew > DOCTOR_LIMITS.clockLookMs ? 'look' : 'ok',
            'clock',
            `${feed.clock_skew_ms} ms off the feed's`,
          ),
        ]),
  ];
}

function tokenLines({ token_expires_at_ms: expires }: FeedFacts, atMs: number): ReportLine[] {
  if (expires === null) return [line('bad', 'broker token', 'there is none')];
  const leftMs = expires - atMs;
  const when = istClock(expires);
  if (leftMs <= 0) return [line('bad', 'broker token', `expired at ${when}`)];
  const mark = leftMs < DOCTOR_LIMITS.tokenLookMs ? 'look' : 'ok';
  return [line(mark, 'broker token', `expires at ${when}, in ${duration(leftMs)}`)];
}

function marketLines(feed: FeedFacts): ReportLine[] {
  const open = feed.sessions.filter(({ status }) => status === 'NORMAL_OPEN').map(({ segment }) => segment);
  const hasMaster = feed.master_date !== null && feed.master_rows > 0;
  return [
    line(feed.market_source === null ? 'look' : 'ok', 'market source', feed.market_source ?? 'unknown'),
    line('ok', 'session', open.length === 0 ? 'no segment is open' : `open: ${open.join(', ')}`),
    line(
      hasMaster ? 'ok' : 'bad',
      'instrument master',
      hasMaster ? `of ${feed.master_date}, ${feed.master_rows} instruments` : 'none is loaded',
    ),
  ];
}

function archiveLine(archive: ArchiveFacts | undefined): ReportLine {
  if (archive === undefined) return line('look', 'archive', 'its process does not say');
  const { commitAgeSeconds, pending, files, missing, failures } = archive;
  const late = pending > 0 && commitAgeSeconds > DOCTOR_LIMITS.archiveLookSeconds;
  const flaws = [
    ...(missing > 0 ? [`${count(missing, 'tick')} never reached it`] : []),
    ...(failures > 0 ? [count(failures, 'failed commit')] : []),
  ];
  const says = [`${count(files, 'file')}, last commit ${duration(commitAgeSeconds * 1000)} ago`, `${pending} to read`];
  return line(late || flaws.length > 0 ? 'look' : 'ok', 'archive', [...says, ...flaws].join(', '));
}

function streamLines(streams: readonly StreamFacts[]): ReportLine[] {
  const dead = streams.find(({ name }) => name === DEAD_LETTERS)?.messages ?? 0;
  return [
    ...streams
      .filter(({ name }) => name !== DEAD_LETTERS)
      .map(({ name, messages, bytes, maxBytes, consumers }) => {
        const late = consumers.some(({ pending }) => pending > DOCTOR_LIMITS.consumerLookMessages);
        const readers = consumers.map((one) => `${one.name} ${one.pending} behind, ${one.unacknowledged} in hand`);
        const size = `${messages} messages, ${megabytes(bytes)} of ${megabytes(maxBytes)}`;
        return line(late ? 'look' : 'ok', `stream ${name}`, [size, ...readers].join('; '));
      }),
    line(dead > 0 ? 'look' : 'ok', 'dead letters', dead === 0 ? 'none' : String(dead)),
  ];
}

function diskLine({ freeBytes, totalBytes }: StackFacts['disk']): ReportLine {
  const share = totalBytes === 0 ? 0 : freeBytes / totalBytes;
  const mark = freeBytes < DOCTOR_LIMITS.diskBadBytes ? 'bad' : share < DOCTOR_LIMITS.diskLookShare ? 'look' : 'ok';
  return line(mark, 'disk', `${megabytes(freeBytes)} free of ${megabytes(totalBytes)}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function megabytes(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes >= 10_240 ? `${Math.round(mebibytes / 1024)} GiB` : `${Math.round(mebibytes)} MiB`;
}

function istClock(ms: number): string {
  const format = { timeZone: 'Asia/Kolkata', dateStyle: 'medium', timeStyle: 'short' } as const;
  return `${new Intl.DateTimeFormat('en-GB', format).format(ms)} IST`;
}
