import { addDays, istInstant, MINUTE_MS, type IstDate } from '@vega/kernel';
import { joinBars, type Bar } from '../candles/bar.ts';
import { minutesOfDay, toGrid } from '../candles/minute-path.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import { black76 } from './black76.ts';
import { expiryRank } from './contract-master.ts';
import { ExpirySurface } from './expiry-surface.ts';
import type { Instrument } from './instrument.ts';
import { popularityOf, typicalOpenInterest, unitsPerDay } from './liquidity.ts';
import type { SyntheticHistory } from './synthetic-history.ts';
import { expiryClose, finalValue, minutesOf, tradingDay, type TradingDay } from './trading-day.ts';
import { UNDERLYINGS, type Underlying } from './underlyings.ts';
import { expiryHorizon, intensity } from './variance-clock.ts';
import { vixOf } from './volatility-index.ts';

/** Part of a share's daily volume that trades in the closing auction. */
const AUCTION_SHARE = 0.05;
/** Expiries of past dates kept at hand. */
const MOST_SURFACES = 500;

/** Candles of generated instruments on the dates before the market began. */
export class HistoricCandles {
  private readonly seed: string | number;
  private readonly history: SyntheticHistory;
  private readonly surfaces = new Map<string, ExpirySurface>();

  constructor(seed: string | number, history: SyntheticHistory) {
    this.seed = seed;
    this.history = history;
  }

  /** The daily candle of a date before the beginning; undefined when the instrument did not trade. */
  dayOf(instrument: Instrument, date: IstDate): Bar | undefined {
    const index = this.history.indexOf(date);
    if (index === undefined || !wasListed(instrument, date)) return undefined;
    const { underlyingIndex } = instrument;
    const cash = instrument.kind === 'index' || instrument.kind === 'share';
    if (cash && tradingDay(date, this.seed).auctionPrint === undefined) {
      const day = this.history.dayAt(underlyingIndex, index);
      if (day === undefined) return undefined;
      const tick = instrument.tick / 100;
      const [open, high, low, close] = [day.open, day.high, day.low, day.close].map((price) => toGrid(price, tick));
      if (open === undefined || high === undefined || low === undefined || close === undefined) return undefined;
      return {
        at: istInstant(date),
        open,
        high,
        low,
        close,
        volume: this.history.volumeAt(underlyingIndex, index),
        oi: 0,
      };
    }
    return joinBars(this.minutesAt(instrument, date, index), () => istInstant(date))[0];
  }

  /** The minutes of a date before the beginning, ascending. */
  minutesOf(instrument: Instrument, date: IstDate): Bar[] {
    const index = this.history.indexOf(date);
    return index === undefined || !wasListed(instrument, date) ? [] : this.minutesAt(instrument, date, index);
  }

  /** Close and open interest on the last date of history: what the first generated date begins with. */
  lastClose(instrument: Instrument): { close: number; oi: number } {
    const date = this.history.dateAt(0) ?? this.history.until;
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    const day = this.history.dayAt(instrument.underlyingIndex, 0);
    if (underlying === undefined || day === undefined) return { close: 0, oi: 0 };
    if (instrument.kind === 'vix') return { close: toGrid(vixOf(underlying, day.level), 0.01), oi: 0 };
    if (instrument.contract === undefined) return { close: toGrid(day.close, instrument.tick / 100), oi: 0 };
    const trading = tradingDay(date, this.seed);
    const surface = this.surface(instrument, trading);
    priceAt(surface, underlying, trading.close, toGrid(day.close, gridOf(underlying)), day.level);
    return { close: contractPrice(instrument, surface, 1), oi: this.openInterest(instrument, surface, 0) };
  }

  /** What an index or a share ranged over in the year before a date, closing auctions included; undefined for others. */
  rangeBefore(instrument: Instrument, date: IstDate): { high: number; low: number } | undefined {
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    if (underlying === undefined || (instrument.kind !== 'index' && instrument.kind !== 'share')) return undefined;
    let high = 0;
    let low = Infinity;
    const first = addDays(date, -365);
    for (let index = 0; (this.history.dateAt(index) ?? first) > first; index++) {
      const day = this.history.dayAt(instrument.underlyingIndex, index);
      high = Math.max(high, day?.high ?? 0);
      low = Math.min(low, day?.low ?? Infinity);
    }
    return high === 0 ? undefined : { high: toGrid(high, gridOf(underlying)), low: toGrid(low, gridOf(underlying)) };
  }

  private minutesAt(instrument: Instrument, date: IstDate, index: number): Bar[] {
    if (instrument.kind === 'vix') return this.vixMinutes(instrument, date, index);
    const day = tradingDay(date, this.seed);
    const minutes = this.history.minutesAt(instrument.underlyingIndex, index);
    return instrument.contract === undefined
      ? cashMinutes(minutes, day)
      : this.contractMinutes(instrument, day, minutes, index);
  }

  private vixMinutes(instrument: Instrument, date: IstDate, index: number): Bar[] {
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    if (underlying === undefined) return [];
    const random = new SeededRandom(hashOf(this.seed, 'vix', date));
    const open = vixOf(underlying, this.history.levelAt(index + 1) + 0.01 * random.normal());
    const close = vixOf(underlying, this.history.levelAt(index));
    const high = Math.max(open, close) * (1 + 0.02 * random.unit());
    const low = Math.min(open, close) * (1 - 0.02 * random.unit());
    const [o, h, l, c] = [open, high, low, close].map((value) => toGrid(value, 0.01));
    const shape = { open: o ?? 0, high: h ?? 0, low: l ?? 0, close: c ?? 0, volume: 0, oi: 0, previousOi: 0 };
    return minutesOfDay(shape, minutesOf(tradingDay(date, this.seed).cash), random, 0.01, 1, intensity);
  }

  private contractMinutes(instrument: Instrument, day: TradingDay, spots: readonly Bar[], index: number): Bar[] {
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    const level = this.history.levelAt(index);
    const last = spots.at(-1);
    if (underlying === undefined || last === undefined) return [];
    const surface = this.surface(instrument, day);
    priceAt(surface, underlying, day.close, last.close, level);
    const oi = this.openInterest(instrument, surface, index);
    const volumes = this.volumes(instrument, surface, index, spots.length);
    const falls = instrument.contract?.type === 'PE';
    const bars: Bar[] = [];
    spots.forEach((spot, i) => {
      const volume = volumes[i] ?? 0;
      if (volume === 0) return;
      priceAt(surface, underlying, spot.at + MINUTE_MS, spot.close, level);
      const open = contractPrice(instrument, surface, spot.open / spot.close);
      const close = contractPrice(instrument, surface, 1);
      const high = contractPrice(instrument, surface, (falls ? spot.low : spot.high) / spot.close);
      const low = contractPrice(instrument, surface, (falls ? spot.high : spot.low) / spot.close);
      bars.push({ at: spot.at, open, high, low, close, volume, oi });
    });
    return bars;
  }

  /** The last minute always trades, so that the day's close is the model's price at the close. */
  private volumes(instrument: Instrument, surface: ExpirySurface, index: number, count: number): number[] {
    const { unit } = instrument;
    const random = new SeededRandom(
      hashOf(this.seed, 'traded', instrument.key, instrument.contract?.listed ?? '', index),
    );
    const perDay = this.perDay(instrument, surface) * Math.exp(0.4 * random.normal() - index / 15);
    const flat = { open: 1, high: 1, low: 1, close: 1, oi: 0, previousOi: 0 };
    const volume = Math.max(1, Math.round(perDay)) * unit;
    const times = Array.from({ length: count }, (_, i) => i * MINUTE_MS);
    const volumes = minutesOfDay({ ...flat, volume }, times, random, 1, unit, intensity).map((bar) => bar.volume);
    volumes[count - 1] = Math.max(unit, volumes[count - 1] ?? 0);
    return volumes;
  }

  private openInterest(instrument: Instrument, surface: ExpirySurface, index: number): number {
    const random = new SeededRandom(hashOf(this.seed, 'interest', instrument.key, instrument.contract?.listed ?? ''));
    const lots = typicalOpenInterest(instrument.kind, this.perDay(instrument, surface));
    return Math.max(1, Math.round(lots * Math.exp(0.6 * random.normal() - index / 20))) * instrument.unit;
  }

  private perDay(instrument: Instrument, surface: ExpirySurface): number {
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    const { contract, kind, right, strike, logStrike, unit } = instrument;
    if (underlying === undefined || contract === undefined) return 0;
    const rank = expiryRank(instrument.underlyingIndex, contract.expiry, this.history.until);
    const { logForward, deviation } = surface;
    const popularity = popularityOf(underlying, { kind, right, strike, logStrike, logForward, deviation, rank });
    return unitsPerDay(underlying, kind, popularity, unit);
  }

  private surface(instrument: Instrument, day: TradingDay): ExpirySurface {
    const underlying = UNDERLYINGS[instrument.underlyingIndex];
    const expiry = instrument.contract?.expiry ?? day.date;
    if (underlying === undefined) throw new RangeError(`${instrument.key} has no underlying`);
    const key = `${instrument.underlyingIndex}|${expiry}|${day.date}`;
    const known = this.surfaces.get(key);
    if (known !== undefined) return known;
    const type = underlying.kind === 'index' ? 'INDEX' : 'EQUITY';
    const { derivativeSegment: segment } = underlying;
    const final = finalValue(segment, type, expiry, this.seed);
    const horizon = expiryHorizon(day, tradingDay(expiry, this.seed), final);
    const closeAt = expiryClose(segment, type, expiry);
    const surface = new ExpirySurface(underlying, instrument.underlyingIndex, day, horizon, closeAt);
    if (this.surfaces.size >= MOST_SURFACES) this.surfaces.clear();
    this.surfaces.set(key, surface);
    return surface;
  }
}

function wasListed(instrument: Instrument, date: IstDate): boolean {
  return instrument.contract === undefined || instrument.contract.listed <= date;
}

function gridOf(underlying: Underlying): number {
  return underlying.kind === 'share' ? underlying.tick / 100 : 0.05;
}

function priceAt(surface: ExpirySurface, underlying: Underlying, at: number, spot: number, level: number): void {
  const logSpot = Math.log(spot);
  const { skew, curvature } = underlying;
  surface.update(at, { logSpot, logPrevious: logSpot, ownLevel: 0, basis: 0, skew, curvature }, level);
}

/** Price on the contract's grid with the forward moved by a ratio. */
function contractPrice(instrument: Instrument, surface: ExpirySurface, ratio: number): number {
  const tick = instrument.tick / 100;
  const forward = surface.forward * ratio;
  if (instrument.kind === 'future') return toGrid(forward, tick);
  const moneyness = surface.logForward + Math.log(ratio) - instrument.logStrike;
  const deviation = surface.deviationAt(instrument.logStrike - Math.log(ratio));
  return Math.max(tick, toGrid(black76(instrument.right, forward, instrument.strike, moneyness, deviation), tick));
}

/** Shares and indices stop at the close of continuous trading; the auction's price follows as one minute. */
function cashMinutes(minutes: readonly Bar[], day: TradingDay): Bar[] {
  const { auctionPrint } = day;
  const last = minutes.at(-1);
  if (auctionPrint === undefined || last === undefined) return [...minutes];
  const kept = minutes.filter((bar) => bar.at < day.cashClose);
  const at = Math.floor(auctionPrint / MINUTE_MS) * MINUTE_MS;
  const traded = kept.reduce((sum, bar) => sum + bar.volume, 0);
  const { close } = last;
  const volume = Math.round(traded * AUCTION_SHARE);
  return [...kept, { at, open: close, high: close, low: close, close, volume, oi: 0 }];
}
