import {
  Instrument,
  MarketStatus,
  StaleReason,
  Tick,
  toBytes,
  type FeedHealth,
  type GetFeedStatusResponse,
  type Interest,
  type RefusedInterest,
} from '@vega/contracts';
import { OperationalError } from '@vega/kernel';
import type { Known, KnownTick, LastKnown, MarketData } from '../src/app/ports.ts';
import type { ClientSocket, FeedSource, SharedFrame, StreamMetrics } from '../src/app/stream/ports.ts';
import type { StreamBatch, StreamFrame, StreamQuote } from './stream-probe.ts';

/** The ports of the stream hub in memory: any symbol exists, and its trading symbol is its token. */
export class InMemoryFeed {
  readonly ticks = new Map<string, Tick>();
  readonly known = new Map<string, Known<KnownTick>>();
  readonly renewals: (readonly Interest[])[] = [];
  readonly asked: (readonly string[])[] = [];
  readonly listeners = new Map<string, (bytes: Uint8Array) => void>();
  status: GetFeedStatusResponse = { health: undefined, sessions: [], masterDate: '', masterRows: 0 };
  staleReason: StaleReason = StaleReason.NONE;
  refused: RefusedInterest[] = [];
  away = false;
  onStatus: (status: MarketStatus) => void = () => undefined;
  onHealth: (health: FeedHealth) => void = () => undefined;
  onReconnect: () => void = () => undefined;

  readonly market: MarketData = {
    fetchQuotes: (symbols) => {
      this.asked.push(symbols);
      const quotes = symbols.flatMap((key) => {
        const tick = this.ticks.get(key);
        if (tick === undefined) return [];
        const facts = { connectionAgeMs: 1, tradeAgeMs: 1, lowerCircuitPaise: undefined, upperCircuitPaise: undefined };
        return [
          {
            instrument: instrumentOf(key),
            tick,
            quoteAgeMs: 1,
            staleReason: this.staleReason,
            session: 3 as const,
            ...facts,
          },
        ];
      });
      return this.answer({ quotes, unknown: [], unavailable: [] });
    },
    fetchInstruments: (symbols) => this.answer({ instruments: symbols.map(instrumentOf), unknown: [] }),
    fetchFeedStatus: () => this.answer(this.status),
    renewInterest: (_holder, interests) => {
      if (!this.away) this.renewals.push(interests);
      return this.answer({ expiresAtMs: 0, refused: this.refused });
    },
    fetchOverview: () => Promise.reject(new Error('not asked by the stream')),
    fetchCandles: () => Promise.reject(new Error('not asked by the stream')),
    searchInstruments: () => Promise.reject(new Error('not asked by the stream')),
  };

  readonly lastKnown: LastKnown = {
    fetchTick: (symbol) => Promise.resolve(this.known.get(symbol)),
    fetchOverview: () => Promise.resolve(undefined),
    fetchFeedStatus: () => Promise.resolve(undefined),
    rememberInstruments: () => undefined,
    rememberOverview: () => undefined,
    rememberFeedStatus: () => undefined,
  };

  readonly source: FeedSource = {
    subscribeTicks: (key, onTick) => {
      if (this.listeners.has(key)) throw new Error(`${key} is subscribed twice`);
      this.listeners.set(key, onTick);
      return () => this.listeners.delete(key);
    },
    subscribeReports: ({ onStatus, onHealth }) => {
      this.onStatus = onStatus;
      this.onHealth = onHealth;
      return () => undefined;
    },
    onReconnect: (listener) => {
      this.onReconnect = listener;
      return () => undefined;
    },
  };

  /** Publishes the next tick of an instrument, with a book of as many levels around 100 paise; a lost one reaches nobody. */
  publish(key: string, lastPricePaise: number, lost = false, levels = 0): Tick {
    const present = this.ticks.get(key);
    const depth = Array.from({ length: levels }, (_item, at) => ({
      bidPricePaise: 99 - at,
      bidQty: (at + 1) * 10,
      askPricePaise: 101 + at,
      askQty: (at + 1) * 10,
    }));
    const seq = (present?.seq ?? 0) + 1;
    const tick = Tick.create({ instrumentKey: key, feedEpoch: 1, seq, lastPricePaise, depth });
    this.ticks.set(key, tick);
    if (!lost) this.listeners.get(key)?.(toBytes(Tick, tick));
    return tick;
  }

  private answer<T>(value: T): Promise<T> {
    if (!this.away) return Promise.resolve(value);
    return Promise.reject(new OperationalError('SERVICE_UNAVAILABLE', 'market-feed is away', 'not-sent'));
  }
}

function instrumentOf(key: string): Instrument {
  return Instrument.create({ instrumentKey: key, tradingSymbol: key.slice(key.indexOf('|') + 1) });
}

/** A socket whose other end reads as much as it is told to. */
export class MemorySocket implements ClientSocket {
  readonly frames: StreamFrame[] = [];
  bufferedBytes = 0;
  peakBytes = 0;
  reads = true;
  closedWith: number | undefined;
  terminated = false;

  send(message: string | SharedFrame): void {
    const bytes =
      typeof message === 'string' ? Buffer.from(message) : Buffer.concat([Buffer.from(message.head), message.body]);
    this.frames.push(JSON.parse(bytes.toString()) as StreamFrame);
    if (this.reads) return;
    this.bufferedBytes += bytes.length;
    this.peakBytes = Math.max(this.peakBytes, this.bufferedBytes);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated = true;
  }

  batches(subscription = 'quotes'): StreamBatch[] {
    return this.frames
      .flatMap((frame) => frame.subscriptions ?? [])
      .filter((batch) => batch.subscription === subscription);
  }

  quotes(key: string, subscription = 'quotes'): StreamQuote[] {
    return this.batches(subscription).flatMap((batch) => batch.quotes.filter((quote) => quote.instrument_key === key));
  }
}

/** Counts what the stream counts. */
export class CountingMetrics implements StreamMetrics {
  readonly counts = new Map<string, number>();

  framesOut(): void {
    this.add('frames');
  }

  frameIn(outcome: string): void {
    this.add(`in ${outcome}`);
  }

  flushSkipped(): void {
    this.add('skipped');
  }

  conflated(count: number): void {
    this.add('conflated', count);
  }

  tickDropped(why: string): void {
    this.add(`dropped ${why}`);
  }

  gap(missed: number): void {
    this.add('gaps');
    this.add('missed', missed);
  }

  slowClientClosed(): void {
    this.add('slow closed');
  }

  tickLag(): void {
    this.add('lag');
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  private add(name: string, count = 1): void {
    this.counts.set(name, this.of(name) + count);
  }
}
