import {
  LegKind,
  type EvaluatePayoffRequest,
  type EvaluatePayoffResponse,
  type GetAnalyticsResponse,
  type GetIvHistoryResponse,
  type GetSmileResponse,
  type OptionUnderlying,
  type PayoffCharges,
  type PayoffLegResult,
  type PositionGreeks,
  type SmileSlice,
} from '@vega/contracts';
import { OutcomeError, paiseToRupees, rupeesToPaise, toIstIso } from '@vega/kernel';
import type { PayoffBody } from './options-requests.ts';
import { analyticsFigures, forwardFigures, levelFigures, orNull, percent, rupees } from './to-chain-views.ts';
import type {
  IvHistoryView,
  OptionAnalyticsView,
  OptionUnderlyingView,
  SmileSliceView,
  SmileView,
} from './views/options.view.ts';
import type {
  LEG_KINDS,
  PayoffChargesView,
  PayoffLegView,
  PayoffView,
  PositionGreeksView,
} from './views/payoff.view.ts';

export const timeOrNull = (epochMs: number): string | null => (epochMs === 0 ? null : toIstIso(epochMs));
const textOrNull = (text: string): string | null => (text === '' ? null : text);

export function toUnderlyingView(underlying: OptionUnderlying): OptionUnderlyingView {
  return {
    instrument_key: underlying.instrumentKey,
    trading_symbol: underlying.tradingSymbol,
    name: underlying.name,
    kind: underlying.kind,
    lot_size: underlying.lotSize,
    tick_size: paiseToRupees(underlying.tickSizePaise),
    expiries: underlying.expiries.map((expiry) => ({
      date: expiry.date,
      weekly: expiry.weekly,
      cycle: expiry.weekly ? 'weekly' : 'monthly',
      days_to_expiry: expiry.daysToExpiry,
      seconds_to_expiry: expiry.secondsToExpiry,
      expires_at_ms: expiry.expiresAtMs,
      lot_size: expiry.lotSize,
      contracts: expiry.contracts,
    })),
  };
}

export function toSmileView({ underlyingKey, underlyingSymbol, marketTimeMs, slices }: GetSmileResponse): SmileView {
  return {
    instrument_key: underlyingKey,
    trading_symbol: underlyingSymbol,
    market_time: timeOrNull(marketTimeMs),
    slices: slices.map(toSliceView),
  };
}

function toSliceView(slice: SmileSlice): SmileSliceView {
  return {
    expiry_date: slice.expiryDate,
    seconds_to_expiry: slice.secondsToExpiry,
    forward: forwardFigures(slice.forward),
    svi: slice.svi ?? null,
    rmse: orNull(slice.rmseVolPoints),
    atm_iv: percent(slice.atmIv),
    skew: orNull(slice.skewVolPointsPerPercent),
    risk_reversal: orNull(slice.riskReversal25VolPoints),
    butterfly: orNull(slice.butterfly25VolPoints),
    one_sigma_move: orNull(slice.oneSigmaMoveRupees),
    expected_move: orNull(slice.expectedMoveRupees),
    note: textOrNull(slice.note),
    points: slice.points.map(({ strikePaise, logMoneyness, quotedIv, fittedIv }) => ({
      strike: paiseToRupees(strikePaise),
      log_moneyness: logMoneyness,
      quoted_iv: percent(quotedIv),
      fitted_iv: percent(fittedIv),
    })),
  };
}

export function toAnalyticsView({ chain, strikes, straddleHistory }: GetAnalyticsResponse): OptionAnalyticsView {
  const head = chain?.head;
  return {
    instrument_key: chain?.underlyingKey ?? '',
    trading_symbol: chain?.underlyingSymbol ?? '',
    expiry_date: chain?.expiryDate ?? '',
    epoch: chain?.epoch ?? 0,
    seq: chain?.seq ?? 0,
    market_time: timeOrNull(head?.marketTimeMs ?? 0),
    spot: rupees(head?.spotPaise),
    forward: forwardFigures(head?.forward),
    atm_strike: rupees(head?.atmStrikePaise),
    analytics: analyticsFigures(head?.analytics),
    support: (head?.analytics?.support ?? []).map(levelFigures),
    resistance: (head?.analytics?.resistance ?? []).map(levelFigures),
    strikes: strikes.map((one) => ({
      strike: paiseToRupees(one.strikePaise),
      call_oi: orNull(one.callOi),
      put_oi: orNull(one.putOi),
      call_oi_change: orNull(one.callOiChange),
      put_oi_change: orNull(one.putOiChange),
      pain: one.painRupees,
      gamma_exposure: orNull(one.gammaExposureRupees),
    })),
    straddle_history: straddleHistory.map((one) => ({
      time_ms: one.timeMs,
      strike: paiseToRupees(one.strikePaise),
      premium: paiseToRupees(one.premiumPaise),
      atm_iv: percent(one.atmIv),
      spot: rupees(one.spotPaise),
    })),
  };
}

export function toIvHistoryView(history: GetIvHistoryResponse): IvHistoryView {
  return {
    instrument_key: history.underlyingKey,
    trading_symbol: history.underlyingSymbol,
    current_iv: percent(history.currentIv),
    iv_rank: percent(history.ivRank),
    iv_percentile: percent(history.ivPercentile),
    lowest: percent(history.lowest),
    highest: percent(history.highest),
    note: textOrNull(history.note),
    days: history.days.map((day) => ({
      date: day.date,
      atm_iv: percent(day.atmIv),
      source: day.source,
      expiry_date: day.expiryDate,
      days_to_expiry: day.daysToExpiry,
      spot: rupees(day.spotPaise),
    })),
  };
}

const KINDS = { CALL: LegKind.CALL, PUT: LegKind.PUT, FUTURE: LegKind.FUTURE, UNDERLYING: LegKind.UNDERLYING } as const;
const KIND_NAMES: Record<LegKind, (typeof LEG_KINDS)[number]> = {
  [LegKind.UNSPECIFIED]: 'UNDERLYING',
  [LegKind.CALL]: 'CALL',
  [LegKind.PUT]: 'PUT',
  [LegKind.FUTURE]: 'FUTURE',
  [LegKind.UNDERLYING]: 'UNDERLYING',
};

/** The request of a body. Throws `BAD_REQUEST` where one end of the range is given without the other. */
export function toPayoffRequest(body: PayoffBody): EvaluatePayoffRequest {
  const { range_low: low, range_high: high, scenarios } = body;
  if ((low === undefined) !== (high === undefined) || (low !== undefined && high !== undefined && low >= high)) {
    throw new OutcomeError('BAD_REQUEST', 'range_low and range_high are given together, in order');
  }
  return {
    underlying: body.instrument_key,
    legs: body.legs.map((leg) => ({
      kind: KINDS[leg.kind],
      expiryDate: leg.expiry_date ?? '',
      strikePaise: leg.strike === undefined ? 0 : rupeesToPaise(leg.strike),
      lots: leg.side === 'SELL' ? -leg.lots : leg.lots,
      entryPricePaise: leg.entry_price === undefined ? undefined : leg.entry_price * 100,
      iv: leg.iv === undefined ? undefined : leg.iv / 100,
    })),
    spotPaise: body.spot === undefined ? undefined : body.spot * 100,
    ivShiftPoints: body.iv_shift,
    daysAhead: body.days_ahead,
    rangeLow: low ?? 0,
    rangeHigh: high ?? 0,
    points: body.points,
    scenarioSpotShifts: scenarios?.spot_shifts ?? [],
    scenarioIvShifts: scenarios?.iv_shifts ?? [],
    scenarioDaysAhead: scenarios?.days_ahead ?? 0,
  };
}

export function toPayoffView(payoff: EvaluatePayoffResponse): PayoffView {
  const { margin } = payoff;
  return {
    instrument_key: payoff.underlyingKey,
    trading_symbol: payoff.underlyingSymbol,
    spot: payoff.spotPaise / 100,
    market_time_ms: payoff.marketTimeMs,
    horizon_seconds: payoff.horizonSeconds,
    forward: forwardFigures(payoff.forward),
    spots: payoff.spots,
    curves: payoff.curves.map(({ daysAhead, atExpiry, profitRupees, netProfitRupees }) => ({
      days_ahead: daysAhead,
      at_expiry: atExpiry,
      profit: profitRupees,
      net_profit: netProfitRupees,
    })),
    breakevens: payoff.breakevens,
    max_profit: orNull(payoff.maxProfitRupees),
    max_loss: orNull(payoff.maxLossRupees),
    probability_of_profit: orNull(payoff.probabilityOfProfit),
    net_premium: payoff.netPremiumRupees,
    profit_now: payoff.profitNowRupees,
    greeks: toGreeksView(payoff.greeks),
    sigma: orNull(payoff.sigmaRupees),
    legs: payoff.legs.map(toLegView),
    scenarios: payoff.scenarios.map(({ spotShift, ivShiftPoints, changeRupees, greeks }) => ({
      spot_shift: spotShift,
      iv_shift: ivShiftPoints,
      change: changeRupees,
      greeks: toGreeksView(greeks),
    })),
    margin:
      margin === undefined
        ? null
        : {
            total: margin.totalRupees,
            scan_risk: margin.scanRiskRupees,
            calendar_charge: margin.calendarChargeRupees,
            exposure: margin.exposureRupees,
            expiry_day_charge: margin.expiryDayChargeRupees,
            premium: margin.premiumRupees,
            accuracy: margin.accuracy,
            required: margin.requiredRupees,
          },
    entry_charges: toChargesView(payoff.entryCharges),
    exit_charges: toChargesView(payoff.exitCharges),
  };
}

function toChargesView(charges: PayoffCharges | undefined): PayoffChargesView | null {
  if (charges === undefined) return null;
  return {
    total: rupees(charges.totalPaise),
    brokerage: rupees(charges.brokeragePaise),
    stt: rupees(charges.sttPaise),
    transaction: rupees(charges.transactionPaise),
    sebi: rupees(charges.sebiPaise),
    gst: rupees(charges.gstPaise),
    stamp: rupees(charges.stampPaise),
    orders: charges.orders,
  };
}

function toLegView({ leg, ...result }: PayoffLegResult): PayoffLegView {
  const kind = leg?.kind ?? LegKind.UNDERLYING;
  const isOption = kind === LegKind.CALL || kind === LegKind.PUT;
  return {
    kind: KIND_NAMES[kind],
    expiry_date: textOrNull(leg?.expiryDate ?? ''),
    strike: isOption ? rupees(leg?.strikePaise) : null,
    lots: leg?.lots ?? 0,
    units: result.units,
    lot_size: result.lotSize,
    instrument_key: result.instrumentKey,
    trading_symbol: result.tradingSymbol,
    entry_price: result.entryPricePaise / 100,
    model_price: result.modelPricePaise / 100,
    iv: isOption ? percent(result.iv) : null,
    iv_source: textOrNull(result.ivSource),
    profit: result.profitRupees,
    greeks: toGreeksView(result.greeks),
    seconds_to_expiry: result.secondsToExpiry,
  };
}

function toGreeksView(greeks: PositionGreeks | undefined): PositionGreeksView {
  return {
    delta: greeks?.delta ?? null,
    gamma: greeks?.gamma ?? null,
    theta: greeks?.thetaPerDay ?? null,
    vega: greeks?.vegaPerVolPoint ?? null,
  };
}
