/**
 * Goal: one writer per account, through which everything about its orders passes, one step after another.
 *
 * Method: a step computes what changes from what is held, writes it in one statement that is fenced by the writer's epoch,
 * and only then takes it over and tells it. A child is sent by the process whose insert returned it, once, outside of the
 * queue of steps; its outcome comes back as a step.
 *
 * Invariants: what is held equals what is committed; nothing leaves that is not committed; a step whose commit is in doubt
 * ends the writer, which starts again from the record.
 */
import { OrderEventKind, type OrderIntent, type SubmitReply } from '@vega/contracts';
import { type Clock, Defect, invariant, istDateOf, OutcomeError, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import {
  acceptedOrder,
  bearChild,
  type Child,
  type ChildEvent,
  decide,
  hasEnded,
  lapse,
  nextSlice,
  resize,
  type OrderRateLimits,
  type RiskApproved,
  type RiskFacts,
  stepChild,
  withChild,
  type IntentTerms,
} from '@vega/trading';
import { AccountState } from './account-state.ts';
import { failpoint } from './failpoints.ts';
import type { Lease, OrderRow, OrderStore } from './order-store.ts';
import type { Announcer, BrokerOutcome, BrokerPort } from './ports.ts';
import { type Source, StepDraft } from './step-draft.ts';
import { fromRow, NO_TIMES, type TrackedOrder } from './tracked-order.ts';
import { toWireDenial } from './wire-checks.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** Who asks for an order, as far as the decision needs it. */
export interface Caller {
  readonly userId: string;
  /** Why it may not trade this account; undefined when it may. */
  readonly fault: string | undefined;
}

/** What the writer asks of the platform around it while it decides. */
export interface WriterWorld {
  /** Market time now; undefined while unknown. */
  marketNowMs(): number | undefined;
  /** Facts for a decision; reads memory only. */
  facts(state: AccountState, terms: IntentTerms, caller: Caller): RiskFacts;
  /** Why nothing of an order may leave any more; asked when it leaves the rate limiter and at the last look. */
  mayLeave(terms: IntentTerms, reducing: boolean): string | undefined;
  /** Revision of switches and limits that {@link facts} and {@link mayLeave} were read at. */
  factsRevision(): number;
  /** Reads switches and limits again after somebody has changed them. */
  refreshFacts(revision: number): Promise<void>;
  tradingSymbol(instrumentKey: string): string;
}

export interface WriterOptions {
  readonly lease: Lease;
  readonly store: OrderStore;
  readonly broker: BrokerPort;
  readonly world: WriterWorld;
  readonly announcer: Announcer;
  readonly metrics: WriterMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rates: OrderRateLimits;
  /** From the end of a request that was lost until its absence may be concluded, milliseconds. */
  readonly quarantineMs: number;
  readonly requestTimeoutMs: number;
  /** The writer cannot go on: another has the account, or a commit is in doubt. */
  readonly onLost: (reason: string) => void;
  readonly onDefect: (error: Error) => void;
  /** Planted faults that the chaos test must notice. */
  readonly sabotage?: 'resend' | 'no-quarantine' | undefined;
}

type RecordedOrder = OrderRow & { readonly accountId: string };

/** What an apply adds to an event's facts. */
interface Word {
  readonly source: Source;
  readonly sentAtMs?: number;
  readonly answeredAtMs?: number;
}

export class AccountWriter {
  readonly state: AccountState;
  readonly epoch: number;
  readonly accountId: string;
  private queue: Promise<unknown> = Promise.resolve();
  private seq: number;
  private lost: string | undefined;
  private pumpTimer: Timer | undefined;
  /** Approvals of orders decided here: what a child may leave by. */
  private readonly approvals = new Map<string, RiskApproved>();
  /** When the last request about a child ended, monotonic: a book begun after it settles it. */
  readonly answeredMs = new Map<string, number>();
  private defectsCleared: boolean;
  haltReason: string | undefined;

  constructor(readonly options: WriterOptions) {
    const { lease } = options;
    this.accountId = lease.accountId;
    this.epoch = lease.epoch;
    this.seq = lease.lastSeq;
    this.haltReason = lease.haltReason;
    this.defectsCleared = lease.defects === 0;
    this.state = new AccountState(options.rates);
  }

  get accountSeq(): number {
    return this.seq;
  }

  get isLost(): boolean {
    return this.lost !== undefined;
  }

  /** Runs a step after those before it. Throws WRITER_UNAVAILABLE once the writer is lost. */
  run<T>(step: () => Promise<T>): Promise<T> {
    const result = this.queue.then(async () => {
      if (this.lost !== undefined) throw this.unavailable();
      try {
        return await step();
      } catch (error) {
        if (error instanceof Defect) await this.defect(error);
        throw error;
      }
    });
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** No step is run from now on; what is in flight at the broker stays recorded as it is. */
  stop(reason: string): void {
    if (this.lost !== undefined) return;
    this.lost = reason;
    this.pumpTimer?.cancel();
  }

  private lose(reason: string): void {
    if (this.lost !== undefined) return;
    failpoint('at-lease-loss');
    this.stop(reason);
    this.options.onLost(reason);
  }

  private unavailable(): OutcomeError {
    return new OutcomeError('WRITER_UNAVAILABLE', `the writer of this account changes: ${this.lost ?? ''}`, {}, true);
  }

  private async defect(error: Defect): Promise<void> {
    const { store, onDefect, logger } = this.options;
    const halted = await store.recordDefect(this.accountId, error.message).catch(() => false);
    logger.error({ err: error, account: this.accountId, halted }, 'a defect in a step of an account');
    this.stop('a defect');
    onDefect(error);
  }

  draft(): StepDraft {
    const { clock, world } = this.options;
    return new StepDraft({
      accountId: this.accountId,
      epoch: this.epoch,
      fromSeq: this.seq,
      atMs: clock.wallNow(),
      marketNowMs: world.marketNowMs() ?? 0,
    });
  }

  /**
   * Writes a step and takes it over. Returns false when switches or limits have changed under it: it must be made anew.
   * Anything else that is not a plain success ends the writer.
   */
  async commit(draft: StepDraft): Promise<boolean> {
    if (draft.isEmpty) return true;
    const { store, world, announcer, metrics } = this.options;
    failpoint('before-commit');
    const revision = world.factsRevision();
    const end = metrics.commit.startTimer();
    const result = await store.commit(draft.build(revision)).catch((error: unknown) => {
      this.lose('a commit is in doubt');
      this.options.logger.error({ err: error, account: this.accountId }, 'orders cannot be recorded');
      throw new OutcomeError(
        'ORDER_STORE_UNAVAILABLE',
        'the order could not be recorded; ask for it before repeating',
        {},
        true,
      );
    });
    end();
    if (result.kind === 'exists') throw new OutcomeError('ORDER_ID_REUSED', 'this id was used for another order');
    if (result.kind === 'conflict') {
      if (result.epoch === this.epoch && result.lastSeq === this.seq) {
        await world.refreshFacts(result.factsRevision);
        return false;
      }
      this.lose(`the record is at epoch ${result.epoch}, sequence ${result.lastSeq}`);
      throw this.unavailable();
    }
    invariant(
      draft.born.every((birth) => result.born.has(birth.childId)),
      'every child of a committed step is born',
    );
    this.seq = draft.toSeq;
    for (const order of draft.touched) this.state.put(order);
    failpoint('after-commit-before-publish');
    announcer.announce(this.accountId, draft.messages);
    if (!this.defectsCleared) {
      this.defectsCleared = true;
      void store.clearDefects(this.accountId).catch(() => (this.defectsCleared = false));
    }
    return true;
  }

  /** Decides on an intent, records it, and sends what of it may leave at once. */
  submit(intent: OrderIntent, terms: IntentTerms, raw: Uint8Array, caller: Caller): Promise<SubmitReply> {
    const arrivedMs = this.options.clock.monotonicMs();
    return this.run(async () => {
      const known = this.state.orders.get(terms.orderId);
      if (known !== undefined) return this.firstResult(known, raw);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        try {
          const reply = await this.decideOnce(intent, terms, raw, caller, arrivedMs);
          if (reply !== undefined) return reply;
        } catch (error) {
          if (!(error instanceof OutcomeError) || error.code !== 'ORDER_ID_REUSED') throw error;
          return this.recordedResult(await this.options.store.findOrder(terms.orderId), raw);
        }
      }
      throw new OutcomeError('WRITER_UNAVAILABLE', 'switches and limits change too fast', {}, true);
    });
  }

  private async decideOnce(
    intent: OrderIntent,
    terms: IntentTerms,
    raw: Uint8Array,
    caller: Caller,
    arrivedMs: number,
  ): Promise<SubmitReply | undefined> {
    const { world, clock, metrics } = this.options;
    const facts = world.facts(this.state, terms, caller);
    const decision = decide(terms, facts);
    const draft = this.draft();
    const blank = this.blank(intent, terms, raw, caller.userId, facts.marketNowMs ?? 0);
    if (decision.denial !== undefined) {
      const denial = toWireDenial(decision.denial);
      draft.create({ ...blank, denial });
      draft.tell(OrderEventKind.DENIED, { ...blank, denial }, { source: 'submit', code: denial.code });
      if (!(await this.commit(draft))) return undefined;
      metrics.decided.inc({ result: denial.code });
      return { result: { $case: 'denied', value: denial } };
    }
    const { approved } = decision;
    const accepted: TrackedOrder = {
      ...blank,
      body: acceptedOrder(terms.orderId, approved.slices),
      limitPaise: approved.limitPaise,
      marginPaise: approved.marginPaise,
      reducing: approved.reducing,
    };
    draft.create(accepted);
    let order = draft.tell(OrderEventKind.ACCEPTED, accepted, { source: 'submit' });
    const free = this.state.rates.freeAt(terms.segment, approved.reducing ? 'exit' : 'opening', clock.wallNow());
    const born = free <= clock.wallNow() ? this.bear(draft, order) : undefined;
    order = born?.order ?? order;
    if (!(await this.commit(draft))) return undefined;
    metrics.decided.inc({ result: 'ACCEPTED' });
    this.approvals.set(terms.orderId, approved);
    this.state.noteAccepted(order, clock.wallNow(), istDateOf(order.decidedAtMs || order.createdAtMs));
    this.state.reserve(terms.orderId, approved.marginPaise, clock.monotonicMs());
    if (born !== undefined) this.send(born.order, born.child, approved, arrivedMs);
    this.pumpSoon();
    const { orderId, validUntilMs } = terms;
    return {
      result: {
        $case: 'accepted',
        value: { orderId, accountSeq: order.accountSeq, slices: [...approved.slices], validUntilMs },
      },
    };
  }

  private blank(
    intent: OrderIntent,
    terms: IntentTerms,
    raw: Uint8Array,
    userId: string,
    decidedAtMs: number,
  ): TrackedOrder {
    const now = this.options.clock.wallNow();
    return {
      intent,
      raw,
      terms,
      body: { orderId: terms.orderId, quantity: terms.quantity, slices: [], children: [], lapsedQty: 0 },
      times: new Map(),
      userId,
      tradingSymbol: this.options.world.tradingSymbol(terms.instrumentKey),
      limitPaise: terms.pricePaise,
      marginPaise: 0,
      reducing: false,
      foreign: false,
      denial: undefined,
      createdAtMs: now,
      decidedAtMs,
      updatedAtMs: now,
      accountSeq: 0,
    };
  }

  /** The answer that an id was given at first; another body under it is an error. */
  private firstResult(order: TrackedOrder, raw: Uint8Array): SubmitReply {
    if (!Buffer.from(order.raw).equals(raw))
      throw new OutcomeError('ORDER_ID_REUSED', 'this id was used for another order');
    if (order.denial !== undefined) return { result: { $case: 'denied', value: order.denial } };
    const { orderId, validUntilMs } = order.terms;
    const slices = order.body.slices.length > 0 ? [...order.body.slices] : [];
    return { result: { $case: 'accepted', value: { orderId, accountSeq: order.accountSeq, slices, validUntilMs } } };
  }

  /** As {@link firstResult}, for an order that ended too long ago to be held. */
  private recordedResult(row: RecordedOrder | undefined, raw: Uint8Array): SubmitReply {
    const order = row?.accountId === this.accountId ? fromRow(row) : undefined;
    if (order === undefined) throw new OutcomeError('ORDER_ID_REUSED', 'this id was used for another order');
    return this.firstResult(order, raw);
  }

  /** Gives birth to the next slice within a step, and counts its call. */
  private bear(draft: StepDraft, order: TrackedOrder): { order: TrackedOrder; child: Child } {
    const { limitPaise: pricePaise, terms } = order;
    const { order: body, child } = bearChild(order.body, { pricePaise, triggerPricePaise: terms.triggerPricePaise });
    const times = new Map(order.times).set(child.childId, { ...NO_TIMES, bornAtMs: draft.atMs });
    draft.bear(child);
    const told = draft.tell(
      OrderEventKind.CHILD_BORN,
      { ...order, body, times },
      { source: 'submit', childId: child.childId },
    );
    this.state.rates.record(terms.segment, draft.atMs);
    return { order: told, child };
  }

  /** Sends a child that this process has given birth to: once, and outside of the queue. */
  private send(order: TrackedOrder, child: Child, approved: RiskApproved, arrivedMs: number): void {
    const { broker, clock, world, metrics, logger } = this.options;
    const { terms, reducing } = order;
    failpoint('after-commit-before-send');
    let sentAtMs = 0;
    const leaving = {
      lastLook: () => this.expiry(terms) ?? world.mayLeave(terms, reducing),
      onSent: () => {
        sentAtMs = clock.wallNow();
        metrics.intentToBroker.observe((clock.monotonicMs() - arrivedMs) / 1000);
        failpoint('after-send-before-reply');
      },
    };
    void broker
      .place(approved, child, leaving)
      .then((outcome) => {
        this.answeredMs.set(child.childId, clock.monotonicMs());
        metrics.outcomes.inc({ call: 'place', outcome: outcome.kind });
        return this.settle(order.terms.orderId, child, outcome, sentAtMs);
      })
      .catch((error: unknown) => logger.warn({ err: error, child: child.childId }, 'an outcome was not recorded'));
  }

  private expiry({ validUntilMs }: IntentTerms): string | undefined {
    const now = this.options.world.marketNowMs();
    return now === undefined || now > validUntilMs ? 'INTENT_EXPIRED' : undefined;
  }

  private async settle(orderId: string, child: Child, outcome: BrokerOutcome, sentAtMs: number): Promise<void> {
    const answeredAtMs = this.options.clock.wallNow();
    failpoint('after-reply-before-commit');
    if (outcome.kind === 'unknown' && this.options.sabotage === 'resend') {
      const approved = this.approvals.get(orderId);
      const found = this.state.childOf(child.childId);
      if (approved !== undefined && found !== undefined) {
        return this.send(found.order, child, approved, this.options.clock.monotonicMs());
      }
    }
    await this.run(() =>
      this.applyOne(child.childId, outcomeEvent(outcome), { source: 'reply', sentAtMs, answeredAtMs }),
    );
  }

  /** Applies one event to a child as a step of its own. */
  async applyOne(childId: string, event: ChildEvent, word: Word): Promise<void> {
    const draft = this.draft();
    if (!this.apply(draft, childId, event, word)) return;
    await this.commit(draft);
  }

  /** Applies one event to a child within a step. False when it changes nothing. */
  apply(draft: StepDraft, childId: string, event: ChildEvent, word: Word): boolean {
    const held = this.state.childOf(childId);
    const order = held === undefined ? undefined : (draft.order(held.order.terms.orderId) ?? held.order);
    const child = order?.body.children.find((one) => one.childId === childId);
    if (order === undefined || child === undefined) return false;
    const outcome = stepChild(child, event);
    const { metrics, logger } = this.options;
    if (!outcome.ok) {
      metrics.oddities.inc({ code: outcome.fault.code });
      logger.warn({ account: this.accountId, fault: outcome.fault }, 'the broker said what does not follow');
      if (outcome.fault.code === 'UNLISTED_PAIR' && child.code === outcome.fault.code) return false;
      draft.tell(OrderEventKind.ODDITY, order, { ...word, childId, ...outcome.fault });
      return true;
    }
    const { step } = outcome;
    const timed = this.timed(order, child, step.child, word, draft.atMs);
    if (!step.changed && timed === order.times) return false;
    let next: TrackedOrder = { ...order, times: timed, body: resized(withChild(order.body, step.child), step.child) };
    if (spoilsTheRest(step.child.state)) next = this.lapsed(draft, next, step.child);
    if (step.as === 'adopt' || step.as === 'oddity') {
      metrics.oddities.inc({ code: step.as === 'adopt' ? 'ADOPTED' : 'FILL_AFTER_END' });
      const kind = step.as === 'adopt' ? OrderEventKind.CHILD_ADOPTED : OrderEventKind.ODDITY;
      next = draft.tell(kind, next, { ...word, childId, message: `${child.state} until now` });
    }
    if (step.fillQty > 0) {
      const fill = { child: step.child, quantity: step.fillQty, valuePaise: step.fillValuePaise };
      next = draft.tell(OrderEventKind.CHILD_FILL, next, { ...word, childId, fill });
    }
    const kind = kindOf(child, step.child, event);
    if (kind !== undefined) {
      draft.tell(kind, next, { ...word, childId, code: step.child.code, message: step.child.message });
    } else if (draft.order(order.terms.orderId) !== next) {
      // Nothing but times or terms have changed: the order's last event still tells them.
      draft.tell(OrderEventKind.CHILD_OPEN, next, { ...word, childId });
    }
    if (step.child.state === 'unknown') this.doubt(next, step.child);
    return true;
  }

  /** After a slice that was refused, lost or never left the rest is not sent: its owner decides anew. */
  private lapsed(draft: StepDraft, order: TrackedOrder, because: Child): TrackedOrder {
    const body = lapse(order.body);
    if (body === order.body) return order;
    return draft.tell(
      OrderEventKind.REMAINDER_LAPSED,
      { ...order, body },
      { source: 'timer', code: because.code, message: `after a slice that is ${because.state}` },
    );
  }

  /** Notes a child in doubt: its absence counts from the end of the quarantine on. */
  doubt(order: TrackedOrder, child: Child, untilMs = 0): void {
    const { clock, quarantineMs, sabotage } = this.options;
    const now = clock.monotonicMs();
    this.state.doubts.set(child.childId, {
      orderId: order.terms.orderId,
      childId: child.childId,
      quarantineEndsMs: sabotage === 'no-quarantine' ? now : Math.max(now, untilMs) + quarantineMs,
      absentReads: 0,
    });
  }

  private timed(order: TrackedOrder, before: Child, after: Child, word: Word, atMs: number): TrackedOrder['times'] {
    const times = order.times.get(before.childId) ?? NO_TIMES;
    const next = {
      bornAtMs: times.bornAtMs,
      sentAtMs: times.sentAtMs || (word.sentAtMs ?? 0),
      answeredAtMs: times.answeredAtMs || (word.answeredAtMs ?? 0),
      endedAtMs: times.endedAtMs || (hasEnded(after.state) ? atMs : 0),
    };
    const same =
      next.sentAtMs === times.sentAtMs &&
      next.answeredAtMs === times.answeredAtMs &&
      next.endedAtMs === times.endedAtMs;
    return same ? order.times : new Map(order.times).set(before.childId, next);
  }

  /** Looks at what waits for the rate limiter as soon as a call is free. */
  pumpSoon(): void {
    this.pumpTimer?.cancel();
    this.pumpTimer = undefined;
    if (this.lost !== undefined) return;
    const next = this.waiting()[0];
    if (next === undefined) return;
    const { clock } = this.options;
    const delay = this.freeAt(next) - clock.wallNow();
    const wait = Math.min(Math.max(0, delay), 1_000);
    this.pumpTimer = clock.after(wait, () => void this.pump().catch(() => undefined));
  }

  private freeAt(order: TrackedOrder): number {
    const kind = order.reducing ? 'exit' : 'opening';
    return this.state.rates.freeAt(order.terms.segment, kind, this.options.clock.wallNow());
  }

  /** Orders decided here with slices to come, exits first, then by age. */
  private waiting(): readonly TrackedOrder[] {
    const due: TrackedOrder[] = [];
    for (const orderId of this.approvals.keys()) {
      const order = this.state.orders.get(orderId);
      if (order === undefined || nextSlice(order.body) === undefined) this.approvals.delete(orderId);
      else due.push(order);
    }
    return due.sort((a, b) => Number(b.reducing) - Number(a.reducing) || a.createdAtMs - b.createdAtMs);
  }

  /** Gives birth to what may leave now; what may not leave any more lapses. */
  private pump(): Promise<void> {
    return this.run(async () => {
      const { world, clock } = this.options;
      for (const order of this.waiting()) {
        const why = this.expiry(order.terms) ?? world.mayLeave(order.terms, order.reducing);
        const draft = this.draft();
        if (why !== undefined) {
          const body = lapse(order.body);
          draft.tell(OrderEventKind.REMAINDER_LAPSED, { ...order, body }, { source: 'timer', code: why });
          await this.commit(draft);
          continue;
        }
        if (this.freeAt(order) > clock.wallNow()) continue;
        const approved = this.approvals.get(order.terms.orderId);
        if (approved === undefined) continue;
        const born = this.bear(draft, order);
        const arrivedMs = clock.monotonicMs();
        if (await this.commit(draft)) this.send(born.order, born.child, approved, arrivedMs);
      }
    }).finally(() => this.pumpSoon());
  }
}

/** An order of one child is as large as its child: a modify changes both. */
function resized(body: TrackedOrder['body'], child: Child): TrackedOrder['body'] {
  const quantity = Math.max(child.quantity, child.asked?.quantity ?? 0);
  const isWhole = body.children.length === 1 && body.slices.length === 1;
  return isWhole && body.quantity - body.lapsedQty !== quantity ? resize(body, quantity) : body;
}

function spoilsTheRest(state: Child['state']): boolean {
  return state === 'rejected' || state === 'failed' || state === 'unknown' || state === 'absent';
}

function outcomeEvent(outcome: BrokerOutcome): ChildEvent {
  if (outcome.kind === 'accepted') return { kind: 'acknowledged', brokerOrderId: outcome.brokerOrderId };
  const kinds = { rejected: 'refused', unknown: 'lost', 'not-sent': 'unsent' } as const;
  return { kind: kinds[outcome.kind], code: outcome.code, message: outcome.message };
}

const KIND_BY_STATE = {
  unknown: OrderEventKind.CHILD_UNKNOWN,
  acknowledged: OrderEventKind.CHILD_ACKNOWLEDGED,
  open: OrderEventKind.CHILD_OPEN,
  cancelled: OrderEventKind.CHILD_CANCELLED,
  rejected: OrderEventKind.CHILD_REJECTED,
  absent: OrderEventKind.CHILD_ABSENT,
  failed: OrderEventKind.CHILD_FAILED,
} as const;

/** The event that tells a move; undefined where the fill tells it, or nothing has moved. */
function kindOf(before: Child, after: Child, event: ChildEvent): OrderEventKind | undefined {
  if (event.kind === 'modify-refused') return OrderEventKind.MODIFY_REFUSED;
  if (event.kind === 'cancel-refused') return OrderEventKind.CANCEL_REFUSED;
  if (event.kind === 'modify-asked') return OrderEventKind.MODIFY_REQUESTED;
  if (event.kind === 'cancel-asked') return OrderEventKind.CANCEL_REQUESTED;
  if (before.state === 'modifying' && after.state === 'open') return OrderEventKind.MODIFIED;
  if (before.state === after.state) return undefined;
  return KIND_BY_STATE[after.state as keyof typeof KIND_BY_STATE];
}
