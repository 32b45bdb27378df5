import { OrderProduct, OrderPurpose, OrderSide, OrderType, OrderValidity } from '@vega/contracts';
import { parseIstDate, rupeesToPaise } from '@vega/kernel';
import { z } from 'zod';
import type { OrderTerms } from '../../app/orders/order-desk.ts';
import { symbolSchema } from '../http/requests.ts';
import { ORDER_STATUSES, ORDER_TYPES, PRODUCTS, PURPOSES, SIDES, VALIDITIES } from './order-words.ts';

/** Identity of an account. */
export const accountId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,80}$/, 'is an identity: letters, digits, _ and -')
  .describe('Identity of the broker account.');

/** Identity of an order; whether it is one is for orders to say, with a code of its own. */
export const orderId = z.string().min(1).max(64).describe('26 characters of a-z and 2-7.');

/** Name of a strategy. */
export const strategy = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{0,64}$/, 'is at most 64 letters, digits, ., _ and -')
  .describe('Strategy it belongs to; empty for an order by hand.');

/** Rupees, exact to the paisa. */
export const rupees = z
  .number()
  .min(0)
  .max(1e10)
  .refine(isExact, 'has at most two decimals')
  .describe('Rupees, at most two decimals.');

const units = z.int().min(1).max(1e9).describe('Units (shares or contracts), not lots.');
const epochMs = z.int().min(1).max(8.64e15);

function isExact(value: number): boolean {
  return Math.abs(value * 100 - Math.round(value * 100)) < 1e-4;
}

const terms = {
  account_id: accountId,
  instrument_key: symbolSchema.describe('Instrument key (`SEGMENT|token`).'),
  side: z.enum(SIDES),
  quantity: units,
  product: z.enum(PRODUCTS).describe('INTRADAY, DELIVERY (carried forward in derivatives) or MTF.'),
  order_type: z
    .enum(ORDER_TYPES)
    .describe('LIMIT, SL (a stop with a limit), or MARKET, which leaves as a limit at the protection price.'),
  price: rupees.optional().describe('Limit, rupees; not for MARKET.'),
  trigger_price: rupees.optional().describe('Rupees; for SL only.'),
  validity: z.enum(VALIDITIES).default('DAY'),
  disclosed_quantity: z.int().min(0).max(1e9).default(0).describe('Units shown to the market; 0 for all.'),
  purpose: z.enum(PURPOSES).default('ENTRY').describe('Decides how long it is valid unless it says so: 2 s or 30 s.'),
  strategy: strategy.default(''),
  valid_until_ms: epochMs.optional().describe('Market time after which nothing of it may be sent, epoch milliseconds.'),
  decided_price: rupees.optional().describe('The price it was decided on, rupees.'),
  decided_at_ms: epochMs.optional().describe('Market time at which it was decided, epoch milliseconds.'),
};

/** Body of `place` and `preview`. */
export const placeSchema = z.strictObject(terms);
export type PlaceBody = z.output<typeof placeSchema>;

const paise = (value: number | undefined): number => (value === undefined ? 0 : rupeesToPaise(value));

/** The terms of an order in the words of the bus. */
export function toTerms(body: PlaceBody): OrderTerms {
  return {
    strategy: body.strategy,
    instrumentKey: body.instrument_key,
    side: OrderSide[body.side],
    quantity: body.quantity,
    product: OrderProduct[body.product],
    orderType: OrderType[body.order_type],
    pricePaise: paise(body.price),
    triggerPricePaise: paise(body.trigger_price),
    validity: OrderValidity[body.validity],
    disclosedQty: body.disclosed_quantity,
    purpose: OrderPurpose[body.purpose],
    validUntilMs: body.valid_until_ms ?? 0,
    decidedPricePaise: paise(body.decided_price),
    decidedAtMs: body.decided_at_ms ?? 0,
  };
}

/** Body of `modify`; what is absent stays as it is. */
export const modifySchema = z
  .strictObject({
    order_id: orderId,
    account_id: accountId.optional(),
    quantity: units.optional().describe('That of the whole order.'),
    price: rupees.optional().describe('Limit, rupees.'),
    trigger_price: rupees.optional().describe('Rupees; for SL only.'),
  })
  .refine(
    ({ quantity, price, trigger_price }) => [quantity, price, trigger_price].some((one) => one !== undefined),
    'names a new quantity, price or trigger_price',
  );
export type ModifyBody = z.output<typeof modifySchema>;

/** Query of `cancel`, and of questions about one order. */
export const cancelQuerySchema = z.strictObject({ order_id: orderId, account_id: accountId.optional() });
export type CancelQuery = z.output<typeof cancelQuerySchema>;

export const ofAccountQuerySchema = z.strictObject({ account_id: accountId });
export type OfAccountQuery = z.output<typeof ofAccountQuerySchema>;

export const oneOrderQuerySchema = z.strictObject({ account_id: accountId.optional() });
export type OneOrderQuery = z.output<typeof oneOrderQuerySchema>;

/** Query of `cancel-all`. */
export const cancelAllQuerySchema = z.strictObject({
  account_id: accountId,
  strategy: strategy.default('').describe('Only those of this strategy.'),
  instrument_key: z
    .union([symbolSchema, z.literal('')])
    .default('')
    .describe('Only those in this instrument.'),
});
export type CancelAllQuery = z.output<typeof cancelAllQuerySchema>;

const date = z.string().refine((text) => parseIstDate(text) !== undefined, 'is a date of the form YYYY-MM-DD');

const pageOf = {
  account_id: accountId,
  instrument_key: z
    .union([symbolSchema, z.literal('')])
    .default('')
    .describe('All when absent.'),
  strategy: strategy.default('').describe('All when absent.'),
  from: date.optional().describe('First day, YYYY-MM-DD (IST), included; today when absent.'),
  to: date.optional().describe('Last day, YYYY-MM-DD (IST), included.'),
  limit: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : text),
      z.int('is a whole number from 1 to 500').min(1).max(500),
    )
    .default(100)
    .describe('1 to 500; 100 when absent.'),
  cursor: z.string().max(200).default('').describe('`next_cursor` of an earlier answer.'),
};

const isStatus = (word: string): word is (typeof ORDER_STATUSES)[number] =>
  (ORDER_STATUSES as readonly string[]).includes(word);

/** Query of `book`. */
export const bookQuerySchema = z.strictObject({
  ...pageOf,
  status: z
    .string()
    .max(200)
    .refine(
      (text) => text.split(',').every(isStatus),
      `is a list, separated by commas, of ${ORDER_STATUSES.join(', ')}`,
    )
    .transform((text) => text.split(',').filter(isStatus))
    .optional()
    .describe('Statuses, separated by commas; all when absent.'),
  working: z.enum(['true', 'false']).default('false').describe('Only what may still be filled, of whatever day.'),
});
export type BookQuery = z.output<typeof bookQuerySchema>;

/** Query of `trades`. */
export const tradesQuerySchema = z.strictObject({
  ...pageOf,
  order_id: z
    .union([orderId, z.literal('')])
    .default('')
    .describe('Only those of this order.'),
});
export type TradesQuery = z.output<typeof tradesQuerySchema>;

/** Body of requests that are about an account as a whole. */
export const ofAccountBodySchema = z.strictObject({ account_id: accountId });
export type OfAccountBody = z.output<typeof ofAccountBodySchema>;
