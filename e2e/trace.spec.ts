/** One trace per question: a tick from the broker's frame to a client's screen, and a request from HTTP to the database. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { marketFeedRpc, subjects } from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { WebSocket } from 'ws';
import { startTestStack } from './stack-harness.ts';
import type { TestStack } from './stack-harness.ts';

const WITHIN_MS = 180_000;
const NIFTY = 'NSE_INDEX|Nifty 50';
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** A line of the trace file, as its readers know it. */
interface SpanLine {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly start_ms: number;
  readonly duration_ms: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface TracedQuote {
  readonly instrument_key: string;
  readonly last_price: number;
  readonly trace_id?: string;
}

interface QuotesFrame {
  readonly type: string;
  readonly subscriptions?: readonly { readonly quotes: readonly TracedQuote[] }[];
}

describe('traces of a running stack', () => {
  let folder: string;
  let stack: TestStack;

  beforeAll(async () => {
    folder = mkdtempSync(join(process.env['VEGA_TEST_FOLDER'] ?? '', 'trace-'));
    stack = await startTestStack({
      environment: { VEGA_TRACE_FILE: join(folder, 'spans.jsonl'), VEGA_TRACE_TICK_EVERY: '3' },
    });
  }, WITHIN_MS);
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const spansOf = (traceId: string): SpanLine[] =>
    readFileSync(join(folder, 'spans.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(traceId))
      .map((line) => JSON.parse(line) as SpanLine)
      .filter((span) => span.trace_id === traceId)
      .sort((one, other) => one.start_ms - other.start_ms);

  /** The one span of that name, whose parent is the given one. */
  const hop = (spans: readonly SpanLine[], name: string, parent: string | undefined): SpanLine => {
    const found = spans.filter((span) => span.name === name);
    expect({ name, times: found.length }).toEqual({ name, times: 1 });
    const [span] = found as [SpanLine];
    expect({ name, parent: span.parent_span_id }).toEqual({ name, parent });
    return span;
  };

  it('follow a tick from feed frame to stream message', async () => {
    const { host } = new URL(stack.addresses.gateway);
    // Before the socket: it may open while the token is on its way.
    const token = await stack.token();
    const socket = new WebSocket(`ws://${host}/stream`);
    const quotes: TracedQuote[] = [];
    socket.on('open', () => socket.send(JSON.stringify({ op: 'authenticate', id: 0, token })));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as QuotesFrame;
      if (frame.type === 'authenticated') {
        socket.send(JSON.stringify({ op: 'subscribe', id: 1, channel: 'quotes', instruments: [NIFTY] }));
      }
      for (const subscription of frame.subscriptions ?? []) quotes.push(...subscription.quotes);
    });
    const traced = (): TracedQuote | undefined => quotes.find((quote) => quote.trace_id !== undefined);
    try {
      await eventually(() => traced() !== undefined, { withinMs: 60_000, what: 'a quote whose tick was traced' });
    } finally {
      socket.close();
    }
    const quote = traced();
    expect(quote?.instrument_key).toBe(NIFTY);
    expect(quotes.some((one) => one.trace_id === undefined)).toBe(true);

    const traceId = quote?.trace_id ?? '';
    await eventually(() => spansOf(traceId).length >= 4, { withinMs: 10_000, what: 'four spans in the trace file' });
    const spans = spansOf(traceId);
    const frame = hop(spans, 'feed frame', undefined);
    const publish = hop(spans, 'tick publish', frame.span_id);
    const receive = hop(spans, 'tick receive', publish.span_id);
    const message = hop(spans, 'stream message', receive.span_id);
    expect(spans).toHaveLength(4);

    expect([frame, publish].map(({ service }) => service)).toEqual(['market-feed', 'market-feed']);
    expect([receive, message].map(({ service }) => service)).toEqual(['gateway', 'gateway']);
    const subject = subjects.tick(instrumentKey(NIFTY));
    for (const span of [publish, receive]) {
      expect(span.attributes).toMatchObject({ 'messaging.system': 'nats', 'messaging.destination.name': subject });
    }
    expect([frame.kind, publish.kind, receive.kind, message.kind]).toEqual([
      'consumer',
      'producer',
      'consumer',
      'producer',
    ]);
    // Clocks of two processes on one machine are read to the millisecond.
    expect(publish.start_ms).toBeGreaterThanOrEqual(frame.start_ms);
    expect(receive.start_ms).toBeGreaterThanOrEqual(publish.start_ms - 1);
    expect(message.start_ms + message.duration_ms).toBeGreaterThanOrEqual(receive.start_ms);
  }, 90_000);

  it('follow a request over HTTP and NATS into the database, under the trace of its caller', async () => {
    const answer = await stack.fetch('/api/v1/market/search?q=nifty&limit=1', {
      headers: { traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-trace-id')).toBe(CALLER.traceId);

    const { subject } = marketFeedRpc.searchInstruments;
    const isWhole = (): boolean => {
      const spans = spansOf(CALLER.traceId);
      return spans.some(({ name }) => name.startsWith('HTTP')) && spans.some(({ name }) => name.startsWith('pg'));
    };
    await eventually(isWhole, { withinMs: 10_000, what: 'the request in the trace file' });
    const spans = spansOf(CALLER.traceId);
    const http = hop(spans, 'HTTP GET /api/v1/market/search', CALLER.spanId);
    const call = hop(spans, `${subject} call`, http.span_id);
    const handle = hop(spans, `${subject} handle`, call.span_id);
    const statements = spans.filter(({ name }) => name.startsWith('pg '));
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      expect(statement).toMatchObject({ parent_span_id: handle.span_id, service: 'market-feed', kind: 'client' });
      expect(statement.attributes['db.system.name']).toBe('postgresql');
      expect(JSON.stringify(statement).toLowerCase()).not.toContain('nifty');
    }
    expect([http, call, handle].map(({ service }) => service)).toEqual(['gateway', 'gateway', 'market-feed']);
    expect(http.attributes).toMatchObject({ 'http.response.status_code': 200 });
  }, 30_000);
});
