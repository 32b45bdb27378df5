// Goal: what a client subscribed to is current or visibly not, whatever the network does.
// Method: one socket; subscriptions are kept here and made again after each reconnect; every frame of a subscription
//   carries a sequence, and a hole in it asks for a snapshot (`resync`); silence past the heartbeat closes the socket;
//   reconnects wait longer each time, with jitter, and as long as a farewell asks.
// Invariants: a listener gets a snapshot before updates, after each (re)connection and each hole; a frame older than
//   one already given is never given; nothing is thrown into a socket callback.
// Reference: docs/reference/stream.md.
import type { QuotesListener, RefusedInstrument, StatusEvent, StreamError, StreamQuote } from './stream-events.ts';
import type { StreamSocket } from './stream-socket.ts';

export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed';

/** Something to give back. */
export interface StreamSubscription {
  /** Names it in errors. */
  readonly name: string;
  close(): void;
}

export interface StreamClientOptions {
  /** `ws://host/stream` or `wss://host/stream`. */
  url: string;
  openSocket: (url: string) => StreamSocket;
  /** Who connects: an access token, asked for at every connection and again before it ends. */
  token?: () => Promise<string | undefined>;
  onState?: (state: StreamState) => void;
  onError?: (error: StreamError) => void;
  /** Random number in [0, 1); for jitter. */
  random?: () => number;
  setTimer?: (callback: () => void, ms: number) => () => void;
}

interface Held {
  name: string;
  /** The subscribe message without its `op`, `id` and `subscription`. */
  request: Record<string, unknown>;
  /** Of the last frame given; undefined until the snapshot after (re)subscribing. */
  seq: number | undefined;
  onFrame(frame: Record<string, unknown>, timeMs: number): void;
  onRefused: ((refused: readonly RefusedInstrument[]) => void) | undefined;
  /** Set while what was refused for now waits to be asked again. */
  cancelRetry?: (() => void) | undefined;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Milliseconds until what the gateway could not subscribe now is asked again. */
const ASK_AGAIN_MS = 2_000;
const DEFAULT_HEARTBEAT_MS = 15_000;

/** Echoed by the answer to a token. */
const TOKEN_ID = 'token';

/** The next token is shown this long before the present one ends, milliseconds. */
const TOKEN_EARLY_MS = 45_000;

/** Longest wait that a timer takes. */
const LONGEST_TIMER_MS = 2_000_000_000;

function defaultTimer(callback: () => void, ms: number): () => void {
  const handle = setTimeout(callback, ms);
  return () => clearTimeout(handle);
}

/** A connection to the gateway's `/stream` that keeps itself and its subscriptions alive until it is closed. */
export class StreamClient {
  state: StreamState = 'closed';
  /** Connections lost since the start. */
  reconnects = 0;
  /** Holes found in a subscription's sequence. */
  gaps = 0;
  private readonly options: StreamClientOptions;
  private readonly held = new Map<string, Held>();
  private readonly setTimer: NonNullable<StreamClientOptions['setTimer']>;
  private socket: StreamSocket | undefined;
  private cancelTimer: (() => void) | undefined;
  private heartbeatMs = DEFAULT_HEARTBEAT_MS;
  private heardSinceBeat = false;
  private attempts = 0;
  private nextName = 1;
  private askedToWaitMs: number | undefined;
  private cancelToken: (() => void) | undefined;
  /** The gateway's time at its greeting. */
  private gatewayMs = 0;

  constructor(options: StreamClientOptions) {
    this.options = options;
    this.setTimer = options.setTimer ?? defaultTimer;
  }

  /** Connects, and from then on reconnects by itself. */
  start(): this {
    if (this.state === 'closed') this.connect();
    return this;
  }

  /** Ends the connection for good. */
  close(): void {
    this.enter('closed');
    for (const held of this.held.values()) held.cancelRetry?.();
    this.cancelTimer?.();
    this.dropSocket();
  }

  /**
   * Follows instruments (keys or trading symbols, at most 500). `rateHz` is how often changes may come; `depth` brings the
   * order book with every quote.
   */
  subscribeQuotes(
    instruments: readonly string[],
    listener: QuotesListener,
    rateHz: 10 | 2 = 10,
    depth = false,
  ): StreamSubscription {
    const name = this.newName('q');
    return this.hold({
      name,
      request: { channel: 'quotes', instruments: [...instruments], rate_hz: rateHz, ...(depth ? { depth } : {}) },
      seq: undefined,
      onFrame: (frame, timeMs) =>
        listener.onQuotes({
          quotes: (frame['quotes'] ?? []) as readonly StreamQuote[],
          snapshot: frame['snapshot'] === true,
          unavailable: (frame['unavailable'] ?? []) as readonly string[],
          timeMs,
        }),
      onRefused: listener.onRefused?.bind(listener),
    });
  }

  /** Follows market status and feed health. */
  subscribeStatus(onStatus: (event: StatusEvent) => void): StreamSubscription {
    return this.hold({
      name: this.newName('s'),
      request: { channel: 'status' },
      seq: undefined,
      onFrame: (frame, timeMs) =>
        onStatus({
          snapshot: frame['snapshot'] === true,
          timeMs,
          sessions: (frame['sessions'] ?? []) as StatusEvent['sessions'],
          feed: (frame['feed'] ?? { state: 'RED', reasons: [], report_age_ms: null }) as StatusEvent['feed'],
        }),
      onRefused: undefined,
    });
  }

  /**
   * Follows a channel that has no method of its own here. `request` is what its subscribe message holds besides `op`, `id`
   * and `subscription`; each of its frames carries `subscription`, `seq` and `snapshot`, and is given after its snapshot, in
   * order and without holes.
   */
  subscribeChannel(
    channel: string,
    request: Readonly<Record<string, unknown>>,
    onFrame: (frame: Readonly<Record<string, unknown>>, timeMs: number) => void,
    onRefused?: QuotesListener['onRefused'],
  ): StreamSubscription {
    return this.hold({
      name: this.newName('c'),
      request: { ...request, channel },
      seq: undefined,
      onFrame,
      onRefused,
    });
  }

  private newName(kind: string): string {
    const name = `${kind}${this.nextName}`;
    this.nextName += 1;
    return name;
  }

  private hold(held: Held): StreamSubscription {
    this.held.set(held.name, held);
    if (this.state === 'open') this.ask(held);
    return {
      name: held.name,
      close: () => {
        held.cancelRetry?.();
        if (!this.held.delete(held.name)) return;
        if (this.state === 'open') this.send({ op: 'unsubscribe', subscription: held.name });
      },
    };
  }

  private connect(): void {
    this.enter('connecting');
    let socket: StreamSocket;
    try {
      socket = this.options.openSocket(this.options.url);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    const current = (): boolean => this.socket === socket;
    socket.onopen = () => {
      if (current()) this.heardSinceBeat = true;
    };
    socket.onmessage = (event) => {
      if (current() && typeof event.data === 'string') this.receive(event.data);
    };
    socket.onerror = () => undefined;
    socket.onclose = () => {
      if (current()) this.lost();
    };
    this.heardSinceBeat = true;
    this.beat();
  }

  private lost(): void {
    this.cancelTimer?.();
    this.dropSocket();
    if (this.state === 'closed') return;
    this.reconnects += 1;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.attempts, 10));
    const jittered = longest * (0.5 + (this.options.random ?? Math.random)() / 2);
    const waitMs = Math.max(jittered, this.askedToWaitMs ?? 0);
    this.attempts += 1;
    this.askedToWaitMs = undefined;
    this.enter('waiting');
    this.cancelTimer = this.setTimer(() => this.connect(), waitMs);
  }

  private dropSocket(): void {
    const { socket } = this;
    this.cancelToken?.();
    this.socket = undefined;
    for (const held of this.held.values()) held.seq = undefined;
    if (socket === undefined) return;
    socket.onclose = null;
    socket.close();
  }

  /** Ends a connection that said nothing for a whole beat; asks for a sign of life within it. */
  private beat(): void {
    if (!this.heardSinceBeat) {
      this.lost();
      return;
    }
    this.heardSinceBeat = false;
    if (this.state === 'open') this.send({ op: 'ping' });
    this.cancelTimer = this.setTimer(() => this.beat(), this.heartbeatMs);
  }

  private receive(text: string): void {
    this.heardSinceBeat = true;
    let frame: Record<string, unknown>;
    try {
      frame = JSON.parse(text) as Record<string, unknown>;
    } catch {
      this.options.onError?.({
        code: 'STREAM_MESSAGE_INVALID',
        detail: 'a frame is not JSON',
        retryable: false,
        subscription: undefined,
        instrumentKey: undefined,
      });
      return;
    }
    switch (frame['type']) {
      case 'hello':
        this.welcome(frame);
        break;
      case 'pong':
        this.gatewayMs = Number(frame['time_ms']);
        break;
      case 'authenticated':
        this.admitted(frame);
        break;
      case 'subscribed':
        this.tellRefused(frame);
        break;
      case 'quotes':
        for (const part of frame['subscriptions'] as Record<string, unknown>[]) {
          this.deliver(part, Number(frame['time_ms']));
        }
        break;
      case 'status':
        this.deliver(frame, Number(frame['time_ms']));
        break;
      case 'error':
        this.takeError(frame);
        break;
      case 'bye':
        this.askedToWaitMs = typeof frame['reconnect_after_ms'] === 'number' ? frame['reconnect_after_ms'] : undefined;
        break;
      default:
        // A frame of another channel names its subscription; whatever else a newer gateway says is not for this client.
        if ('seq' in frame) this.deliver(frame, Number(frame['time_ms']));
        break;
    }
  }

  private welcome(frame: Record<string, unknown>): void {
    if (typeof frame['heartbeat_ms'] === 'number') this.heartbeatMs = frame['heartbeat_ms'];
    this.gatewayMs = Number(frame['time_ms']);
    if (frame['authenticated'] === false) this.showToken();
    else this.opened();
  }

  private opened(): void {
    this.attempts = 0;
    this.enter('open');
    for (const held of this.held.values()) this.ask(held);
  }

  /** Says who connects. Without anybody signed in, the gateway ends the connection and the next one asks again. */
  private showToken(): void {
    const { socket } = this;
    void (this.options.token?.() ?? Promise.resolve(undefined)).then(
      (token) => {
        if (token !== undefined && this.socket === socket) this.send({ op: 'authenticate', id: TOKEN_ID, token });
      },
      () => undefined,
    );
  }

  private admitted(frame: Record<string, unknown>): void {
    if (this.state !== 'open') this.opened();
    this.cancelToken?.();
    const lifeMs = Number(frame['expires_at_ms']) - this.gatewayMs;
    if (!Number.isFinite(lifeMs) || this.options.token === undefined) return;
    // The gateway's own clock tells how long the token lives; the next one is shown in good time, on the same connection.
    const waitMs = Math.min(Math.max(1_000, lifeMs - TOKEN_EARLY_MS), LONGEST_TIMER_MS);
    this.cancelToken = this.setTimer(() => this.showToken(), waitMs);
  }

  /** An error that answers a subscribe leaves nothing subscribed; one that may pass is asked again. */
  private takeError(frame: Record<string, unknown>): void {
    const context = (frame['context'] ?? {}) as Record<string, unknown>;
    const asked = this.held.get(String(frame['id']));
    const retryable = frame['retryable'] === true;
    if (asked !== undefined && retryable) {
      asked.cancelRetry?.();
      asked.cancelRetry = this.setTimer(() => {
        asked.cancelRetry = undefined;
        if (this.state === 'open') this.ask(asked);
      }, ASK_AGAIN_MS);
    }
    const about = asked?.name ?? context['subscription'];
    this.options.onError?.({
      code: String(frame['code']),
      detail: String(frame['detail']),
      retryable,
      subscription: typeof about === 'string' ? about : undefined,
      instrumentKey: typeof context['instrument_key'] === 'string' ? context['instrument_key'] : undefined,
    });
  }

  private ask(held: Held): void {
    held.cancelRetry?.();
    held.cancelRetry = undefined;
    held.seq = undefined;
    this.send({ op: 'subscribe', id: held.name, subscription: held.name, ...held.request });
  }

  private tellRefused(frame: Record<string, unknown>): void {
    const refused = frame['refused'] as readonly RefusedInstrument[] | undefined;
    if (refused === undefined || refused.length === 0) return;
    this.held.get(String(frame['subscription']))?.onRefused?.(refused);
  }

  private deliver(part: Record<string, unknown>, timeMs: number): void {
    const held = this.held.get(String(part['subscription']));
    if (held === undefined) return;
    const seq = Number(part['seq']);
    const snapshot = part['snapshot'] === true;
    if (!snapshot && held.seq === undefined) return;
    if (held.seq !== undefined && seq <= held.seq) return;
    if (!snapshot && held.seq !== undefined && seq !== held.seq + 1) {
      this.gaps += 1;
      held.seq = undefined;
      this.send({ op: 'resync', subscription: held.name });
      return;
    }
    held.seq = seq;
    held.onFrame(part, timeMs);
  }

  private send(message: Record<string, unknown>): void {
    try {
      this.socket?.send(JSON.stringify(message));
    } catch {
      // A socket that closes between the check and the send tells so by `onclose`.
    }
  }

  private enter(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.onState?.(state);
  }
}
