import type { MarketSource, SimQuote } from '../market/market-source.ts';
import type { InstrumentCatalog } from '../server/instrument-catalog.ts';
import { EntryEncoder, entrySubject, type EntrySubject, type FeedMode } from './entry-encoder.ts';
import type { FeedConnection } from './feed-connection.ts';

/** Subscribers of one instrument. */
interface KeySubscribers {
  readonly subject: EntrySubject;
  readonly byMode: Record<FeedMode, FeedConnection[]>;
  /** Last entry sent in the light modes: a change elsewhere in the quote is no message there. */
  readonly last: Record<'ltpc' | 'option_greeks', Buffer | undefined>;
}

/** Hands an encoded entry to the connections that want it; the entry is valid during the call. */
export type Deliver = (connections: readonly FeedConnection[], entry: Buffer) => void;

/** Who is subscribed to what. Each changed instrument is encoded once per mode that somebody wants. */
export class SubscriberBoard {
  private readonly keys = new Map<string, KeySubscribers>();
  private readonly encoder = new EntryEncoder();

  constructor(
    private readonly market: MarketSource,
    private readonly catalog: InstrumentCatalog,
  ) {}

  /** Instruments with at least one subscriber. */
  get size(): number {
    return this.keys.size;
  }

  subscribedKeys(): IterableIterator<string> {
    return this.keys.keys();
  }

  /**
   * Puts a connection into `mode` of an instrument, out of the mode it was in before. Returns the encoded present
   * state, undefined when the market has none yet; the bytes are valid until the next call.
   */
  join(connection: FeedConnection, key: string, mode: FeedMode, before: FeedMode | undefined): Buffer | undefined {
    const subscribers = this.subscribersOf(key);
    if (before !== mode) {
      if (before !== undefined) removeFrom(subscribers.byMode[before], connection);
      subscribers.byMode[mode].push(connection);
    }
    const quote = this.market.quote(key);
    if (quote === undefined) return undefined;
    const entry = this.encoder.encode(subscribers.subject, quote, mode);
    if (mode === 'ltpc' || mode === 'option_greeks') {
      subscribers.last[mode] = remember(subscribers.last[mode], entry);
    }
    return entry;
  }

  /** Takes a connection off an instrument it follows in `mode`. */
  leave(connection: FeedConnection, key: string, mode: FeedMode): void {
    const subscribers = this.keys.get(key);
    if (subscribers === undefined) return;
    removeFrom(subscribers.byMode[mode], connection);
    if (Object.values(subscribers.byMode).every((list) => list.length === 0)) this.keys.delete(key);
  }

  /** Encodes a changed instrument for those who follow it. */
  publish(quote: SimQuote, deliver: Deliver): void {
    const subscribers = this.keys.get(quote.key);
    if (subscribers === undefined) return;
    const { byMode, subject } = subscribers;
    if (byMode.full.length > 0) deliver(byMode.full, this.encoder.encode(subject, quote, 'full'));
    if (byMode.full_d30.length > 0) deliver(byMode.full_d30, this.encoder.encode(subject, quote, 'full_d30'));
    if (byMode.ltpc.length > 0) this.publishLight(subscribers, quote, 'ltpc', deliver);
    if (byMode.option_greeks.length > 0) this.publishLight(subscribers, quote, 'option_greeks', deliver);
  }

  /** A recorded market repeats a message when the capture did; a generated one has nothing to say twice. */
  private publishLight(
    subscribers: KeySubscribers,
    quote: SimQuote,
    mode: 'ltpc' | 'option_greeks',
    deliver: Deliver,
  ): void {
    const entry = this.encoder.encode(subscribers.subject, quote, mode);
    const last = subscribers.last[mode];
    if (this.market.kind === 'generated' && last?.equals(entry)) return;
    subscribers.last[mode] = remember(last, entry);
    deliver(subscribers.byMode[mode], entry);
  }

  private subscribersOf(key: string): KeySubscribers {
    let subscribers = this.keys.get(key);
    if (subscribers === undefined) {
      subscribers = {
        subject: entrySubject(key, this.catalog.row(key)),
        byMode: { ltpc: [], option_greeks: [], full: [], full_d30: [] },
        last: { ltpc: undefined, option_greeks: undefined },
      };
      this.keys.set(key, subscribers);
    }
    return subscribers;
  }
}

function removeFrom(list: FeedConnection[], connection: FeedConnection): void {
  const at = list.indexOf(connection);
  if (at >= 0) list.splice(at, 1);
}

/** Keeps a copy of `entry`, in the old copy's memory when it fits exactly. */
function remember(last: Buffer | undefined, entry: Buffer): Buffer {
  if (last === undefined || last.length !== entry.length) return Buffer.from(entry);
  entry.copy(last);
  return last;
}
