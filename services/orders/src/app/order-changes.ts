/** Changing and cancelling orders that work. Each request is recorded before it leaves and made once. */
import { ERROR_CODES, isErrorCode, type ModifyOrderRequest, type Order, OrderEventKind } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import {
  type Child,
  type ChildTerms,
  decide,
  hasEnded,
  type IntentTerms,
  isInDoubt,
  lapse,
  openQty,
  orderOpenQty,
} from '@vega/trading';
import type { AccountWriter } from './account-writer.ts';
import type { Caller } from './writer-options.ts';
import type { BrokerOutcome, ModifyCall } from './ports.ts';
import type { Reconciler } from './reconciler.ts';
import { RepeatedRequests } from './repeated-requests.ts';
import { toWireOrder, type TrackedOrder } from './tracked-order.ts';

/** What a modify is not asked: it is no new order. */
const NOT_FOR_CHANGES: ReadonlySet<string> = new Set([
  'INTENT_EXPIRED',
  'DUPLICATE_ORDER',
  'OPEN_ORDERS_LIMIT',
  'ORDERS_PER_DAY_LIMIT',
  'ORDER_RATE_LIMIT',
]);

const MAX_WAIT_MS = 5_000;

export class OrderChanges {
  private readonly repeated = new RepeatedRequests<Order>();

  constructor(
    private readonly writer: AccountWriter,
    private readonly reconciler: Reconciler,
  ) {}

  /** Changes price, trigger or quantity of an order of one child. Throws the code of what stands against it. */
  async modify(request: ModifyOrderRequest, caller: Caller): Promise<Order> {
    const asked = `modify ${JSON.stringify(request)}`;
    return this.repeated.once(request.requestId, asked, () => this.modifyOnce(request, caller));
  }

  private async modifyOnce(request: ModifyOrderRequest, caller: Caller): Promise<Order> {
    const { writer } = this;
    const { order, child, terms } = await writer.run(() => this.askModify(request, caller));
    const { broker, metrics, clock } = writer.options;
    const outcome = await broker.modify(modifyCall(order, child, terms));
    writer.state.answeredMs.set(child.childId, clock.monotonicMs());
    metrics.outcomes.inc({ call: 'modify', outcome: outcome.kind });
    if (outcome.kind === 'rejected' || outcome.kind === 'not-sent') {
      await this.refused(child, 'modify-refused', outcome);
      throw brokerRefused(outcome);
    }
    return this.settled(order.terms.orderId);
  }

  private async askModify(
    request: ModifyOrderRequest,
    caller: Caller,
  ): Promise<{ order: TrackedOrder; child: Child; terms: ChildTerms }> {
    const { writer } = this;
    if (caller.fault !== undefined) throw new OutcomeError('PRINCIPAL_NOT_ALLOWED', caller.fault);
    const order = this.orderOf(request.orderId);
    const [child, more] = order.body.children;
    if (child === undefined || more !== undefined || order.body.slices.length > 1) {
      throw new OutcomeError('MODIFY_NOT_POSSIBLE', 'an order of several slices is cancelled and placed anew');
    }
    refuseEnded(order, child);
    if (child.state === 'modifying' || child.state === 'cancelling') {
      throw new OutcomeError('ORDER_IN_DOUBT', 'an earlier request about it is under way', {}, true);
    }
    const terms: ChildTerms = {
      quantity: request.quantity ?? child.quantity,
      pricePaise: request.pricePaise ?? child.pricePaise,
      triggerPricePaise: request.triggerPricePaise ?? child.triggerPricePaise,
    };
    this.checkChange(order, child, terms, caller);
    this.takeCall(order);
    const draft = writer.draft();
    writer.apply(draft, child.childId, { kind: 'modify-asked', terms }, { source: 'request' });
    if (!(await writer.commit(draft))) throw changing();
    return { order, child, terms };
  }

  /** The checks of a new order in place of the one that works. */
  private checkChange(order: TrackedOrder, child: Child, terms: ChildTerms, caller: Caller): void {
    const whole = [terms.quantity, terms.pricePaise, terms.triggerPricePaise].every(
      (value) => Number.isSafeInteger(value) && value >= 0 && value <= 1e12,
    );
    const isStop = order.terms.orderType === 'SL';
    if (!whole || terms.quantity === 0 || terms.pricePaise === 0 || isStop !== terms.triggerPricePaise > 0) {
      throw new OutcomeError('BAD_REQUEST', 'quantity, price and trigger are whole numbers that fit the order');
    }
    if (terms.quantity <= child.filledQty) {
      throw new OutcomeError('MODIFY_NOT_POSSIBLE', `${child.filledQty} of it are filled already`);
    }
    if (
      terms.quantity === child.quantity &&
      terms.pricePaise === child.pricePaise &&
      terms.triggerPricePaise === child.triggerPricePaise
    ) {
      throw new OutcomeError('MODIFY_NOT_POSSIBLE', 'that is what it is');
    }
    const { world } = this.writer.options;
    const { state } = this.writer;
    const wanted: IntentTerms = {
      ...order.terms,
      orderType: order.terms.orderType === 'SL' ? 'SL' : 'LIMIT',
      quantity: terms.quantity - child.filledQty,
      pricePaise: terms.pricePaise,
      triggerPricePaise: terms.triggerPricePaise,
      validUntilMs: Number.MAX_SAFE_INTEGER,
    };
    const { instrumentKey, product, side } = order.terms;
    const working = { childId: child.childId, instrumentKey, product, side, pricePaise: child.pricePaise };
    // In place of the old one: while the change is checked, that does not work.
    state.book.setWorking({ ...working, openQty: 0 });
    const { denial } = decide(wanted, world.facts(state, wanted, caller));
    state.book.setWorking({ ...working, openQty: openQty(child) });
    const failed = denial?.checks.find((check) => !check.passed && !NOT_FOR_CHANGES.has(check.code));
    if (failed === undefined) return;
    throw new OutcomeError(
      failed.code,
      failed.detail === '' ? failed.code : failed.detail,
      { value: failed.value ?? null, limit: failed.limit ?? null, unit: failed.unit },
      ERROR_CODES[failed.code].retryable,
    );
  }

  /** Cancels what of an order may still fill. Throws when nothing of it can be cancelled. */
  async cancel(orderId: string, caller: Caller, requestId = ''): Promise<Order> {
    return this.repeated.once(requestId, `cancel ${orderId}`, () => this.cancelOnce(orderId, caller));
  }

  private async cancelOnce(orderId: string, caller: Caller): Promise<Order> {
    if (caller.fault !== undefined) throw new OutcomeError('PRINCIPAL_NOT_ALLOWED', caller.fault);
    const { writer } = this;
    const children = await writer.run(() => this.askCancel(orderId));
    const { broker, metrics, clock } = writer.options;
    let refusal: Extract<BrokerOutcome, { code: string }> | undefined;
    await Promise.all(
      children.map(async (child) => {
        const outcome = await broker.cancel(child.brokerOrderId);
        writer.state.answeredMs.set(child.childId, clock.monotonicMs());
        metrics.outcomes.inc({ call: 'cancel', outcome: outcome.kind });
        if (outcome.kind === 'rejected' || outcome.kind === 'not-sent') {
          await this.refused(child, 'cancel-refused', outcome);
          refusal = outcome;
        }
      }),
    );
    const after = await this.settled(orderId);
    if (refusal !== undefined && after.openQty > 0) throw brokerRefused(refusal);
    return after;
  }

  private async askCancel(orderId: string): Promise<readonly Child[]> {
    const { writer } = this;
    const order = this.orderOf(orderId);
    if (order.denial !== undefined || orderOpenQty(order.body) === 0) {
      throw new OutcomeError('ORDER_NOT_WORKING', 'the order has ended');
    }
    const live = order.body.children.filter((child) => !hasEnded(child.state) && !isInDoubt(child.state));
    const toCome = order.body.slices.length > order.body.children.length;
    if (live.length === 0 && !toCome)
      throw new OutcomeError('ORDER_IN_DOUBT', 'it is not known yet what became of it', {}, true);
    const draft = writer.draft();
    const body = lapse(order.body);
    if (body !== order.body) {
      draft.tell(OrderEventKind.REMAINDER_LAPSED, { ...order, body }, { source: 'request', code: 'CANCELLED' });
    }
    for (const child of live) {
      this.takeCall(order);
      writer.apply(draft, child.childId, { kind: 'cancel-asked' }, { source: 'request' });
    }
    if (!(await writer.commit(draft))) throw changing();
    return live;
  }

  /** Cancels every working order that fits; what cannot be cancelled now is left out. */
  async cancelAll(filter: { strategy: string; instrumentKey: string }, caller: Caller): Promise<readonly string[]> {
    if (caller.fault !== undefined) throw new OutcomeError('PRINCIPAL_NOT_ALLOWED', caller.fault);
    const { writer } = this;
    const wanted = writer.state
      .working()
      .filter(({ terms }) => filter.strategy === '' || terms.strategy === filter.strategy)
      .filter(({ terms }) => filter.instrumentKey === '' || terms.instrumentKey === filter.instrumentKey);
    const asked: string[] = [];
    for (const { terms } of wanted) {
      await this.waitForCall(terms);
      await this.cancel(terms.orderId, caller).then(
        () => asked.push(terms.orderId),
        (error: unknown) => {
          if (!(error instanceof OutcomeError)) throw error;
          writer.options.logger.warn(
            { order: terms.orderId, code: error.code },
            'an order was not cancelled with the others',
          );
        },
      );
    }
    return asked;
  }

  private async waitForCall(terms: IntentTerms): Promise<void> {
    const { clock } = this.writer.options;
    const free = this.writer.state.rates.freeAt(terms.segment, 'exit', clock.wallNow());
    const wait = Math.min(MAX_WAIT_MS, free - clock.wallNow());
    if (wait > 0) await new Promise<void>((resume) => clock.after(wait, resume));
  }

  /** Counts a call about an order that works; a change may use what is kept for exits. */
  private takeCall({ terms }: TrackedOrder): void {
    const { clock } = this.writer.options;
    const now = clock.wallNow();
    if (this.writer.state.rates.freeAt(terms.segment, 'exit', now) > now) {
      throw new OutcomeError('ORDER_RATE_LIMIT', 'the broker takes no further call right now', {}, true);
    }
    this.writer.state.rates.record(terms.segment, now);
  }

  private orderOf(orderId: string): TrackedOrder {
    const order = this.writer.state.orders.get(orderId);
    if (order === undefined) throw new OutcomeError('ORDER_UNKNOWN', 'there is no such order');
    return order;
  }

  private async refused(
    child: Child,
    kind: 'modify-refused' | 'cancel-refused',
    { code, message }: Extract<BrokerOutcome, { code: string }>,
  ): Promise<void> {
    await this.writer.hear(child.childId, { kind, code, message }, { source: 'reply' });
  }

  /** The order once the broker's books have been read after the request. */
  private async settled(orderId: string): Promise<Order> {
    await this.reconciler.reconcile().catch(() => undefined);
    return toWireOrder(this.orderOf(orderId));
  }
}

function refuseEnded(order: TrackedOrder, child: Child): void {
  if (order.denial !== undefined || hasEnded(child.state)) {
    throw new OutcomeError('ORDER_NOT_WORKING', 'the order has ended');
  }
  if (isInDoubt(child.state)) {
    throw new OutcomeError('ORDER_IN_DOUBT', 'it is not known yet what became of it', {}, true);
  }
}

function changing(): OutcomeError {
  return new OutcomeError('WRITER_UNAVAILABLE', 'switches or limits have just changed', {}, true);
}

/** What the broker said no with. A code of ours (NOT_SENT) stands for itself. */
function brokerRefused({ code, message }: Extract<BrokerOutcome, { code: string }>): OutcomeError {
  if (isErrorCode(code)) return new OutcomeError(code, message, {}, ERROR_CODES[code].retryable);
  return new OutcomeError('BROKER_REFUSED', message, { upstream_code: code });
}

function modifyCall(order: TrackedOrder, child: Child, terms: ChildTerms): ModifyCall {
  return {
    brokerOrderId: child.brokerOrderId,
    orderType: order.terms.orderType === 'SL' ? 'SL' : 'LIMIT',
    validity: order.terms.validity,
    disclosedQty: order.terms.disclosedQty,
    ...terms,
  };
}
