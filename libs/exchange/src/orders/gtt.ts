import type { TradedInstrument } from '../instrument.ts';
import type { Product, Side } from './order.ts';

export type GttStrategy = 'ENTRY' | 'TARGET' | 'STOPLOSS';
export type GttTrigger = 'ABOVE' | 'BELOW' | 'IMMEDIATE';
export type GttRuleStatus =
  'SCHEDULED' | 'TRIGGERED' | 'FAILED' | 'CANCELLED' | 'EXPIRED' | 'OPEN' | 'COMPLETED' | 'PENDING' | 'INACTIVE';

/** One rule of a good-till-triggered order. */
export interface GttRule {
  readonly strategy: GttStrategy;
  readonly trigger: GttTrigger;
  readonly triggerPaise: number;
  /** Distance that a trailing stop keeps; undefined: it does not trail. */
  readonly trailingGapPaise?: number | undefined;
  readonly protectionPercent?: number | undefined;
  status: GttRuleStatus;
  message: string;
  orderId: string | null;
  /** Where a trailing stop stands now. */
  currentPaise: number;
}

/** An order that waits, for up to a year, for a price. */
export interface GttOrder {
  readonly id: string;
  readonly account: string;
  readonly type: 'SINGLE' | 'MULTIPLE';
  readonly instrument: TradedInstrument;
  readonly side: Side;
  readonly product: Product;
  readonly quantity: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly rules: readonly GttRule[];
}

const LIVE: ReadonlySet<GttRuleStatus> = new Set<GttRuleStatus>(['SCHEDULED', 'OPEN', 'PENDING', 'TRIGGERED']);

/** Whether any of its rules may still do something. */
export function isGttLive(gtt: GttOrder): boolean {
  return gtt.rules.some((rule) => LIVE.has(rule.status));
}
