import {
  BuildUp,
  ForwardSource,
  GreekConvention,
  PricingStatus,
  SpotState,
  TickSource,
  type ChainAnalytics,
  type ChainRow,
  type ChainSide,
  type ChainUpdate,
  type Forward,
  type Greeks,
  type OiLevel,
  type Settlement,
} from '@vega/contracts';
import { paiseToRupees, toIstIso } from '@vega/kernel';
import type {
  BUILD_UPS,
  ChainAnalyticsView,
  ChainRowView,
  ChainSideView,
  ChainView,
  CONVENTIONS,
  FORWARD_SOURCES,
  ForwardView,
  GreeksView,
  OiLevelView,
  PRICING_STATUSES,
  SettlementView,
  SPOT_STATES,
} from './views/chain.view.ts';
import { modeName } from '../../app/quote-figures.ts';

const STATUS_NAMES: Record<PricingStatus, (typeof PRICING_STATUSES)[number]> = {
  [PricingStatus.UNSPECIFIED]: 'INVALID',
  [PricingStatus.OK]: 'OK',
  [PricingStatus.INVALID]: 'INVALID',
  [PricingStatus.EXPIRED]: 'EXPIRED',
  [PricingStatus.NO_QUOTE]: 'NO_QUOTE',
  [PricingStatus.BELOW_INTRINSIC]: 'BELOW_INTRINSIC',
  [PricingStatus.ABOVE_MAX]: 'ABOVE_MAX',
  [PricingStatus.LOW_VEGA]: 'LOW_VEGA',
  [PricingStatus.ONE_SIDED]: 'ONE_SIDED',
  [PricingStatus.STALE]: 'STALE',
  [PricingStatus.WIDE]: 'WIDE',
};
const SOURCE_NAMES: Record<ForwardSource, (typeof FORWARD_SOURCES)[number]> = {
  [ForwardSource.UNSPECIFIED]: 'SPOT',
  [ForwardSource.PARITY]: 'PARITY',
  [ForwardSource.FUTURE]: 'FUTURE',
  [ForwardSource.SPOT]: 'SPOT',
};
const SPOT_NAMES: Record<SpotState, (typeof SPOT_STATES)[number]> = {
  [SpotState.UNSPECIFIED]: 'UNKNOWN',
  [SpotState.LIVE]: 'LIVE',
  [SpotState.CLOSING_AUCTION]: 'CLOSING_AUCTION',
  [SpotState.CLOSED]: 'CLOSED',
  [SpotState.STALE]: 'STALE',
  [SpotState.UNKNOWN]: 'UNKNOWN',
};
const BUILD_UP_NAMES: Record<BuildUp, (typeof BUILD_UPS)[number] | null> = {
  [BuildUp.UNSPECIFIED]: null,
  [BuildUp.LONG_BUILD_UP]: 'LONG_BUILD_UP',
  [BuildUp.SHORT_BUILD_UP]: 'SHORT_BUILD_UP',
  [BuildUp.SHORT_COVERING]: 'SHORT_COVERING',
  [BuildUp.LONG_UNWINDING]: 'LONG_UNWINDING',
};
const CONVENTION_NAMES: Record<GreekConvention, (typeof CONVENTIONS)[number]> = {
  [GreekConvention.UNSPECIFIED]: 'house',
  [GreekConvention.HOUSE]: 'house',
  [GreekConvention.UPSTOX]: 'upstox',
  [GreekConvention.NSE]: 'nse',
};
const DAY_S = 86_400;

/** The convention of a word. */
export function conventionOf(word: (typeof CONVENTIONS)[number]): GreekConvention {
  if (word === 'upstox') return GreekConvention.UPSTOX;
  return word === 'nse' ? GreekConvention.NSE : GreekConvention.HOUSE;
}

export const rupees = (paise: number | undefined): number | null => (paise === undefined ? null : paiseToRupees(paise));
export const orNull = (value: number | undefined): number | null => value ?? null;
/** A fraction as per cent. */
export const percent = (fraction: number | undefined): number | null =>
  fraction === undefined ? null : fraction * 100;
const instant = (epochMs: number): number | null => (epochMs === 0 ? null : epochMs);

/** A chain as every door shows it; `rows` are those of the update. Ages are counted to `nowMs`, wall time. */
export function chainFigures(update: ChainUpdate, nowMs: number): ChainView {
  const { head } = update;
  const marketTimeMs = head?.marketTimeMs ?? 0;
  return {
    instrument_key: update.underlyingKey,
    trading_symbol: update.underlyingSymbol,
    expiry_date: update.expiryDate,
    weekly: head?.weekly ?? false,
    epoch: update.epoch,
    seq: update.seq,
    greeks: CONVENTION_NAMES[update.convention],
    market_time: marketTimeMs === 0 ? null : toIstIso(marketTimeMs),
    market_time_ms: instant(marketTimeMs),
    computed_at_ms: instant(Math.round(update.computedAtUs / 1000)),
    spot: rupees(head?.spotPaise),
    spot_prev_close: rupees(head?.spotPrevClosePaise),
    spot_state: SPOT_NAMES[head?.spotState ?? SpotState.UNKNOWN],
    future_key: head === undefined || head.futureKey === '' ? null : head.futureKey,
    future: rupees(head?.futurePaise),
    forward: forwardFigures(head?.forward),
    atm_strike: rupees(head?.atmStrikePaise),
    seconds_to_expiry: orNull(head?.secondsToExpiry),
    days_to_expiry: head === undefined ? null : head.secondsToExpiry / DAY_S,
    expires_at_ms: instant(head?.expiresAtMs ?? 0),
    lot_size: orNull(head?.lotSize),
    tick_size: rupees(head?.tickSizePaise),
    streamed_full: head?.streamedFull ?? 0,
    streamed_light: head?.streamedLight ?? 0,
    read_by_rest: head?.readByRest ?? 0,
    silent: head?.silent ?? 0,
    analytics: analyticsFigures(head?.analytics),
    settlement: settlementFigures(head?.settlement),
    rows: update.rows.map((row) => rowFigures(row, nowMs)),
  };
}

export function rowFigures({ strikePaise, call, put }: ChainRow, nowMs: number): ChainRowView {
  return {
    strike: paiseToRupees(strikePaise),
    call: call === undefined ? null : sideFigures(call, nowMs),
    put: put === undefined ? null : sideFigures(put, nowMs),
  };
}

function sideFigures(side: ChainSide, nowMs: number): ChainSideView {
  const { lastPricePaise: last, prevClosePaise: before, greeks, quotedAtMs } = side;
  return {
    instrument_key: side.instrumentKey,
    trading_symbol: side.tradingSymbol,
    last_price: rupees(last),
    change: last === undefined || before === undefined ? null : paiseToRupees(last - before),
    prev_close: rupees(before),
    bid_price: rupees(side.bidPricePaise),
    bid_qty: orNull(side.bidQty),
    ask_price: rupees(side.askPricePaise),
    ask_qty: orNull(side.askQty),
    volume: orNull(side.volume),
    oi: orNull(side.oi),
    oi_change: orNull(side.oiChange),
    status: STATUS_NAMES[side.status],
    iv: percent(side.iv),
    delta: orNull(greeks?.delta),
    gamma: orNull(greeks?.gamma),
    theta: orNull(greeks?.thetaPerDay),
    vega: orNull(greeks?.vegaPerVolPoint),
    rho: orNull(greeks?.rhoPerRatePoint),
    build_up: BUILD_UP_NAMES[side.buildUp],
    age_ms: quotedAtMs === 0 ? null : Math.max(0, Math.round(nowMs - quotedAtMs)),
    quoted_at_ms: instant(quotedAtMs),
    mode: side.source === TickSource.REST ? 'REST' : modeName(side.mode),
    settlement: greeksFigures(side.settlementGreeks),
    settlement_iv: percent(side.settlementIv),
  };
}

function greeksFigures(greeks: Greeks | undefined): GreeksView | null {
  if (greeks === undefined) return null;
  return {
    delta: greeks.delta,
    gamma: greeks.gamma,
    theta: greeks.thetaPerDay,
    vega: greeks.vegaPerVolPoint,
    rho: greeks.rhoPerRatePoint,
  };
}

export function forwardFigures(forward: Forward | undefined): ForwardView | null {
  if (forward === undefined) return null;
  const { price, source, strikesUsed, standardError } = forward;
  return { price, source: SOURCE_NAMES[source], strikes_used: strikesUsed, standard_error: standardError };
}

function settlementFigures(settlement: Settlement | undefined): SettlementView | null {
  if (settlement === undefined) return null;
  const { method, delivery, windowStartMs, windowEndMs, verified, inWindow, elapsedShare, runningAveragePaise } =
    settlement;
  return {
    method,
    delivery,
    window_start_ms: instant(windowStartMs),
    window_end_ms: instant(windowEndMs),
    verified,
    in_window: inWindow,
    elapsed_share: orNull(elapsedShare),
    running_average: runningAveragePaise === undefined ? null : runningAveragePaise / 100,
  };
}

export function levelFigures({ strikePaise, oi, oiChange }: OiLevel): OiLevelView {
  return { strike: paiseToRupees(strikePaise), oi, oi_change: orNull(oiChange) };
}

export function analyticsFigures(analytics: ChainAnalytics | undefined): ChainAnalyticsView | null {
  if (analytics === undefined) return null;
  return {
    call_oi: analytics.callOi,
    put_oi: analytics.putOi,
    call_oi_change: orNull(analytics.callOiChange),
    put_oi_change: orNull(analytics.putOiChange),
    call_volume: analytics.callVolume,
    put_volume: analytics.putVolume,
    pcr_oi: orNull(analytics.pcrOi),
    pcr_volume: orNull(analytics.pcrVolume),
    max_pain: rupees(analytics.maxPainStrikePaise),
    atm_iv: percent(analytics.atmIv),
    iv_rank: percent(analytics.ivRank),
    iv_percentile: percent(analytics.ivPercentile),
    iv_history_days: analytics.ivHistoryDays,
    iv_history_note: analytics.ivHistoryNote === '' ? null : analytics.ivHistoryNote,
    gamma_exposure: orNull(analytics.gammaExposureRupees),
    straddle_premium: rupees(analytics.straddlePremiumPaise),
    expected_move: orNull(analytics.expectedMoveRupees),
    risk_reversal: orNull(analytics.riskReversalVolPoints),
    skew: orNull(analytics.skewVolPointsPerPercent),
    support: analytics.support.map(levelFigures),
    resistance: analytics.resistance.map(levelFigures),
  };
}
