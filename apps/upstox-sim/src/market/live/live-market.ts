import {
  istDateOf,
  marketInstant,
  repeat,
  SUPPORTED_SEGMENTS,
  type Clock,
  type IstDate,
  type MarketInstant,
  type Timer,
} from '@vega/kernel';
import { MarketStatus, SessionStatus, subjects, Tick } from '@vega/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { feedStatusAt, seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import type { Logger } from 'pino';
import type { CandleRow, MarketSource, MarketStep, MasterRow, SegmentStatus, SimQuote } from '../market-source.ts';
import { reasonOf } from '../reason-of.ts';
import { readMaster } from './live-master.ts';
import { quoteOfTick } from './tick-quote.ts';

/** How a mirror of the platform's own market is set up. */
export interface LiveMarketOptions {
  readonly clock: Clock;
  /** Where the ticks are published. Reading is all it does there. */
  readonly natsUrl: string;
  /** File or address of Upstox's instrument master. */
  readonly master: string;
  readonly log: Logger;
  /** Wall milliseconds within which ticks make one step. */
  readonly stepMs?: number | undefined;
}

const STEP_MS = 50;
const CONNECT_TIMEOUT_MS = 10_000;
const MASTER_RETRY_MS = 60_000;
const CALENDAR = withBeyondCoverage(seedCalendar, 'weekdays');

/**
 * The real market as the platform's market-feed publishes it: a paper account fills against it through exactly the path
 * of a live one. Prices, depth and sessions come from the bus; contract terms from the broker's master of the day. It
 * knows no candles: they belong to whoever records the market.
 */
export class LiveMarket implements MarketSource {
  readonly kind = 'live';
  private readonly quotes = new Map<string, SimQuote>();
  private readonly epochs = new Map<string, { epoch: number; seq: number }>();
  private readonly announced = new Map<string, { status: SegmentStatus; updated: number }>();
  private readonly listeners = new Set<(step: MarketStep) => void>();
  private readonly changed = new Map<string, SimQuote>();
  private statusChanged = false;
  private at: number;
  private masterDate: IstDate;
  private nc: NatsConnection | undefined;
  private connected = false;
  private closing = false;
  private stepper: Timer | undefined;
  private readonly counters = { ticks: 0, stale: 0, gaps: 0, undecodable: 0 };

  private constructor(
    private readonly options: LiveMarketOptions,
    private rows: readonly MasterRow[],
  ) {
    this.at = options.clock.wallNow();
    this.masterDate = istDateOf(this.at);
  }

  /** Reads the master and connects; rejects with one sentence when either cannot be had. */
  static async create(options: LiveMarketOptions): Promise<LiveMarket> {
    const market = new LiveMarket(options, await readMaster(options.master));
    await market.listen();
    return market;
  }

  now(): MarketInstant {
    return marketInstant(this.at);
  }

  instruments(): readonly MasterRow[] {
    return this.rows;
  }

  segmentStatus(): ReadonlyMap<string, { status: SegmentStatus; updated: number }> {
    const now = marketInstant(this.options.clock.wallNow());
    const today = istDateOf(now);
    const all = new Map<string, { status: SegmentStatus; updated: number }>();
    for (const segment of SUPPORTED_SEGMENTS) {
      const told = this.announced.get(segment);
      // What was announced on another day says nothing about today.
      const isOfToday = told !== undefined && istDateOf(told.updated) === today;
      all.set(segment, isOfToday ? told : { status: feedStatusAt(CALENDAR, segment, now), updated: now });
    }
    return all;
  }

  quote(key: string): SimQuote | undefined {
    return this.quotes.get(key);
  }

  candles(): readonly CandleRow[] {
    return [];
  }

  onStep(listener: (step: MarketStep) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  progress(): Record<string, string | number | boolean | null> {
    return {
      source: 'live',
      masterDate: this.masterDate,
      instruments: this.rows.length,
      quoted: this.quotes.size,
      connected: this.connected,
      ...this.counters,
    };
  }

  start(): void {
    const { clock, stepMs = STEP_MS } = this.options;
    this.stepper ??= repeat(clock, stepMs, () => this.step());
    this.refresher ??= repeat(clock, MASTER_RETRY_MS, () => this.followMaster());
  }

  async stop(): Promise<void> {
    this.stepper?.cancel();
    this.refresher?.cancel();
    this.closing = true;
    await this.nc?.drain();
  }

  private refresher: Timer | undefined;

  private async listen(): Promise<void> {
    const nc = await connect({
      servers: this.options.natsUrl,
      name: 'upstox-sim',
      timeout: CONNECT_TIMEOUT_MS,
      maxReconnectAttempts: -1,
      pingInterval: 5_000,
      maxPingOut: 2,
    });
    this.nc = nc;
    this.connected = true;
    void this.watchConnection(nc);
    const reading = (take: (bytes: Uint8Array) => void) => ({
      callback: (error: Error | null, message: { data: Uint8Array }): void => {
        if (error === null) take(message.data);
      },
    });
    nc.subscribe(
      subjects.ticksOf(),
      reading((bytes) => this.takeTick(bytes)),
    );
    nc.subscribe(
      subjects.allStatus(),
      reading((bytes) => this.takeStatus(bytes)),
    );
    await nc.flush();
  }

  private async watchConnection(nc: NatsConnection): Promise<void> {
    const { log } = this.options;
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') this.connected = false;
      else if (status.type === 'reconnect') this.connected = true;
      if (status.type === 'disconnect' || status.type === 'reconnect') log.warn({ status: status.type }, 'NATS');
      else if (status.type === 'error') log.error({ error: reasonOf(status.error) }, 'NATS reported an error');
    }
    if (this.closing) return;
    // Without its market the exchange would fill nothing and say nothing: the process ends and is started again.
    log.fatal('the connection to NATS ended for good');
    process.exitCode = 1;
    process.kill(process.pid, 'SIGTERM');
  }

  private takeTick(bytes: Uint8Array): void {
    let tick: Tick;
    try {
      tick = Tick.decode(bytes);
    } catch {
      this.counters.undecodable++;
      return;
    }
    const known = this.epochs.get(tick.instrumentKey);
    if (known !== undefined) {
      const older = tick.feedEpoch < known.epoch || (tick.feedEpoch === known.epoch && tick.seq <= known.seq);
      if (older) {
        this.counters.stale++;
        return;
      }
      if (tick.feedEpoch === known.epoch && tick.seq > known.seq + 1) this.counters.gaps++;
    }
    this.epochs.set(tick.instrumentKey, { epoch: tick.feedEpoch, seq: tick.seq });
    const quote = quoteOfTick(tick, this.quotes.get(tick.instrumentKey));
    this.quotes.set(quote.key, quote);
    this.changed.set(quote.key, quote);
    this.at = Math.max(this.at, tick.marketTimeMs);
    this.counters.ticks++;
  }

  private takeStatus(bytes: Uint8Array): void {
    try {
      const { segment, status, marketTimeMs: updated } = MarketStatus.decode(bytes);
      const name = STATUS_NAMES.get(status);
      if (name === undefined) return;
      this.announced.set(segment, { status: name, updated });
      this.statusChanged = true;
    } catch {
      this.counters.undecodable++;
    }
  }

  /** Reports what has come since the last step. A silent market steps as well: time passes for those who wait. */
  private step(): void {
    const step = { now: this.now(), changed: [...this.changed.values()], statusChanged: this.statusChanged };
    this.changed.clear();
    this.statusChanged = false;
    for (const listener of this.listeners) listener(step);
  }

  /** A new date has a new master; the old one serves until it can be read. */
  private async followMaster(): Promise<void> {
    const today = istDateOf(this.options.clock.wallNow());
    if (today === this.masterDate) return;
    try {
      this.rows = await readMaster(this.options.master);
      this.masterDate = today;
    } catch (error) {
      this.options.log.error({ error: reasonOf(error) }, 'the instrument master cannot be read; the old one stays');
    }
  }
}

const STATUS_NAMES = new Map<SessionStatus, SegmentStatus>([
  [SessionStatus.PRE_OPEN_START, 'PRE_OPEN_START'],
  [SessionStatus.PRE_OPEN_END, 'PRE_OPEN_END'],
  [SessionStatus.NORMAL_OPEN, 'NORMAL_OPEN'],
  [SessionStatus.NORMAL_CLOSE, 'NORMAL_CLOSE'],
  [SessionStatus.CLOSING_START, 'CLOSING_START'],
  [SessionStatus.CLOSING_END, 'CLOSING_END'],
]);
