import { IST_OFFSET_MS, paiseToRupees } from '@vega/kernel';
import { isTerminal, type Order, type StatusRow, type Trade, type TradedInstrument } from '@vega/exchange';

/** Exchange names of the order book. */
const EXCHANGE = {
  NSE_EQ: 'NSE',
  NSE_FO: 'NFO',
  BSE_EQ: 'BSE',
  BSE_FO: 'BFO',
  NSE_INDEX: 'NSE',
  BSE_INDEX: 'BSE',
} as const;

/** The exchange of an instrument as the order, trade and position books name it. */
export function exchangeName(instrument: TradedInstrument): string {
  return EXCHANGE[instrument.segment];
}

/** `YYYY-MM-DD HH:mm:ss` in IST. */
export function istText(epochMs: number): string {
  return new Date(epochMs + IST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** An order as the order book and the details tell it. */
export function orderView(order: Order): Record<string, unknown> {
  const ended = isTerminal(order) && order.status !== 'complete';
  return {
    ...rowView(order, order.history.at(-1)),
    guid: null,
    filled_quantity: order.filled,
    pending_quantity: ended ? 0 : order.terms.quantity - order.filled,
    status_message_raw: order.message,
  };
}

/** One state of an order, as its history tells it. */
export function historyView(order: Order, row: StatusRow): Record<string, unknown> {
  return { ...rowView(order, row), filled_quantity: row.filled, pending_quantity: order.terms.quantity - row.filled };
}

function rowView(order: Order, row: StatusRow | undefined): Record<string, unknown> {
  const { instrument, terms } = order;
  const filled = row?.filled ?? order.filled;
  return {
    exchange: exchangeName(instrument),
    product: terms.product,
    price: paiseToRupees(terms.pricePaise),
    quantity: terms.quantity,
    status: row?.status ?? order.status,
    tag: order.tag,
    instrument_token: instrument.key,
    placed_by: order.account,
    trading_symbol: instrument.symbol,
    tradingsymbol: instrument.symbol,
    order_type: terms.type,
    validity: terms.validity,
    trigger_price: paiseToRupees(terms.triggerPaise),
    disclosed_quantity: terms.disclosedQuantity,
    transaction_type: terms.side,
    average_price: averageRupees(row?.filledValuePaise ?? order.filledValuePaise, filled),
    status_message: row?.message ?? order.message,
    exchange_order_id: order.exchangeOrderId,
    parent_order_id: order.parentId,
    order_id: order.id,
    variety: order.variety,
    order_timestamp: istText(row?.at ?? order.placedAt),
    exchange_timestamp: order.exchangeAt === null ? null : istText(order.exchangeAt),
    is_amo: order.variety === 'AMO',
    order_request_id: String(row?.requestId ?? order.requestId),
    order_ref_id: order.refId,
  };
}

/** A fill as the trade books tell it. */
export function tradeView(trade: Trade, order: Order | undefined): Record<string, unknown> {
  const { instrument } = trade;
  return {
    exchange: exchangeName(instrument),
    product: trade.product,
    trading_symbol: instrument.symbol,
    tradingsymbol: instrument.symbol,
    instrument_token: instrument.key,
    order_type: order?.terms.type ?? 'LIMIT',
    transaction_type: trade.side,
    quantity: trade.quantity,
    exchange_order_id: order?.exchangeOrderId ?? null,
    order_id: trade.orderId,
    exchange_timestamp: istText(trade.at),
    average_price: paiseToRupees(trade.pricePaise),
    trade_id: trade.tradeId,
    order_ref_id: order?.refId ?? null,
    order_timestamp: istText(order?.placedAt ?? trade.at),
  };
}

/** An order's state as the portfolio stream and the postback carry it: one flat object. */
export function orderMessage(order: Order): Record<string, unknown> {
  return {
    update_type: 'order',
    user_id: order.account,
    userId: order.account,
    instrument_key: order.instrument.key,
    ...orderView(order),
  };
}

/** Rupees of a mean price, to four decimals. */
export function averageRupees(valuePaise: number, quantity: number): number {
  return quantity === 0 ? 0 : Math.round((valuePaise / quantity) * 100) / 10_000;
}
