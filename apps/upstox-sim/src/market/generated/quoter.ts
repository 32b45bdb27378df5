/**
 * Changes one instrument at a time. The cost of a change is what lets thousands of instruments tick: one Black-76
 * price on a forward that is computed once per step, a handful of random bits, no allocation.
 *
 * Laws kept here: prices on the tick grid, bid < ask, the fair price within the spread at every change (so call, put
 * and future of one forward agree within their spreads), last price within the spread of the moment it traded, volume
 * only grows, day and minute bars made of the very prices that were printed.
 */
import { MINUTE_MS } from '@vega/kernel';
import { toGrid } from '../candles/minute-path.ts';
import type { Ohlc } from '../market-source.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { fillBrokerGreeks } from './broker-greeks.ts';
import type { Instrument } from './instrument.ts';
import type { LatentMarket } from './latent-market.ts';

const { ceil, exp, floor, max, min, round } = Math;

/** The broker recomputes an option's Greeks this often (PROTOCOL 6.6). */
const GREEKS_EVERY_MS = 4950;
/** Indices and shares change at least about this often, market time: an accelerated market still has all their minutes. */
export const CASH_EVERY_MS = 20_000;
/** Of the changes in which a trade is due, the part in which it happens; in the others only the book moves. */
const TRADE_SHARE = 0.62;
const CERTAIN_AFTER_MS = 5000;
/** Rupees in which an index is printed. */
export const INDEX_TICK = 0.05;

/** What a step means for all instruments. */
export interface StepFrame {
  /** Market time at the end of the step, epoch ms. */
  readonly now: number;
  readonly previous: number;
  /** IST midnight of the market date. */
  readonly dateStart: number;
  /** Relative pace of trading now. */
  readonly intensity: number;
  /** Market milliseconds per wall millisecond: message rates are per wall second. */
  readonly speed: number;
  /** Multiplies all message rates. */
  readonly activity: number;
}

export class Quoter {
  frame: StepFrame = { now: 0, previous: 0, dateStart: 0, intensity: 1, speed: 1, activity: 1 };
  /** Every visit changes the instrument, as a load generator needs it. */
  alwaysChange = false;
  private readonly random: SeededRandom;
  private readonly latent: LatentMarket;
  private readonly vix: () => number;

  constructor(random: SeededRandom, latent: LatentMarket, vix: () => number) {
    this.random = random;
    this.latent = latent;
    this.vix = vix;
  }

  /** Fair price in rupees of anything with a book. */
  fair(instrument: Instrument): number {
    const { surface } = instrument;
    if (surface === undefined) return exp(this.latent.states[instrument.underlyingIndex]?.logSpot ?? 0);
    if (instrument.kind === 'future') return surface.forward;
    return surface.fair(instrument.right, instrument.strike, instrument.logStrike);
  }

  /** Visits an instrument; true when it changed and must be told. */
  visit(instrument: Instrument): boolean {
    if (instrument.kind === 'index' || instrument.kind === 'vix') return this.visitIndex(instrument);
    const { book } = instrument;
    const { now } = this.frame;
    const elapsed = now - instrument.visitedAt;
    instrument.visitedAt = now;
    instrument.due += instrument.unitsPerSecond * this.frame.intensity * elapsed * 0.001;
    const fairTicks = (this.fair(instrument) * 100) / instrument.tick;
    const bits = this.random.uint32();
    const stray = fairTicks > book.ask || (fairTicks < book.bid && book.bid > 1);
    if (!stray && !instrument.pending && !this.alwaysChange) {
      const chance = this.chance(instrument.rate, elapsed, instrument.kind === 'share');
      if ((bits & 0xffff) >= chance * 0x10000) return false;
    }
    this.requote(instrument, fairTicks, bits >>> 16);
    if (instrument.due >= instrument.dueForTrade) {
      // After seconds without a visit what is due has traded for certain.
      const share = elapsed >= CERTAIN_AFTER_MS ? 1 : TRADE_SHARE;
      if ((bits & 0xff) < share * 0x100) this.trade(instrument, fairTicks);
    }
    if (instrument.kind === 'option' && now - instrument.greeksAt >= GREEKS_EVERY_MS * this.frame.speed) {
      this.recomputeGreeks(instrument);
    }
    this.finish(instrument);
    return true;
  }

  /** Prints the closing auction's match: one price, one block of volume, then silence. */
  printAuction(instrument: Instrument): void {
    if (instrument.kind === 'index' || instrument.kind === 'vix') {
      this.printIndex(instrument);
    } else {
      const fairTicks = (this.fair(instrument) * 100) / instrument.tick;
      this.requote(instrument, fairTicks, this.random.uint32() >>> 16);
      instrument.due += instrument.unitsPerSecond * 900;
      this.trade(instrument, fairTicks);
    }
    this.finish(instrument);
  }

  /** Puts up the books before the open; nothing trades. */
  openBook(instrument: Instrument): void {
    if (instrument.kind === 'index' || instrument.kind === 'vix') return;
    const { quote, restingUnits, unit } = instrument;
    quote.tbq = restingUnits * unit;
    quote.tsq = restingUnits * unit;
    const bits = this.random.uint32();
    this.requote(instrument, (this.fair(instrument) * 100) / instrument.tick, bits & 0xffff);
    // Spread over the period, so that not all Greeks fall due at once.
    instrument.greeksAt = this.frame.now - floor(((bits >>> 16) / 0x10000) * GREEKS_EVERY_MS);
    if (instrument.kind === 'option' && quote.greeks === undefined) {
      const { greeksAt } = instrument;
      this.recomputeGreeks(instrument);
      instrument.greeksAt = greeksAt;
    }
  }

  /** The broker's Greeks and volatility of an option, from its last price. */
  recomputeGreeks(instrument: Instrument): void {
    const { surface, quote, greeks } = instrument;
    if (surface === undefined) return;
    instrument.greeksAt = this.frame.now;
    fillBrokerGreeks(greeks, instrument.right, quote.ltp, surface.forward, instrument.strike, surface.years);
    quote.iv = greeks.iv;
    const { delta, theta, gamma, vega, rho } = greeks;
    const shown = quote.greeks;
    if (shown === undefined) quote.greeks = { delta, theta, gamma, vega, rho };
    else {
      shown.delta = delta;
      shown.theta = theta;
      shown.gamma = gamma;
      shown.vega = vega;
      shown.rho = rho;
    }
  }

  /** Probability that an instrument of so many messages per wall second changes after `elapsed` market milliseconds. */
  private chance(rate: number, elapsed: number, cash: boolean): number {
    const byWall = (rate * this.frame.activity * elapsed * 0.001) / this.frame.speed;
    return min(0.97, cash ? max(byWall, elapsed / CASH_EVERY_MS) : byWall);
  }

  private finish(instrument: Instrument): void {
    instrument.pending = false;
    if (instrument.completed !== undefined) {
      instrument.quote.minute = instrument.completed;
      instrument.completed = undefined;
    }
    instrument.quote.version++;
  }

  /** Puts the spread around the fair price and lets quantities move. 16 random bits. */
  private requote(instrument: Instrument, fairTicks: number, bits: number): void {
    const { book, quote, halfTicks, unit } = instrument;
    const lean = ((bits & 0xff) / 0xff - 0.5) * min(0.9, halfTicks * 0.8);
    const lower = max(1, ticksOf(quote.lowerCircuit, instrument, 1));
    const upper = ticksOf(quote.upperCircuit, instrument, Number.MAX_SAFE_INTEGER);
    const bid = min(upper - 1, max(lower, floor(fairTicks - halfTicks + lean)));
    book.bid = bid;
    book.ask = min(upper, max(bid + 1, ceil(fairTicks + halfTicks + lean)));
    book.epoch = (book.epoch + 1 + (bits & 1)) & 0xffff;
    const target = instrument.restingUnits;
    quote.tbq = moveTotal(quote.tbq / unit, target, (bits >>> 8) & 0xf) * unit;
    quote.tsq = moveTotal(quote.tsq / unit, target, bits >>> 12) * unit;
  }

  private trade(instrument: Instrument, fairTicks: number): void {
    const { book, quote, unit } = instrument;
    const { now, previous } = this.frame;
    const bits = this.random.uint32();
    const side = ((bits & 0xffff) / 0xffff - 0.5) * 2 * instrument.halfTicks;
    const ticks = min(book.ask, max(book.bid, round(fairTicks + side)));
    const price = (ticks * instrument.tick) / 100;
    const units = max(1, floor(instrument.due));
    instrument.due = max(0, instrument.due - units);
    instrument.dueForTrade = 1 + ((bits >>> 16) & 3);
    const quantity = units * unit;
    quote.ltp = price;
    quote.ltq = min(units, 1 + ((bits >>> 18) & 7)) * unit;
    quote.ltt = now - 1 - floor(((bits >>> 21) / 2048) * min(now - previous - 1, 1000));
    quote.vtt += quantity;
    instrument.turnover += quantity * price;
    quote.atp = round((instrument.turnover / quote.vtt) * 100) / 100;
    this.stretchDay(instrument, price);
    this.stretchMinute(instrument, price, quantity);
    if (instrument.contract !== undefined && (bits & 0x3000000) === 0) this.moveOpenInterest(instrument, units);
  }

  /** Positions are opened a little more often than closed until the last days. */
  private moveOpenInterest(instrument: Instrument, units: number): void {
    const { quote, unit } = instrument;
    const size = min(units * 2, max(1, floor(quote.oi / unit / 200)));
    const change = round((this.random.unit() - 0.46) * 2 * size);
    quote.oi = max(unit, quote.oi + change * unit);
    if (quote.oi > (quote.oiDayHigh ?? 0)) quote.oiDayHigh = quote.oi;
    if (quote.oi < (quote.oiDayLow ?? Number.MAX_VALUE)) quote.oiDayLow = quote.oi;
  }

  private stretchDay({ quote }: Instrument, price: number): void {
    stretchYear(quote, price);
    const { day } = quote;
    if (day === undefined) {
      quote.day = { open: price, high: price, low: price, close: price, vol: quote.vtt, ts: this.frame.dateStart };
      return;
    }
    if (price > day.high) day.high = price;
    if (price < day.low) day.low = price;
    day.close = price;
    day.vol = quote.vtt;
  }

  private stretchMinute(instrument: Instrument, price: number, quantity: number): void {
    // A step never crosses a minute, and its last instant belongs to the minute that ends there.
    const at = floor((this.frame.now - 1) / MINUTE_MS) * MINUTE_MS;
    if (instrument.minuteAt !== at) {
      instrument.minuteAt = at;
      instrument.minuteOpen = price;
      instrument.minuteHigh = price;
      instrument.minuteLow = price;
      instrument.minuteVolume = 0;
    }
    if (price > instrument.minuteHigh) instrument.minuteHigh = price;
    if (price < instrument.minuteLow) instrument.minuteLow = price;
    instrument.minuteClose = price;
    instrument.minuteVolume += quantity;
  }

  private visitIndex(instrument: Instrument): boolean {
    const { now } = this.frame;
    const elapsed = now - instrument.visitedAt;
    const chance = this.chance(instrument.kind === 'vix' ? 0.25 : 1.25, elapsed, true);
    instrument.visitedAt = now;
    if (!instrument.pending && this.random.unit() >= chance) return false;
    this.printIndex(instrument);
    this.finish(instrument);
    return true;
  }

  private printIndex(instrument: Instrument): void {
    const { quote } = instrument;
    const value =
      instrument.kind === 'vix'
        ? toGrid(this.vix(), 0.01)
        : toGrid(exp(this.latent.states[instrument.underlyingIndex]?.logSpot ?? 0), INDEX_TICK);
    quote.ltp = value;
    quote.ltt = this.frame.now - 1;
    this.stretchDay(instrument, value);
    this.stretchMinute(instrument, value, 0);
  }
}

/** Takes the forming minute as completed; undefined when nothing traded in it. */
export function completeMinute(instrument: Instrument): Ohlc | undefined {
  if (instrument.minuteAt === 0) return undefined;
  const { minuteOpen, minuteHigh, minuteLow, minuteClose, minuteVolume, minuteAt } = instrument;
  instrument.minuteAt = 0;
  const bar = {
    open: minuteOpen,
    high: minuteHigh,
    low: minuteLow,
    close: minuteClose,
    vol: minuteVolume,
    ts: minuteAt,
  };
  instrument.completed = bar;
  instrument.pending = true;
  return bar;
}

function stretchYear(quote: Instrument['quote'], price: number): void {
  if (quote.yearHigh !== undefined && price > quote.yearHigh) quote.yearHigh = price;
  if (quote.yearLow !== undefined && price < quote.yearLow) quote.yearLow = price;
}

function ticksOf(price: number | undefined, instrument: Instrument, missing: number): number {
  return price === undefined ? missing : round((price * 100) / instrument.tick);
}

/** Lets a total drift to its target with a noise of 4 bits; it never falls below what a full book can show. */
function moveTotal(units: number, target: number, noise: number): number {
  return max(360, round(units + (target - units) * 0.02) + (noise - 7));
}
