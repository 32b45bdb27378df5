import { addDays, istDateOf, istTimeOfDayMs, repeat, type Clock, type IstDate, type Timer } from '@vega/kernel';
import type { Logger, Metrics } from '@vega/platform';
import type { MarketReading } from '../domain/market-clock.ts';
import type { InstrumentStore, MasterSource } from './data-ports.ts';
import type { MemoryInstrumentDirectory } from './instrument-directory.ts';

/** Time of day (IST) from which the master of a date is there: the broker renews its file about 06:00. */
const MASTER_READY_MS = (6 * 60 + 15) * 60_000;
const LOOK_EVERY_MS = 10_000;
const FIRST_RETRY_MS = 15_000;
const LAST_RETRY_MS = 600_000;

export interface InstrumentsKeeperOptions {
  readonly source: MasterSource;
  readonly store: InstrumentStore;
  readonly directory: MemoryInstrumentDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Market time; undefined while the feed has not told it. */
  readonly marketNow: () => MarketReading | undefined;
  /**
   * A master with fewer rows than this share of the one before is taken for a broken file and refused, 0 to 1; 0 accepts
   * all, for a simulator whose market may be another one each time.
   */
  readonly smallestShare: number;
}

/** Keeps the instrument master: that of the database at once, the broker's at start and from 06:15 IST of each date. */
export class InstrumentsKeeper {
  private timer: Timer | undefined;
  private running: Promise<boolean> | undefined;
  private failures = 0;
  private notBeforeMs = 0;
  private loadedAtMs = Number.NaN;
  private readonly refreshes;

  constructor(private readonly options: InstrumentsKeeperOptions) {
    const { metrics, directory, clock } = options;
    this.refreshes = metrics.counter('vega_instrument_master_refreshes_total', 'Refreshes of the instrument master.', [
      'outcome',
    ]);
    metrics.gauge('vega_instruments', 'Instruments in the master in use.', [], (gauge) => gauge.set(directory.size));
    metrics.gauge(
      'vega_instrument_master_age_seconds',
      "Seconds since the broker's master was last read; NaN before.",
      [],
      (gauge) => gauge.set((clock.monotonicMs() - this.loadedAtMs) / 1000),
    );
  }

  /** Loads what the database has; without anything there, waits for the broker's first answer. Then keeps it fresh. */
  async start(): Promise<void> {
    await this.loadStored();
    const first = this.refresh();
    if (this.options.directory.size === 0) await first;
    this.timer = repeat(this.options.clock, LOOK_EVERY_MS, () => this.look());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.running;
  }

  /** Undefined when there is a master, else what is missing. */
  problem(): string | undefined {
    return this.options.directory.size === 0 ? 'there is no instrument master yet' : undefined;
  }

  /** Reads the broker's master and makes it the current one. False when it could not be had: the last one stays in use. */
  refresh(): Promise<boolean> {
    this.running ??= this.refreshOnce().finally(() => (this.running = undefined));
    return this.running;
  }

  private async look(): Promise<void> {
    const { clock, directory, marketNow } = this.options;
    const reading = marketNow();
    const stale = reading !== undefined && masterDateAt(reading.at) !== directory.masterDate;
    if ((stale || this.failures > 0) && clock.monotonicMs() >= this.notBeforeMs) await this.refresh();
  }

  private async loadStored(): Promise<void> {
    const { store, directory, logger } = this.options;
    const current = await store.fetchCurrent();
    if (current === undefined) return;
    await directory.replace(current.date, store.fetchActive());
    logger.info({ masterDate: current.date, rows: directory.size }, 'the stored instrument master is in use');
  }

  private async refreshOnce(): Promise<boolean> {
    const { clock, logger, directory } = this.options;
    try {
      await this.load();
      this.failures = 0;
      this.loadedAtMs = clock.monotonicMs();
      this.refreshes.inc({ outcome: 'ok' });
      return true;
    } catch (error) {
      const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
      this.failures += 1;
      this.notBeforeMs = clock.monotonicMs() + waitMs;
      this.refreshes.inc({ outcome: 'failed' });
      const inUse = directory.masterDate || 'none';
      logger.error({ err: error, inUse, waitMs }, 'the instrument master cannot be renewed; the last one stays in use');
      return false;
    }
  }

  private async load(): Promise<void> {
    const { source, store, directory, logger, smallestShare } = this.options;
    const reading = await source.fetchMaster();
    const least = directory.size * smallestShare;
    if (reading.entries.length < least) {
      throw new Error(`the master has ${reading.entries.length} rows where the one before had ${directory.size}`);
    }
    const date = await this.masterDate();
    const change = await store.saveMaster(date, reading.entries);
    await directory.replace(date, store.fetchActive());
    const { unsupported, invalid, firstInvalid } = reading;
    logger.info(
      { masterDate: date, rows: directory.size, ...change, unsupported, invalid, firstInvalid },
      'a new instrument master is in use',
    );
  }

  /** The date a master read now is of: by market time, else as its source says, else by the wall. */
  private async masterDate(): Promise<IstDate> {
    const { marketNow, source, clock, logger } = this.options;
    const reading = marketNow();
    if (reading !== undefined) return masterDateAt(reading.at);
    const said = await source.fetchMarketDate().catch((error: unknown) => {
      logger.warn({ err: error }, 'the market date is not known; the wall clock is taken for it');
      return undefined;
    });
    return said ?? masterDateAt(clock.wallNow());
  }
}

/** The date of the master that is valid at an instant: the day before until 06:15 IST. */
export function masterDateAt(epochMs: number): IstDate {
  const date = istDateOf(epochMs);
  return istTimeOfDayMs(epochMs) >= MASTER_READY_MS ? date : addDays(date, -1);
}
