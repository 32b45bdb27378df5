import { type Ohlc, type Tick, TickMode, type TickSource } from '@vega/contracts';
import { type InstrumentKey, rupeesToPaise } from '@vega/kernel';
import type { FeedKind, FeedMode, FeedSlot } from '@vega/upstox/market';
import { toTickMode } from './tick-mode.ts';
import type { TickTraits } from './tick-traits.ts';

/** What a tick says beside the feed's own entry. */
export interface TickStamp {
  seq: number;
  source: TickSource;
  /** Market time, epoch ms. */
  marketTimeMs: number;
  /** Wall time of arrival, epoch microseconds. */
  receivedTimeUs: number;
}

/** Whose tick it is. */
export interface TickIdentity {
  readonly key: InstrumentKey;
  /** 0 while the instrument is not in the master. */
  readonly instrumentId: number;
  readonly feedEpoch: number;
  readonly traits: TickTraits;
}

const LIGHTEST: Readonly<Record<Exclude<FeedKind, 'none'>, TickMode>> = {
  ltpc: TickMode.LTPC,
  greeks: TickMode.GREEKS,
  market: TickMode.FULL,
  index: TickMode.FULL,
};

/** The tick's mode: as the server stated it, or what the entry's shape shows where it stated one unknown here. */
export function tickModeOf(kind: FeedKind, mode: FeedMode | undefined): TickMode {
  if (mode !== undefined) return toTickMode(mode);
  return kind === 'none' ? TickMode.UNSPECIFIED : LIGHTEST[kind];
}

/** Whether the entry speaks of an auction; outside auctions the five fields are left out rather than sent as zeros. */
export function hasAuction(slot: FeedSlot): boolean {
  return slot.iep !== 0 || slot.rp !== 0 || slot.ieq !== 0 || slot.iiqTotal !== 0 || slot.iiqM !== 0;
}

/**
 * The plain mapping of a feed entry to a tick, and what {@link TickEncoder} is held against: rupees to integer paise,
 * absent where the instrument or the mode has no such thing, zero where it is zero.
 */
export function toTick(slot: FeedSlot, identity: TickIdentity, stamp: TickStamp): Tick {
  const { traits } = identity;
  const full = slot.kind === 'market' && traits.book;
  const priced = full || (slot.kind === 'greeks' && traits.book);
  const candles = slot.kind === 'market' || slot.kind === 'index';
  const auction = full && hasAuction(slot);
  return {
    instrumentKey: identity.key,
    instrumentId: identity.instrumentId,
    feedEpoch: identity.feedEpoch,
    seq: stamp.seq,
    source: stamp.source,
    mode: tickModeOf(slot.kind, slot.mode),
    marketTimeMs: stamp.marketTimeMs,
    receivedTimeUs: stamp.receivedTimeUs,
    lastPricePaise: rupeesToPaise(slot.ltp),
    lastTradeTimeMs: slot.ltt,
    lastQty: slot.ltq,
    prevClosePaise: rupeesToPaise(slot.cp),
    depth: priced ? depthOf(slot) : [],
    avgPricePaise: full ? rupeesToPaise(slot.atp) : undefined,
    volume: priced ? slot.vtt : undefined,
    oi: priced && traits.openInterest ? units(slot.oi) : undefined,
    totalBuyQty: full ? units(slot.tbq) : undefined,
    totalSellQty: full ? units(slot.tsq) : undefined,
    brokerIv: priced && traits.volatility ? slot.iv : undefined,
    brokerGreeks:
      priced && traits.volatility && slot.hasGreeks
        ? { delta: slot.delta, theta: slot.theta, gamma: slot.gamma, vega: slot.vega, rho: slot.rho }
        : undefined,
    day: candles && slot.hasDay ? dayOf(slot) : undefined,
    minute: candles && slot.hasMinute ? minuteOf(slot) : undefined,
    indicativePricePaise: auction
      ? rupeesToPaise(slot.iep)
      : slot.kind === 'ltpc' && slot.hasLtpcIep
        ? rupeesToPaise(slot.ltpcIep)
        : undefined,
    referencePricePaise: auction ? rupeesToPaise(slot.rp) : undefined,
    indicativeQty: auction ? slot.ieq : undefined,
    imbalanceQtyTotal: auction ? slot.iiqTotal : undefined,
    imbalanceQtyMarket: auction ? slot.iiqM : undefined,
  };
}

/** A quantity that the wire carries as a double. */
function units(value: number): number {
  return Math.round(value);
}

function depthOf(slot: FeedSlot): Tick['depth'] {
  return Array.from({ length: slot.depthLevels }, (_, level) => ({
    bidQty: slot.bidQ[level] ?? 0,
    bidPricePaise: rupeesToPaise(slot.bidP[level] ?? 0),
    askQty: slot.askQ[level] ?? 0,
    askPricePaise: rupeesToPaise(slot.askP[level] ?? 0),
  }));
}

function dayOf(slot: FeedSlot): Ohlc {
  return {
    openPaise: rupeesToPaise(slot.dayOpen),
    highPaise: rupeesToPaise(slot.dayHigh),
    lowPaise: rupeesToPaise(slot.dayLow),
    closePaise: rupeesToPaise(slot.dayClose),
    volume: slot.dayVol,
    startTimeMs: slot.dayTs,
  };
}

/** The broker's last completed minute in a slot that has one. */
export function minuteOf(slot: FeedSlot): Ohlc {
  return {
    openPaise: rupeesToPaise(slot.minuteOpen),
    highPaise: rupeesToPaise(slot.minuteHigh),
    lowPaise: rupeesToPaise(slot.minuteLow),
    closePaise: rupeesToPaise(slot.minuteClose),
    volume: slot.minuteVol,
    startTimeMs: slot.minuteTs,
  };
}
