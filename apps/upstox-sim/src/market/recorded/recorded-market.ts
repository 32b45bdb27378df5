import { marketInstant, type Clock, type MarketInstant, type Timer } from '@vega/kernel';
import type {
  CandleRow,
  CandleUnit,
  MarketSource,
  MarketStep,
  MasterRow,
  SegmentStatus,
  SimQuote,
} from '../market-source.ts';
import { openRecording } from './open-recording.ts';
import type { Recording } from './recording.ts';

/** How a recording is played. */
export interface RecordedMarketOptions {
  readonly clock: Clock;
  /** Path of the recording. */
  readonly file: string;
  /** Market milliseconds per wall millisecond; above 0. */
  readonly speed?: number | undefined;
  /** `first-subscription`: playing waits for {@link RecordedMarket.release}. */
  readonly startWhen?: 'immediately' | 'first-subscription' | undefined;
  /** How long after the first subscription playing waits for the rest of the instruments, wall milliseconds. */
  readonly graceMs?: number | undefined;
}

/** A timer tick plays for at most this many messages before others get their turn. */
const MESSAGES_PER_TURN = 2000;
const DEFAULT_GRACE_MS = 3000;

type Phase = 'idle' | 'waiting' | 'playing' | 'finished';

/**
 * A recording as a source of market: every step in order, at its own time, none invented and none lost. Before the first
 * message instruments have no quote; after the last the market closes and stays at its last values.
 */
export class RecordedMarket implements MarketSource {
  readonly kind = 'recorded';
  private readonly options: RecordedMarketOptions;
  private readonly recording: Recording;
  private readonly speed: number;
  private readonly missing: Set<string>;
  private readonly listeners = new Set<(step: MarketStep) => void>();
  private statuses: Map<string, { status: SegmentStatus; updated: number }>;
  private phase: Phase = 'idle';
  private timer: Timer | undefined;
  private at: number;
  private playingSince = 0;
  private counters = { messages: 0, steps: 0 };

  private constructor(options: RecordedMarketOptions, recording: Recording) {
    this.options = options;
    this.recording = recording;
    this.speed = options.speed ?? 1;
    this.missing = new Set(recording.keys);
    this.at = recording.firstAt;
    this.statuses = this.statusOfAll('PRE_OPEN_END');
  }

  /** Opens the recording. Throws a RecordingError in one sentence when it cannot be used. */
  static create(options: RecordedMarketOptions): RecordedMarket {
    const speed = options.speed ?? 1;
    if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed must be above 0, got ${speed}`);
    return new RecordedMarket(options, openRecording(options.file));
  }

  now(): MarketInstant {
    return marketInstant(this.at);
  }

  instruments(): readonly MasterRow[] {
    return this.recording.instruments;
  }

  segmentStatus(): ReadonlyMap<string, { status: SegmentStatus; updated: number }> {
    return this.statuses;
  }

  quote(key: string): SimQuote | undefined {
    return this.recording.quote(key);
  }

  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): CandleRow[] {
    return this.recording.candles(key, unit, interval, range);
  }

  onStep(listener: (step: MarketStep) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  progress(): Record<string, string | number | boolean | null> {
    const { recording, counters } = this;
    return {
      source: 'recorded',
      format: recording.format,
      date: recording.date,
      speed: this.speed,
      phase: this.phase,
      finished: this.phase === 'finished',
      instruments: recording.instruments.length,
      awaitedInstruments: this.phase === 'waiting' || this.phase === 'idle' ? this.missing.size : 0,
      total: recording.totalMessages,
      played: counters.messages,
      percent: Math.floor((counters.messages / recording.totalMessages) * 1000) / 10,
      totalSteps: recording.totalSteps,
      steps: counters.steps,
      marketTime: this.at,
      firstAt: recording.firstAt,
      lastAt: recording.lastAt,
    };
  }

  start(): void {
    if (this.phase !== 'idle') return;
    if (this.options.startWhen === 'immediately') this.play();
    else {
      this.phase = 'waiting';
      if (this.missing.size === 0) this.play();
    }
  }

  release(subscribed: Iterable<string>): void {
    if (this.phase !== 'idle' && this.phase !== 'waiting') return;
    const before = this.missing.size;
    for (const key of subscribed) this.missing.delete(key);
    if (this.phase === 'idle' || this.missing.size === before) return;
    if (this.missing.size === 0) this.play();
    else this.timer ??= this.options.clock.after(this.options.graceMs ?? DEFAULT_GRACE_MS, () => this.play());
  }

  stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.phase !== 'finished') this.phase = 'idle';
    return Promise.resolve();
  }

  private play(): void {
    if (this.phase === 'playing' || this.phase === 'finished') return;
    this.timer?.cancel();
    this.phase = 'playing';
    const next = this.recording.nextAt() ?? this.recording.lastAt;
    this.playingSince = this.options.clock.monotonicMs() - (next - this.recording.firstAt) / this.speed;
    this.turn();
  }

  private turn(): void {
    const elapsed = (this.options.clock.monotonicMs() - this.playingSince) * this.speed;
    const until = this.recording.firstAt + elapsed;
    let messages = 0;
    let nextAt = this.recording.nextAt();
    while (nextAt !== undefined && nextAt <= until && messages < MESSAGES_PER_TURN) {
      messages += this.playStep();
      nextAt = this.recording.nextAt();
    }
    if (nextAt === undefined) this.finish();
    else this.timer = this.options.clock.after(Math.max(0, (nextAt - until) / this.speed), () => this.turn());
  }

  private playStep(): number {
    const step = this.recording.next();
    if (step === undefined) return 0;
    const opens = this.counters.steps === 0;
    this.at = step.now;
    this.counters.steps++;
    this.counters.messages += step.messages;
    if (opens) this.statuses = this.statusOfAll('NORMAL_OPEN');
    this.emit({ now: this.now(), changed: step.changed, statusChanged: opens });
    return step.messages;
  }

  /** The market closes, so that its silence is not taken for a fault of the feed. */
  private finish(): void {
    this.phase = 'finished';
    this.timer = undefined;
    this.statuses = this.statusOfAll('NORMAL_CLOSE');
    this.emit({ now: this.now(), changed: [], statusChanged: true });
  }

  private emit(step: MarketStep): void {
    for (const listener of this.listeners) listener(step);
  }

  private statusOfAll(status: SegmentStatus): Map<string, { status: SegmentStatus; updated: number }> {
    const segments = new Set(this.recording.instruments.map((row) => row.segment));
    return new Map([...segments].map((segment) => [segment, { status, updated: this.at }]));
  }
}
