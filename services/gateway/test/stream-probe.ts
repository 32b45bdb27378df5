import { eventually } from '@vega/testkit';
import { WebSocket } from 'ws';

/** One quote as the stream sends it. */
export interface StreamQuote {
  instrument_key: string;
  last_price: number | null;
  seq: number;
  feed_epoch: number;
  stale: boolean;
  stale_reason: string | null;
  [name: string]: unknown;
}

/** One subscription's part of a quotes frame. */
export interface StreamBatch {
  subscription: string;
  seq: number;
  snapshot: boolean;
  quotes: StreamQuote[];
  unavailable?: string[];
}

/** Any frame. */
export type StreamFrame = { type: string; subscriptions?: StreamBatch[] } & Record<string, unknown>;

/** A stream client that keeps what it is sent. */
export class StreamProbe {
  readonly frames: StreamFrame[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as StreamFrame));
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    ws.on('error', () => undefined);
  }

  /** Opens a stream; rejects with the HTTP status when the gateway refuses the upgrade. */
  static open(
    url: string,
    options: { headers?: Record<string, string>; autoPong?: boolean } = {},
  ): Promise<StreamProbe> {
    return new Promise((resolve, reject) => {
      const ws = new WebSocket(`${url.replace('http', 'ws')}/stream`, { perMessageDeflate: false, ...options });
      const probe = new StreamProbe(ws);
      ws.on('open', () => resolve(probe));
      ws.on('unexpected-response', (_request, response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => reject(new Error(`${response.statusCode} ${text}`)));
      });
      ws.on('error', reject);
    });
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The first frame that fits, among those that came or come within the bound. */
  async frame(fits: (frame: StreamFrame) => boolean, what = 'the frame', withinMs = 5_000): Promise<StreamFrame> {
    return eventually(() => this.frames.find(fits), { withinMs, what });
  }

  /** The reply to a message. */
  reply(id: string | number): Promise<StreamFrame> {
    return this.frame((frame) => frame['id'] === id, `the reply to ${id}`);
  }

  /** Subscribes and waits for the snapshot. */
  async subscribe(instruments: readonly string[], subscription = 'quotes', more: object = {}): Promise<StreamBatch> {
    const before = this.batches(subscription).length;
    this.send({ op: 'subscribe', id: `s-${subscription}`, channel: 'quotes', subscription, instruments, ...more });
    return eventually(
      () =>
        this.batches(subscription)
          .slice(before)
          .find((batch) => batch.snapshot),
      {
        withinMs: 5_000,
        what: `the snapshot of ${subscription}`,
      },
    );
  }

  /** Every batch of a subscription so far. */
  batches(subscription = 'quotes'): StreamBatch[] {
    return this.frames
      .flatMap((frame) => frame.subscriptions ?? [])
      .filter((batch) => batch.subscription === subscription);
  }

  /** Every state of an instrument that a subscription was sent, snapshots included. */
  quotes(key: string, subscription = 'quotes'): StreamQuote[] {
    return this.batches(subscription).flatMap((batch) => batch.quotes.filter((quote) => quote.instrument_key === key));
  }

  /** Waits for a state of an instrument. */
  quote(key: string, fits: (quote: StreamQuote) => boolean, subscription = 'quotes'): Promise<StreamQuote> {
    return eventually(() => this.quotes(key, subscription).find(fits), { withinMs: 5_000, what: `a quote of ${key}` });
  }

  /** Resolves when the connection has ended. */
  async ended(withinMs = 8_000): Promise<{ code: number; reason: string }> {
    return eventually(() => this.closed, { withinMs, what: 'the end of the connection' });
  }

  close(): void {
    this.ws.terminate();
  }
}
