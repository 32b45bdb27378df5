// Goal: what the screen shows is current or visibly not.
// Method: one stream connection; quotes go into a cell store that wakes the screen once per animation frame; link state,
//   sessions and refusals change seldom and are observed values. Ages are counted on the page's monotonic clock from the
//   age each frame states, so the computer's own time of day does not matter.
// Invariants: nothing here reaches Redux; a quote of an older epoch or sequence never replaces a newer one.

import type { RefusedInstrument, StatusEvent, StreamClientOptions, StreamQuote, StreamState } from '@vega/client';
import { StreamClient } from '@vega/client';
import { CellStore, type Schedule } from './cell-store.ts';
import { MarketClock, type Monotonic } from './market-clock.ts';
import { Observed } from './observed.ts';
import { isOpen } from './session.ts';

/** A quote with the moment, on the page's monotonic clock, at which the platform received it. */
export interface LiveQuote extends StreamQuote {
  receivedAt: number | undefined;
}

/** How instruments are followed. */
export interface FollowOptions {
  /** How often changes may come; 10 unless given. */
  rateHz?: 10 | 2;
  /** Whether the order book comes with each quote. */
  depth?: boolean;
}

/** The order book of an instrument, as it came with a quote. */
export type LiveBook = NonNullable<StreamQuote['depth']> & Pick<StreamQuote, 'total_buy_qty' | 'total_sell_qty'>;

/** The connection to the gateway's stream. */
export interface LinkState {
  state: StreamState;
  /** Monotonic time since which it is in this state. */
  since: number;
  /** Whether it was open at any time. */
  wasOpen: boolean;
}

/** Why an instrument is not streamed. */
export interface Refusal {
  code: string;
  detail: string;
}

export interface LiveDataOptions {
  openSocket: StreamClientOptions['openSocket'];
  url: string;
  /** Who looks; nobody is asked where it is absent. */
  token?: NonNullable<StreamClientOptions['token']>;
  now: Monotonic;
  wall: () => number;
  schedule?: Schedule;
  setTimer?: NonNullable<StreamClientOptions['setTimer']>;
}

/** Everything live that the screen knows. */
export class LiveData {
  readonly quotes: CellStore<LiveQuote>;
  /** Books of the instruments that are followed with their depth. */
  readonly books: CellStore<LiveBook>;
  readonly refusals: CellStore<Refusal>;
  readonly link: Observed<LinkState>;
  readonly status = new Observed<StatusEvent | undefined>(undefined);
  readonly clock: MarketClock;
  readonly now: Monotonic;
  private readonly client: StreamClient;
  private newestAt: number | undefined;

  constructor(options: LiveDataOptions) {
    const { now, schedule } = options;
    this.now = now;
    this.clock = new MarketClock(now, options.wall);
    this.quotes = schedule === undefined ? new CellStore() : new CellStore(schedule);
    this.books = schedule === undefined ? new CellStore() : new CellStore(schedule);
    this.refusals = schedule === undefined ? new CellStore() : new CellStore(schedule);
    this.link = new Observed<LinkState>({ state: 'closed', since: now(), wasOpen: false });
    this.client = new StreamClient({
      url: options.url,
      openSocket: options.openSocket,
      ...(options.token === undefined ? {} : { token: options.token }),
      ...(options.setTimer === undefined ? {} : { setTimer: options.setTimer }),
      onState: (state) => this.entered(state),
      onError: ({ code, detail, instrumentKey }) => {
        if (instrumentKey !== undefined) this.refusals.set(instrumentKey, { code, detail });
      },
    });
    this.client.subscribeStatus((event) => this.status.set(event));
  }

  start(): this {
    this.client.start();
    return this;
  }

  close(): void {
    this.client.close();
  }

  /** The page's one connection, for channels that a page follows by itself. */
  get stream(): Pick<StreamClient, 'subscribeChannel'> {
    return this.client;
  }

  /** Connections lost and holes in the sequence since the page was opened. */
  get losses(): { reconnects: number; gaps: number } {
    return { reconnects: this.client.reconnects, gaps: this.client.gaps };
  }

  /** Whether continuous trading goes on in any segment, or in the one named. */
  isOpen(segment?: string): boolean {
    return isOpen(this.status.get()?.sessions ?? [], segment);
  }

  /** Age of the newest streamed quote, ms; undefined before the first. */
  feedAgeMs(): number | undefined {
    return this.newestAt === undefined ? undefined : Math.max(0, this.now() - this.newestAt);
  }

  /** Keeps instruments current, with `depth` also their order books, until the returned function is called. */
  follow(keys: readonly string[], { rateHz = 10, depth = false }: FollowOptions = {}): () => void {
    if (keys.length === 0) return () => undefined;
    const subscription = this.client.subscribeQuotes(
      keys,
      {
        onQuotes: (event) => {
          for (const quote of event.quotes) this.take(quote);
          // Of what nothing is known the book is empty, which is something to show.
          if (depth) for (const key of event.unavailable) this.books.set(key, EMPTY_BOOK);
        },
        onRefused: (refused) => this.refuse(refused),
      },
      rateHz,
      depth,
    );
    return () => {
      subscription.close();
      // A book that nobody follows would be shown as if it were of now.
      if (depth) for (const key of keys) this.books.delete(key);
    };
  }

  private take(quote: StreamQuote): void {
    const held = this.quotes.get(quote.instrument_key);
    if (held !== undefined && isOlder(quote, held)) return;
    const receivedAt = quote.age_ms === null ? undefined : this.now() - quote.age_ms;
    if (receivedAt !== undefined && quote.source !== 'REST' && receivedAt > (this.newestAt ?? -Infinity)) {
      this.newestAt = receivedAt;
    }
    if (quote.exchange_time_ms !== null && quote.source === 'FEED_LIVE') this.clock.learn(quote.exchange_time_ms);
    this.quotes.set(quote.instrument_key, { ...quote, receivedAt });
    if (quote.depth !== undefined) {
      const { total_buy_qty, total_sell_qty } = quote;
      this.books.set(quote.instrument_key, { ...quote.depth, total_buy_qty, total_sell_qty });
    }
    if (!quote.stale) this.refusals.delete(quote.instrument_key);
  }

  private refuse(refused: readonly RefusedInstrument[]): void {
    for (const { asked, code, detail } of refused) this.refusals.set(asked, { code, detail });
  }

  private entered(state: StreamState): void {
    const wasOpen = this.link.get().wasOpen || state === 'open';
    this.link.set({ state, since: this.now(), wasOpen });
  }
}

const EMPTY_BOOK: LiveBook = { bids: [], asks: [], total_buy_qty: null, total_sell_qty: null };

/** A value read once by REST has no place in the sequence, so only its time could tell; it is taken as it comes. */
function isOlder(quote: StreamQuote, held: StreamQuote): boolean {
  if (quote.source === 'REST' || held.source === 'REST') return false;
  if (quote.feed_epoch !== held.feed_epoch) return quote.feed_epoch < held.feed_epoch;
  return quote.seq < held.seq;
}
