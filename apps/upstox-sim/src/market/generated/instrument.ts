import type { Ohlc } from '../market-source.ts';
import { hashOf } from '../seeded-random.ts';
import type { OptionRight } from './black76.ts';
import { Book } from './book.ts';
import type { BrokerGreeksSlot } from './broker-greeks.ts';
import type { Contract } from './contract-master.ts';
import type { ExpirySurface } from './expiry-surface.ts';
import { LiveQuote } from './live-quote.ts';

export type InstrumentKind = 'index' | 'vix' | 'share' | 'future' | 'option';

/** What distinguishes an instrument when it is made. */
export interface InstrumentShape {
  readonly key: string;
  readonly kind: InstrumentKind;
  readonly underlyingIndex: number;
  /** Paise. */
  readonly tick: number;
  /** Units in which quantities come: a lot, or some shares. */
  readonly unit: number;
  /** Distance of book levels in ticks. */
  readonly spacing: number;
  readonly contract?: Contract;
  readonly surface?: ExpirySurface;
}

/** An instrument of the generated market: its public quote and what the generator keeps beside it. */
export class Instrument {
  readonly key: string;
  readonly kind: InstrumentKind;
  readonly underlyingIndex: number;
  readonly contract: Contract | undefined;
  readonly surface: ExpirySurface | undefined;
  readonly right: OptionRight;
  readonly strike: number;
  readonly logStrike: number;
  readonly tick: number;
  readonly unit: number;
  readonly book: Book;
  readonly quote: LiveQuote;
  readonly greeks: BrokerGreeksSlot = { delta: 0, theta: 0, gamma: 0, vega: 0, rho: 0, iv: 0 };

  /** Rank of its expiry among the underlying's on the market date, from 0. */
  rank = 0;
  /** Messages per second when its fair price stands still. */
  rate = 0;
  /** Traded units per second at average intensity. */
  unitsPerSecond = 0;
  /** Half the spread in ticks. */
  halfTicks = 1;
  /** Units that the book's totals tend to. */
  restingUnits = 0;

  visitedAt = 0;
  greeksAt = 0;
  /** Units waiting to be traded, and how many make a trade. */
  due = 0;
  dueForTrade = 1;
  turnover = 0;
  /** Something must be told at the next visit whatever the price does. */
  pending = false;
  completed: Ohlc | undefined = undefined;

  /** The minute that is being formed: its start (0: none), prices in rupees, quantity. */
  minuteAt = 0;
  minuteOpen = 0;
  minuteHigh = 0;
  minuteLow = 0;
  minuteClose = 0;
  minuteVolume = 0;

  constructor(shape: InstrumentShape) {
    const { contract } = shape;
    this.key = shape.key;
    this.kind = shape.kind;
    this.underlyingIndex = shape.underlyingIndex;
    this.contract = contract;
    this.surface = shape.surface;
    this.right = contract?.type === 'PE' ? 'PE' : 'CE';
    this.strike = contract?.strike ?? 0;
    this.logStrike = this.strike > 0 ? Math.log(this.strike) : 0;
    this.tick = shape.tick;
    this.unit = shape.unit;
    this.book = new Book(hashOf(shape.key), shape.tick, shape.unit, shape.spacing);
    this.quote = new LiveQuote(shape.key, this.book);
  }
}
