import type { Clock, Timer } from '@vega/kernel';
import { type FeedSocket, type FeedSocketFactory, openFeedSocket } from '../market/feed/feed-socket.ts';
import { BackOff } from '../wire/back-off.ts';
import { type BrokerOrder, brokerOrderSchema } from './broker-order.ts';
import type { TradingClient } from './trading-client.ts';

/** What the stream tells. It has no sequence and no replay: after each opening the books are read again. */
export interface PortfolioStreamListener {
  onOpen(): void;
  onOrder(order: BrokerOrder): void;
  /** A message that cannot be read: something has happened, look at the books. */
  onUnreadable(): void;
  onEnd(): void;
}

export interface PortfolioStreamOptions {
  readonly client: Pick<TradingClient, 'authorizeStream'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly listener: PortfolioStreamListener;
  readonly openSocket?: FeedSocketFactory;
  /** Milliseconds without any sign after which the connection is taken for dead. */
  readonly silenceMs?: number;
}

const BACK_OFF = { baseMs: 500, capMs: 15_000, floorMs: 100 };
const PING_SHARE = 3;

/** The account's stream of order updates, kept open until it is stopped. */
export class PortfolioStream {
  private socket: FeedSocket | undefined;
  private waiting: Timer | undefined;
  private watch: Timer | undefined;
  private stopped = false;
  private heardMs = 0;
  private readonly backOff: BackOff;
  private readonly options: PortfolioStreamOptions;
  isOpen = false;

  constructor(options: PortfolioStreamOptions) {
    this.options = options;
    this.backOff = new BackOff(BACK_OFF, options.random);
  }

  start(): void {
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.waiting?.cancel();
    this.watch?.cancel();
    this.socket?.terminate();
  }

  private async connect(): Promise<void> {
    if (this.stopped) return;
    let url: string;
    try {
      url = await this.options.client.authorizeStream();
    } catch {
      return this.again();
    }
    if (this.stopped) return;
    this.heard();
    this.socket = (this.options.openSocket ?? openFeedSocket)(
      url,
      {},
      {
        onOpen: () => {
          this.isOpen = true;
          this.backOff.reset();
          this.heard();
          this.options.listener.onOpen();
        },
        onMessage: (data) => {
          this.heard();
          this.take(data);
        },
        onSign: () => this.heard(),
        onEnd: () => {
          const wasOpen = this.isOpen;
          this.isOpen = false;
          this.socket = undefined;
          this.watch?.cancel();
          if (wasOpen) this.options.listener.onEnd();
          this.again();
        },
      },
    );
    this.look();
  }

  private take(data: Uint8Array): void {
    const message = parse(data);
    // Positions and holdings are read from the books; only orders are wanted here.
    if (message?.['update_type'] !== undefined && message['update_type'] !== 'order') return;
    const order = brokerOrderSchema.safeParse(
      message === undefined
        ? undefined
        : { ...message, instrument_token: message['instrument_token'] ?? message['instrument_key'] },
    );
    if (order.success) this.options.listener.onOrder(order.data);
    else this.options.listener.onUnreadable();
  }

  private heard(): void {
    this.heardMs = this.options.clock.monotonicMs();
  }

  /** Asks for a sign now and then; one that does not come ends the connection. */
  private look(): void {
    const { clock, silenceMs = 30_000 } = this.options;
    this.watch = clock.after(silenceMs / PING_SHARE, () => {
      if (this.socket === undefined || this.stopped) return;
      if (clock.monotonicMs() - this.heardMs > silenceMs) return this.socket.terminate();
      if (this.isOpen) this.socket.ping();
      this.look();
    });
  }

  private again(): void {
    if (this.stopped) return;
    this.waiting = this.options.clock.after(this.backOff.nextMs(), () => void this.connect());
  }
}

function parse(data: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
