import {
  cancelAllOrders,
  cancelOrder,
  modifyOrder,
  type CancelledOrdersView,
  type ChangedOrderView,
  type ModifyOrderRequest,
} from '@vega/client';
import { access } from '../api/gateway-api.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** What became of a request about an order. `unknown`: it may have been carried out; the order itself tells. */
export type ChangeOutcome =
  { readonly kind: 'done' } | { readonly kind: 'unknown' } | { readonly kind: 'refused'; readonly failure: ApiFailure };

async function outcomeOf(call: Promise<ChangedOrderView | CancelledOrdersView>): Promise<ChangeOutcome> {
  try {
    const { outcome } = await call;
    return { kind: outcome === 'DONE' ? 'done' : 'unknown' };
  } catch (error) {
    const failure = toFailure(error);
    // Without an answer nothing is known; asking for the same again does no harm.
    return failure.code === 'UNREACHABLE' || failure.code === 'DEADLINE_EXCEEDED'
      ? { kind: 'unknown' }
      : { kind: 'refused', failure };
  }
}

/** Asks to cancel what of an order may still be filled. */
export function askCancel(order: { order_id: string; account_id: string }): Promise<ChangeOutcome> {
  const { order_id, account_id } = order;
  return outcomeOf(cancelOrder(access, { order_id, account_id, idempotency_key: crypto.randomUUID() }));
}

/** Asks to cancel all that works in an account. */
export function askCancelAll(accountId: string): Promise<ChangeOutcome> {
  return outcomeOf(cancelAllOrders(access, { account_id: accountId }));
}

/** Asks to change an order; `key` names the change however often it is asked for. */
export function askModify(key: string, body: ModifyOrderRequest['body']): Promise<ChangeOutcome> {
  return outcomeOf(modifyOrder(access, { body, idempotency_key: key }));
}

/** An outcome in a sentence. */
export function sayOutcome(outcome: ChangeOutcome, done: string): string {
  if (outcome.kind === 'done') return done;
  if (outcome.kind === 'unknown')
    return 'No answer came: it may have been done. The order tells as soon as it is known.';
  return `${outcome.failure.title}: ${outcome.failure.detail} (${outcome.failure.code})`;
}
