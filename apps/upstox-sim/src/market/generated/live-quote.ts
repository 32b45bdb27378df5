import type { BrokerGreeks, DepthLevel, Ohlc, SimQuote } from '../market-source.ts';
import type { Book } from './book.ts';

/**
 * The live quote of a generated instrument. All fields exist from the start, so that every quote has the same shape and
 * stays quick to read; `depth` is written out of the book when it is read.
 */
export class LiveQuote implements SimQuote {
  readonly key: string;
  declare readonly depth: readonly DepthLevel[];
  version = 0;
  ltp = 0;
  ltt = 0;
  ltq = 0;
  cp = 0;
  atp = 0;
  vtt = 0;
  oi = 0;
  tbq = 0;
  tsq = 0;
  greeks: BrokerGreeks | undefined = undefined;
  iv: number | undefined = undefined;
  day: Ohlc | undefined = undefined;
  minute: Ohlc | undefined = undefined;
  lowerCircuit: number | undefined = undefined;
  upperCircuit: number | undefined = undefined;
  yearHigh: number | undefined = undefined;
  yearLow: number | undefined = undefined;
  previousOi: number | undefined = undefined;
  oiDayHigh: number | undefined = undefined;
  oiDayLow: number | undefined = undefined;
  readonly #book: Book;

  constructor(key: string, book: Book) {
    this.key = key;
    this.#book = book;
    // An own accessor, not one of the prototype: copies of a quote carry their depth.
    Object.defineProperty(this, 'depth', LiveQuote.#depth);
  }

  static readonly #depth: PropertyDescriptor & ThisType<LiveQuote> = {
    enumerable: true,
    get() {
      return this.#book.read();
    },
  };
}
