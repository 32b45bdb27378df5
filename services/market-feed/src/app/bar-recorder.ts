/**
 * Goal: every bar that is announced is in the database first, and every bar in the database is announced.
 *
 * Method: ticks go to the builder, its bars into a bounded list in which a later word on a bar replaces the one before;
 * every half second the list is written in one transaction together with the messages that tell it; then the messages
 * are published and forgotten. What a process leaves behind in between is published by the next one.
 *
 * Invariants: a message is published after its bar was committed; a bar is dropped only when the list is full because
 * the database has been away for long, the oldest first, and that is counted and logged.
 */
import { istDateOf, repeat, type Clock, type Timer } from '@vega/kernel';
import type { Logger, Metrics } from '@vega/platform';
import type { BuiltBar } from '../domain/bar-book.ts';
import { BarBuilder } from '../domain/bar-builder.ts';
import { barMessage } from '../domain/bar-message.ts';
import type { SessionHours } from '../domain/session-minutes.ts';
import type { BarMessage, BarPublisher, BarStore } from './data-ports.ts';
import type { TickFacts, TickListener } from './ports.ts';

export interface BarRecorderOptions {
  readonly store: BarStore;
  readonly publisher: BarPublisher;
  readonly hours: SessionHours;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Market time, epoch ms; undefined while it is not known. */
  readonly marketNowMs: () => number | undefined;
  /** Market milliseconds from a minute's end to its bar, default 2,000. */
  readonly graceMs?: number;
  /** Bars that may wait for the database, default 200,000. */
  readonly maxWaiting?: number;
}

const SWEEP_EVERY_MS = 500;
const MAINTAIN_EVERY_MS = 60_000;
const LEFT_BEHIND_AFTER_MS = 30_000;
const DEFAULT_GRACE_MS = 2_000;
/** A conflated tick of a quiet instrument tells a trade up to this long after its minute. */
const WINDOW_MS = 180_000;
const DEFAULT_MAX_WAITING = 200_000;
const BARS_PER_TRANSACTION = 5_000;
const MESSAGES_PER_SWEEP = 1_000;

/** Turns ticks into bars in the database and on the bus. */
export class BarRecorder implements TickListener {
  private readonly builder: BarBuilder;
  private readonly waiting = new Map<string, BuiltBar>();
  private readonly timers: Timer[] = [];
  private writing: Promise<void> | undefined;
  private dropped = 0;
  private nextSweepMarketMs = 0;
  private maintained = '';
  private troubled = false;
  /** Whether committed messages may be unpublished. */
  private leftBehind = false;
  private oldestWaitingMs = Number.NaN;
  private readonly saved;
  private readonly published;
  private readonly failures;

  constructor(private readonly options: BarRecorderOptions) {
    const { hours, metrics } = options;
    this.builder = new BarBuilder({
      graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
      windowMs: WINDOW_MS,
      isBarMinute: (key, startMs) => hours.isBarMinute(key, startMs),
      announce: (bar) => this.add(bar),
    });
    this.saved = metrics.counter('vega_bars_saved_total', 'Bars and their revisions written to the database.', [
      'state',
    ]);
    this.published = metrics.counter('vega_bars_published_total', 'Bars and their revisions acknowledged by the bus.');
    this.failures = metrics.counter('vega_bar_failures_total', 'Attempts to write or publish bars that failed.', [
      'step',
    ]);
    this.describe();
  }

  /** Continues where the database ends, and publishes what an earlier process left unpublished. */
  async start(): Promise<void> {
    const { store, logger, clock } = this.options;
    const last = await store.fetchLast();
    this.builder.restore(last);
    this.leftBehind = true;
    await this.flush();
    logger.info({ instruments: last.length }, 'bars continue where they ended');
    this.timers.push(repeat(clock, SWEEP_EVERY_MS, () => this.sweep()));
    this.timers.push(repeat(clock, MAINTAIN_EVERY_MS, () => this.maintain()));
    await this.maintain();
  }

  /** Writes and publishes what is announced. Minutes that still run are lost with the process: the next one has their volume. */
  async stop(): Promise<void> {
    for (const timer of this.timers) timer.cancel();
    await this.flush();
  }

  onTick(facts: TickFacts): void {
    // Without an id the bar could not be told from one of another contract that had the token before.
    if (facts.instrumentId === 0) return;
    this.builder.onTick(facts);
    if (facts.marketTimeMs >= this.nextSweepMarketMs) this.advance(facts.marketTimeMs);
  }

  /** Forgets instruments that are no longer in the master. */
  retain(keep: (instrumentId: number) => boolean): void {
    this.builder.retain(keep);
  }

  /** Undefined while bars reach the database and the bus, else what is wrong. */
  problem(): string | undefined {
    return this.troubled ? `bars cannot be saved or published; ${this.waiting.size} wait` : undefined;
  }

  /** Writes and publishes everything announced so far. */
  async flush(): Promise<void> {
    await this.writing;
    await this.write();
  }

  private async sweep(): Promise<void> {
    const marketMs = this.options.marketNowMs();
    if (marketMs !== undefined) this.advance(marketMs);
    await this.flush();
  }

  private advance(marketMs: number): void {
    this.nextSweepMarketMs = marketMs + SWEEP_EVERY_MS;
    this.builder.advance(marketMs);
  }

  private add(bar: BuiltBar): void {
    const name = `${bar.instrumentId} ${bar.startTimeMs}`;
    const before = this.waiting.get(name);
    // A provisional word after the final one can only come from a tick that was late.
    if (before?.final === true && !bar.final) return;
    if (this.waiting.size === 0) this.oldestWaitingMs = this.options.clock.monotonicMs();
    this.waiting.set(name, bar);
    if (this.waiting.size <= (this.options.maxWaiting ?? DEFAULT_MAX_WAITING)) return;
    const [oldest] = this.waiting.keys();
    if (oldest !== undefined) this.waiting.delete(oldest);
    this.dropped += 1;
    if (this.dropped % 10_000 === 1)
      this.options.logger.error({ dropped: this.dropped }, 'bars are dropped: the database is away');
  }

  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => (this.writing = undefined));
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    const { store, logger } = this.options;
    let step = 'publish';
    try {
      if (this.leftBehind) await this.publishLeft(0);
      this.leftBehind = false;
      while (this.waiting.size > 0) {
        const batch = [...this.waiting].slice(0, BARS_PER_TRANSACTION);
        step = 'save';
        const messages = await store.save(
          batch.map(([, bar]) => bar),
          (stored) => {
            this.saved.inc({ state: stored.bar.final ? 'final' : 'provisional' });
            return barMessage(stored);
          },
        );
        // What was said anew of a bar while it was being written stays.
        for (const [name, bar] of batch) if (this.waiting.get(name) === bar) this.waiting.delete(name);
        step = 'publish';
        this.leftBehind = true;
        await this.publish(messages);
        this.leftBehind = false;
      }
      if (this.troubled) logger.info('bars are saved and published again');
      this.troubled = false;
    } catch (error) {
      this.failures.inc({ step });
      if (!this.troubled)
        logger.error({ err: error, step, waiting: this.waiting.size }, 'bars cannot be saved or published');
      this.troubled = true;
    }
  }

  private async publish(messages: readonly BarMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.options.publisher.publish(messages);
    this.published.inc(messages.length);
    await this.options.store.forgetMessages(messages.map(({ id }) => id));
  }

  /** Publishes what was committed and not known to be published. */
  private async publishLeft(olderThanMs: number): Promise<void> {
    for (;;) {
      const left = await this.options.store.fetchLeftMessages(olderThanMs, MESSAGES_PER_SWEEP);
      if (left.length === 0) return;
      await this.publish(left);
      this.options.logger.info({ messages: left.length }, 'bars left unpublished are published');
    }
  }

  private async maintain(): Promise<void> {
    const { store, logger, marketNowMs } = this.options;
    try {
      await this.publishLeft(LEFT_BEHIND_AFTER_MS);
      const marketMs = marketNowMs();
      if (marketMs === undefined) return;
      const date = istDateOf(marketMs);
      if (date === this.maintained) return;
      await store.maintain(date);
      this.maintained = date;
    } catch (error) {
      this.failures.inc({ step: 'maintain' });
      logger.error({ err: error }, 'the upkeep of bars failed');
    }
  }

  private describe(): void {
    const { metrics, clock } = this.options;
    const { counts } = this.builder;
    metrics.gauge('vega_bars_open', 'Bars still open for ticks.', [], (gauge) => gauge.set(this.builder.openBars));
    metrics.gauge('vega_bars_waiting', 'Bars announced and not yet in the database.', [], (gauge) =>
      gauge.set(this.waiting.size),
    );
    metrics.gauge('vega_bars_lag_seconds', 'Age of the oldest bar that waits for the database.', [], (gauge) =>
      gauge.set(this.waiting.size === 0 ? 0 : (clock.monotonicMs() - this.oldestWaitingMs) / 1000),
    );
    metrics.gauge(
      'vega_bar_odd_ticks',
      'Ticks that bars could not use or that changed an announced bar.',
      ['what'],
      (gauge) => {
        for (const [what, count] of Object.entries(counts)) gauge.set({ what }, count);
        gauge.set({ what: 'dropped' }, this.dropped);
      },
    );
  }
}
