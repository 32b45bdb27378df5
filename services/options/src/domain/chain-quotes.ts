import { TickMode, TickSource, type Tick } from '@vega/contracts';
import { quoteColumns, type QuoteColumns } from '@vega/pricing';
import type { ChainContracts } from './chain-contracts.ts';

/** The last state of one instrument as the feed told it; prices in paise, absent where nobody told. */
export interface InstrumentQuote {
  readonly key: string;
  lastPaise: number | undefined;
  prevClosePaise: number | undefined;
  bidPaise: number | undefined;
  bidQty: number | undefined;
  askPaise: number | undefined;
  askQty: number | undefined;
  volume: number | undefined;
  oi: number | undefined;
  /** Wall epoch ms of the last message or reading; 0 before the first. */
  quotedAtMs: number;
  mode: TickMode;
  source: TickSource;
  feedEpoch: number;
  seq: number;
}

const CALL = 1;
const PUT = -1;

interface Place {
  readonly side: typeof CALL | typeof PUT;
  readonly row: number;
}

/** A quote of which nothing is known. */
export function emptyQuote(key: string): InstrumentQuote {
  return {
    key,
    lastPaise: undefined,
    prevClosePaise: undefined,
    bidPaise: undefined,
    bidQty: undefined,
    askPaise: undefined,
    askQty: undefined,
    volume: undefined,
    oi: undefined,
    quotedAtMs: 0,
    mode: TickMode.UNSPECIFIED,
    source: TickSource.UNSPECIFIED,
    feedEpoch: 0,
    seq: 0,
  };
}

/** What became of a tick: it changed something, it is older than what is held, or numbers before it were missed. */
export type TickOutcome = 'changed' | 'old' | 'gap';

/** Takes a tick over into a quote. What the tick's mode does not carry is not known any more, but volume and OI, which stay. */
export function takeTick(quote: InstrumentQuote, tick: Tick): TickOutcome {
  const isRead = tick.source === TickSource.REST;
  if (tick.feedEpoch < quote.feedEpoch) return 'old';
  if (tick.feedEpoch === quote.feedEpoch && !isRead && tick.seq <= quote.seq) return 'old';
  const missed = tick.feedEpoch === quote.feedEpoch && !isRead && quote.seq > 0 && tick.seq > quote.seq + 1;
  const best = tick.depth[0];
  quote.lastPaise = tick.lastPricePaise > 0 ? tick.lastPricePaise : undefined;
  quote.prevClosePaise = tick.prevClosePaise > 0 ? tick.prevClosePaise : quote.prevClosePaise;
  quote.bidPaise = known(best?.bidPricePaise);
  quote.bidQty = quote.bidPaise === undefined ? undefined : best?.bidQty;
  quote.askPaise = known(best?.askPricePaise);
  quote.askQty = quote.askPaise === undefined ? undefined : best?.askQty;
  quote.volume = tick.volume ?? quote.volume;
  quote.oi = tick.oi ?? quote.oi;
  quote.quotedAtMs = Math.round(tick.receivedTimeUs / 1000);
  quote.mode = tick.mode;
  quote.source = tick.source;
  quote.feedEpoch = tick.feedEpoch;
  quote.seq = isRead ? Math.max(quote.seq, tick.seq) : tick.seq;
  return missed ? 'gap' : 'changed';
}

const known = (paise: number | undefined): number | undefined => (paise !== undefined && paise > 0 ? paise : undefined);

/** Quotes of a whole chain, as objects for showing and as columns for pricing. */
export class ChainQuotes {
  readonly calls: readonly InstrumentQuote[];
  readonly puts: readonly InstrumentQuote[];
  readonly callColumns: QuoteColumns;
  readonly putColumns: QuoteColumns;
  readonly underlying: InstrumentQuote;
  readonly future: InstrumentQuote | undefined;
  /** Market time (epoch ms) and arrival (epoch µs) of the newest tick, and its feed epoch; 0 before the first. */
  marketTimeMs = 0;
  receivedTimeUs = 0;
  feedEpoch = 0;
  private readonly places = new Map<string, Place>();

  constructor(readonly contracts: ChainContracts) {
    const { strikesPaise, calls, puts, underlying, future } = contracts;
    const count = strikesPaise.length;
    this.calls = calls.map((one) => emptyQuote(one?.instrumentKey ?? ''));
    this.puts = puts.map((one) => emptyQuote(one?.instrumentKey ?? ''));
    this.callColumns = quoteColumns(count);
    this.putColumns = quoteColumns(count);
    this.underlying = emptyQuote(underlying.instrumentKey);
    this.future = future === undefined ? undefined : emptyQuote(future.instrumentKey);
    this.calls.forEach(({ key }, row) => key !== '' && this.places.set(key, { side: CALL, row }));
    this.puts.forEach(({ key }, row) => key !== '' && this.places.set(key, { side: PUT, row }));
  }

  /** Every instrument of the chain: the underlying, the future, calls and puts. */
  keys(): string[] {
    const own = [this.underlying.key, ...(this.future === undefined ? [] : [this.future.key])];
    return [...own, ...this.places.keys()];
  }

  /** The quote of an instrument of the chain; undefined for a stranger. */
  quoteOf(key: string): InstrumentQuote | undefined {
    if (key === this.underlying.key) return this.underlying;
    if (key === this.future?.key) return this.future;
    const place = this.places.get(key);
    return place === undefined ? undefined : (place.side === CALL ? this.calls : this.puts)[place.row];
  }

  /** Takes a tick of any instrument of the chain; undefined for a stranger's. */
  take(tick: Tick): TickOutcome | undefined {
    const quote = this.quoteOf(tick.instrumentKey);
    if (quote === undefined) return undefined;
    const outcome = takeTick(quote, tick);
    if (outcome === 'old') return outcome;
    this.marketTimeMs = Math.max(this.marketTimeMs, tick.marketTimeMs);
    this.receivedTimeUs = Math.max(this.receivedTimeUs, tick.receivedTimeUs);
    this.feedEpoch = Math.max(this.feedEpoch, tick.feedEpoch);
    const place = this.places.get(tick.instrumentKey);
    if (place !== undefined) this.fillColumns(place, quote);
    return outcome;
  }

  /** Sets the age of every quote: what was read by REST has its own, what is streamed that of its feed. */
  setAges(wallNowMs: number, feedSilenceSeconds: number): void {
    for (const [quotes, columns] of [
      [this.calls, this.callColumns],
      [this.puts, this.putColumns],
    ] as const) {
      quotes.forEach((quote, row) => {
        const isRead = quote.source === TickSource.REST;
        columns.ageSeconds[row] = isRead ? Math.max(0, (wallNowMs - quote.quotedAtMs) / 1000) : feedSilenceSeconds;
      });
    }
  }

  private fillColumns({ side, row }: Place, quote: InstrumentQuote): void {
    const columns = side === CALL ? this.callColumns : this.putColumns;
    columns.bid[row] = (quote.bidPaise ?? 0) / 100;
    columns.ask[row] = (quote.askPaise ?? 0) / 100;
    columns.last[row] = (quote.lastPaise ?? 0) / 100;
  }
}
