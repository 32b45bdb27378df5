import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { lengthOf, SeededMarket } from './seeded-market.ts';
import { ACCOUNT, StandInOrders } from './stand-in-orders.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
};
const STEP_MS = 100;
/** Age of a quote in a frame while all is well, and while it is stale. */
const YOUNG_MS = 15;
const STALE_MS = 6_000;

/** The session that the page finds: somebody is signed in. */
const SESSION = {
  access_token: 'seeded',
  expires_at_ms: Date.now() + 86_400_000,
  refresh_token: null,
  user: {
    user_id: 'usr_seeded',
    email: 'seeded@example.invalid',
    role: 'trader',
    second_factor: false,
    recovery_codes_left: 0,
    disabled: false,
    created_at_ms: 0,
  },
};

interface Held {
  name: string;
  channel: string;
  keys: string[];
  depth: boolean;
  seq: number;
}

/**
 * What the web app sees of a gateway, over a seeded market: its pages, REST and the stream. Prices move every 100 ms, and
 * the spec may make it stale, silent or gone.
 */
export class StandInGateway {
  readonly market: SeededMarket;
  readonly orders: StandInOrders;
  /** Paths whose REST answers are the given problem. */
  readonly problems = new Map<string, { status: number; code: string; title: string; detail: string }>();
  /** Answers what is asked of people and accounts; without it a trader is signed in and that is all. */
  people: ((asked: PeopleAsked) => PeopleAnswer) | undefined;
  /** Spans of history that were asked for. */
  readonly spans: string[] = [];
  feed: { state: string; reasons: string[]; report_age_ms: number } = { state: 'GREEN', reasons: [], report_age_ms: 0 };
  /** While false no stream is admitted and all that are open are cut. */
  private admits = true;
  private moves = true;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  private readonly held = new Map<WebSocket, Map<string, Held>>();
  private readonly folder: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(folder: string, seed: number) {
    this.folder = folder;
    this.market = new SeededMarket(seed);
    this.orders = new StandInOrders(
      (key) => this.market.quote(key).instrument.trading_symbol ?? key,
      (orders, events) => this.tellOrders(orders, events),
    );
    this.server = createServer((request, response) => this.answer(request, response));
    this.sockets = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request, socket, head) => {
      if (!this.admits || request.url !== '/stream') {
        socket.destroy();
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (ws) => this.welcome(ws));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    this.timer = setInterval(() => this.step(), STEP_MS);
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    clearInterval(this.timer);
    for (const ws of this.held.keys()) ws.terminate();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Stops or resumes the movement of prices; the connection stays. */
  setMoving(moves: boolean): void {
    this.moves = moves;
  }

  /** Marks every quote as stale for a reason, or fresh again by null, and tells the clients. */
  setStale(reason: string | null): void {
    this.market.staleReason = reason;
    this.feed =
      reason === null
        ? { ...this.feed, state: 'GREEN', reasons: [] }
        : { ...this.feed, state: 'RED', reasons: ['connection 1 is mute'] };
    for (const [ws, subscriptions] of this.held) {
      for (const held of subscriptions.values()) {
        if (held.channel === 'quotes' || held.channel === 'status') this.send(ws, held, held.keys, false);
      }
    }
  }

  /** Cuts every stream and refuses new ones, or admits them again. */
  setAdmitting(admits: boolean): void {
    this.admits = admits;
    if (!admits) for (const ws of this.held.keys()) ws.terminate();
  }

  private step(): void {
    if (!this.moves || this.market.staleReason !== null) return;
    const moved = new Set(this.market.step(STEP_MS));
    for (const [ws, subscriptions] of this.held) {
      for (const held of subscriptions.values()) {
        const keys = held.keys.filter((key) => moved.has(key));
        if (keys.length > 0) this.send(ws, held, keys, false);
      }
    }
  }

  private welcome(ws: WebSocket): void {
    const subscriptions = new Map<string, Held>();
    this.held.set(ws, subscriptions);
    ws.on('close', () => this.held.delete(ws));
    ws.on('message', (data: Buffer) => this.receive(ws, subscriptions, JSON.parse(data.toString()) as ClientMessage));
    ws.send(JSON.stringify({ type: 'hello', protocol: 1, heartbeat_ms: 15_000, time_ms: Date.now() }));
  }

  private receive(ws: WebSocket, subscriptions: Map<string, Held>, message: ClientMessage): void {
    if (message.op === 'ping') ws.send(JSON.stringify({ type: 'pong', id: null, time_ms: Date.now() }));
    if (message.op === 'unsubscribe') subscriptions.delete(message.subscription);
    if (message.op !== 'subscribe') return;
    const asked = message.instruments ?? [];
    const keys = asked.map((one) => this.market.keyOf(one)).filter((key) => key !== undefined);
    const refused = asked
      .filter((one) => this.market.keyOf(one) === undefined)
      .map((one) => ({ asked: one, code: 'UNKNOWN_INSTRUMENT', detail: `no instrument ${one}` }));
    const held = {
      name: message.subscription,
      channel: message.channel ?? '',
      keys,
      depth: message.depth === true,
      seq: 0,
    };
    subscriptions.set(held.name, held);
    ws.send(JSON.stringify({ type: 'subscribed', id: message.id, subscription: held.name, refused }));
    if (held.channel === 'accounts') this.sendBody(ws, held, { accounts: [ACCOUNT] }, true);
    else if (held.channel === 'orders') {
      const open = [...this.orders.orders.values()].filter(({ status }) => status === 'WORKING');
      this.sendBody(ws, held, { account_seq: this.orders.accountSeq, orders: open, events: [] }, true);
    } else this.send(ws, held, keys, true);
  }

  private tellOrders(orders: readonly object[], events: readonly object[]): void {
    for (const [ws, subscriptions] of this.held) {
      for (const held of subscriptions.values()) {
        if (held.channel !== 'orders') continue;
        this.sendBody(ws, held, { account_seq: this.orders.accountSeq, orders, events }, false);
      }
    }
  }

  /** A frame of a channel that is told as it changes. */
  private sendBody(ws: WebSocket, held: Held, body: object, snapshot: boolean): void {
    held.seq += 1;
    const { name: subscription, channel, seq } = held;
    ws.send(JSON.stringify({ type: channel, subscription, seq, snapshot, time_ms: Date.now(), ...body }));
  }

  private send(ws: WebSocket, held: Held, keys: readonly string[], snapshot: boolean): void {
    held.seq += 1;
    const { name: subscription, seq } = held;
    const time_ms = Date.now();
    if (held.channel === 'status') {
      const sessions = ['NSE_EQ', 'NSE_FO', 'NSE_INDEX', 'BSE_EQ', 'BSE_FO', 'BSE_INDEX'].map((segment) => ({
        segment,
        status: 'NORMAL_OPEN',
        since: null,
        since_ms: Date.parse('2026-11-23T03:45:00Z'),
        source: 'feed',
      }));
      ws.send(JSON.stringify({ type: 'status', subscription, seq, snapshot, time_ms, sessions, feed: this.feed }));
      return;
    }
    const ageMs = this.market.staleReason === null ? YOUNG_MS : STALE_MS;
    const quotes = keys.map((key) => {
      const { bids, asks } = this.market.depth(key);
      return { ...this.market.streamQuote(key, ageMs), ...(held.depth ? { depth: { bids, asks } } : {}) };
    });
    ws.send(JSON.stringify({ type: 'quotes', time_ms, subscriptions: [{ subscription, seq, snapshot, quotes }] }));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (!url.pathname.startsWith('/api/')) {
      this.serveFile(url.pathname, response);
      return;
    }
    if (this.people !== undefined && url.pathname.startsWith('/api/v1/auth/')) {
      void this.answerPeople(this.people, request, response, url);
      return;
    }
    if (url.pathname === '/api/v1/auth/refresh') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(SESSION));
      return;
    }
    if (/^\/api\/v1\/(orders|risk)\//.test(url.pathname)) {
      void this.answerOrders(request, url, response);
      return;
    }
    const [area = '', asked = ''] = url.pathname.replace(/^\/api\/v1\/(market\/|health\/)?/, '').split('/');
    const problem = this.problems.get(area);
    if (problem !== undefined) {
      sayProblem(response, problem, url.pathname);
      return;
    }
    const key = this.market.keyOf(decodeURIComponent(asked));
    const body = this.bodyOf(area, key, url.searchParams);
    if (body === undefined) {
      const detail = 'no instrument has this key';
      sayProblem(
        response,
        { status: 404, code: 'UNKNOWN_INSTRUMENT', title: 'Unknown instrument', detail },
        url.pathname,
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private async answerPeople(
    people: (asked: PeopleAsked) => PeopleAnswer,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const path = url.pathname.slice('/api/v1/auth/'.length);
    const answer = people({ method: request.method ?? 'GET', path, query: url.searchParams, body });
    if ('code' in answer) return sayProblem(response, answer, url.pathname);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  private async answerOrders(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const key = String(request.headers['idempotency-key'] ?? '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const path = url.pathname.slice('/api/v1/'.length);
    const reply = this.orders.answer(request.method ?? '', path, url.searchParams, body, key);
    if (reply === 'lost') request.socket.destroy();
    else if (reply === undefined || !('body' in reply)) {
      const unknown = { status: 404, code: 'ORDER_UNKNOWN', title: 'Unknown order', detail: 'no such order', more: {} };
      const { more, ...problem } = reply ?? unknown;
      sayProblem(response, problem, url.pathname, more);
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply.body));
    }
  }

  private bodyOf(area: string, key: string | undefined, query: URLSearchParams): unknown {
    const text = (name: string): string => query.get(name) ?? '';
    switch (area) {
      case 'overview':
        return {
          indices: [],
          vix: null,
          sessions: [],
          breadth: { advances: 118, declines: 74, unchanged: 8, unknown: 0 },
          feed_state: 'GREEN',
          data_age_ms: 10,
        };
      case 'search':
        return this.market.search(text('q'), text('segment'), text('type'), text('expiry'), Number(text('limit')));
      case 'market-feed':
        return this.market.feedStatus();
      case 'ready':
        return { ready: true, checks: { nats: 'ok', redis: 'ok' }, behind: { 'market-feed': 'ok' } };
      case 'quote':
        return key === undefined ? undefined : this.market.quote(key);
      case 'historical':
        return key === undefined ? undefined : this.history(key, query);
      default:
        return undefined;
    }
  }

  private history(key: string, query: URLSearchParams): unknown {
    const [unit = '', interval = '', from = '', to = ''] = ['unit', 'interval', 'from', 'to'].map(
      (name) => query.get(name) ?? '',
    );
    this.spans.push(`${from} ${to}`);
    const candles = this.market.candles(key, lengthOf(unit, Number(interval)), from, to);
    return { instrument: null, unit, interval: Number(interval), from, to, candles, last_is_forming: true };
  }

  private serveFile(path: string, response: ServerResponse): void {
    const file = join(this.folder, normalize(path));
    const found = extname(path) !== '' && existsSync(file) ? file : join(this.folder, 'index.html');
    response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream' });
    response.end(readFileSync(found));
  }
}

/** What is asked of people and accounts; the path is below `/api/v1/auth/`. */
export interface PeopleAsked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer, or the problem. */
export type PeopleAnswer =
  | { readonly body: unknown }
  | { readonly status: number; readonly code: string; readonly title: string; readonly detail: string };

interface ClientMessage {
  op: string;
  id: string;
  subscription: string;
  channel?: string;
  instruments?: string[];
  depth?: boolean;
}

function sayProblem(
  response: ServerResponse,
  problem: { status: number; code: string; title: string; detail: string },
  instance: string,
  more: object = {},
): void {
  response.writeHead(problem.status, { 'content-type': 'application/problem+json' });
  response.end(
    JSON.stringify({
      ...problem,
      type: 'about:blank',
      instance,
      retryable: true,
      trace_id: '4bf92f',
      context: {},
      ...more,
    }),
  );
}
