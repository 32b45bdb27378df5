import {
  Fill as FillCodec,
  type Fill,
  OrderEvent,
  OrderEventKind,
  Order,
  OrderIntent,
  OrderProduct,
  OrderSide,
  subjects,
} from '@vega/contracts';
import { istDateOf, segmentOf, instrumentKey } from '@vega/kernel';
import type { Child } from '@vega/trading';
import type { BirthRow, Commit, EventRow, FillRow, OrderRow, OutboxRow } from './order-store.ts';
import { isWorking, toWireOrder, type TrackedOrder, wireStatus } from './tracked-order.ts';

/** Where a word about an order came from. */
export type Source = 'submit' | 'reply' | 'stream' | 'book' | 'history' | 'timer' | 'request' | 'start';

/** What an event tells besides the order. */
export interface EventFacts {
  readonly childId?: string;
  readonly fill?: { readonly child: Child; readonly quantity: number; readonly valuePaise: number };
  readonly code?: string;
  readonly message?: string;
  readonly source: Source;
}

/** One step of a writer before it is committed: everything it changes, in order. */
export class StepDraft {
  private seq: number;
  private readonly orders = new Map<string, { order: TrackedOrder; isNew: boolean }>();
  private readonly births: BirthRow[] = [];
  private readonly events: EventRow[] = [];
  private readonly fills: FillRow[] = [];
  private readonly outbox: OutboxRow[] = [];

  constructor(
    private readonly options: {
      readonly accountId: string;
      readonly epoch: number;
      readonly fromSeq: number;
      readonly atMs: number;
      readonly marketNowMs: number;
    },
  ) {
    this.seq = options.fromSeq;
  }

  get isEmpty(): boolean {
    return this.events.length === 0;
  }

  get toSeq(): number {
    return this.seq;
  }

  get atMs(): number {
    return this.options.atMs;
  }

  /** The order as this step leaves it so far; undefined when the step has not touched it. */
  order(orderId: string): TrackedOrder | undefined {
    return this.orders.get(orderId)?.order;
  }

  /** Every order that the step touches, as it leaves them. */
  get touched(): readonly TrackedOrder[] {
    return [...this.orders.values()].map(({ order }) => order);
  }

  get born(): readonly BirthRow[] {
    return this.births;
  }

  get messages(): readonly OutboxRow[] {
    return this.outbox;
  }

  /** Adds an order to the record. */
  create(order: TrackedOrder): void {
    this.orders.set(order.terms.orderId, { order, isNew: true });
    const { accountId } = this.options;
    if (order.foreign) return;
    const payload = OrderIntent.encode(order.intent).finish();
    // It belongs to the event that tells it, which comes next.
    this.outbox.push({ seq: this.seq + 1, subject: subjects.orderIntent(accountId), payload });
  }

  bear(child: Child): void {
    this.births.push({ childId: child.childId, orderId: child.orderId, bornAtMs: this.options.atMs });
  }

  /** Tells what happened to an order; `order` is the order after it. Returns it with its new sequence number. */
  tell(kind: OrderEventKind, order: TrackedOrder, facts: EventFacts): TrackedOrder {
    this.seq += 1;
    const { atMs } = this.options;
    const told: TrackedOrder = { ...order, accountSeq: this.seq, updatedAtMs: atMs };
    const before = this.orders.get(order.terms.orderId);
    this.orders.set(order.terms.orderId, {
      order: told,
      isNew: before?.isNew ?? false,
    });
    const fill = facts.fill === undefined ? undefined : this.fill(told, facts.fill);
    this.record(kind, toWireOrder(told), order.terms.orderId, facts, fill);
    return told;
  }

  /** Tells what happened to the account. */
  tellAccount(kind: OrderEventKind, facts: EventFacts): void {
    this.seq += 1;
    this.record(kind, undefined, '', facts, undefined);
  }

  /** The step as one write. `factsRevision` is what it was decided on; only births depend on it. */
  build(factsRevision: number): Commit {
    const { accountId, epoch, fromSeq } = this.options;
    const rows = [...this.orders.values()].map((entry) => ({ isNew: entry.isNew, row: rowOf(entry.order) }));
    return {
      accountId,
      epoch,
      fromSeq,
      toSeq: this.seq,
      factsRevision: this.births.length > 0 ? factsRevision : undefined,
      created: rows.filter(({ isNew }) => isNew).map(({ row }) => row),
      updated: rows.filter(({ isNew }) => !isNew).map(({ row }) => row),
      births: this.births,
      events: this.events,
      fills: this.fills,
      outbox: this.outbox,
    };
  }

  private fill(order: TrackedOrder, { child, quantity, valuePaise }: NonNullable<EventFacts['fill']>): Fill {
    const { accountId, atMs, marketNowMs } = this.options;
    const { terms } = order;
    return {
      // The total it brings the child to: the same news twice is the same fill.
      fillId: `${child.childId}-${child.filledQty}`,
      orderId: terms.orderId,
      childId: child.childId,
      brokerOrderId: child.brokerOrderId,
      accountId,
      instrumentKey: terms.instrumentKey,
      side: terms.side === 'BUY' ? OrderSide.BUY : OrderSide.SELL,
      product: order.intent.product === OrderProduct.UNSPECIFIED ? OrderProduct.DELIVERY : order.intent.product,
      quantity,
      valuePaise,
      atMs,
      marketTimeMs: marketNowMs,
      strategy: terms.strategy,
      userId: order.userId,
    };
  }

  private record(
    kind: OrderEventKind,
    order: Order | undefined,
    orderId: string,
    facts: EventFacts,
    fill: Fill | undefined,
  ): void {
    const { accountId, epoch, atMs, marketNowMs } = this.options;
    const payload = OrderEvent.encode({
      accountId,
      accountSeq: this.seq,
      kind,
      orderId,
      childId: facts.childId ?? '',
      atMs,
      marketTimeMs: marketNowMs,
      order,
      fill,
      code: facts.code ?? '',
      message: facts.message ?? '',
      source: facts.source,
      epoch,
    }).finish();
    const day = istDateOf(atMs);
    const key = order?.intent?.instrumentKey ?? '';
    this.events.push({
      seq: this.seq,
      day,
      kind,
      orderId,
      segment: key === '' ? '' : segmentOf(instrumentKey(key)),
      atMs,
      payload,
    });
    this.outbox.push({ seq: this.seq, subject: subjects.orderEvent(accountId), payload });
    if (fill !== undefined) {
      const { fillId, instrumentKey: of, strategy } = fill;
      // Trades are asked for by the market's day, which a simulator keeps by a clock of its own.
      const traded = marketNowMs === 0 ? day : istDateOf(marketNowMs);
      this.fills.push({ fillId, orderId, instrumentKey: of, strategy, day: traded, atMs, payload: encodeFill(fill) });
    }
  }
}

function rowOf(order: TrackedOrder): OrderRow {
  const { terms, raw } = order;
  return {
    orderId: terms.orderId,
    userId: order.userId,
    strategy: terms.strategy,
    instrumentKey: terms.instrumentKey,
    status: wireStatus(order),
    working: isWorking(order),
    foreign: order.foreign,
    decidedDate: istDateOf(order.decidedAtMs === 0 ? order.createdAtMs : order.decidedAtMs),
    intent: raw,
    snapshot: Order.encode(toWireOrder(order)).finish(),
    marginPaise: order.marginPaise,
    createdAtMs: order.createdAtMs,
    accountSeq: order.accountSeq,
    decisionNumber: order.foreign ? 0 : order.intent.decisionNumber,
  };
}

function encodeFill(fill: Fill): Uint8Array {
  return FillCodec.encode(fill).finish();
}
