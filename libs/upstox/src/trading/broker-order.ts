import { IST_OFFSET_MS, type InstrumentKey, type Paise } from '@vega/kernel';
import { z } from 'zod';
import { rupees, supportedKey, units } from '../market/rest/wire-values.ts';

/** The broker's words for where an order is (17 of them, lower case). */
export const BROKER_STATUSES = {
  'put order req received': 'open',
  'validation pending': 'open',
  'open pending': 'open',
  open: 'open',
  'trigger pending': 'open',
  'modify validation pending': 'open',
  'modify pending': 'open',
  modified: 'open',
  'not modified': 'open',
  'cancel pending': 'open',
  'not cancelled': 'open',
  'after market order req received': 'open',
  'modify after market order req received': 'open',
  complete: 'filled',
  cancelled: 'cancelled',
  'cancelled after market order': 'cancelled',
  rejected: 'rejected',
} as const;

/** What a status comes to. */
export type BrokerStage = (typeof BROKER_STATUSES)[keyof typeof BROKER_STATUSES];

/** An order as the broker's book, details, history or stream tells it. */
export interface BrokerOrder {
  readonly brokerOrderId: string;
  /** What was given at placing; null where the broker leaves it out. */
  readonly tag: string | null;
  readonly status: string;
  /** A status that is not known counts as open: nothing may be concluded from it. */
  readonly stage: BrokerStage;
  readonly instrumentKey: InstrumentKey;
  readonly side: 'BUY' | 'SELL';
  readonly product: string;
  readonly orderType: string;
  readonly validity: string;
  readonly quantity: number;
  readonly pricePaise: Paise;
  readonly triggerPricePaise: Paise;
  readonly filledQty: number;
  /** Average price times filled quantity, rounded to the paisa. */
  readonly filledValuePaise: number;
  readonly tradingSymbol: string;
  readonly statusMessage: string;
  /** Epoch ms; 0 where it is not told. */
  readonly orderedAtMs: number;
}

const rupeesOrZero = rupees.nullish().transform((value) => value ?? (0 as Paise));
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const wireSchema = z.object({
  order_id: z.string().regex(/^[-a-zA-Z0-9]{1,64}$/),
  tag: z.string().max(64).nullish(),
  status: z.string().min(1).max(64),
  instrument_token: supportedKey,
  transaction_type: z.enum(['BUY', 'SELL']),
  product: z.string().max(8),
  order_type: z.string().max(16),
  validity: z.string().max(8),
  quantity: units,
  price: rupeesOrZero,
  trigger_price: rupeesOrZero,
  filled_quantity: units.nullish().transform((value) => value ?? 0),
  average_price: z.number().min(0).max(4.5e13).nullish(),
  trading_symbol: text,
  status_message: text,
  order_timestamp: text,
});

/** An order of the wire. */
export const brokerOrderSchema = wireSchema.transform((row): BrokerOrder => {
  const status = row.status.toLowerCase();
  return {
    brokerOrderId: row.order_id,
    tag: row.tag === undefined || row.tag === '' ? null : row.tag,
    status,
    stage: BROKER_STATUSES[status as keyof typeof BROKER_STATUSES] ?? 'open',
    instrumentKey: row.instrument_token,
    side: row.transaction_type,
    product: row.product,
    orderType: row.order_type,
    validity: row.validity,
    quantity: row.quantity,
    pricePaise: row.price,
    triggerPricePaise: row.trigger_price,
    filledQty: row.filled_quantity,
    filledValuePaise: Math.round((row.average_price ?? 0) * 100 * row.filled_quantity),
    tradingSymbol: row.trading_symbol,
    statusMessage: row.status_message,
    orderedAtMs: parseIstTimestamp(row.order_timestamp),
  };
});

/** `YYYY-MM-DD HH:mm:ss` of India to epoch ms; 0 for anything else. */
export function parseIstTimestamp(stamp: string): number {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(stamp)) return 0;
  const utc = Date.parse(`${stamp.replace(' ', 'T')}Z`);
  return Number.isNaN(utc) ? 0 : utc - IST_OFFSET_MS;
}
