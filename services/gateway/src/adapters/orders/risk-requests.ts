import { RiskLimits } from '@vega/contracts';
import { rupeesToPaise } from '@vega/kernel';
import { z } from 'zod';
import { accountId, rupees, strategy } from './order-requests.ts';
import { PRODUCTS, STOPS, SWITCHED_SEGMENTS } from './order-words.ts';

const count = (max: number, description: string) =>
  z.int().min(0).max(max).nullable().default(null).describe(description);
const amount = (description: string) => rupees.nullable().default(null).describe(`${description} Rupees.`);
const real = (description: string) => z.number().min(0).max(1e15).nullable().default(null).describe(description);
const reason = z.string().max(300).default('').describe('For the record.');

const PRODUCT_CODES = { INTRADAY: 'I', DELIVERY: 'D', MTF: 'MTF' } as const;

/** A product in the words of the limits. */
export const productCodeOf = (product: (typeof PRODUCTS)[number]): string => PRODUCT_CODES[product];

/** The product of a word of the limits. */
export const productOfCode = (code: string): string =>
  PRODUCTS.find((product) => PRODUCT_CODES[product] === code) ?? code;

/** Body of `PUT limits`: replaces the limits of its scope; an absent limit, or null, limits nothing beyond the defaults. */
export const limitsSchema = z.strictObject({
  account_id: accountId,
  strategy: strategy.default('').describe('Those of one strategy of the account; empty for the account.'),
  revision: z.int().min(0).describe('The one that was read; 0 where none is set yet.'),
  max_price_distance_bp: count(100_000, 'Farthest price from the last one, hundredths of a percent.'),
  max_order_notional: amount('Largest value of an order.'),
  max_order_quantity: count(1e9, 'Units.'),
  market_protection_bp: count(2_500, 'Limit of a market order around the last price, hundredths of a percent.'),
  duplicate_window_ms: count(600_000, 'An equal order within this time is a duplicate, milliseconds.'),
  max_open_orders: count(1e6, 'Orders that work at once.'),
  max_orders_per_second: count(1e6, 'Orders accepted within any second.'),
  max_orders_per_minute: count(1e6, 'Orders accepted within any minute.'),
  max_orders_per_day: count(1e6, 'Orders accepted in a day.'),
  max_position_quantity: count(1e9, 'Units held in one instrument with all working orders filled.'),
  max_exposure: amount('Sum of quantity times price over all instruments.'),
  max_daily_loss: amount('Loss of the day, realised and not.'),
  max_book_delta: real('Rupees per point of the underlying.'),
  max_book_gamma: real('Rupees of delta per point.'),
  max_book_vega: real('Rupees per volatility point.'),
  max_scenario_loss: amount('Worst loss over the scenarios.'),
  max_margin_use_bp: count(10_000, 'Part of the funds that orders may use, hundredths of a percent.'),
  forbid_self_trade: z.boolean().nullable().default(null).describe('No order that could meet an own one.'),
  allowed_instruments: z
    .array(z.string().min(1).max(80))
    .max(1_000)
    .default([])
    .describe('Keys of instruments or underlyings; empty allows all.'),
  allowed_products: z.array(z.enum(PRODUCTS)).max(3).default([]).describe('Empty allows all.'),
});
export type LimitsBody = z.output<typeof limitsSchema>;

const paise = (value: number | null): number | undefined => (value === null ? undefined : rupeesToPaise(value));

/** Limits in the words of the bus. */
export function toWireLimits(body: LimitsBody): RiskLimits {
  return RiskLimits.create({
    accountId: body.account_id,
    strategy: body.strategy,
    revision: body.revision,
    maxPriceDistanceBp: body.max_price_distance_bp ?? undefined,
    maxOrderNotionalPaise: paise(body.max_order_notional),
    maxOrderQty: body.max_order_quantity ?? undefined,
    marketProtectionBp: body.market_protection_bp ?? undefined,
    duplicateWindowMs: body.duplicate_window_ms ?? undefined,
    maxOpenOrders: body.max_open_orders ?? undefined,
    maxOrdersPerSecond: body.max_orders_per_second ?? undefined,
    maxOrdersPerMinute: body.max_orders_per_minute ?? undefined,
    maxOrdersPerDay: body.max_orders_per_day ?? undefined,
    maxPositionQty: body.max_position_quantity ?? undefined,
    maxExposurePaise: paise(body.max_exposure),
    maxDailyLossPaise: paise(body.max_daily_loss),
    maxBookDelta: body.max_book_delta ?? undefined,
    maxBookGamma: body.max_book_gamma ?? undefined,
    maxBookVega: body.max_book_vega ?? undefined,
    maxScenarioLossPaise: paise(body.max_scenario_loss),
    maxMarginUseBp: body.max_margin_use_bp ?? undefined,
    forbidSelfTrade: body.forbid_self_trade ?? undefined,
    allowedInstruments: body.allowed_instruments,
    allowedProducts: body.allowed_products.map(productCodeOf),
  });
}

/** Body of `POST kill-switch`. */
export const killSwitchSchema = z
  .strictObject({
    action: z.enum(['engage', 'release']),
    scope: z
      .enum(['all', 'user', 'account', 'strategy'])
      .describe('What it covers: everyone, all that is yours, one account, one strategy.'),
    account_id: accountId.optional().describe('Of the scopes account and strategy.'),
    strategy: strategy.min(1).optional().describe('Of the scope strategy.'),
    stops: z.enum(STOPS).default('OPENING').describe('Orders that open, or all of them.'),
    cancel_orders: z.boolean().default(false).describe('Also cancels what works within the scope.'),
    reason,
  })
  .refine(({ scope, account_id }) => (scope === 'account' || scope === 'strategy') === (account_id !== undefined), {
    path: ['account_id'],
    message: 'is given for the scopes account and strategy, and for no other',
  })
  .refine(({ scope, strategy: name }) => (scope === 'strategy') === (name !== undefined), {
    path: ['strategy'],
    message: 'is given for the scope strategy, and for no other',
  });
export type KillSwitchBody = z.output<typeof killSwitchSchema>;

/** Body of `POST broker-kill-switch`. */
export const brokerSwitchSchema = z.strictObject({
  account_id: accountId,
  segments: z.array(z.enum(SWITCHED_SEGMENTS)).min(1).max(SWITCHED_SEGMENTS.length),
  enable: z.boolean().describe('Whether the broker refuses orders of the segments from now on.'),
});
export type BrokerSwitchBody = z.output<typeof brokerSwitchSchema>;

/** Body of `resume`. */
export const resumeSchema = z.strictObject({ account_id: accountId, reason });
export type ResumeBody = z.output<typeof resumeSchema>;
