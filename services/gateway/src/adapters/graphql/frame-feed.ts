import { OutcomeError } from '@vega/kernel';
import type { FrameSink } from '../../app/stream/ports.ts';
import type { QuotesBatch, ServerFrame } from '../../app/stream/protocol.ts';
import type { QuotesUpdateView, StatusUpdateView } from '../http/views/live.view.ts';

/** One message of a subscription, by the name of its field. */
export type FeedItem = { readonly quotes: QuotesUpdateView } | { readonly status: StatusUpdateView };

/** What a feed stands on. */
export interface FrameFeedParts {
  /** Unsent bytes from which the hub skips flushes: what the feed says it holds while its reader is behind. */
  readonly softBufferBytes: number;
  readonly onFirst: (receivedMs: number, timeMs: number) => void;
  /** Called once, whoever ends it. */
  readonly onEnd: () => void;
  /** Cuts the reader's connection. */
  readonly onCut: () => void;
}

/**
 * A client of the hub that is read as an async iterator. It holds at most one message of quotes and one of status: while
 * they wait it tells the hub that it is behind, and is sent the newest states when it has caught up.
 */
export class FrameFeed implements FrameSink, AsyncIterableIterator<FeedItem> {
  private readonly waiting: FeedItem[] = [];
  private reader: { resolve: (result: IteratorResult<FeedItem>) => void; reject: (error: unknown) => void } | undefined;
  private farewell: OutcomeError | undefined;
  private hasEnded = false;

  constructor(private readonly parts: FrameFeedParts) {}

  get bufferedBytes(): number {
    return this.waiting.length > 0 ? this.parts.softBufferBytes + 1 : 0;
  }

  frame(frame: ServerFrame): number {
    if (frame.type === 'status') {
      const { seq, snapshot, time_ms, sessions, feed } = frame;
      // An older status that nobody has read says nothing that this one does not.
      this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((item) => !('status' in item)));
      this.put({ status: { seq, snapshot, time_ms, sessions, feed } });
    } else if (frame.type === 'bye') {
      this.farewell = new OutcomeError('SERVICE_UNAVAILABLE', `the subscription ends: ${frame.detail}`, {}, true);
      this.reader?.reject(this.farewell);
      this.reader = undefined;
    }
    return 0;
  }

  quotes(timeMs: number, batches: readonly QuotesBatch[]): number {
    for (const { seq, snapshot, states, unavailable } of batches) {
      const quotes = states.map((state) =>
        state.toQuote(timeMs, (receivedMs) => this.parts.onFirst(receivedMs, timeMs)),
      );
      this.put({ quotes: { seq, snapshot, time_ms: timeMs, quotes, unavailable: [...unavailable] } });
    }
    return 0;
  }

  close(): void {
    // The farewell ends the iteration; a reader that is stuck in sending is cut by terminate.
  }

  terminate(): void {
    this.end();
    this.parts.onCut();
  }

  next(): Promise<IteratorResult<FeedItem>> {
    const item = this.waiting.shift();
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.farewell !== undefined && !this.hasEnded) {
      this.end();
      return Promise.reject(this.farewell);
    }
    if (this.hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<FeedItem>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the feed; its reader is told that it is over. */
  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.waiting.length = 0;
    this.reader?.resolve({ done: true, value: undefined });
    this.reader = undefined;
    this.parts.onEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private put(item: FeedItem): void {
    if (this.hasEnded) return;
    if (this.reader === undefined) this.waiting.push(item);
    else this.reader.resolve({ done: false, value: item });
    this.reader = undefined;
  }
}
