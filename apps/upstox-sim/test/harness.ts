import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '@vega/kernel';
import { pino } from 'pino';
import protobuf from 'protobufjs';
import WebSocket, { type ClientOptions } from 'ws';
import type { SimulatorConfig } from '../src/config.ts';
import { MARKET_DATA_FEED_V3_PROTO } from '../src/feed/market-data-feed-v3.proto.ts';
import type { FeedSettings } from '../src/feed/feed-hub.ts';
import type { TokenKind } from '../src/server/auth/token-vault.ts';
import { startSimulator, type RunningSimulator } from '../src/simulator.ts';
import { FixtureMarket } from './fixture-market.ts';

/** A simulator over the fixture market, and short ways to talk to it. */
export interface Harness {
  readonly sim: RunningSimulator;
  readonly market: FixtureMarket;
  readonly stateDir: string;
  /** A fresh token of a demo user for their own app. */
  token(userId?: string, kind?: TokenKind): Promise<string>;
  /** GET with a bearer; the decoded JSON body. */
  get(path: string, token?: string): Promise<Answer>;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  fault(spec: object): Promise<number>;
  clearFaults(): Promise<void>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  token?: string;
  form?: Record<string, string>;
  json?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is not JSON. */
  readonly body: Body;
}

/** A decoded answer of any endpoint; specs look at what they expect. */
export interface Body {
  status?: string;
  data?: never;
  errors?: readonly Record<string, string | null>[];
  [name: string]: unknown;
}

/** A query string. */
export function q(params: Record<string, string>): string {
  return new URLSearchParams(params).toString();
}

/** The data of a successful answer; a refusal fails with its text. */
export async function readData<T>(harness: Harness, token: string, path: string): Promise<T> {
  const answer = await harness.get(path, token);
  if (answer.status !== 200 || answer.body.status !== 'success') {
    throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
  }
  return answer.body.data as unknown as T;
}

const MAX_WAIT_MS = 5_000;

export async function startHarness(
  options: {
    config?: Partial<SimulatorConfig>;
    market?: FixtureMarket;
    clock?: Clock;
    feed?: Partial<FeedSettings>;
    stateDir?: string;
  } = {},
): Promise<Harness> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'upstox-sim-'));
  const market = options.market ?? new FixtureMarket();
  const config: SimulatorConfig = {
    host: '127.0.0.1',
    port: 0,
    stateDir,
    source: 'generated',
    recordedFile: undefined,
    natsUrl: undefined,
    master: undefined,
    speed: 1,
    stepMs: undefined,
    startWhen: 'immediately',
    load: undefined,
    sessionClock: 'always-open',
    seed: 1,
    faultPort: 0,
    plan: 'normal',
    limitFactor: 1,
    openingPaise: 250_000_000,
    brokeragePaise: 2_000,
    staticIp: 'enforced',
    logLevel: 'silent',
    ...options.config,
  };
  const sim = await startSimulator({
    config,
    market,
    clock: options.clock ?? systemClock,
    log: pino({ level: 'silent' }),
    feed: options.feed ?? {},
  });
  const request: Harness['request'] = (method, path, given = {}) => send(sim.url, method, path, given);
  return {
    sim,
    market,
    stateDir,
    request,
    get: (path, token) => request('GET', path, token === undefined ? {} : { token }),
    token: async (userId = 'VG1001', kind = 'access') => {
      const app = sim.context.directory.listApps().find((one) => one.ownerUserId === userId);
      return (await sim.context.tokens.issue(userId, app?.clientId ?? '', kind, false)).token;
    },
    fault: async (spec) => {
      const answer = await send(sim.faultUrl ?? '', 'POST', '/faults', { json: spec });
      if (answer.status !== 201) throw new Error(`the fault was refused: ${answer.text}`);
      return Number(answer.body['id']);
    },
    clearFaults: async () => {
      await send(sim.faultUrl ?? '', 'DELETE', '/faults', {});
    },
    stop: async () => {
      await sim.close();
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function send(base: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  let body: string | undefined;
  if (options.form !== undefined) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    body = new URLSearchParams(options.form).toString();
  } else if (options.json !== undefined) {
    headers['content-type'] = 'application/json';
    body = typeof options.json === 'string' ? options.json : JSON.stringify(options.json);
  }
  const response = await fetch(`${base}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  let decoded: Body = {};
  try {
    decoded = JSON.parse(text) as Body;
  } catch {
    // Pages and refusals of proxies are not JSON.
  }
  return { status: response.status, headers: response.headers, text, body: decoded };
}

const FeedResponse = protobuf
  .parse(MARKET_DATA_FEED_V3_PROTO)
  .root.lookupType('com.upstox.marketdatafeederv3udapi.rpc.proto.FeedResponse');

/** A frame as a plain object: enums as names, int64 as numbers, absent fields absent. */
export interface DecodedFrame {
  readonly type?: string;
  readonly feeds?: Readonly<Record<string, DecodedFeed>>;
  readonly currentTs?: number;
  readonly marketInfo?: {
    readonly segmentStatus?: Readonly<Record<string, string>>;
    readonly casMarketStatus?: Readonly<Record<string, { status: string; updatedTime: number }>>;
  };
}

export interface DecodedFeed {
  readonly requestMode?: string;
  readonly ltpc?: Readonly<Record<string, number>>;
  readonly fullFeed?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly firstLevelWithGreeks?: Readonly<Record<string, never>>;
}

/** Decodes with protobufjs, as a client would. */
export function decodeFrame(frame: Buffer): DecodedFrame {
  return FeedResponse.toObject(FeedResponse.decode(frame), { longs: Number, enums: String }) as DecodedFrame;
}

/** A feed client that keeps every frame and lets a spec wait for what it expects. */
export class FeedClient {
  readonly frames: Buffer[] = [];
  closeCode: number | undefined;
  pings = 0;
  private readonly known: DecodedFrame[] = [];
  private readonly waiters = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.frames.push(data);
      this.wake();
    });
    socket.on('ping', () => {
      this.pings++;
      this.wake();
    });
    socket.on('close', (code) => {
      this.closeCode = code;
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  /** Connects by bearer through the redirect; rejects with the HTTP status of a refused handshake. */
  static connect(baseUrl: string, token: string, options: ClientOptions = {}): Promise<FeedClient> {
    const url = `${baseUrl.replace('http', 'ws')}/v3/feed/market-data-feed`;
    return FeedClient.open(url, { headers: { authorization: `Bearer ${token}` }, followRedirects: true, ...options });
  }

  static open(url: string, options: ClientOptions = {}): Promise<FeedClient> {
    const socket = new WebSocket(url, options);
    const client = new FeedClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('unexpected-response', (_request, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        response.resume();
        socket.terminate();
      });
      socket.on('error', reject);
    });
  }

  send(method: string, keys: readonly string[] | undefined, mode?: string, asText = false): void {
    const data = { ...(mode === undefined ? {} : { mode }), instrumentKeys: keys };
    const text = JSON.stringify({ guid: 'spec', method, data });
    this.socket.send(asText ? text : Buffer.from(text));
  }

  /** All frames so far, each decoded once; throws on one that cannot be. */
  decoded(): readonly DecodedFrame[] {
    for (const frame of this.frames.slice(this.known.length)) this.known.push(decodeFrame(frame));
    return this.known;
  }

  /** The first frame that `accept` likes, now or soon. */
  async frame(accept: (frame: DecodedFrame) => boolean): Promise<DecodedFrame> {
    let at = 0;
    let found: DecodedFrame | undefined;
    await this.until(() => {
      const frames = this.decoded();
      while (found === undefined && at < frames.length) {
        const frame = frames[at++];
        if (frame !== undefined && accept(frame)) found = frame;
      }
      return found !== undefined;
    });
    if (found === undefined) throw new Error('no such frame');
    return found;
  }

  /** Waits for a condition that frames, pings or the end of the connection bring about. */
  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + MAX_WAIT_MS;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`condition not met in ${MAX_WAIT_MS} ms; ${this.frames.length} frames came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.min(left, 100));
        const waiters = this.waiters;
        function done(): void {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        }
        waiters.add(done);
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
