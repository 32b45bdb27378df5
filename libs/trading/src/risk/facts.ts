import type { SupportedSegment } from '@vega/kernel';
import type { OrderId } from '../orders/order-id.ts';
import type { RiskUnit } from './risk-unit.ts';

export type Side = 'BUY' | 'SELL';
export type Product = 'I' | 'D' | 'MTF';
export type OrderType = 'LIMIT' | 'SL' | 'MARKET';
export type Validity = 'DAY' | 'IOC';

/** An intent as the writer has read it: every field in range, nothing yet known of whether it may be carried out. */
export interface IntentTerms {
  readonly orderId: OrderId;
  readonly accountId: string;
  /** Empty for an order by hand. */
  readonly strategy: string;
  readonly instrumentKey: string;
  readonly segment: SupportedSegment;
  readonly side: Side;
  /** Units. */
  readonly quantity: number;
  readonly product: Product;
  readonly orderType: OrderType;
  /** 0 for a market order. */
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
  readonly validity: Validity;
  readonly disclosedQty: number;
  /** Market time, epoch ms. */
  readonly validUntilMs: number;
}

/** The contract, as the instrument master has it today. */
export interface ContractFacts {
  readonly kind: 'equity' | 'index' | 'future' | 'call' | 'put';
  readonly underlyingKey: string;
  readonly lot: number;
  readonly freezeQty: number;
  readonly tickPaise: number;
  /** Whether the last day of trading has passed. */
  readonly expired: boolean;
}

/** The last that is known of its price. */
export interface PriceFacts {
  readonly lastPaise: number;
  readonly ageMs: number;
  /** The day's band; undefined where none is known. */
  readonly lowerBandPaise: number | undefined;
  readonly upperBandPaise: number | undefined;
}

/** Limits in force: of the account, tightened by those of the strategy. Undefined limits nothing. */
export interface LimitFacts {
  readonly maxPriceDistanceBp: number | undefined;
  readonly maxOrderNotionalPaise: number | undefined;
  readonly maxOrderQty: number | undefined;
  readonly marketProtectionBp: number;
  readonly duplicateWindowMs: number | undefined;
  readonly maxOpenOrders: number | undefined;
  readonly maxOrdersPerSecond: number | undefined;
  readonly maxOrdersPerMinute: number | undefined;
  readonly maxOrdersPerDay: number | undefined;
  readonly maxPositionQty: number | undefined;
  readonly maxExposurePaise: number | undefined;
  readonly maxDailyLossPaise: number | undefined;
  readonly maxBookDelta: number | undefined;
  readonly maxBookGamma: number | undefined;
  readonly maxBookVega: number | undefined;
  readonly maxScenarioLossPaise: number | undefined;
  /** Instrument or underlying keys; undefined allows all. */
  readonly allowedInstruments: ReadonlySet<string> | undefined;
  readonly allowedProducts: ReadonlySet<string> | undefined;
  readonly forbidSelfTrade: boolean;
  /** Share of the funds that orders may use, hundredths of a percent. */
  readonly maxMarginUseBp: number;
}

/** Where an instrument stands in the account, all that works counted as if it filled. Units. */
export interface InstrumentStanding {
  /** Signed, of the order's product. */
  readonly positionQty: number;
  /** What already works against that position in the same product. */
  readonly workingAgainstQty: number;
  /** Signed position over all products. */
  readonly netQty: number;
  readonly workingBuyQty: number;
  readonly workingSellQty: number;
  /** Best prices of own working orders, undefined where there are none. */
  readonly highestBuyPaise: number | undefined;
  readonly lowestSellPaise: number | undefined;
}

/** The book's ranges with all that works filled or not, whichever is worse; kept incrementally. */
export interface BookFacts {
  /** Lowest and highest of delta, gamma, vega, theta (rupees). */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Worst result of each scenario, paise. */
  readonly scenarios: Float64Array;
  /** Instruments held or working that cannot be valued. */
  readonly unvalued: number;
  readonly exposurePaise: number;
  /** Age of the oldest valuation in use, milliseconds. */
  readonly ageMs: number;
}

/** A number and its age in milliseconds. */
export interface Aged {
  readonly paise: number;
  readonly ageMs: number;
}

/** Everything a decision is made from; the writer holds all of it when the intent comes. */
export interface RiskFacts {
  /** Of switches that cover the order, the one that stops most. */
  readonly kill: { readonly stops: 'nothing' | 'opening' | 'everything'; readonly scope: string };
  /** Why the principal may not trade this account; undefined when it may. */
  readonly principalFault: string | undefined;
  readonly accountFault: string | undefined;
  readonly haltReason: string | undefined;
  readonly tokenFault: string | undefined;
  readonly environment: 'live' | 'sandbox' | 'simulator';
  readonly marketSource: 'live' | 'simulator' | 'unknown';
  /** Market time now, epoch ms; undefined while unknown. */
  readonly marketNowMs: number | undefined;
  readonly wallNowMs: number;
  readonly session: 'continuous' | 'auction' | 'closed' | 'unknown';
  readonly contract: ContractFacts | undefined;
  readonly price: PriceFacts | undefined;
  /** Undefined while the broker's positions have not been read: nothing counts as reducing then. */
  readonly standing: InstrumentStanding | undefined;
  readonly unit: RiskUnit | undefined;
  readonly book: BookFacts;
  readonly limits: LimitFacts;
  readonly lastEqualOrderMs: number | undefined;
  readonly unknownOrders: number;
  readonly openOrders: number;
  readonly ordersLastSecond: number;
  readonly ordersLastMinute: number;
  readonly ordersToday: number;
  /** Wall ms until the broker takes the first call of this order. */
  readonly rateWaitMs: number;
  readonly funds: Aged | undefined;
  readonly reservedMarginPaise: number;
  readonly dayPnl: Aged | undefined;
}

/** Facts older than these deny what opens; milliseconds. */
export const FACT_LIMITS_MS = { price: 15_000, funds: 120_000, dayPnl: 120_000, book: 60_000 } as const;
