import { istDateOf, paiseToRupees, parseInstrumentKey, rupeesToPaise } from '@vega/kernel';
import {
  equityMargin,
  marginOfLegs,
  quoteCharges,
  type ChargeNote,
  type DerivativeLeg,
  type Product,
  type Side,
  type TradedInstrument,
} from '@vega/exchange';
import { apiError, type ErrorCode } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { MARKET_TOKENS, USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { bodyOf, type JsonBody } from './order-body.ts';

const MAX_LEGS = 20;

/** What an order would cost: brokerage with levies, and margin. */
export function chargeRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/charges/brokerage',
      accepts: USER_TOKENS,
      handle: (call) => success({ charges: brokerage(context, call) }),
    },
    {
      method: 'POST',
      path: '/v2/charges/margin',
      accepts: MARKET_TOKENS,
      handle: (call) => success(margin(context, call)),
    },
  ];
}

function brokerage(context: SimContext, { query }: UserCall): Record<string, unknown> {
  const instrument = instrumentOf(context, query.get('instrument_token'), 'UDAPI1059', 'UDAPI1059');
  const quantity = numberOf(query.get('quantity'), 'UDAPI1060');
  if (quantity === 0) throw apiError('UDAPI1064');
  const product = query.get('product');
  if (product !== 'I' && product !== 'D' && product !== 'MTF') throw apiError('UDAPI1063');
  const side = query.get('transaction_type');
  if (side !== 'BUY' && side !== 'SELL') throw apiError('UDAPI1062');
  const price = numberOf(query.get('price'), 'UDAPI1061');
  if (price === 0) throw apiError('UDAPI1065');
  const valuePaise = quantity * rupeesToPaise(price);
  const trade = { instrument, product, side, valuePaise } as const;
  const note = quoteCharges(trade, context.config.brokeragePaise, istDateOf(context.hall.market.now()));
  return chargesView(note);
}

/** Charges as the brokerage API tells them, each group in both spellings. */
export function chargesView(note: ChargeNote): Record<string, unknown> {
  const rupees = paiseToRupees;
  const other = {
    transaction: rupees(note.transactionPaise),
    clearing: 0,
    // The exchange's rate is published together with the investor protection fund's share.
    ipft: 0,
    sebi_turnover: rupees(note.sebiPaise),
  };
  const plan = { name: 'BASIC', min_expense: 0 };
  return {
    total: rupees(note.totalPaise),
    brokerage: rupees(note.brokeragePaise),
    taxes: { gst: rupees(note.gstPaise), stt: rupees(note.sttPaise), stamp_duty: rupees(note.stampPaise) },
    other_charges: other,
    otherTaxes: other,
    dp_plan: plan,
    dpPlan: plan,
  };
}

interface Leg extends DerivativeLeg {
  readonly product: Product;
  readonly side: Side;
  readonly pricePaise: number;
}

function margin(context: SimContext, { body }: UserCall): Record<string, unknown> {
  const given = bodyOf(body)['instruments'];
  if (!Array.isArray(given) || given.length === 0) throw apiError('UDAPI1099');
  if (given.length > MAX_LEGS) throw apiError('UDAPI1102');
  const legs = given.map((leg: unknown) => parseLeg(context, bodyOf(leg)));
  if (new Set(legs.map((leg) => leg.instrument.key)).size < legs.length) throw apiError('UDAPI1103');
  const rows = legs.map((leg) => marginRow(context, leg));
  const sum = (pick: (row: MarginRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const derivatives = legs.filter((leg) => leg.instrument.kind !== 'equity');
  const together = marginOfLegs(derivatives, context.hall.market.margins());
  const beside = sum((row) => row.equityPaise + row.premiumPaise);
  return {
    margins: rows.map(({ spanPaise, exposurePaise, equityPaise, premiumPaise }) => ({
      span_margin: paiseToRupees(spanPaise),
      exposure_margin: paiseToRupees(exposurePaise),
      equity_margin: paiseToRupees(equityPaise),
      net_buy_premium: paiseToRupees(premiumPaise),
      additional_margin: 0,
      total_margin: paiseToRupees(spanPaise + exposurePaise + equityPaise + premiumPaise),
      tender_margin: 0,
    })),
    required_margin: paiseToRupees(sum((row) => row.spanPaise + row.exposurePaise) + beside),
    final_margin: paiseToRupees(together.spanPaise + together.exposurePaise + beside),
  };
}

interface MarginRow {
  readonly spanPaise: number;
  readonly exposurePaise: number;
  readonly equityPaise: number;
  readonly premiumPaise: number;
}

function marginRow(context: SimContext, leg: Leg): MarginRow {
  const valuePaise = Math.abs(leg.quantity) * leg.pricePaise;
  if (leg.instrument.kind === 'equity') {
    return { spanPaise: 0, exposurePaise: 0, equityPaise: equityMargin(valuePaise, leg.product), premiumPaise: 0 };
  }
  const { spanPaise, exposurePaise } = marginOfLegs([leg], context.hall.market.margins());
  const buysOption = leg.instrument.kind === 'option' && leg.side === 'BUY';
  return { spanPaise, exposurePaise, equityPaise: 0, premiumPaise: buysOption ? valuePaise : 0 };
}

function parseLeg(context: SimContext, leg: JsonBody): Leg {
  const { instrument_key: key, quantity, product, transaction_type: side, price } = leg;
  const instrument = instrumentOf(context, key, 'UDAPI1099', 'UDAPI1098');
  if (quantity === undefined || quantity === null) throw apiError('UDAPI1097');
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity <= 0) throw apiError('UDAPI1096');
  if (product !== 'I' && product !== 'D' && product !== 'MTF') throw apiError('UDAPI1100');
  if (side !== 'BUY' && side !== 'SELL') throw apiError('UDAPI1101');
  if (quantity % instrument.lot !== 0) throw apiError('UDAPI1104');
  if (price !== undefined && price !== null && (typeof price !== 'number' || !(price > 0))) throw apiError('UDAPI1095');
  const last = context.hall.market.view(instrument.key)?.lastPaise ?? 0;
  const pricePaise = typeof price === 'number' ? rupeesToPaise(price) : last;
  return { instrument, quantity: side === 'BUY' ? quantity : -quantity, product, side, pricePaise };
}

function instrumentOf(context: SimContext, key: unknown, missing: ErrorCode, malformed: ErrorCode): TradedInstrument {
  if (key === undefined || key === null || key === '') throw apiError(missing);
  const parsed = typeof key === 'string' ? parseInstrumentKey(key) : undefined;
  if (parsed?.ok !== true && !(parsed?.ok === false && parsed.error.code === 'SEGMENT_UNSUPPORTED'))
    throw apiError(malformed);
  const instrument = context.hall.instrument(String(key));
  if (instrument === undefined) throw apiError('UDAPI100011');
  return instrument;
}

function numberOf(text: string | null, missing: ErrorCode): number {
  const value = text === null || text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 1e9) throw apiError(missing);
  return value;
}
