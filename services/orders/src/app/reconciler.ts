/**
 * Goal: what is held of an account is what the broker has, and every doubt ends by evidence.
 *
 * Method: reads the broker's book, applies every row, reads positions and the book again. A book is complete when every row
 * could be read and no order is missing that an earlier complete book had. A child in doubt is found by its tag in the book,
 * in the history, or among orders whose tag is left out; it is absent after its quarantine and two complete books begun
 * after that, none of which and no history had it.
 *
 * Invariants: absence is never concluded from an incomplete book, nor while an order without a tag could be the child.
 */
import { OrderEventKind, OrderProduct, OrderPurpose, OrderSide, OrderType, OrderValidity } from '@vega/contracts';
import { isSupportedSegment, type Timer } from '@vega/kernel';
import type { BrokerOrder, BrokerPosition } from '@vega/upstox/trading';
import {
  bornChild,
  type BrokerReport,
  type ChildEvent,
  type ChildId,
  childIdOf,
  hasEnded,
  isChildTag,
  orderIdOf,
  type Product,
  stepChild,
  withChild,
} from '@vega/trading';
import { segmentOf } from '@vega/kernel';
import type { AccountWriter } from './account-writer.ts';
import type { Source } from './step-draft.ts';
import { NO_TIMES, termsOf, type TrackedOrder } from './tracked-order.ts';

/** Complete books that must lack a child before it is absent. */
const ABSENT_READS = 2;

/** After so long without a complete book orders that are missing and have ended are taken for those of an earlier day. */
const NEW_DAY_AFTER_MS = 600_000;

const PRODUCTS: ReadonlySet<string> = new Set(['I', 'D', 'MTF']);

export interface ReconcilerTimings {
  readonly everyMs: number;
  /** While a child is in doubt. */
  readonly inDoubtEveryMs: number;
}

export interface Reconciliation {
  readonly complete: boolean;
  readonly resolved: number;
  readonly unknown: number;
  readonly foreign: number;
  readonly readAtMs: number;
}

/** Money as the broker last told it. */
export interface MoneyFacts {
  readonly fundsPaise: number | undefined;
  readonly fundsAtMs: number;
  readonly dayPnlPaise: number | undefined;
  readonly dayPnlAtMs: number;
}

export class Reconciler {
  private readonly seen = new Map<string, boolean>();
  private completeAtMs: number;
  private running: Promise<Reconciliation> | undefined;
  private timer: Timer | undefined;
  private stopped = false;
  private positionsRead = false;
  /** Doubtful fills when positions were last read with children in doubt; undefined when there were none. */
  private provisionalAt: number | undefined;
  reconciledAtMs = 0;
  money: MoneyFacts = { fundsPaise: undefined, fundsAtMs: 0, dayPnlPaise: undefined, dayPnlAtMs: 0 };

  constructor(
    private readonly writer: AccountWriter,
    private readonly timings: ReconcilerTimings,
  ) {
    this.completeAtMs = writer.options.clock.monotonicMs();
  }

  start(): void {
    void this.reconcile().catch(() => undefined);
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /**
   * Whether the positions held are those of the broker. Positions that were read while a child was in doubt may hold its
   * fills already: once such fills are found, nothing is known until the next reading.
   */
  get positionsKnown(): boolean {
    const { doubtfulFills } = this.writer.state;
    return this.positionsRead && (this.provisionalAt === undefined || this.provisionalAt === doubtfulFills);
  }

  /** Reads the broker's books now; joins a reading that is under way only when that began after this was asked. */
  async reconcile(): Promise<Reconciliation> {
    const before = this.running;
    if (before !== undefined) await before.catch(() => undefined);
    this.running ??= this.once().finally(() => {
      this.running = undefined;
      this.plan();
    });
    return this.running;
  }

  private plan(): void {
    if (this.stopped || this.writer.isLost) return;
    this.timer?.cancel();
    const { everyMs, inDoubtEveryMs } = this.timings;
    const delay = this.writer.state.doubts.size > 0 ? inDoubtEveryMs : everyMs;
    this.timer = this.writer.options.clock.after(delay, () => void this.reconcile().catch(() => undefined));
  }

  private async once(): Promise<Reconciliation> {
    const { broker, clock, metrics, logger } = this.writer.options;
    const readAtMs = clock.wallNow();
    if (!broker.hasBooks || broker.tokenFault() !== undefined || this.writer.isLost) {
      return { complete: false, resolved: 0, unknown: this.writer.state.unknownCount, foreign: 0, readAtMs };
    }
    try {
      const first = await this.readBook();
      const fills = this.writer.state.fillsSeen;
      const startedMs = clock.monotonicMs();
      const [positions, funds] = await Promise.all([broker.fetchPositions(), broker.fetchFunds()]);
      const second = await this.readBook();
      const settled = this.writer.state.doubts.size === 0 || !this.positionsKnown;
      if (settled && second.complete && positions.invalid.length === 0 && this.writer.state.fillsSeen === fills) {
        this.takePositions(positions.rows);
      }
      const pnl = positions.rows.reduce((sum, row) => sum + row.realisedPaise + row.unrealisedPaise, 0);
      this.money = { fundsPaise: funds.availablePaise, fundsAtMs: startedMs, dayPnlPaise: pnl, dayPnlAtMs: startedMs };
      this.writer.state.releaseReserved(startedMs);
      const complete = first.complete && second.complete;
      if (complete) this.reconciledAtMs = readAtMs;
      metrics.reconciled.inc({ result: complete ? 'complete' : 'incomplete' });
      const foreign = first.foreign + second.foreign;
      return {
        complete,
        resolved: first.resolved + second.resolved,
        unknown: this.writer.state.unknownCount,
        foreign,
        readAtMs,
      };
    } catch (error) {
      metrics.reconciled.inc({ result: 'failed' });
      logger.warn({ err: error, account: this.writer.accountId }, "the broker's books could not be read");
      throw error;
    }
  }

  /** Reads the book once and applies it. */
  private async readBook(): Promise<{ complete: boolean; resolved: number; foreign: number }> {
    const { writer } = this;
    const { broker, clock } = writer.options;
    const begunMs = clock.monotonicMs();
    const book = await broker.fetchBook();
    const complete = book.invalid.length === 0 && this.hasAll(book.rows, begunMs);
    const doubtsBefore = writer.state.doubts.size;
    const foreign = await this.applyRows(book.rows, begunMs);
    if (complete) {
      this.completeAtMs = begunMs;
      this.seen.clear();
      for (const row of book.rows) this.seen.set(row.brokerOrderId, row.stage !== 'open');
      await this.endDoubts(book.rows, begunMs);
    } else if (book.invalid.length === 0 && begunMs - this.completeAtMs > NEW_DAY_AFTER_MS) {
      await this.endMissing(book.rows);
    }
    return { complete, foreign, resolved: Math.max(0, doubtsBefore - writer.state.doubts.size) };
  }

  private hasAll(rows: readonly BrokerOrder[], begunMs: number): boolean {
    const there = new Set(rows.map((row) => row.brokerOrderId));
    const isNewDay = begunMs - this.completeAtMs > NEW_DAY_AFTER_MS;
    for (const [id, ended] of this.seen) if (!there.has(id) && !(isNewDay && ended)) return false;
    return this.writer.state.atBroker().every(({ child }) => there.has(child.brokerOrderId));
  }

  /** Orders of an earlier day leave the book without a word: what the broker does not know any more has ended. */
  private async endMissing(rows: readonly BrokerOrder[]): Promise<void> {
    const { writer } = this;
    const there = new Set(rows.map((row) => row.brokerOrderId));
    for (const { child } of writer.state.atBroker()) {
      if (there.has(child.brokerOrderId)) continue;
      if ((await writer.options.broker.fetchOrder(child.brokerOrderId)) !== undefined) continue;
      const report = { ...child, brokerStatus: 'gone with its day', message: '', settled: true };
      await writer.hear(child.childId, { kind: 'reported-cancelled', report }, { source: 'book' });
    }
  }

  private async applyRows(rows: readonly BrokerOrder[], begunMs: number): Promise<number> {
    let foreign = 0;
    const known = rows.filter((row) => this.writer.state.childOfBrokerOrder(row) !== undefined);
    // What a book brings is news of one moment: it is heard together. A row without news costs nothing but its check.
    await Promise.all(known.map((row) => this.take(row, 'book', begunMs)));
    for (const row of rows) {
      if (this.writer.state.childOfBrokerOrder(row) !== undefined) continue;
      if (await this.takeStranger(row, begunMs)) foreign += 1;
    }
    return foreign;
  }

  /** Applies what the broker says of an order that is known. */
  async take(seen: BrokerOrder, source: Source, begunMs = 0): Promise<void> {
    const { writer } = this;
    const found = writer.state.childOfBrokerOrder(seen);
    if (found === undefined) return;
    const answeredMs = writer.state.answeredMs.get(found.child.childId) ?? 0;
    const event = reportEvent(seen, begunMs > answeredMs && begunMs > 0);
    if (isOldNews(found.child, event)) return;
    await writer.hear(found.child.childId, event, { source });
  }

  /** What is not known by name or tag: a child whose tag is left out, or an order placed elsewhere. */
  private async takeStranger(row: BrokerOrder, begunMs: number): Promise<boolean> {
    const alike = this.writer.state.lookalikes(row);
    if (row.tag === null && alike.length > 0) {
      await this.unmask(row, begunMs);
      return false;
    }
    // A birth of this moment may not be known by name yet: its tag would say so, and the next book will.
    if (row.tag !== null && isChildTag(row.tag) && this.writer.state.childOf(row.tag) !== undefined) return false;
    return this.follow(row);
  }

  /** Asks for the tag of an order whose row leaves it out, by asking which orders carry each tag in doubt. */
  private async unmask(row: BrokerOrder, begunMs: number): Promise<void> {
    for (const { child } of this.writer.state.lookalikes(row)) {
      const ids = await this.writer.options.broker.fetchIdsByTag(child.childId);
      if (ids.includes(row.brokerOrderId)) return this.take({ ...row, tag: child.childId }, 'history', begunMs);
    }
  }

  private async endDoubts(rows: readonly BrokerOrder[], begunMs: number): Promise<void> {
    const { writer } = this;
    const { broker } = writer.options;
    for (const doubt of [...writer.state.doubts.values()]) {
      if (begunMs < doubt.quarantineEndsMs) continue;
      const found = writer.state.childOf(doubt.childId);
      if (found === undefined) continue;
      const reads = doubt.absentReads + 1;
      writer.state.doubts.set(doubt.childId, { ...doubt, absentReads: reads });
      const needed = writer.options.sabotage === 'no-quarantine' ? 1 : ABSENT_READS;
      if (reads < needed) continue;
      const masked = rows.some(
        (row) =>
          row.tag === null &&
          writer.state.childOfBrokerOrder(row) === undefined &&
          writer.state.lookalikes(row).some(({ child }) => child.childId === doubt.childId),
      );
      const ids = await broker.fetchIdsByTag(doubt.childId);
      if (ids.length > 0) await this.adoptByHistory(doubt.childId, ids);
      else if (!masked) await writer.hear(doubt.childId, { kind: 'proven-absent' }, { source: 'book' });
    }
  }

  private async adoptByHistory(childId: ChildId, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const order = await this.writer.options.broker.fetchOrder(id);
      if (order !== undefined) await this.take({ ...order, tag: childId }, 'history');
    }
  }

  /** Follows an order that was placed elsewhere. Returns whether it was news. */
  private async follow(row: BrokerOrder): Promise<boolean> {
    const segment = segmentOf(row.instrumentKey);
    if (!isSupportedSegment(segment) || !PRODUCTS.has(row.product)) return false;
    const { writer } = this;
    const order = foreignOrder(writer, row);
    if (order === undefined) return false;
    await writer.run(async () => {
      if (writer.state.childOfBrokerOrder(row) !== undefined) return;
      const draft = writer.draft();
      draft.create(order);
      draft.tell(OrderEventKind.FOREIGN, order, { source: 'book', childId: order.body.children[0]?.childId ?? '' });
      await writer.commit(draft);
    });
    return true;
  }

  private takePositions(rows: readonly BrokerPosition[]): void {
    const { state, options } = this.writer;
    const told = new Map<string, BrokerPosition>();
    for (const row of rows) if (PRODUCTS.has(row.product)) told.set(`${row.instrumentKey} ${row.product}`, row);
    for (const held of state.book.positions()) {
      if (!told.has(`${held.instrumentKey} ${held.product}`)) this.correct(held.instrumentKey, held.product, 0);
    }
    for (const row of told.values()) this.correct(row.instrumentKey, row.product as Product, row.quantity);
    if (!this.positionsRead)
      options.logger.info({ account: this.writer.accountId, count: told.size }, 'positions are known');
    this.positionsRead = true;
    this.provisionalAt = state.doubts.size === 0 ? undefined : state.doubtfulFills;
  }

  private correct(instrumentKey: string, product: Product, quantity: number): void {
    const { state, options } = this.writer;
    const held = state.book.position(instrumentKey, product);
    if (held === quantity) return;
    if (this.positionsKnown && this.provisionalAt === undefined) {
      options.metrics.mismatches.inc();
      options.logger.warn({ account: this.writer.accountId, instrumentKey, held, quantity }, 'a position is corrected');
    }
    state.book.setPosition(instrumentKey, product, quantity);
  }
}

/** The event that a word of the broker is. */
export function reportEvent(seen: BrokerOrder, settled: boolean): ChildEvent {
  const report: BrokerReport = {
    brokerOrderId: seen.brokerOrderId,
    brokerStatus: seen.status,
    quantity: seen.quantity,
    pricePaise: seen.pricePaise,
    triggerPricePaise: seen.triggerPricePaise,
    filledQty: seen.filledQty,
    filledValuePaise: seen.filledValuePaise,
    message: seen.statusMessage,
    settled,
  };
  const kinds = {
    open: 'reported-open',
    filled: 'reported-filled',
    cancelled: 'reported-cancelled',
    rejected: 'reported-rejected',
  } as const;
  return { kind: kinds[seen.stage], report };
}

/** Whether a word adds nothing, so that no step is needed for it. */
function isOldNews(child: Parameters<typeof stepChild>[0], event: ChildEvent): boolean {
  const outcome = stepChild(child, event);
  return outcome.ok && !outcome.step.changed;
}

function foreignOrder(writer: AccountWriter, row: BrokerOrder): TrackedOrder | undefined {
  const orderId = orderIdOf('foreign', writer.accountId, row.brokerOrderId);
  const now = writer.options.clock.wallNow();
  const products = { I: OrderProduct.INTRADAY, D: OrderProduct.DELIVERY, MTF: OrderProduct.MTF } as const;
  const intent = {
    orderId,
    accountId: writer.accountId,
    strategy: '',
    instrumentKey: row.instrumentKey,
    side: row.side === 'BUY' ? OrderSide.BUY : OrderSide.SELL,
    quantity: row.quantity,
    product: products[row.product as Product],
    orderType:
      row.orderType === 'LIMIT' ? OrderType.LIMIT : row.orderType === 'MARKET' ? OrderType.MARKET : OrderType.SL,
    pricePaise: row.pricePaise,
    triggerPricePaise: row.triggerPricePaise,
    validity: row.validity === 'IOC' ? OrderValidity.IOC : OrderValidity.DAY,
    disclosedQty: 0,
    purpose: OrderPurpose.UNSPECIFIED,
    validUntilMs: 0,
    decidedPricePaise: 0,
    decidedAtMs: 0,
    decisionNumber: 0,
  };
  const terms = termsOf(intent);
  if (terms === undefined || row.quantity === 0) return undefined;
  const { quantity, pricePaise, triggerPricePaise } = row;
  const born = bornChild(orderId, childIdOf(orderId, 0), 0, { quantity, pricePaise, triggerPricePaise });
  const first = stepChild(born, reportEvent(row, true));
  if (!first.ok) return undefined;
  const { child } = first.step;
  const body = { orderId, quantity, slices: [quantity], children: [born], lapsedQty: 0 };
  return {
    intent,
    raw: new Uint8Array(),
    terms,
    body: withChild(body, child),
    times: new Map([[child.childId, { ...NO_TIMES, endedAtMs: hasEnded(child.state) ? now : 0 }]]),
    userId: '',
    tradingSymbol: row.tradingSymbol,
    limitPaise: pricePaise,
    marginPaise: 0,
    reducing: false,
    foreign: true,
    denial: undefined,
    createdAtMs: row.orderedAtMs === 0 ? now : row.orderedAtMs,
    decidedAtMs: writer.options.world.marketNowMs() ?? 0,
    updatedAtMs: now,
    accountSeq: 0,
  };
}
