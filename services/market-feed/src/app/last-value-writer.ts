import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { LastValueStore, StoredTick } from './feed-ports.ts';
import type { LiveInstrument } from './live-instrument.ts';

/** Pause between two batches, milliseconds: an instrument that changes more often is written once per batch. */
export const WRITE_EVERY_MS = 250;

/** Values per call of the store, so that no single command blocks it. */
const BATCH = 500;

/** Carries last values to the store in the background, only the changed and only the latest. */
export class LastValueWriter {
  private changed: LiveInstrument[] = [];
  private timer: Timer | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failure: string | undefined;
  private lagMs = 0;
  /** Monotonic ms since which the oldest unwritten value waits. */
  private waitingSinceMs = 0;

  constructor(
    private readonly store: LastValueStore,
    private readonly clock: Clock,
  ) {}

  /** Why the last batch could not be written; undefined when it was. */
  get problem(): string | undefined {
    return this.failure;
  }

  /** How long the last batch took, milliseconds. */
  get lastWriteMs(): number {
    return this.lagMs;
  }

  /** How long the oldest value that is not in the store waits already, milliseconds; 0 when all are written. */
  get oldestWaitMs(): number {
    return this.changed.length === 0 ? 0 : this.clock.monotonicMs() - this.waitingSinceMs;
  }

  start(): void {
    this.timer = repeat(this.clock, WRITE_EVERY_MS, () => this.flush());
  }

  /** Marks an instrument whose tick has changed. Called for every tick. */
  mark(instrument: LiveInstrument): void {
    if (instrument.unsaved) return;
    instrument.unsaved = true;
    if (this.changed.length === 0) this.waitingSinceMs = this.clock.monotonicMs();
    this.changed.push(instrument);
  }

  /** Writes what has changed. What could not be written is tried again with the next batch. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.writeChanged());
    return this.writing;
  }

  /** Writes what is left and stops. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.flush();
  }

  private async writeChanged(): Promise<void> {
    if (this.changed.length === 0) return;
    const batch = this.changed;
    this.changed = [];
    const waitingSinceMs = this.waitingSinceMs;
    const startedMs = this.clock.monotonicMs();
    for (let at = 0; at < batch.length; at += BATCH) {
      const part = batch.slice(at, at + BATCH);
      const values = part.map((instrument): StoredTick => {
        instrument.unsaved = false;
        return { key: instrument.key, tick: instrument.bytes().slice() };
      });
      try {
        await this.store.write(values, this.clock.wallNow());
        this.failure = undefined;
      } catch (error) {
        this.failure = error instanceof Error ? error.message : String(error);
        for (const instrument of part) this.mark(instrument);
        this.changed.push(...batch.slice(at + BATCH));
        this.waitingSinceMs = waitingSinceMs;
        break;
      }
    }
    this.lagMs = this.clock.monotonicMs() - startedMs;
  }
}
