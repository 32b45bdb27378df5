/**
 * Goal: one place from which every front door trades.
 *
 * Method: an order's id is a hash of user, account and the caller's key, so that a repeated request is the same order. A
 * submission without an answer is repeated once under the same id and then asked for.
 *
 * Invariants: what may have happened is never told as failed; only orders decides, records and sends.
 */
import {
  type Accepted,
  type CancelAllResponse,
  type Denial,
  type ErrorCode,
  type ModifyOrderRequest,
  type Order,
  OrderIntent,
  orderSubmit,
  ordersRpc,
  type PreviewResponse,
  type SubmitReply,
} from '@vega/contracts';
import { OperationalError, OutcomeError } from '@vega/kernel';
import { orderIdOf } from '@vega/trading';
import type { Principal } from '../principal.ts';
import type { OrdersData } from './orders-data.ts';

/** What somebody wants done, without its identity. */
export type OrderTerms = Omit<OrderIntent, 'orderId' | 'accountId' | 'decisionNumber'>;

/** How placing an order ended. `unknown`: it may be recorded; the same key asks again. */
export type Placed =
  | { readonly kind: 'accepted'; readonly orderId: string; readonly accepted: Accepted }
  | { readonly kind: 'denied'; readonly orderId: string; readonly denial: Denial }
  | { readonly kind: 'unknown'; readonly orderId: string; readonly why: string };

/** An order after a request about it. `unknown`: no answer came, the request may have been carried out. */
export interface Changed {
  readonly kind: 'done' | 'unknown';
  readonly order: Order | undefined;
}

/** The first attempt waits this long, milliseconds: a writer answers within tens of them. */
const FIRST_WAIT_MS = 2_000;

/** Places, changes and cancels orders on behalf of whoever asks. */
export class OrderDesk {
  constructor(private readonly orders: OrdersData) {}

  /** Throws what orders refuses before it decides, and what proves that nothing was recorded. */
  async place(principal: Principal, accountId: string, key: string, terms: OrderTerms): Promise<Placed> {
    const intent = intentOf(principal, accountId, key, terms);
    const { orderId } = intent;
    let isInDoubt = false;
    for (const deadlineMs of [FIRST_WAIT_MS, undefined]) {
      try {
        const options = deadlineMs === undefined ? {} : { deadlineMs };
        return placedOf(orderId, await this.orders.ask(orderSubmit(accountId), intent, principal, options));
      } catch (error) {
        if (mayHaveHappened(error)) isInDoubt = true;
        else if (!isInDoubt || isCode(error, 'ORDER_ID_REUSED')) throw nobodyWrites(error);
      }
    }
    const found = await this.find(principal, orderId);
    if (found !== undefined && !isSameIntent(found.intent, intent)) {
      throw new OutcomeError('ORDER_ID_REUSED', 'this Idempotency-Key was used for another order');
    }
    if (found?.denial !== undefined) return { kind: 'denied', orderId, denial: found.denial };
    if (found !== undefined) return { kind: 'accepted', orderId, accepted: acceptedOf(found) };
    const why = 'no answer came: repeat the request with the same Idempotency-Key, or ask for the order by its id';
    return { kind: 'unknown', orderId, why };
  }

  preview(principal: Principal, accountId: string, terms: OrderTerms): Promise<PreviewResponse> {
    // The id is that of no order: a preview records nothing.
    const intent = intentOf(principal, accountId, 'preview', terms);
    return this.orders.ask(ordersRpc.preview, { intent }, principal);
  }

  modify(principal: Principal, request: ModifyOrderRequest): Promise<Changed> {
    return this.change(principal, request, () => this.orders.ask(ordersRpc.modify, request, principal));
  }

  cancel(principal: Principal, orderId: string, accountId: string, requestId: string): Promise<Changed> {
    const request = { orderId, accountId, requestId };
    return this.change(principal, request, () => this.orders.ask(ordersRpc.cancel, request, principal));
  }

  /** Undefined when no answer came: some or all may be cancelled. */
  async cancelAll(
    principal: Principal,
    request: { accountId: string; strategy: string; instrumentKey: string },
  ): Promise<CancelAllResponse | undefined> {
    try {
      return await this.orders.ask(ordersRpc.cancelAll, request, principal);
    } catch (error) {
      if (mayHaveHappened(error)) return undefined;
      throw error;
    }
  }

  private async change(
    principal: Principal,
    { orderId, accountId }: { readonly orderId: string; readonly accountId: string },
    ask: () => Promise<{ order: Order | undefined }>,
  ): Promise<Changed> {
    try {
      const { order } = await ask();
      return { kind: 'done', order };
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      return { kind: 'unknown', order: await this.find(principal, orderId, accountId) };
    }
  }

  /** The order as it is recorded; undefined where that cannot be learnt now, which proves nothing. */
  private async find(principal: Principal, orderId: string, accountId = ''): Promise<Order | undefined> {
    const answer = await this.orders
      .ask(ordersRpc.getOrder, { orderId, accountId }, principal)
      .catch(() => ({ order: undefined }));
    return answer.order;
  }
}

function intentOf(principal: Principal, accountId: string, key: string, terms: OrderTerms): OrderIntent {
  return OrderIntent.create({ ...terms, orderId: orderIdOf(principal.userId, accountId, key), accountId });
}

/** Whether a failure leaves it open that the request was carried out. */
function mayHaveHappened(error: unknown): boolean {
  // The record was in doubt: the writer that comes next knows.
  if (isCode(error, 'ORDER_STORE_UNAVAILABLE')) return true;
  return error instanceof OperationalError && error.outcome === 'unknown';
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof OutcomeError && error.code === code;
}

/** Whether an intent is the one that is recorded; its deadline is filled in and bounded by orders. */
function isSameIntent(recorded: OrderIntent | undefined, intent: OrderIntent): boolean {
  if (recorded === undefined) return false;
  const bytes = (one: OrderIntent): Uint8Array => OrderIntent.encode({ ...one, validUntilMs: 0 }).finish();
  return Buffer.from(bytes(recorded)).equals(bytes(intent));
}

/** Nobody listening means that the account changes hands, or that orders is away. */
function nobodyWrites(error: unknown): unknown {
  if (!(error instanceof OperationalError) || error.outcome !== 'not-sent') return error;
  return new OutcomeError('WRITER_UNAVAILABLE', 'nobody writes this account at the moment; nothing was sent', {}, true);
}

function placedOf(orderId: string, { result }: SubmitReply): Placed {
  if (result?.$case === 'accepted') return { kind: 'accepted', orderId, accepted: result.value };
  if (result?.$case === 'denied') return { kind: 'denied', orderId, denial: result.value };
  throw new OperationalError('INTERNAL', 'the answer to an order is empty', 'unknown');
}

function acceptedOf(order: Order): Accepted {
  return {
    orderId: order.intent?.orderId ?? '',
    accountSeq: order.accountSeq,
    slices: order.children.map(({ quantity }) => quantity),
    validUntilMs: order.intent?.validUntilMs ?? 0,
  };
}
