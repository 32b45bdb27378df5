/**
 * Goal: every client of this gateway that follows an account's orders sees each event once and in order.
 *
 * Method: one subscription per account; its events go on from a book that was read after the subscription stood. Their
 * sequence has no holes: on one, after a reconnect, and now and then in silence, orders is asked for the events since.
 */
import { ordersRpc, type Order, type OrderEvent } from '@vega/contracts';
import { OutcomeError, repeat, type Clock, type Timer } from '@vega/kernel';
import type { OrdersData } from '../../orders/orders-data.ts';
import type { Principal } from '../../principal.ts';
import type { Ending } from '../ports.ts';
import { AccountOrders } from './account-orders.ts';

/** The events that orders publishes. */
export interface OrderEventSource {
  subscribeOrderEvents(accountId: string, onEvent: (event: OrderEvent) => void): Ending;
  /** Told each time the bus is reached again after it was lost. */
  onReconnect(listener: () => void): Ending;
}

/** Who follows an account. */
export interface OrdersHolder {
  /** On whose behalf orders is asked. */
  readonly principal: Principal;
  noteChange(): void;
  /** What was followed begins anew. */
  noteRestart(): void;
}

export interface OrdersBoardParts {
  readonly orders: OrdersData;
  readonly source: OrderEventSource;
  readonly clock: Clock;
  readonly onFailure: (error: unknown, what: string) => void;
}

const PAGE = 500;
const EVENTS = 1_000;
/** An event that was lost and followed by none is found within this time, milliseconds. */
const LOOK_MS = 5_000;
/** Accounts over all clients of this gateway. */
const MAX_ACCOUNTS = 2_000;
/** Pages of open orders; a broker lets nobody have more. */
const MAX_PAGES = 20;

interface Shared {
  readonly accountId: string;
  readonly state: AccountOrders;
  readonly holders: Set<OrdersHolder>;
  readonly end: Ending;
  /** The highest number that was seen, taken or not. */
  heardSeq: number;
  loading: Promise<void> | undefined;
  catching: Promise<void> | undefined;
}

export class OrdersBoard {
  private readonly shared = new Map<string, Shared>();
  private readonly looking: Timer;
  private readonly endReconnect: Ending;

  constructor(private readonly parts: OrdersBoardParts) {
    const lookAll = (): void => {
      for (const one of this.shared.values()) this.look(one);
    };
    this.looking = repeat(parts.clock, LOOK_MS, lookAll);
    this.endReconnect = parts.source.onReconnect(lookAll);
  }

  get size(): number {
    return this.shared.size;
  }

  /** Follows an account on behalf of somebody. Throws STREAM_LIMIT when this gateway follows as many as it may. */
  acquire(accountId: string, holder: OrdersHolder): AccountOrders {
    let one = this.shared.get(accountId);
    if (one === undefined) {
      if (this.shared.size >= MAX_ACCOUNTS) {
        throw new OutcomeError('STREAM_LIMIT', `this gateway follows at most ${MAX_ACCOUNTS} accounts`);
      }
      const opened: Shared = {
        accountId,
        state: new AccountOrders(),
        holders: new Set(),
        end: this.parts.source.subscribeOrderEvents(accountId, (event) => this.take(opened, event)),
        heardSeq: 0,
        loading: undefined,
        catching: undefined,
      };
      one = opened;
      this.shared.set(accountId, one);
    }
    one.holders.add(holder);
    return one.state;
  }

  /** Resolves when the account's orders are known; asks for them on behalf of the holder. */
  async ready(accountId: string, holder: OrdersHolder): Promise<void> {
    const one = this.shared.get(accountId);
    if (one === undefined || one.state.seq !== undefined) return;
    one.loading ??= this.load(one, holder.principal).finally(() => (one.loading = undefined));
    await one.loading;
  }

  release(accountId: string, holder: OrdersHolder): void {
    const one = this.shared.get(accountId);
    if (one === undefined || !one.holders.delete(holder) || one.holders.size > 0) return;
    this.shared.delete(accountId);
    one.end();
  }

  close(): Promise<void> {
    this.looking.cancel();
    this.endReconnect();
    for (const one of this.shared.values()) one.end();
    this.shared.clear();
    return Promise.resolve();
  }

  private take(one: Shared, event: OrderEvent): void {
    one.heardSeq = Math.max(one.heardSeq, event.accountSeq);
    // Before the first book nothing can follow; the book contains it, or what comes after it shows the hole.
    if (one.state.seq === undefined) return;
    const outcome = one.state.take(event);
    if (outcome === 'taken') for (const holder of one.holders) holder.noteChange();
    if (outcome === 'gap') this.look(one);
  }

  /** Reads every open order, and where in the sequence they stand. */
  private async load(one: Shared, principal: Principal): Promise<void> {
    const orders: Order[] = [];
    let accountSeq: number | undefined;
    let cursor = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const asked = { ...ALL_OPEN, accountId: one.accountId, cursor };
      const book = await this.parts.orders.ask(ordersRpc.getBook, asked, principal);
      // The first page's: what changed while later ones were read comes again as events.
      accountSeq ??= book.accountSeq;
      orders.push(...book.orders);
      cursor = book.nextCursor;
      if (cursor === '') break;
    }
    one.state.begin(orders, accountSeq ?? 0);
    if (one.heardSeq > (accountSeq ?? 0)) this.look(one);
  }

  /** Asks for the events since the last one that was taken; one question at a time. */
  private look(one: Shared): void {
    if (one.catching !== undefined || one.state.seq === undefined) return;
    one.catching = this.catchUp(one)
      .catch((error: unknown) => this.parts.onFailure(error, 'asking for events of orders'))
      .finally(() => (one.catching = undefined));
  }

  private async catchUp(one: Shared): Promise<void> {
    const [holder] = one.holders;
    if (holder === undefined) return;
    for (;;) {
      const fromSeq = (one.state.seq ?? 0) + 1;
      const asked = { accountId: one.accountId, fromSeq, limit: EVENTS };
      const { events, lastSeq } = await this.parts.orders.ask(ordersRpc.getEvents, asked, holder.principal);
      const [first] = events;
      if (first !== undefined && first.accountSeq > fromSeq) {
        await this.beginAnew(one, holder);
        continue;
      }
      for (const event of events) this.takeAnswered(one, event);
      // Behind what is recorded, or behind what was heard meanwhile: the rest is asked for.
      if (events.length === 0 || (one.state.seq ?? 0) >= Math.max(lastSeq, one.heardSeq)) return;
    }
  }

  private takeAnswered(one: Shared, event: OrderEvent): void {
    if (one.state.take(event) === 'taken') for (const holder of one.holders) holder.noteChange();
  }

  /** Events that are not kept any more cannot be told one by one. */
  private async beginAnew(one: Shared, holder: OrdersHolder): Promise<void> {
    await this.load(one, holder.principal);
    for (const each of one.holders) each.noteRestart();
  }
}

const ALL_OPEN = {
  statuses: [],
  instrumentKey: '',
  strategy: '',
  workingOnly: true,
  fromDate: '',
  toDate: '',
  limit: PAGE,
};
