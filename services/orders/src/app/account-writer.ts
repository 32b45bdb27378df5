/**
 * Goal: one writer per account, through which everything about its orders passes, one step after another.
 *
 * Method: a step computes what changes from what is held, writes it in one statement that is fenced by the writer's epoch,
 * and only then takes it over and tells it. A child is sent by the process whose insert returned it, once, outside of the
 * queue of steps; its outcome comes back as a word of the next step. Words that wait are one step.
 *
 * Invariants: what is held equals what is committed; nothing leaves that is not committed; a step whose commit is in doubt
 * ends the writer, which starts again from the record.
 */
import { OrderEventKind, type OrderIntent, type SubmitReply } from '@vega/contracts';
import { Defect, invariant, istDateOf, OutcomeError, type Timer } from '@vega/kernel';
import {
  acceptedOrder,
  bearChild,
  type Child,
  type ChildEvent,
  decide,
  lapse,
  nextSlice,
  type RiskApproved,
  type IntentTerms,
} from '@vega/trading';
import { AccountState } from './account-state.ts';
import { applyChildEvent, outcomeEvent, type Told, type Word } from './apply-child-event.ts';
import { DecisionSequence } from './decision-sequence.ts';
import { failpoint } from './failpoints.ts';
import { firstResult, recordedResult } from './first-result.ts';
import type { BrokerOutcome } from './ports.ts';
import { StepDraft } from './step-draft.ts';
import { StepQueue } from './step-queue.ts';
import { NO_TIMES, type TrackedOrder, undecided } from './tracked-order.ts';
import { toWireDenial } from './wire-checks.ts';
import type { Caller, WriterOptions } from './writer-options.ts';

/** A child that is born, with the order after it and the moment it counts from, monotonic. */
interface Birth {
  readonly order: TrackedOrder;
  readonly child: Child;
  readonly bornMs: number;
}

/** What a repeated id may be refused with although it has a first result. */
const MAYBE_RECORDED: ReadonlySet<string> = new Set(['ORDER_ID_REUSED', 'DECISION_OUT_OF_SEQUENCE']);

export class AccountWriter {
  readonly state: AccountState;
  private readonly decisions: DecisionSequence;
  readonly epoch: number;
  readonly accountId: string;
  private readonly steps = new StepQueue<Told>((told) => this.guarded(() => this.applyAll(told)));
  private seq: number;
  private lost: string | undefined;
  private pumpTimer: Timer | undefined;
  /** Approvals of orders decided here: what a child may leave by. */
  private readonly approvals = new Map<string, RiskApproved>();
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
    this.decisions = new DecisionSequence((strategy) => options.store.lastDecision(lease.accountId, strategy));
  }

  get accountSeq(): number {
    return this.seq;
  }

  get isLost(): boolean {
    return this.lost !== undefined;
  }

  /** Runs a step of its own. Throws WRITER_UNAVAILABLE once the writer is lost. */
  run<T>(step: () => Promise<T>): Promise<T> {
    return this.steps.run(() => this.guarded(step));
  }

  /** Applies an event to a child, in one step with what else is said by then; resolves when that is committed. */
  hear(childId: string, event: ChildEvent, word: Word): Promise<void> {
    return this.steps.tell({ childId, event, word });
  }

  /** Resolves when the steps that wait now are done. */
  settled(): Promise<void> {
    return this.steps.settled();
  }

  private async guarded<T>(step: () => Promise<T>): Promise<T> {
    if (this.lost !== undefined) throw this.unavailable();
    try {
      return await step();
    } catch (error) {
      if (error instanceof Defect) await this.defect(error);
      throw error;
    }
  }

  /** No step is run from now on; what is in flight at the broker stays recorded as it is. */
  stop(reason: string): void {
    if (this.lost !== undefined) return;
    this.lost = reason;
    this.pumpTimer?.cancel();
  }

  /** Another has the account, or it is not known whether a step was recorded: this writer ends. */
  lose(reason: string): void {
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
      if (known !== undefined) return firstResult(known, raw);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        try {
          await this.decisions.check(intent.strategy, intent.decisionNumber);
          const reply = await this.decideOnce(intent, terms, raw, caller, arrivedMs);
          if (reply !== undefined) return reply;
        } catch (error) {
          if (!(error instanceof OutcomeError) || !MAYBE_RECORDED.has(error.code)) throw error;
          // An order that ended too long ago to be held is answered from the record.
          const row = await this.options.store.findOrder(terms.orderId);
          if (row === undefined) throw error;
          return recordedResult(row, this.accountId, raw);
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
    const symbol = world.tradingSymbol(terms.instrumentKey);
    const blank = undecided(intent, terms, raw, caller.userId, symbol, facts.marketNowMs ?? 0, clock.wallNow());
    if (decision.denial !== undefined) {
      const denial = toWireDenial(decision.denial);
      draft.create({ ...blank, denial });
      draft.tell(OrderEventKind.DENIED, { ...blank, denial }, { source: 'submit', code: denial.code });
      if (!(await this.commit(draft))) return undefined;
      this.decisions.took(intent.strategy, intent.decisionNumber);
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
    this.decisions.took(intent.strategy, intent.decisionNumber);
    metrics.decided.inc({ result: 'ACCEPTED' });
    this.approvals.set(terms.orderId, approved);
    this.state.noteAccepted(order, clock.wallNow(), istDateOf(order.decidedAtMs || order.createdAtMs));
    this.state.reserve(terms.orderId, approved.marginPaise, clock.monotonicMs());
    if (born !== undefined) this.send(born, approved, arrivedMs);
    this.pumpSoon();
    const { orderId, validUntilMs } = terms;
    return {
      result: {
        $case: 'accepted',
        value: { orderId, accountSeq: order.accountSeq, slices: [...approved.slices], validUntilMs },
      },
    };
  }

  /** Gives birth to the next slice within a step, and counts its call. */
  private bear(draft: StepDraft, order: TrackedOrder): Birth {
    const bornMs = this.options.clock.monotonicMs();
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
    return { order: told, child, bornMs };
  }

  /** Sends a child that this process has given birth to: once, and outside of the queue. */
  private send({ order, child, bornMs }: Birth, approved: RiskApproved, arrivedMs: number): void {
    const { broker, clock, world, metrics, logger } = this.options;
    const { terms, reducing } = order;
    failpoint('after-commit-before-send');
    let sentAtMs = 0;
    const leaving = {
      lastLook: () => this.expiry(terms) ?? this.overdue(bornMs) ?? world.mayLeave(terms, reducing),
      onSent: () => {
        sentAtMs = clock.wallNow();
        metrics.intentToBroker.observe((clock.monotonicMs() - arrivedMs) / 1000);
        failpoint('after-send-before-reply');
      },
    };
    void broker
      .place(approved, child, leaving)
      .then((outcome) => {
        this.state.answeredMs.set(child.childId, clock.monotonicMs());
        metrics.outcomes.inc({ call: 'place', outcome: outcome.kind });
        return this.settle(child, approved, outcome, sentAtMs);
      })
      .catch((error: unknown) => logger.warn({ err: error, child: child.childId }, 'an outcome was not recorded'));
  }

  private expiry({ validUntilMs }: IntentTerms): string | undefined {
    const now = this.options.world.marketNowMs();
    return now === undefined || now > validUntilMs ? 'INTENT_EXPIRED' : undefined;
  }

  /** A child leaves within the time limit of its request or not at all: whoever finds it in the record counts on that. */
  private overdue(bornMs: number): string | undefined {
    const { clock, requestTimeoutMs } = this.options;
    return clock.monotonicMs() - bornMs > requestTimeoutMs ? 'NOT_SENT' : undefined;
  }

  private async settle(child: Child, approved: RiskApproved, outcome: BrokerOutcome, sentAtMs: number): Promise<void> {
    const answeredAtMs = this.options.clock.wallNow();
    failpoint('after-reply-before-commit');
    if (outcome.kind === 'unknown' && this.options.sabotage === 'resend') {
      const found = this.state.childOf(child.childId);
      const bornMs = this.options.clock.monotonicMs();
      if (found !== undefined) return this.send({ order: found.order, child, bornMs }, approved, bornMs);
    }
    await this.hear(child.childId, outcomeEvent(outcome), { source: 'reply', sentAtMs, answeredAtMs });
  }

  private async applyAll(told: readonly Told[]): Promise<void> {
    const draft = this.draft();
    for (const { childId, event, word } of told) this.apply(draft, childId, event, word);
    await this.commit(draft);
  }

  /** Applies one event to a child within a step. False when it changes nothing. */
  apply(draft: StepDraft, childId: string, event: ChildEvent, word: Word): boolean {
    const { metrics, logger } = this.options;
    const applied = applyChildEvent({ state: this.state, draft, metrics, logger }, childId, event, word);
    if (applied?.child.state === 'unknown') this.doubt(applied.order, applied.child);
    return applied !== undefined;
  }

  /** Notes a child in doubt: its absence counts from the end of the quarantine on, which begins as its request ends. */
  doubt(order: TrackedOrder, child: Child, endedMs = this.options.clock.monotonicMs()): void {
    const { clock, quarantineMs, sabotage } = this.options;
    this.state.doubts.set(child.childId, {
      orderId: order.terms.orderId,
      childId: child.childId,
      quarantineEndsMs: sabotage === 'no-quarantine' ? clock.monotonicMs() : endedMs + quarantineMs,
      absentReads: 0,
    });
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
        if (await this.commit(draft)) this.send(born, approved, arrivedMs);
      }
    }).finally(() => this.pumpSoon());
  }
}
