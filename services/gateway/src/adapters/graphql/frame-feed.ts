import { OutcomeError } from '@vega/kernel';
import type { Batch } from '../../app/stream/channel.ts';
import { CLOSE_CODES } from '../../app/stream/limits.ts';
import type { FrameSink } from '../../app/stream/ports.ts';
import type { ServerFrame } from '../../app/stream/protocol.ts';

/** What a feed stands on. */
export interface FrameFeedParts<Item> {
  /** Unsent bytes from which the hub skips flushes: what the feed says it holds while its reader is behind. */
  readonly softBufferBytes: number;
  /** One message of the subscription as its readers are shown it. */
  readonly toItem: (batch: Batch, timeMs: number) => Item;
  /** Called once, whoever ends it. */
  readonly onEnd: () => void;
  /** Cuts the reader's connection. */
  readonly onCut: () => void;
  /** Whoever opened the connection is no longer let in. */
  readonly onDismissed: () => void;
}

/**
 * A client of the hub that is read as an async iterator. It holds at most one message of each snapshot and flush: while
 * one waits it tells the hub that it is behind, and is sent the newest states when it has caught up.
 */
export class FrameFeed<Item> implements FrameSink, AsyncIterableIterator<Item> {
  private readonly waiting: Item[] = [];
  private reader: { resolve: (result: IteratorResult<Item>) => void; reject: (error: unknown) => void } | undefined;
  private farewell: OutcomeError | undefined;
  private hasEnded = false;

  constructor(private readonly parts: FrameFeedParts<Item>) {}

  get bufferedBytes(): number {
    return this.waiting.length > 0 ? this.parts.softBufferBytes + 1 : 0;
  }

  frame(frame: ServerFrame): number {
    if (frame.type === 'bye') {
      this.farewell = new OutcomeError('SERVICE_UNAVAILABLE', `the subscription ends: ${frame.detail}`, {}, true);
      this.reader?.reject(this.farewell);
      this.reader = undefined;
    }
    return 0;
  }

  batches(timeMs: number, batches: readonly Batch[]): number {
    for (const batch of batches) this.put(this.parts.toItem(batch, timeMs));
    return 0;
  }

  close(code?: number): void {
    if (code === CLOSE_CODES.UNAUTHENTICATED) this.parts.onDismissed();
    // The farewell ends the iteration; a reader that is stuck in sending is cut by terminate.
  }

  terminate(): void {
    this.end();
    this.parts.onCut();
  }

  next(): Promise<IteratorResult<Item>> {
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

  return(): Promise<IteratorResult<Item>> {
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

  private put(item: Item): void {
    if (this.hasEnded) return;
    if (this.reader === undefined) this.waiting.push(item);
    else this.reader.resolve({ done: false, value: item });
    this.reader = undefined;
  }
}
