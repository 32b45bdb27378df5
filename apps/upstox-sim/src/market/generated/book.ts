/**
 * Order books without orders. Goal: depth that looks like a book (levels at most ticks near the touch, quantities in
 * lots, most levels unchanged from one message to the next) at the cost of a few integers per change. Method: the
 * quantity at a price is looked up in a fixed table by price, instrument and the price's own slowly advancing epoch;
 * levels are only written out when somebody reads them, and those beyond the first five when one of those is read.
 * Invariants: best bid < best ask, bids fall, asks rise, every level present has a positive quantity that is a multiple
 * of the unit.
 */
import { SeededRandom } from '../seeded-random.ts';
import type { DepthLevel } from '../market-source.ts';

const { floor, log, max, min, round } = Math;

/** Levels of a full book. */
export const DEPTH_LEVELS = 30;
/** Levels that nearly every reader wants; the rest is for the few who subscribe to all thirty. */
const TOP_LEVELS = 5;
/** Most units at one level. */
export const MAX_UNITS_PER_LEVEL = 12;

/** Prices without orders that are skipped at most; beyond it a price has orders whatever the table says. */
const LONGEST_GAP = 16;

const TABLE_SIZE = 4096;
const UNITS = new Uint8Array(TABLE_SIZE);
{
  const random = new SeededRandom('book');
  for (let i = 0; i < TABLE_SIZE; i++) {
    const draw = random.unit();
    UNITS[i] = draw < 0.28 ? 0 : min(MAX_UNITS_PER_LEVEL, 1 + floor(-2.6 * log(random.unit() + 1e-9)));
  }
}

const NO_LEVELS: readonly DepthLevel[] = [];

/** The figures of a level, in the order in which deep levels keep them. */
const FIELDS = ['bidQ', 'bidP', 'askQ', 'askP'] as const;

/** A level beyond the first five. Its figures are own accessors, so that copies carry them. */
class DeepLevel implements DepthLevel {
  declare readonly bidQ: number;
  declare readonly bidP: number;
  declare readonly askQ: number;
  declare readonly askP: number;
  readonly #book: Book;
  readonly #offset: number;

  constructor(book: Book, index: number) {
    this.#book = book;
    this.#offset = (index - TOP_LEVELS) * FIELDS.length;
    Object.defineProperties(this, DeepLevel.#figures);
  }

  static readonly #figures = Object.fromEntries(
    FIELDS.map((name, field): [string, PropertyDescriptor & ThisType<DeepLevel>] => [
      name,
      {
        enumerable: true,
        get() {
          return this.#book.deepFigure(this.#offset + field);
        },
      },
    ]),
  );
}

export class Book {
  /** Best prices in ticks; 0 means that there is no book. */
  bid = 0;
  ask = 0;
  /** Advances the quantities; each increment changes those of about a quarter of the prices. */
  epoch = 0;
  private readonly seed: number;
  private readonly tickPaise: number;
  private readonly unit: number;
  /** Distance of the prices that carry orders, in ticks. */
  private readonly spacing: number;
  private readonly top: DepthLevel[] = [];
  private levels: readonly DepthLevel[] = NO_LEVELS;
  private deep: Float64Array | undefined;
  private deepIsWritten = false;
  private writtenBid = -1;
  private writtenAsk = -1;
  private writtenEpoch = -1;

  constructor(seed: number, tickPaise: number, unit: number, spacing: number) {
    this.seed = seed & 0xffff;
    this.tickPaise = tickPaise;
    this.unit = unit;
    this.spacing = max(1, round(spacing));
  }

  /** The levels, best first. The array and its levels are written over by the next read after a change. */
  read(): readonly DepthLevel[] {
    if (this.bid === 0) return NO_LEVELS;
    if (this.bid !== this.writtenBid || this.ask !== this.writtenAsk || this.epoch !== this.writtenEpoch) {
      if (this.levels.length === 0) this.makeLevels();
      this.writtenBid = this.bid;
      this.writtenAsk = this.ask;
      this.writtenEpoch = this.epoch;
      this.deepIsWritten = false;
      this.writeTop();
    }
    return this.levels;
  }

  /** A figure of the levels beyond the first five. */
  deepFigure(at: number): number {
    if (!this.deepIsWritten) this.writeDeep();
    return this.deep?.[at] ?? 0;
  }

  private makeLevels(): void {
    for (let i = 0; i < TOP_LEVELS; i++) this.top.push({ bidQ: 0, bidP: 0, askQ: 0, askP: 0 });
    const deep = Array.from({ length: DEPTH_LEVELS - TOP_LEVELS }, (_, i) => new DeepLevel(this, TOP_LEVELS + i));
    this.levels = [...this.top, ...deep];
  }

  private writeTop(): void {
    const { tickPaise } = this;
    let bid = this.bid;
    let ask = this.ask;
    for (let i = 0; i < TOP_LEVELS; i++) {
      const level = this.top[i];
      if (level === undefined) return;
      level.bidQ = bid > 0 ? this.quantityAt(bid) : 0;
      level.bidP = (bid * tickPaise) / 100;
      level.askQ = this.quantityAt(ask);
      level.askP = (ask * tickPaise) / 100;
      bid = this.nextBid(bid);
      ask = this.nextAsk(ask);
    }
  }

  private writeDeep(): void {
    const { tickPaise } = this;
    this.deep ??= new Float64Array((DEPTH_LEVELS - TOP_LEVELS) * FIELDS.length);
    let bid = this.writtenBid;
    let ask = this.writtenAsk;
    for (let i = 1; i < DEPTH_LEVELS; i++) {
      bid = this.nextBid(bid);
      ask = this.nextAsk(ask);
      const at = (i - TOP_LEVELS) * FIELDS.length;
      if (at < 0) continue;
      this.deep[at] = bid > 0 ? this.quantityAt(bid) : 0;
      this.deep[at + 1] = (bid * tickPaise) / 100;
      this.deep[at + 2] = this.quantityAt(ask);
      this.deep[at + 3] = (ask * tickPaise) / 100;
    }
    this.deepIsWritten = true;
  }

  /** The next price down that carries orders; 0 when there is none. */
  private nextBid(price: number): number {
    let bid = price - this.spacing;
    for (let i = 0; i < LONGEST_GAP && bid > 0 && this.unitsAt(bid) === 0; i++) bid -= this.spacing;
    return max(0, bid);
  }

  private nextAsk(price: number): number {
    let ask = price + this.spacing;
    for (let i = 0; i < LONGEST_GAP && this.unitsAt(ask) === 0; i++) ask += this.spacing;
    return ask;
  }

  /** The touch, too, has orders whatever the table says. */
  private quantityAt(price: number): number {
    return max(1, this.unitsAt(price)) * this.unit;
  }

  private unitsAt(price: number): number {
    const own = (this.writtenEpoch + price) >> 2;
    return UNITS[(this.seed + price * 7 + own * 331) & (TABLE_SIZE - 1)] ?? 0;
  }
}
