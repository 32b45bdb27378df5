import type { OrderView } from '@vega/client';
import { isOpenOrder } from './order-words.ts';

/** Which orders are looked at. */
export const ORDER_FILTERS = ['all', 'open', 'filled', 'ended'] as const;
export type OrderFilter = (typeof ORDER_FILTERS)[number];

export const FILTER_TITLES: Readonly<Record<OrderFilter, string>> = {
  all: 'All',
  open: 'Open',
  filled: 'Filled',
  ended: 'Not filled',
};

export const isOrderFilter = (value: unknown): value is OrderFilter =>
  (ORDER_FILTERS as readonly unknown[]).includes(value);

const FITS: Readonly<Record<OrderFilter, (order: OrderView) => boolean>> = {
  all: () => true,
  open: isOpenOrder,
  filled: ({ status }) => status === 'FILLED',
  ended: (order) => !isOpenOrder(order) && order.status !== 'FILLED',
};

/** The orders of a filter whose symbol, strategy or id holds every word. */
export function filterOrders(orders: readonly OrderView[], filter: OrderFilter, text: string): OrderView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return orders.filter((order) => {
    if (!FITS[filter](order)) return false;
    const { trading_symbol: symbol, instrument_key: key, strategy, order_id: id, side } = order;
    const spoken = `${symbol ?? key} ${strategy ?? ''} ${side} ${id}`.toLowerCase();
    return words.every((word) => spoken.includes(word));
  });
}

/** How many orders each filter has. */
export function countsOf(orders: readonly OrderView[]): Readonly<Record<OrderFilter, number>> {
  const count = (filter: OrderFilter): number => orders.filter(FITS[filter]).length;
  return { all: orders.length, open: count('open'), filled: count('filled'), ended: count('ended') };
}
