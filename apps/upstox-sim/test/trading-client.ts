import { ATM_CALL } from './fixture-market.ts';
import type { Harness } from './harness.ts';

/** The fields of an order, trade or state that specs look at. */
export interface OrderRow {
  readonly order_id: string;
  readonly status: string;
  readonly tag: string | null;
  readonly filled_quantity: number;
  readonly pending_quantity: number;
  readonly average_price: number;
  readonly quantity: number;
  readonly price: number;
  readonly status_message: string | null;
  readonly variety: string;
}

/** The body of an order: a day limit order for one lot of the at-the-money call, changed as told. */
export function orderBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    quantity: 65,
    product: 'D',
    validity: 'DAY',
    price: 100,
    instrument_token: ATM_CALL,
    order_type: 'LIMIT',
    transaction_type: 'BUY',
    disclosed_quantity: 0,
    trigger_price: 0,
    is_amo: false,
    ...round(change),
  };
}

/** A price on the five-paise grid of index options. */
export function onGrid(rupees: number): number {
  return Math.round(Math.round(rupees * 20) * 5) / 100;
}

/** Prices that specs compute stay on the grid. */
function round(change: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(change).map(([name, value]) => [
      name,
      typeof value === 'number' && name.includes('price') ? onGrid(value) : value,
    ]),
  );
}

/** Places an order that the broker must take in; its id. */
export async function placed(harness: Harness, token: string, change: Record<string, unknown> = {}): Promise<string> {
  const answer = await harness.request('POST', '/v3/order/place', { token, json: orderBody(change) });
  if (answer.status !== 200) throw new Error(`place answered ${answer.status}: ${answer.text}`);
  const [id] = (answer.body.data as unknown as { order_ids: string[] }).order_ids;
  return id ?? '';
}

/** The code with which an order is refused. */
export async function refusedCode(harness: Harness, token: string, change: Record<string, unknown>): Promise<string> {
  const answer = await harness.request('POST', '/v3/order/place', { token, json: orderBody(change) });
  return answer.body.errors?.[0]?.['errorCode'] ?? `answered ${answer.status}`;
}

export async function orderOf(harness: Harness, token: string, id: string): Promise<OrderRow> {
  return (await harness.get(`/v2/order/details?order_id=${id}`, token)).body.data as unknown as OrderRow;
}

export async function readBook(harness: Harness, token: string): Promise<OrderRow[]> {
  return (await harness.get('/v2/order/retrieve-all', token)).body.data as unknown as OrderRow[];
}
