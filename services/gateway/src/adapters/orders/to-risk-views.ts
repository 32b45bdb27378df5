import {
  type BookGreeks,
  type BrokerSwitch,
  type GetLimitsResponse,
  type GetWriterResponse,
  type KillSwitch,
  type PreviewResponse,
  type ReconcileResponse,
  type RiskLimits,
  type RiskUsage,
  SwitchStops,
} from '@vega/contracts';
import { paiseToRupees } from '@vega/kernel';
import { nonZero, toRupees } from '../../app/quote-figures.ts';
import { wordOf } from './order-words.ts';
import { productOfCode } from './risk-requests.ts';
import type {
  AccountLimitsView,
  BookGreeksView,
  BrokerSwitchesView,
  KillSwitchView,
  OrderPreviewView,
  OrderWriterView,
  ReconciledView,
  RiskLimitsView,
  RiskUsageView,
} from './risk.view.ts';
import { textOrNull, toCheckView, toDenialView } from './to-order-views.ts';

/** An amount of which zero is a figure like any other. */
const amount = (paise: number | undefined): number | null => (paise === undefined ? null : paiseToRupees(paise));

function toGreeksView(book: BookGreeks | undefined): BookGreeksView | null {
  if (book === undefined) return null;
  const { delta, gamma, vega, theta, worstScenarioPaise } = book;
  return { delta, gamma, vega, theta, worst_scenario: amount(worstScenarioPaise) };
}

export function toPreviewView(preview: PreviewResponse): OrderPreviewView {
  const { charges } = preview;
  return {
    would_accept: preview.wouldAccept,
    denial: preview.denial === undefined ? null : toDenialView(preview.denial),
    checks: preview.checks.map(toCheckView),
    slices: [...preview.slices],
    price: toRupees(preview.pricePaise),
    reducing: preview.reducing,
    estimated_margin: amount(preview.estimatedMarginPaise),
    broker_margin: amount(preview.brokerMarginPaise),
    available_margin: amount(preview.availableMarginPaise),
    charges:
      charges === undefined
        ? null
        : {
            total: amount(charges.totalPaise),
            brokerage: amount(charges.brokeragePaise),
            taxes: amount(charges.taxesPaise),
            other: amount(charges.otherPaise),
          },
    book_before: toGreeksView(preview.bookBefore),
    book_after: toGreeksView(preview.bookAfter),
  };
}

export function toLimitsView(limits: RiskLimits): RiskLimitsView {
  return {
    account_id: limits.accountId,
    strategy: textOrNull(limits.strategy),
    revision: limits.revision,
    changed_by: textOrNull(limits.changedBy),
    changed_at_ms: nonZero(limits.changedAtMs),
    max_price_distance_bp: limits.maxPriceDistanceBp ?? null,
    max_order_notional: amount(limits.maxOrderNotionalPaise),
    max_order_quantity: limits.maxOrderQty ?? null,
    market_protection_bp: limits.marketProtectionBp ?? null,
    duplicate_window_ms: limits.duplicateWindowMs ?? null,
    max_open_orders: limits.maxOpenOrders ?? null,
    max_orders_per_second: limits.maxOrdersPerSecond ?? null,
    max_orders_per_minute: limits.maxOrdersPerMinute ?? null,
    max_orders_per_day: limits.maxOrdersPerDay ?? null,
    max_position_quantity: limits.maxPositionQty ?? null,
    max_exposure: amount(limits.maxExposurePaise),
    max_daily_loss: amount(limits.maxDailyLossPaise),
    max_book_delta: limits.maxBookDelta ?? null,
    max_book_gamma: limits.maxBookGamma ?? null,
    max_book_vega: limits.maxBookVega ?? null,
    max_scenario_loss: amount(limits.maxScenarioLossPaise),
    max_margin_use_bp: limits.maxMarginUseBp ?? null,
    forbid_self_trade: limits.forbidSelfTrade ?? true,
    allowed_instruments: [...limits.allowedInstruments],
    allowed_products: limits.allowedProducts.map(productOfCode),
  };
}

function toUsageView(usage: RiskUsage): RiskUsageView {
  return {
    open_orders: usage.openOrders,
    orders_today: usage.ordersToday,
    unknown_orders: usage.unknownOrders,
    exposure: amount(usage.exposurePaise),
    day_pnl: amount(usage.dayPnlPaise),
    available_margin: amount(usage.availableMarginPaise),
    reserved_margin: amount(usage.reservedMarginPaise),
    book: toGreeksView(usage.book),
  };
}

export function toAccountLimitsView({ limits, usage }: GetLimitsResponse): AccountLimitsView {
  return { limits: limits.map(toLimitsView), usage: usage === undefined ? null : toUsageView(usage) };
}

export function toSwitchView(one: KillSwitch): KillSwitchView {
  return {
    scope: one.scope,
    stops: wordOf(SwitchStops, one.stops),
    reason: textOrNull(one.reason),
    engaged_by: one.engagedBy,
    at_ms: nonZero(one.atMs),
    revision: one.revision,
  };
}

export function toBrokerSwitchesView(segments: readonly BrokerSwitch[]): BrokerSwitchesView {
  return {
    segments: segments.map(({ segment, active, killSwitchEnabled }) => ({
      segment,
      active,
      kill_switch_enabled: killSwitchEnabled,
    })),
  };
}

export function toReconciledView(found: ReconcileResponse): ReconciledView {
  return {
    unknown_orders: found.unknownOrders,
    resolved: found.resolved,
    foreign_orders: found.foreignOrders,
    read_at_ms: nonZero(found.readAtMs),
  };
}

export function toWriterView(writer: GetWriterResponse): OrderWriterView {
  return {
    account_id: writer.accountId,
    replica: writer.replica,
    epoch: writer.epoch,
    account_seq: writer.accountSeq,
    halted: writer.halted,
    halt_reason: textOrNull(writer.haltReason),
    unknown_orders: writer.unknownOrders,
    reconciled_at_ms: nonZero(writer.reconciledAtMs),
    stream_open: writer.streamOpen,
    market_source: textOrNull(writer.marketSource),
    market_time_ms: nonZero(writer.marketTimeMs),
    market_time_extrapolated: writer.marketTimeExtrapolated,
    free_calls: writer.freeCalls,
    free_exit_calls: writer.freeExitCalls,
  };
}
