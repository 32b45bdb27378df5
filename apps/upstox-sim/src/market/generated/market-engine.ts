/**
 * The generated market without clock and files: a state and a step. The same seed, the same dates and the same steps
 * give the same quotes; a snapshot continues exactly where it was taken.
 */
import { istInstant, MINUTE_MS, type IstDate } from '@vega/kernel';
import type { MinuteRow } from '../candles/minute-log.ts';
import type { SegmentStatus, SimQuote } from '../market-source.ts';
import { hashOf, SeededRandom } from '../seeded-random.ts';
import { Board, surfaceKey } from './board.ts';
import type { HistoricCandles } from './historic-candles.ts';
import type { Instrument } from './instrument.ts';
import { INSTRUMENT_DOUBLES, readInstrument, writeInstrument } from './instrument-state.ts';
import { LatentMarket } from './latent-market.ts';
import type { MarketState } from './market-state.ts';
import { CASH_EVERY_MS, completeMinute, Quoter } from './quoter.ts';
import { edgesOf, statusesAt, within, type NextInstant } from './session-clock.ts';
import { tradingDay, type TradingDay } from './trading-day.ts';
import { UNDERLYINGS } from './underlyings.ts';
import { intensity, sessionVariance } from './variance-clock.ts';
import { VisitRound } from './visit-round.ts';
import { vixOf } from './volatility-index.ts';

/** An instrument is visited this often, wall time; the feed sends an active one about every 0.8 s (PROTOCOL 6.6). */
const VISIT_EVERY_MS = 800;
/** Liveliness follows the market this often, in minutes. */
const CLASSIFY_EVERY = 5;

/** What shapes the flow of messages; none of it belongs to the state. */
export interface EngineTempo {
  /** Wall milliseconds per step. */
  readonly stepMs: number;
  /** Market milliseconds per wall millisecond. */
  readonly speed: number;
  /** Multiplies all message rates. */
  readonly activity: number;
  /** Entries per second to be produced by the so many liveliest contracts (default: all), whatever their own rate. */
  readonly load?: { readonly entriesPerSecond: number; readonly instruments?: number } | undefined;
}

/** Takes up what the market leaves behind. */
export interface CandleSink {
  beginDate(date: IstDate, keys: readonly string[]): void;
  addMinute(at: number, rows: readonly MinuteRow[]): void;
  endDate(date: IstDate, instruments: readonly Instrument[]): void;
  retain(isListed: (key: string) => boolean): void;
}

/** What a step did. */
export interface EngineStep {
  readonly changed: readonly SimQuote[];
  readonly statusChanged: boolean;
}

export class MarketEngine {
  now: number;
  edges: readonly number[];
  statuses: ReadonlyMap<string, { status: SegmentStatus; updated: number }>;
  readonly board: Board;
  private readonly seed: string;
  private readonly tempo: EngineTempo;
  private readonly sink: CandleSink;
  private readonly latent: LatentMarket;
  private readonly random: SeededRandom;
  private readonly quoter: Quoter;
  private readonly cashRound = new VisitRound();
  private readonly contractRound = new VisitRound();
  private readonly loadRound = new VisitRound();

  private constructor(seed: string, tempo: EngineTempo, sink: CandleSink, closes: readonly number[], date: IstDate) {
    this.seed = seed;
    this.tempo = tempo;
    this.sink = sink;
    this.random = new SeededRandom(hashOf(seed, 'visits'));
    this.latent = new LatentMarket(UNDERLYINGS, closes, new SeededRandom(hashOf(seed, 'latent')));
    const day = tradingDay(date, seed);
    this.board = new Board(seed, this.latent, day);
    this.edges = edgesOf(day);
    this.now = istInstant(date);
    this.statuses = statusesAt(day, this.now);
    this.quoter = new Quoter(this.random, this.latent, () => this.vix());
  }

  /** A market that begins on `date` with `closes` (rupees, one per underlying) as the previous close. */
  static begin(
    seed: string,
    tempo: EngineTempo,
    sink: CandleSink,
    date: IstDate,
    closes: readonly number[],
    historic: HistoricCandles,
  ): MarketEngine {
    const engine = new MarketEngine(seed, tempo, sink, closes, date);
    engine.board.enter(engine.day);
    for (const instrument of engine.board.instruments) {
      const { close, oi } = historic.lastClose(instrument);
      engine.beginWith(instrument, close, oi);
    }
    for (const instrument of engine.board.cash) setYearRange(instrument, historic, date);
    engine.enterDate();
    return engine;
  }

  /** Continues a saved market. */
  static restore(tempo: EngineTempo, sink: CandleSink, state: MarketState): MarketEngine {
    const { header, rows } = state;
    const engine = new MarketEngine(header.seed, tempo, sink, header.closes, header.date);
    engine.latent.restore(header.latent);
    Object.assign(engine.board.tokens, header.tokens);
    engine.board.enter(engine.day, header.contracts);
    engine.board.instruments.forEach((instrument, slot) =>
      readInstrument(instrument, rows.subarray(slot * INSTRUMENT_DOUBLES, (slot + 1) * INSTRUMENT_DOUBLES)),
    );
    for (const surface of engine.board.surfaces) {
      Object.assign(surface.memory, header.surfaces[surfaceKey(surface.underlyingIndex, surface.expiry)]);
    }
    engine.now = header.now;
    engine.board.resumeSurfaces(header.now);
    engine.statuses = statusesAt(engine.day, header.now);
    engine.beginRounds(header.loaded);
    engine.rounds().forEach((round, i) => Object.assign(round.place, header.cursors[i]));
    engine.random.restore(header.random);
    sink.beginDate(
      engine.day.date,
      engine.board.instruments.map((instrument) => instrument.key),
    );
    return engine;
  }

  get day(): TradingDay {
    return this.board.day;
  }

  /** Keys under artificial load. */
  loadKeys(): string[] {
    return this.loadRound.instruments.map((instrument) => instrument.key);
  }

  /** Goes to the next instant. It must not lie beyond a minute, an edge or a status change. */
  step(next: NextInstant): EngineStep {
    const previous = this.now;
    this.now = next.now;
    if (next.newDate !== undefined) return this.roll(next.newDate);
    const changed: SimQuote[] = [];
    const { day } = this;
    const derivatives = within(day.derivatives, previous);
    const cash = within(day.cash, previous);
    if (derivatives || cash) {
      this.latent.advance(sessionVariance(day, previous, this.now));
      this.board.updateSurfaces(this.now);
      this.setFrame(previous);
      // A market that catches up with the wall takes long steps; it need not send what nobody waited for.
      const wallMs = Math.min((this.now - previous) / this.tempo.speed, 2 * this.tempo.stepMs);
      if (cash) this.visit(this.cashRound, Math.max(wallMs, this.cashShare(previous)), changed);
      if (derivatives) this.visitContracts(wallMs, changed);
    }
    if (day.auctionPrint === this.now) this.printAuction(previous, changed);
    if (this.now % MINUTE_MS === 0) this.endMinute(this.now - MINUTE_MS);
    return { changed, statusChanged: this.updateStatuses(previous) };
  }

  /** Everything needed to continue, but for what the caller knows of its session and its audience. */
  snapshot(extra: {
    session: 'always-open' | 'wall';
    firstDate: IstDate;
    closes: number[];
    until: number;
  }): MarketState {
    const { instruments, contracts, tokens, surfaces } = this.board;
    const rows = new Float64Array(instruments.length * INSTRUMENT_DOUBLES);
    instruments.forEach((instrument, slot) =>
      writeInstrument(instrument, rows.subarray(slot * INSTRUMENT_DOUBLES, (slot + 1) * INSTRUMENT_DOUBLES)),
    );
    const memories = surfaces.map((one) => [surfaceKey(one.underlyingIndex, one.expiry), { ...one.memory }] as const);
    const [a, b, c, d] = this.random.state();
    const latent = this.latent.snapshot();
    const header = {
      ...extra,
      seed: this.seed,
      date: this.day.date,
      now: this.now,
      random: [a, b, c, d] as [number, number, number, number],
      cursors: this.rounds().map((round) => ({ ...round.place })),
      latent: { ...latent, random: [...latent.random] as [number, number, number, number], states: [...latent.states] },
      tokens: { ...tokens },
      surfaces: Object.fromEntries(memories),
      contracts,
      loaded: this.loadKeys(),
    };
    return { header, rows };
  }

  /** Spots of the underlyings as printed, rupees. */
  spots(): number[] {
    return this.latent.states.map((state) => Math.exp(state.logSpot));
  }

  private rounds(): VisitRound[] {
    return [this.cashRound, this.contractRound, this.loadRound];
  }

  private vix(): number {
    const underlying = UNDERLYINGS[0];
    const state = this.latent.states[0];
    return underlying === undefined || state === undefined ? 0 : vixOf(underlying, this.latent.levelOf(0), state);
  }

  /** Intensity of trading at an instant of the day. */
  private paceAt(at: number): number {
    const { open, close } = this.day;
    return intensity(Math.min(1, Math.max(0, (at - open) / (close - open))));
  }

  private setFrame(previous: number): void {
    const { day, now } = this;
    this.quoter.frame = {
      now,
      previous,
      dateStart: istInstant(day.date),
      intensity: this.paceAt(now),
      speed: this.tempo.speed,
      activity: this.tempo.activity,
    };
  }

  /** However fast the market runs, indices and shares are visited often enough for their minutes. */
  private cashShare(previous: number): number {
    return ((this.now - previous) * VISIT_EVERY_MS) / CASH_EVERY_MS;
  }

  private visit(round: VisitRound, wallMs: number, changed: SimQuote[]): void {
    round.go((round.instruments.length * wallMs * this.tempo.activity) / VISIT_EVERY_MS, this.quoter, changed);
  }

  private visitContracts(wallMs: number, changed: SimQuote[]): void {
    this.visit(this.contractRound, wallMs, changed);
    const { load } = this.tempo;
    if (load === undefined) return;
    this.quoter.alwaysChange = true;
    this.loadRound.go((load.entriesPerSecond * wallMs) / 1000, this.quoter, changed);
    this.quoter.alwaysChange = false;
  }

  private printAuction(previous: number, changed: SimQuote[]): void {
    this.setFrame(previous);
    for (const instrument of this.board.cash) {
      if (instrument.kind === 'vix') continue;
      this.quoter.printAuction(instrument);
      changed.push(instrument.quote);
    }
  }

  private endMinute(at: number): void {
    const rows: MinuteRow[] = [];
    this.board.instruments.forEach((instrument, slot) => {
      const bar = completeMinute(instrument);
      if (bar === undefined) return;
      const { open, high, low, close, vol } = bar;
      rows.push({ slot, at, open, high, low, close, volume: vol, oi: instrument.quote.oi });
    });
    this.sink.addMinute(at, rows);
    const minute = Math.floor((at - this.day.open) / MINUTE_MS);
    if (rows.length > 0 && minute % CLASSIFY_EVERY === CLASSIFY_EVERY - 1)
      this.board.classifyAll(this.paceAt(this.now));
  }

  private updateStatuses(previous: number): boolean {
    if (!this.day.statusChanges.some((change) => change.at > previous && change.at <= this.now)) return false;
    this.statuses = statusesAt(this.day, this.now);
    return true;
  }

  /** Ends the date: candles are kept, the night passes, expired contracts leave and new ones are listed. */
  private roll(date: IstDate): EngineStep {
    this.sink.endDate(this.day.date, this.board.instruments);
    this.latent.passNight();
    const day = tradingDay(date, this.seed);
    const fresh = new Set(this.board.enter(day));
    this.edges = edgesOf(day);
    for (const instrument of this.board.instruments) {
      if (fresh.has(instrument)) this.beginWith(instrument, this.board.fairAtPreviousClose(instrument), 0);
      else this.beginWith(instrument, instrument.quote.ltp, instrument.quote.oi);
    }
    this.sink.retain((key) => this.board.find(key) !== undefined);
    this.enterDate();
    this.statuses = statusesAt(day, this.now);
    return { changed: [], statusChanged: true };
  }

  /** Resets an instrument to the morning of a date: yesterday's close and open interest, nothing traded. */
  private beginWith(instrument: Instrument, close: number, oi: number): void {
    const { quote } = instrument;
    quote.version++;
    quote.cp = close;
    quote.ltp = close;
    quote.vtt = 0;
    quote.atp = 0;
    quote.ltq = 0;
    quote.day = undefined;
    quote.minute = undefined;
    instrument.turnover = 0;
    instrument.due = 0;
    instrument.minuteAt = 0;
    instrument.completed = undefined;
    // Whoever listens still holds yesterday's figures.
    instrument.pending = true;
    if (instrument.kind === 'index' || instrument.kind === 'vix') return;
    quote.yearHigh ??= close;
    quote.yearLow ??= close;
    if (instrument.contract === undefined) return;
    quote.oi = oi;
    quote.previousOi = oi;
    quote.oiDayHigh = oi;
    quote.oiDayLow = oi;
  }

  /** Prepares the board for its date: forwards, liveliness, price bands, opening books, rounds. */
  private enterDate(): void {
    const { board, day } = this;
    board.updateSurfaces(day.open);
    board.classifyAll(this.paceAt(day.open));
    board.setBands();
    const now = this.now;
    this.now = day.open;
    this.setFrame(day.open);
    for (const instrument of board.instruments) {
      this.quoter.openBook(instrument);
      instrument.visitedAt = day.open;
    }
    this.now = now;
    this.beginRounds();
    this.sink.beginDate(
      day.date,
      board.instruments.map((instrument) => instrument.key),
    );
  }

  private beginRounds(loaded?: readonly string[]): void {
    const { board } = this;
    const chosen = new Set(loaded ?? this.chooseLoaded());
    this.cashRound.begin(board.cash);
    this.contractRound.begin(board.visited.filter((instrument) => !chosen.has(instrument.key)));
    this.loadRound.begin(board.visited.filter((instrument) => chosen.has(instrument.key)));
  }

  private chooseLoaded(): string[] {
    const { load } = this.tempo;
    if (load === undefined) return [];
    const liveliest = this.board.visited
      .map((instrument, order) => ({ instrument, order }))
      .sort((a, b) => b.instrument.unitsPerSecond - a.instrument.unitsPerSecond || a.order - b.order);
    return liveliest.slice(0, load.instruments ?? liveliest.length).map(({ instrument }) => instrument.key);
  }
}

/** Highest and lowest of the year before the market began. */
function setYearRange(instrument: Instrument, historic: HistoricCandles, date: IstDate): void {
  const range = historic.rangeBefore(instrument, date);
  if (range === undefined) return;
  instrument.quote.yearHigh = range.high;
  instrument.quote.yearLow = range.low;
}
