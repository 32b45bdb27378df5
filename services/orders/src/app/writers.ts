/**
 * The accounts of this process: takes those whose lease is free, renews what it holds in one statement, lets go of what it
 * has lost. A replica that waits takes over as soon as a lease ends.
 */
import type { BrokerAccount } from '@vega/contracts';
import { addDays, type Clock, istDateOf, repeat, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { OrderRateLimits } from '@vega/trading';
import { AccountWriter } from './account-writer.ts';
import type { WriterOptions } from './writer-options.ts';
import type { MarketFacts } from './market-facts.ts';
import { OrderChanges } from './order-changes.ts';
import type { OrderStore } from './order-store.ts';
import type { Announcer, BrokerPort } from './ports.ts';
import { Reconciler, type ReconcilerTimings } from './reconciler.ts';
import type { RiskDesk } from './risk-desk.ts';
import { loadWriter } from './start-writer.ts';
import { AccountWorld } from './writer-world.ts';
import type { WriterMetrics } from './writer-metrics.ts';

/** A broker connection of one account, opened when the account is taken. */
export interface BrokerConnection {
  readonly broker: BrokerPort;
  /** Opens the stream of updates; `onChange` is told of each order, and without one when the books must be read. */
  listen(onChange: (order?: Parameters<Reconciler['take']>[0]) => void): void;
  readonly isStreamOpen: boolean;
  close(): void;
}

/** The doors that only the writer of an account opens. */
export interface WriterDoors {
  open(active: ActiveAccount): () => void;
}

export interface WritersOptions {
  readonly replica: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: OrderStore;
  readonly accounts: () => readonly BrokerAccount[];
  readonly account: (accountId: string) => BrokerAccount | undefined;
  readonly connect: (account: BrokerAccount) => BrokerConnection;
  readonly market: MarketFacts;
  readonly desk: RiskDesk;
  readonly announcer: Announcer;
  readonly metrics: WriterMetrics;
  readonly doors: WriterDoors;
  readonly rates: OrderRateLimits;
  readonly leaseTtlMs: number;
  readonly quarantineMs: number;
  readonly requestTimeoutMs: number;
  readonly timings: ReconcilerTimings;
  readonly onDefect: (error: Error) => void;
  readonly sabotage?: WriterOptions['sabotage'];
}

/** An account that this process writes. */
export interface ActiveAccount {
  readonly accountId: string;
  readonly writer: AccountWriter;
  readonly reconciler: Reconciler;
  readonly changes: OrderChanges;
  readonly connection: BrokerConnection;
}

interface Held extends ActiveAccount {
  close: () => void;
}

const REVALUE_MS = 1_000;
const DAY_MS = 86_400_000;

export class Writers {
  private readonly held = new Map<string, Held>();
  private readonly taking = new Set<string>();
  private readonly timers: Timer[] = [];
  private stopped = false;
  private partitionsFor = '';
  /** Why orders cannot be recorded; undefined while they can. */
  problem: string | undefined;

  constructor(private readonly options: WritersOptions) {}

  start(): void {
    const { clock, leaseTtlMs } = this.options;
    void this.round();
    this.timers.push(repeat(clock, Math.max(50, leaseTtlMs / 3), () => this.round()));
    this.timers.push(repeat(clock, REVALUE_MS, () => this.revalue()));
  }

  get(accountId: string): ActiveAccount | undefined {
    return this.held.get(accountId);
  }

  all(): readonly ActiveAccount[] {
    return [...this.held.values()];
  }

  /** Gives every account back, so that another replica need not wait. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) timer.cancel();
    await Promise.all(
      this.all().map(async ({ accountId, writer }) => {
        await writer.settled();
        this.drop(accountId, 'the process ends');
        await this.options.store.releaseLease(accountId, writer.epoch).catch(() => undefined);
      }),
    );
  }

  private async round(): Promise<void> {
    if (this.stopped) return;
    const { accounts, logger } = this.options;
    try {
      await this.renew();
      await this.partitions();
      this.problem = undefined;
      for (const account of accounts()) {
        if (!this.held.has(account.accountId) && !this.taking.has(account.accountId)) void this.take(account);
      }
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (this.problem === undefined)
        logger.error({ err: error }, 'the record of orders cannot be reached: nothing is sent');
      this.problem = problem;
    }
  }

  private async renew(): Promise<void> {
    if (this.held.size === 0) return;
    const { store, replica, leaseTtlMs } = this.options;
    const epochs = new Map(this.all().map(({ accountId, writer }) => [accountId, writer.epoch]));
    const ours = await store.renewLeases(replica, epochs, leaseTtlMs);
    for (const [accountId, epoch] of epochs) {
      const now = this.held.get(accountId);
      if (!ours.has(accountId) && now?.writer.epoch === epoch) now.writer.lose('the lease was lost');
    }
  }

  /** The hot table has a partition for each day, made before the day comes. */
  private async partitions(): Promise<void> {
    const today = istDateOf(this.options.clock.wallNow());
    if (today === this.partitionsFor) return;
    await this.options.store.ensurePartitions([today, addDays(today, 1), addDays(today, 2)]);
    this.partitionsFor = today;
  }

  private async take(account: BrokerAccount): Promise<void> {
    const { accountId } = account;
    const { store, replica, leaseTtlMs, metrics, logger } = this.options;
    this.taking.add(accountId);
    try {
      const lease = await store.takeLease(accountId, replica, leaseTtlMs);
      if (lease === undefined || this.stopped) return;
      metrics.takeovers.inc();
      await this.options.desk.refresh();
      const connection = this.options.connect(account);
      const world = new AccountWorld({
        accountId,
        account: () => this.options.account(accountId),
        market: this.options.market,
        desk: this.options.desk,
        broker: connection.broker,
        clock: this.options.clock,
        factsRevision: lease.factsRevision,
      });
      const writer = new AccountWriter({
        ...this.options,
        lease,
        broker: connection.broker,
        world,
        onLost: (reason) => this.drop(accountId, reason),
      });
      world.haltReason = () => writer.haltReason;
      const reconciler = new Reconciler(writer, this.options.timings);
      world.reconciled = reconciler;
      await loadWriter(writer);
      const active = { accountId, writer, reconciler, changes: new OrderChanges(writer, reconciler), connection };
      this.open(active, connection);
      logger.info({ account: accountId, epoch: lease.epoch, seq: lease.lastSeq }, 'this process writes the account');
    } catch (error) {
      logger.warn({ err: error, account: accountId }, 'an account could not be taken');
    } finally {
      this.taking.delete(accountId);
    }
  }

  private open(active: ActiveAccount, connection: BrokerConnection): void {
    const { accountId, writer, reconciler } = active;
    if (writer.isLost) {
      connection.close();
      return;
    }
    const closeDoors = this.options.doors.open(active);
    this.held.set(accountId, {
      ...active,
      close: () => {
        closeDoors();
        reconciler.stop();
        connection.close();
      },
    });
    connection.listen((order) => {
      const known = order !== undefined && writer.state.childOfBrokerOrder(order) !== undefined;
      const work =
        known && order !== undefined ? reconciler.take(order, 'stream') : reconciler.reconcile().then(() => undefined);
      void work.catch(() => undefined);
    });
    reconciler.start();
  }

  private drop(accountId: string, reason: string): void {
    const held = this.held.get(accountId);
    if (held === undefined) return;
    this.held.delete(accountId);
    held.writer.stop(reason);
    held.close();
    this.options.logger.warn({ account: accountId, reason }, 'this process writes the account no more');
  }

  /** Values what is held and works again, and keeps its prices coming. */
  private async revalue(): Promise<void> {
    const { market, clock } = this.options;
    const keys = new Set<string>();
    for (const { writer } of this.held.values()) {
      const { book } = writer.state;
      for (const key of book.instruments) {
        keys.add(key);
        const { unit, pricePaise } = market.unit(key);
        book.setUnit(key, unit, pricePaise, clock.monotonicMs());
      }
      writer.state.forgetBefore(clock.wallNow() - DAY_MS);
    }
    await market.follow([...keys]).catch(() => undefined);
  }
}
