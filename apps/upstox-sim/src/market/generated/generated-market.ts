import {
  istDateOf,
  istInstant,
  marketInstant,
  type Clock,
  type IstDate,
  type MarketInstant,
  type Timer,
} from '@vega/kernel';
import { replaceFile, writeFileAtomically } from '../atomic-file.ts';
import { toGrid } from '../candles/minute-path.ts';
import type {
  CandleRow,
  CandleUnit,
  MarketSource,
  MarketStep,
  MasterRow,
  SegmentStatus,
  SimQuote,
} from '../market-source.ts';
import { reasonOf } from '../reason-of.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import { GeneratedCandles } from './generated-candles.ts';
import { HistoricCandles } from './historic-candles.ts';
import { MarketEngine, type EngineTempo } from './market-engine.ts';
import { encodeState, readState, statePath, type MarketState } from './market-state.ts';
import { isOpen, nextOpenInstant, nextWallInstant, wallMarketDate, type NextInstant } from './session-clock.ts';
import { priceTick, SyntheticHistory } from './synthetic-history.ts';
import { isMarketDate, marketDatesBetween, nextMarketDate } from './trading-day.ts';
import { truthOf, type OptionTruth } from './truth.ts';
import { UNDERLYINGS } from './underlyings.ts';

/** How a generated market is set up. */
export interface GeneratedMarketOptions {
  readonly clock: Clock;
  readonly seed: string | number;
  /** `always-open`: trading hours of successive dates; `wall`: Indian time and the rulebook. */
  readonly session?: 'always-open' | 'wall' | undefined;
  /** Market milliseconds per wall millisecond, 1 to 600; `always-open` only. */
  readonly speed?: number | undefined;
  /** Wall milliseconds per step. */
  readonly stepMs?: number | undefined;
  readonly activity?: number | undefined;
  readonly load?: EngineTempo['load'];
  /** First market date of a market that has no state yet; default the wall's, or the next trading date. `always-open` only. */
  readonly startDate?: IstDate | undefined;
  /** Where the market's state and candles survive a restart; without it they do not. */
  readonly stateDir?: string | undefined;
  /** Wall milliseconds between two writes of the state. */
  readonly saveEveryMs?: number | undefined;
}

/** Steps that a late timer makes up for; beyond it an always-open market falls behind the wall instead. */
const MOST_LATE_STEPS = 10;
/** A wall market that slept through more dates than this begins anew from its last prices. */
const MOST_MISSED_DATES = 10;

/** Where a market begins or goes on. */
interface Origin {
  readonly firstDate: IstDate;
  readonly closes: number[];
  readonly state: MarketState | undefined;
}

export class GeneratedMarket implements MarketSource {
  readonly kind = 'generated';
  private readonly options: GeneratedMarketOptions;
  private readonly seed: string;
  private readonly stepMs: number;
  private readonly saveEveryMs: number;
  private readonly engine: MarketEngine;
  private readonly candleStore: GeneratedCandles;
  private readonly origin: Origin;
  private readonly listeners = new Set<(step: MarketStep) => void>();
  private timer: Timer | undefined;
  private startedAt = 0;
  private stepsDone = 0;
  private savedAt = 0;
  private saving: Promise<void> | undefined;
  /** Market time up to which the saved state permits the market to be seen. */
  private durableUntil: number;
  private saveError: string | null = null;
  private counters = { steps: 0, entries: 0, saves: 0 };

  private constructor(options: GeneratedMarketOptions, origin: Origin) {
    this.options = options;
    this.origin = origin;
    this.seed = String(options.seed);
    this.stepMs = options.stepMs ?? 100;
    this.saveEveryMs = options.saveEveryMs ?? 60_000;
    const tempo: EngineTempo = {
      stepMs: this.stepMs,
      speed: this.speed,
      activity: options.activity ?? 1,
      load: options.load,
    };
    const { state, firstDate, closes } = origin;
    const history = new SyntheticHistory(this.seed, UNDERLYINGS, closes, firstDate);
    const historic = new HistoricCandles(this.seed, history);
    this.candleStore = new GeneratedCandles(this.seed, history, historic, {
      directory: options.stateDir,
      date: state?.header.date ?? firstDate,
      now: state?.header.now ?? istInstant(firstDate),
      continued: state !== undefined,
    });
    this.engine =
      state === undefined
        ? MarketEngine.begin(this.seed, tempo, this.candleStore, firstDate, closes, historic)
        : MarketEngine.restore(tempo, this.candleStore, state);
    this.durableUntil = state?.header.until ?? 0;
    if (state === undefined) this.engine.now = istInstant(firstDate, this.isWall ? 6 : 9) - (this.isWall ? 0 : 1000);
    this.savedAt = options.clock.monotonicMs();
  }

  /** Sets the market up, from the state directory if it holds one; brings it to where it may have been seen, silently. */
  static create(options: GeneratedMarketOptions): GeneratedMarket {
    const speed = options.speed ?? 1;
    if (!(speed >= 1 && speed <= 600)) throw new RangeError(`speed must be from 1 to 600, got ${speed}`);
    if (options.session === 'wall' && speed !== 1) throw new RangeError('a market that follows the wall has speed 1');
    const market = new GeneratedMarket(options, originOf(options));
    market.goWhereSeen();
    return market;
  }

  now(): MarketInstant {
    return marketInstant(this.engine.now);
  }

  instruments(): readonly MasterRow[] {
    return this.engine.board.rows;
  }

  segmentStatus(): ReadonlyMap<string, { status: SegmentStatus; updated: number }> {
    return this.engine.statuses;
  }

  quote(key: string): SimQuote | undefined {
    return this.engine.board.find(key)?.quote;
  }

  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): CandleRow[] {
    const instrument = this.engine.board.find(key);
    if (instrument === undefined) return [];
    const { date } = this.engine.day;
    if (range === 'intraday') return this.candleStore.today(instrument, unit, interval, date);
    return this.candleStore.past(instrument, unit, interval, range, date);
  }

  onStep(listener: (step: MarketStep) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  progress(): Record<string, string | number | boolean | null> {
    const { engine, counters } = this;
    return {
      source: 'generated',
      seed: this.seed,
      session: this.isWall ? 'wall' : 'always-open',
      speed: this.speed,
      date: engine.day.date,
      firstDate: this.origin.firstDate,
      marketTime: engine.now,
      open: isOpen(engine.day, engine.now),
      instruments: engine.board.instruments.length,
      steps: counters.steps,
      entries: counters.entries,
      stateWrites: counters.saves,
      stateError: this.saveError,
      running: this.timer !== undefined,
    };
  }

  /** The generator's own forward and volatility of an option, for tests. */
  truth(key: string): OptionTruth | undefined {
    return truthOf(this.engine.board.find(key));
  }

  /** The contracts that a configured load changes, liveliest first or not: the ones to subscribe in a load test. */
  loadKeys(): string[] {
    return this.engine.loadKeys();
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.startedAt = this.options.clock.monotonicMs();
    this.stepsDone = 0;
    this.schedule(this.stepMs);
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.saving;
    if (this.options.stateDir !== undefined) this.saveNow(this.engine.now);
    this.candleStore.close();
  }

  /** Takes one step, as the timer does; undefined when the wall is not yet a step ahead. */
  advance(): MarketStep | undefined {
    const next = this.nextInstant();
    if (next === undefined) return undefined;
    const { changed, statusChanged } = this.engine.step(next);
    this.counters.steps++;
    this.counters.entries += changed.length;
    const step: MarketStep = { now: this.now(), changed, statusChanged };
    this.keepAhead();
    for (const listener of this.listeners) listener(step);
    return step;
  }

  private get isWall(): boolean {
    return this.options.session === 'wall';
  }

  private get speed(): number {
    return this.options.speed ?? 1;
  }

  private nextInstant(): NextInstant | undefined {
    const { day, edges, now } = this.engine;
    return this.isWall
      ? nextWallInstant(day, edges, now, this.options.clock.wallNow(), this.stepMs)
      : nextOpenInstant(day, edges, now, this.stepMs * this.speed);
  }

  private schedule(delayMs: number): void {
    this.timer = this.options.clock.after(Math.max(1, delayMs), () => this.tick());
  }

  private tick(): void {
    const elapsed = this.options.clock.monotonicMs() - this.startedAt;
    const due = Math.floor(elapsed / this.stepMs);
    this.stepsDone = Math.max(this.stepsDone, due - MOST_LATE_STEPS);
    while (this.stepsDone < due) {
      this.stepsDone++;
      if (this.advance() === undefined) this.stepsDone = due;
    }
    this.schedule((due + 1) * this.stepMs - elapsed);
  }

  /** Plays on silently to where the market may have been seen before, and a wall market to the present. */
  private goWhereSeen(): void {
    const { clock } = this.options;
    const seen = this.durableUntil;
    while (this.engine.now < seen) {
      const { day, edges, now } = this.engine;
      const next = this.isWall
        ? nextWallInstant(day, edges, now, now + this.stepMs, this.stepMs)
        : nextOpenInstant(day, edges, now, this.stepMs * this.speed);
      if (next === undefined) break;
      this.engine.step(next);
    }
    if (!this.isWall) return;
    for (;;) {
      const { day, edges, now } = this.engine;
      const next = nextWallInstant(day, edges, now, clock.wallNow(), this.stepMs);
      if (next === undefined) return;
      this.engine.step(next);
    }
  }

  /** Saves in time: what listeners are shown lies before what a restart resumes from. */
  private keepAhead(): void {
    if (this.options.stateDir === undefined) return;
    const since = this.options.clock.monotonicMs() - this.savedAt;
    if (this.engine.now > this.durableUntil) {
      // Nothing may be shown that a restart could contradict, so this one write is waited for.
      this.saveNow(this.horizon());
    } else if (since >= this.saveEveryMs && this.saving === undefined) {
      this.savedAt = this.options.clock.monotonicMs();
      const until = this.horizon();
      this.saving = replaceFile(statePath(this.options.stateDir), encodeState(this.snapshot(until)))
        .then(() => {
          this.durableUntil = Math.max(this.durableUntil, until);
          this.counters.saves++;
          this.saveError = null;
        })
        // Tried again in time; when it still fails at the last moment, the write that is waited for throws.
        .catch((error: unknown) => void (this.saveError = reasonOf(error)))
        .finally(() => (this.saving = undefined));
    }
  }

  private horizon(): number {
    return this.engine.now + 2 * this.saveEveryMs * this.speed;
  }

  private saveNow(until: number): void {
    const { stateDir } = this.options;
    if (stateDir === undefined) return;
    writeFileAtomically(statePath(stateDir), encodeState(this.snapshot(until)));
    this.savedAt = this.options.clock.monotonicMs();
    this.durableUntil = until;
    this.counters.saves++;
  }

  private snapshot(until: number): MarketState {
    const { firstDate, closes } = this.origin;
    return this.engine.snapshot({ session: this.isWall ? 'wall' : 'always-open', firstDate, closes, until });
  }
}

/** Continues the saved market where it fits the options; otherwise begins one, never on a date that the saved one had. */
function originOf(options: GeneratedMarketOptions): Origin {
  const seed = String(options.seed);
  const session = options.session ?? 'always-open';
  const state = options.stateDir === undefined ? undefined : readState(options.stateDir);
  const wallNow = options.clock.wallNow();
  const today = session === 'wall' ? wallMarketDate(wallNow) : firstOpenDate(options, wallNow);
  if (state === undefined) return { firstDate: today, closes: baseCloses(seed), state };
  const { header } = state;
  if (header.seed !== seed || header.session !== session) {
    const after = nextMarketDate(header.date);
    return {
      firstDate: session === 'wall' ? today : today > after ? today : after,
      closes: baseCloses(seed),
      state: undefined,
    };
  }
  if (session === 'wall' && marketDatesBetween(header.date, today) > MOST_MISSED_DATES) {
    const closes = header.latent.states.map(({ logSpot }, i) => onGrid(i, Math.exp(logSpot)));
    return { firstDate: today, closes, state: undefined };
  }
  return { firstDate: header.firstDate, closes: header.closes, state };
}

function firstOpenDate(options: GeneratedMarketOptions, wallNow: number): IstDate {
  if (options.startDate !== undefined) {
    return isMarketDate(options.startDate) ? options.startDate : nextMarketDate(options.startDate);
  }
  const today = istDateOf(wallNow);
  return isMarketDate(today) ? today : nextMarketDate(today);
}

/** Closes before the first date: the table's levels, moved a little by the seed. */
function baseCloses(seed: string): number[] {
  return UNDERLYINGS.map(({ symbol, price }, i) => {
    const random = new SeededRandom(hashOf(seed, 'base', symbol));
    return onGrid(i, price * Math.exp(0.02 * random.normal()));
  });
}

function onGrid(underlyingIndex: number, price: number): number {
  const underlying = UNDERLYINGS[underlyingIndex];
  return underlying === undefined ? price : toGrid(price, priceTick(underlying));
}
