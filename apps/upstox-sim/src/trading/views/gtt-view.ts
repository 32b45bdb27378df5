import { paiseToRupees } from '@vega/kernel';
import type { GttOrder } from '@vega/exchange';

/** A good-till-triggered order as the API answers it. Times are epoch microseconds. */
export function gttView(gtt: GttOrder): Record<string, unknown> {
  const { instrument } = gtt;
  const exitSide = gtt.side === 'BUY' ? 'SELL' : 'BUY';
  return {
    type: gtt.type,
    exchange: instrument.segment,
    quantity: gtt.quantity,
    product: gtt.product,
    rules: gtt.rules.map((rule) => ({
      strategy: rule.strategy,
      status: rule.status,
      message: rule.message,
      trigger_type: rule.trigger,
      trigger_price: paiseToRupees(rule.currentPaise),
      transaction_type: rule.strategy === 'ENTRY' ? gtt.side : exitSide,
      order_id: rule.orderId,
      ...(rule.trailingGapPaise === undefined ? {} : { trailing_gap: paiseToRupees(rule.trailingGapPaise) }),
    })),
    trading_symbol: instrument.symbol,
    instrument_token: instrument.key,
    gtt_order_id: gtt.id,
    expires_at: gtt.expiresAt * 1000,
    created_at: gtt.createdAt * 1000,
  };
}

/** The same as the stream carries it. */
export function gttMessage(gtt: GttOrder): Record<string, unknown> {
  return { update_type: 'gtt_order', ...gttView(gtt) };
}
