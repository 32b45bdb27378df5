import { parseIstDate } from '@vega/kernel';
import { z } from 'zod';
import { symbolSchema } from './requests.ts';
import { CONVENTIONS } from './views/chain.view.ts';
import { LEG_KINDS } from './views/payoff.view.ts';

const isDate = (text: string): boolean => parseIstDate(text) !== undefined;

/** A date of an expiry; which expiries there are is a question for options. */
const expiryDate = z.string().max(20).refine(isDate, 'is a date of the form YYYY-MM-DD');

/** Query of `chain`. */
export const chainQuerySchema = z.strictObject({
  instrument_key: symbolSchema,
  expiry_date: expiryDate.optional().describe('YYYY-MM-DD; the nearest when absent.'),
  greeks: z.enum(CONVENTIONS).default('house').describe('By which reading of the market: house, upstox or nse.'),
});
export type ChainQuery = z.output<typeof chainQuerySchema>;

/** Query of `analytics` and `smile`. */
export const expiryQuerySchema = z.strictObject({
  instrument_key: symbolSchema,
  expiry_date: expiryDate.optional().describe('YYYY-MM-DD.'),
});
export type ExpiryQuery = z.output<typeof expiryQuerySchema>;

/** Query of `history/iv`. */
export const ivHistoryQuerySchema = z.strictObject({
  instrument_key: symbolSchema,
  days: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : text),
      z.int().min(1).max(1_000),
    )
    .default(252)
    .describe('Days at most, 1 to 1,000; 252 when absent.'),
});
export type IvHistoryQuery = z.output<typeof ivHistoryQuerySchema>;

const price = z.number().min(0).max(1e9);
const shift = z.number().min(-100).max(500);

const legSchema = z.strictObject({
  kind: z.enum(LEG_KINDS).describe('CALL, PUT, FUTURE or UNDERLYING.'),
  expiry_date: expiryDate.optional().describe('YYYY-MM-DD; all but the underlying itself.'),
  strike: z.number().positive().max(1e9).optional().describe('Rupees; options only.'),
  side: z.enum(['BUY', 'SELL']),
  lots: z.int().min(1).max(10_000).describe('Units for the underlying.'),
  entry_price: price.optional().describe('Per unit, rupees; the present middle of the quote when absent.'),
  iv: z.number().positive().max(1_000).optional().describe('Per cent a year; that of the chain when absent.'),
});

/** Legs of one position at most. */
export const MAX_LEGS = 50;

/** Body of `payoff`. */
export const payoffBodySchema = z.strictObject({
  instrument_key: symbolSchema,
  legs: z.array(legSchema).min(1).max(MAX_LEGS),
  spot: z
    .number()
    .positive()
    .max(1e9)
    .optional()
    .describe('Price of the underlying, rupees; the present one when absent.'),
  iv_shift: shift.default(0).describe('Added to every volatility, points.'),
  days_ahead: z
    .array(z.number().min(0).max(1_500))
    .max(5)
    .default([])
    .describe('Moments of further curves, days from now.'),
  range_low: z
    .number()
    .gt(-1)
    .max(5)
    .optional()
    .describe('Lower end of the curves as a share of the price, such as -0.1.'),
  range_high: z.number().gt(-1).max(5).optional().describe('Upper end.'),
  points: z.int().min(11).max(1_001).default(201).describe('Points of each curve.'),
  scenarios: z
    .strictObject({
      spot_shifts: z.array(z.number().min(-0.99).max(5)).min(1).max(21).describe('Shares of the price.'),
      iv_shifts: z.array(shift).min(1).max(11).describe('Volatility points.'),
      days_ahead: z.number().min(0).max(1_500).default(0),
    })
    .optional(),
});
export type PayoffBody = z.output<typeof payoffBodySchema>;
