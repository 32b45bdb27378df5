import type { FeedMode } from './feed-mode.ts';

/** Which of the feed's shapes an entry came in: LTPC, a market's full feed, an index's full feed, first level with Greeks. */
export type FeedKind = 'none' | 'ltpc' | 'market' | 'index' | 'greeks';

/** Depth levels a slot can hold: what `full_d30` sends. */
export const MAX_DEPTH_LEVELS = 30;

/**
 * One decoded entry of the feed, flat and reused: it is valid only while the listener runs, and must be copied to be kept.
 *
 * Names are the wire's. Prices are **rupees** as the wire prints them (`rupeesToPaise` is safe on every one of them:
 * the decoder lets only finite amounts through), times epoch ms, quantities units, `iv` a fraction, Greeks in feed
 * units. What the wire left out is zero, as proto3 means it; the `has...` flags tell an absent group from a zero one.
 */
export class FeedSlot {
  kind: FeedKind = 'none';
  /** As stated by the server; `undefined` when it stated one this code does not know. */
  mode: FeedMode | undefined = 'ltpc';

  hasLtpc = false;
  ltp = 0;
  ltt = 0;
  ltq = 0;
  /** Previous close. */
  cp = 0;
  hasLtpcIep = false;
  ltpcIep = 0;

  hasDepth = false;
  /** Number of levels in the four arrays that are set; what lies beyond is left over from other entries. */
  depthLevels = 0;
  readonly bidQ = new Float64Array(MAX_DEPTH_LEVELS);
  readonly bidP = new Float64Array(MAX_DEPTH_LEVELS);
  readonly askQ = new Float64Array(MAX_DEPTH_LEVELS);
  readonly askP = new Float64Array(MAX_DEPTH_LEVELS);

  /** False also when the server sent Greeks that are not numbers. */
  hasGreeks = false;
  delta = 0;
  theta = 0;
  gamma = 0;
  vega = 0;
  rho = 0;

  hasDay = false;
  dayOpen = 0;
  dayHigh = 0;
  dayLow = 0;
  dayClose = 0;
  dayVol = 0;
  /** 00:00 IST of the day. */
  dayTs = 0;

  hasMinute = false;
  minuteOpen = 0;
  minuteHigh = 0;
  minuteLow = 0;
  minuteClose = 0;
  minuteVol = 0;
  /** Start of the last completed minute. */
  minuteTs = 0;

  /** Average traded price. */
  atp = 0;
  /** Volume traded today. */
  vtt = 0;
  /** Open interest. */
  oi = 0;
  /** Implied volatility as a fraction; zero when the server sent one that is not a number. */
  iv = 0;
  /** Total buy and sell quantity. */
  tbq = 0;
  tsq = 0;
  /** Indicative equilibrium price of an auction. */
  iep = 0;
  /** Reference price of the closing auction. */
  rp = 0;
  /** Indicative equilibrium quantity. */
  ieq = 0;
  /** Indicative imbalance quantity, all orders and market orders; signed. */
  iiqTotal = 0;
  iiqM = 0;
  casEligible = false;
}

/** Empties a slot: every field to zero or false. */
export function resetSlot(slot: FeedSlot): void {
  slot.kind = 'none';
  slot.mode = 'ltpc';
  resetFields(slot);
}

/** Empties the fields that belong to the union of a feed, leaving kind and mode. */
export function resetFields(slot: FeedSlot): void {
  slot.hasLtpc = false;
  slot.ltp = 0;
  slot.ltt = 0;
  slot.ltq = 0;
  slot.cp = 0;
  slot.hasLtpcIep = false;
  slot.ltpcIep = 0;
  slot.hasDepth = false;
  slot.depthLevels = 0;
  slot.hasGreeks = false;
  slot.delta = 0;
  slot.theta = 0;
  slot.gamma = 0;
  slot.vega = 0;
  slot.rho = 0;
  slot.hasDay = false;
  slot.hasMinute = false;
  resetDay(slot);
  resetMinute(slot);
  slot.atp = 0;
  slot.vtt = 0;
  slot.oi = 0;
  slot.iv = 0;
  slot.tbq = 0;
  slot.tsq = 0;
  slot.iep = 0;
  slot.rp = 0;
  slot.ieq = 0;
  slot.iiqTotal = 0;
  slot.iiqM = 0;
  slot.casEligible = false;
}

function resetDay(slot: FeedSlot): void {
  slot.dayOpen = 0;
  slot.dayHigh = 0;
  slot.dayLow = 0;
  slot.dayClose = 0;
  slot.dayVol = 0;
  slot.dayTs = 0;
}

function resetMinute(slot: FeedSlot): void {
  slot.minuteOpen = 0;
  slot.minuteHigh = 0;
  slot.minuteLow = 0;
  slot.minuteClose = 0;
  slot.minuteVol = 0;
  slot.minuteTs = 0;
}
