import type { BrokerGreeks, DepthLevel, MasterRow, Ohlc, SimQuote } from '../market/market-source.ts';
import { WireWriter } from './wire-writer.ts';

/** The feed's subscription modes, in the wire's own names. */
export const FEED_MODES = ['ltpc', 'option_greeks', 'full', 'full_d30'] as const;
export type FeedMode = (typeof FEED_MODES)[number];

/** What the encoder must know of an instrument besides its quote. */
export interface EntrySubject {
  /** The map key, already encoded as field 1 of the map entry. */
  readonly keyField: Buffer;
  readonly isIndex: boolean;
  readonly casEligible: boolean;
}

/** Describes an instrument for the encoder. Keys of segments ending in `_INDEX` are indices. */
export function entrySubject(key: string, row: MasterRow | undefined): EntrySubject {
  const text = Buffer.from(key, 'utf8');
  const writer = new WireWriter(text.length + 6);
  writer.bytes(text);
  writer.message(LENGTH_1, text.length + 6);
  return {
    keyField: Buffer.from(writer.finished()),
    isIndex: key.slice(0, key.indexOf('|')).endsWith('_INDEX'),
    casEligible: row?.cas_eligible === true,
  };
}

// Tags: field number << 3 | wire type (0 varint, 1 double, 2 length-delimited).
const VARINT_1 = 0x08;
const DOUBLE_1 = 0x09;
const LENGTH_1 = 0x0a;
const VARINT_2 = 0x10;
const DOUBLE_2 = 0x11;
const LENGTH_2 = 0x12;
const VARINT_3 = 0x18;
const DOUBLE_3 = 0x19;
const LENGTH_3 = 0x1a;
const VARINT_4 = 0x20;
const DOUBLE_4 = 0x21;
const LENGTH_4 = 0x22;
const DOUBLE_5 = 0x29;
const VARINT_6 = 0x30;
const DOUBLE_6 = 0x31;
const VARINT_7 = 0x38;
const DOUBLE_7 = 0x39;
const DOUBLE_8 = 0x41;
const DOUBLE_9 = 0x49;
const DOUBLE_10 = 0x51;
const VARINT_16 = 0x80;

const REQUEST_MODE: Record<FeedMode, number> = { ltpc: 0, full: 1, option_greeks: 2, full_d30: 3 };
const DEPTH_LEVELS: Record<FeedMode, number> = { ltpc: 0, full: 5, option_greeks: 1, full_d30: 30 };
const NO_LEVEL: DepthLevel = { bidQ: 0, bidP: 0, askQ: 0, askP: 0 };
const DAY_INTERVAL = Buffer.from('\n\x021d', 'latin1');
const MINUTE_INTERVAL = Buffer.from('\n\x02I1', 'latin1');

/** Largest entry: 30 levels, two candles and a key of some hundred bytes stay far below it. */
const ENTRY_CAPACITY = 8192;

/**
 * Encodes one instrument as an element of `FeedResponse.feeds` (tag and length included), zero fields absent.
 * The returned bytes are a view into the encoder's own buffer: copy them before the next call.
 */
export class EntryEncoder {
  private readonly out = new WireWriter(ENTRY_CAPACITY);

  encode(subject: EntrySubject, quote: SimQuote, mode: FeedMode): Buffer {
    const out = this.out;
    out.reset();
    const end = out.position;
    out.intField(VARINT_4, REQUEST_MODE[mode]);
    if (mode === 'ltpc') this.ltpc(quote);
    else if (mode === 'option_greeks') this.firstLevel(subject, quote);
    else this.full(subject, quote, DEPTH_LEVELS[mode]);
    out.message(LENGTH_2, end);
    out.bytes(subject.keyField);
    out.message(LENGTH_2, end);
    return out.finished();
  }

  private full(subject: EntrySubject, quote: SimQuote, levels: number): void {
    const out = this.out;
    const end = out.position;
    if (subject.isIndex) {
      this.marketOhlc(LENGTH_2, quote);
      this.ltpc(quote);
      out.message(LENGTH_2, end);
    } else {
      if (subject.casEligible) {
        out.varint(1);
        out.wideTag(VARINT_16);
      }
      out.doubleField(DOUBLE_10, quote.tsq);
      out.doubleField(DOUBLE_9, quote.tbq);
      out.doubleField(DOUBLE_8, quote.iv ?? 0);
      out.doubleField(DOUBLE_7, quote.oi);
      out.intField(VARINT_6, quote.vtt);
      out.doubleField(DOUBLE_5, quote.atp);
      this.marketOhlc(LENGTH_4, quote);
      this.greeks(quote.greeks);
      this.marketLevel(quote.depth, levels);
      this.ltpc(quote);
      out.message(LENGTH_1, end);
    }
    out.message(LENGTH_2, end);
  }

  private firstLevel(subject: EntrySubject, quote: SimQuote): void {
    const out = this.out;
    const end = out.position;
    if (!subject.isIndex) {
      out.doubleField(DOUBLE_6, quote.iv ?? 0);
      out.doubleField(DOUBLE_5, quote.oi);
      out.intField(VARINT_4, quote.vtt);
    }
    this.greeks(quote.greeks);
    this.level(LENGTH_2, quote.depth[0] ?? NO_LEVEL);
    this.ltpc(quote);
    out.message(LENGTH_3, end);
  }

  private ltpc(quote: SimQuote): void {
    const out = this.out;
    const end = out.position;
    out.doubleField(DOUBLE_4, quote.cp);
    out.intField(VARINT_3, quote.ltq);
    out.intField(VARINT_2, quote.ltt);
    out.doubleField(DOUBLE_1, quote.ltp);
    out.message(LENGTH_1, end);
  }

  private marketLevel(depth: readonly DepthLevel[], levels: number): void {
    const end = this.out.position;
    for (let level = levels - 1; level >= 0; level--) this.level(LENGTH_1, depth[level] ?? NO_LEVEL);
    this.out.message(LENGTH_2, end);
  }

  private level(tag: number, level: DepthLevel): void {
    const out = this.out;
    const end = out.position;
    out.doubleField(DOUBLE_4, level.askP);
    out.intField(VARINT_3, level.askQ);
    out.doubleField(DOUBLE_2, level.bidP);
    out.intField(VARINT_1, level.bidQ);
    out.message(tag, end);
  }

  private greeks(greeks: BrokerGreeks | undefined): void {
    const out = this.out;
    const end = out.position;
    if (greeks !== undefined) {
      out.doubleField(DOUBLE_5, greeks.rho);
      out.doubleField(DOUBLE_4, greeks.vega);
      out.doubleField(DOUBLE_3, greeks.gamma);
      out.doubleField(DOUBLE_2, greeks.theta);
      out.doubleField(DOUBLE_1, greeks.delta);
    }
    out.message(LENGTH_3, end);
  }

  private marketOhlc(tag: number, quote: SimQuote): void {
    const end = this.out.position;
    if (quote.minute !== undefined) this.candle(quote.minute, MINUTE_INTERVAL);
    if (quote.day !== undefined) this.candle(quote.day, DAY_INTERVAL);
    this.out.message(tag, end);
  }

  private candle(candle: Ohlc, interval: Buffer): void {
    const out = this.out;
    const end = out.position;
    out.intField(VARINT_7, candle.ts);
    out.intField(VARINT_6, candle.vol);
    out.doubleField(DOUBLE_5, candle.close);
    out.doubleField(DOUBLE_4, candle.low);
    out.doubleField(DOUBLE_3, candle.high);
    out.doubleField(DOUBLE_2, candle.open);
    out.bytes(interval);
    out.message(LENGTH_1, end);
  }
}
