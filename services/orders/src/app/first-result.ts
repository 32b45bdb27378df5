/** What an order id was answered with at first: whoever repeats it is told the same. */
import type { SubmitReply } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { OrderRow } from './order-store.ts';
import { fromRow, type TrackedOrder } from './tracked-order.ts';

/** The answer to a known order; another body under its id throws ORDER_ID_REUSED. */
export function firstResult(order: TrackedOrder, raw: Uint8Array): SubmitReply {
  if (!Buffer.from(order.raw).equals(raw)) throw reused();
  if (order.denial !== undefined) return { result: { $case: 'denied', value: order.denial } };
  const { orderId, validUntilMs } = order.terms;
  const slices = [...order.body.slices];
  return { result: { $case: 'accepted', value: { orderId, accountSeq: order.accountSeq, slices, validUntilMs } } };
}

/** As {@link firstResult}, for an order that ended too long ago to be held. */
export function recordedResult(
  row: OrderRow & { readonly accountId: string },
  accountId: string,
  raw: Uint8Array,
): SubmitReply {
  const order = row.accountId === accountId ? fromRow(row) : undefined;
  if (order === undefined) throw reused();
  return firstResult(order, raw);
}

function reused(): OutcomeError {
  return new OutcomeError('ORDER_ID_REUSED', 'this id was used for another order');
}
