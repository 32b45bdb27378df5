/**
 * One chain kept live: ticks in, conflated updates out.
 *
 * A tick marks the chain; the first of a quiet time is answered at once (within the turn of the bus, so that all of one read go out
 * together), those that follow wait until the interval is over. What is published is remembered row by row, so that whoever asks gets
 * exactly what the bus was told under the same sequence. `seq` has no gaps within the chain's epoch; its first update is whole.
 */
import { GreekConvention, TickSource, type ChainRow, type ChainUpdate, type Tick } from '@vega/contracts';
import { istDateOf, repeat, segmentOf, instrumentKey, type Clock, type Timer } from '@vega/kernel';
import { fitSvi, summariseSmile, USUAL_QUOTE_LIMITS } from '@vega/pricing';
import type { TradingCalendar } from '@vega/rulebook';
import type { ChainContracts } from '../domain/chain-contracts.ts';
import { ChainQuotes } from '../domain/chain-quotes.ts';
import { computeChain, type ChainMoment, type ComputedChain } from '../domain/compute-chain.ts';
import { changedRows } from '../domain/row-changes.ts';
import { averagingWindow, expiryTerms, RunningAverage, type ExpiryTerms } from '../domain/settlement-window.ts';
import { smileQuotes } from '../domain/smile-slice.ts';
import { spotCounts, spotState } from '../domain/spot-state.ts';
import { withAnalytics, type SmileFigures } from '../domain/with-analytics.ts';
import type { MarketTime } from './market-time.ts';
import type { ChainSink, OptionsMetrics } from './ports.ts';

/** How a chain is kept. */
export interface ChainSettings {
  /** Milliseconds between two updates of a chain at least; 0 = each tick for itself. */
  readonly conflateMs: number;
  /** Continuously compounded rate per year for forwards and discounts. */
  readonly rate: number;
  readonly replica: string;
}

/** What a live chain stands on. */
export interface LiveChainParts {
  readonly contracts: ChainContracts;
  readonly time: MarketTime;
  readonly calendar: TradingCalendar;
  readonly clock: Clock;
  readonly settings: ChainSettings;
  readonly sink: ChainSink;
  readonly metrics: OptionsMetrics;
  /** Closing volatilities of earlier days, oldest first. */
  readonly ivHistory: () => readonly number[];
  /** A number of an instrument's sequence was missed. */
  readonly onGap: (key: string) => void;
}

/** Time alone moves a chain as well: theta, ages, the way to the expiry. */
const BEAT_MS = 1_000;
/** Whole again for those who follow without asking: so often while it changes, and so often at rest. */
const WHOLE_EVERY_MS = 5_000;
const WHOLE_AT_REST_MS = 30_000;
const SMILE_EVERY_MS = 2_000;

/** A chain that is live on this replica. */
export class LiveChain {
  readonly quotes: ChainQuotes;
  readonly terms: ExpiryTerms;
  readonly average: RunningAverage;
  /** Open interest of the previous day by instrument key. */
  previousOi: ReadonlyMap<string, number> = new Map();
  private epoch = 0;
  private seq = 0;
  private sentRows: readonly ChainRow[] = [];
  private sent: ChainUpdate | undefined;
  private smile: SmileFigures | undefined;
  private smileAtMs = Number.NEGATIVE_INFINITY;
  private wholeAtMs = Number.NEGATIVE_INFINITY;
  private changedSinceWhole = false;
  private publishedAtMs = Number.NEGATIVE_INFINITY;
  private lastTickAtMs: number;
  private isDirty = false;
  private pending: Timer | undefined;
  private isQueued = false;
  private beat: Timer | undefined;

  constructor(private readonly parts: LiveChainParts) {
    const { contracts, calendar, clock } = parts;
    this.quotes = new ChainQuotes(contracts);
    this.terms = expiryTerms(contracts, calendar);
    this.average = new RunningAverage(this.terms.settlement.start, this.terms.settlement.end);
    this.lastTickAtMs = clock.monotonicMs();
  }

  get contracts(): ChainContracts {
    return this.parts.contracts;
  }

  /** The epoch it publishes under; 0 before it is open. */
  get publishedEpoch(): number {
    return this.epoch;
  }

  /** Whether anything of it was seen. */
  get hasQuotes(): boolean {
    return this.quotes.marketTimeMs > 0;
  }

  /** Milliseconds since the last tick of any of its instruments. */
  get silentMs(): number {
    return this.parts.clock.monotonicMs() - this.lastTickAtMs;
  }

  /** What was published last, whole; undefined before the first. */
  get snapshot(): ChainUpdate | undefined {
    return this.sent;
  }

  /** Begins to publish, or begins anew, under an epoch greater than any before. */
  open(epoch: number): void {
    this.epoch = epoch;
    this.seq = 0;
    this.sent = undefined;
    this.beat ??= repeat(this.parts.clock, BEAT_MS, () => this.publish());
    this.publish();
  }

  close(): void {
    this.epoch = 0;
    this.beat?.cancel();
    this.beat = undefined;
    this.pending?.cancel();
    this.pending = undefined;
  }

  /** Takes a tick of one of the chain's instruments. */
  take(tick: Tick): void {
    const outcome = this.quotes.take(tick);
    if (outcome === undefined) return;
    this.parts.metrics.tick(outcome);
    if (outcome === 'old') return;
    if (tick.source !== TickSource.REST) this.lastTickAtMs = this.parts.clock.monotonicMs();
    if (tick.instrumentKey === this.quotes.underlying.key && tick.lastPricePaise > 0) {
      this.average.observe(tick.lastPricePaise / 100, tick.marketTimeMs);
    }
    if (outcome === 'gap') this.parts.onGap(tick.instrumentKey);
    this.isDirty = true;
    this.plan();
  }

  /** Publishes what has changed now, whatever the interval says. */
  publishNow(): void {
    if (this.isDirty) this.publish();
  }

  /** The chain under another convention, at this moment, under the sequence of what was published last. */
  inConvention(convention: GreekConvention): ChainUpdate | undefined {
    const { sent } = this;
    const moment = this.moment(convention);
    if (sent === undefined || moment === undefined) return undefined;
    const computed = computeChain(this.quotes, moment);
    return {
      ...sent,
      convention,
      rows: computed.rows,
      head: withAnalytics(computed, this.parts.ivHistory(), undefined),
    };
  }

  /** Everything the pricing library knows at this moment; undefined while market time is not known. */
  compute(): ComputedChain | undefined {
    const moment = this.moment(GreekConvention.HOUSE);
    return moment === undefined ? undefined : computeChain(this.quotes, moment);
  }

  private plan(): void {
    if (this.epoch === 0 || this.isQueued || this.pending !== undefined) return;
    const { clock, settings } = this.parts;
    const waitMs = this.publishedAtMs + settings.conflateMs - clock.monotonicMs();
    if (waitMs <= 0) {
      this.isQueued = true;
      queueMicrotask(() => {
        this.isQueued = false;
        this.publishNow();
      });
      return;
    }
    this.pending = clock.after(waitMs, () => {
      this.pending = undefined;
      this.publishNow();
    });
  }

  private publish(): void {
    if (this.epoch === 0) return;
    const { clock, metrics, sink } = this.parts;
    const startedMs = clock.monotonicMs();
    const computed = this.compute();
    if (computed === undefined) return;
    this.isDirty = false;
    this.publishedAtMs = startedMs;
    this.fitSmile(computed, startedMs);
    const head = withAnalytics(computed, this.parts.ivHistory(), this.smile);
    metrics.recomputed((clock.monotonicMs() - startedMs) / 1000);
    const changed = changedRows(this.sentRows, computed.rows);
    const isWhole = this.isWholeDue(changed.length, startedMs);
    if (!isWhole && changed.length === 0) return;
    this.remember(computed.rows, changed, isWhole);
    this.seq += 1;
    const update = this.update(isWhole, head, isWhole ? computed.rows : changed);
    this.sent = { ...update, full: true, rows: [...this.sentRows] };
    sink.publish(update);
    this.noteLag();
  }

  private remember(rows: readonly ChainRow[], changed: readonly ChainRow[], isWhole: boolean): void {
    const nowMs = this.parts.clock.monotonicMs();
    if (isWhole) {
      this.wholeAtMs = nowMs;
      this.changedSinceWhole = false;
      this.sentRows = rows;
      return;
    }
    this.changedSinceWhole = true;
    const byStrike = new Map(changed.map((row) => [row.strikePaise, row]));
    this.sentRows = this.sentRows.map((row) => byStrike.get(row.strikePaise) ?? row);
  }

  private isWholeDue(changed: number, nowMs: number): boolean {
    if (this.sent === undefined) return true;
    const age = nowMs - this.wholeAtMs;
    return age >= WHOLE_AT_REST_MS || (age >= WHOLE_EVERY_MS && (this.changedSinceWhole || changed > 0));
  }

  private update(full: boolean, head: ChainUpdate['head'], rows: ChainRow[]): ChainUpdate {
    const { contracts, clock, settings } = this.parts;
    return {
      underlyingKey: contracts.underlying.instrumentKey,
      underlyingSymbol: contracts.underlying.tradingSymbol,
      expiryDate: contracts.expiryDate,
      epoch: this.epoch,
      seq: this.seq,
      full,
      head,
      rows,
      convention: GreekConvention.HOUSE,
      computedAtUs: Math.round(clock.wallNow() * 1000),
      tickReceivedUs: this.quotes.receivedTimeUs,
      feedEpoch: this.quotes.feedEpoch,
      replica: settings.replica,
    };
  }

  private lagNotedUs = 0;

  private noteLag(): void {
    const { receivedTimeUs } = this.quotes;
    if (receivedTimeUs === this.lagNotedUs) return;
    this.lagNotedUs = receivedTimeUs;
    this.parts.metrics.lag(Math.max(0, this.parts.clock.wallNow() * 1000 - receivedTimeUs) / 1e6);
  }

  private fitSmile(computed: ComputedChain, nowMs: number): void {
    if (nowMs - this.smileAtMs < SMILE_EVERY_MS) return;
    this.smileAtMs = nowMs;
    const quotes = smileQuotes(computed);
    const fit = quotes === undefined ? undefined : fitSvi(quotes);
    if (fit === undefined || computed.forward === undefined) {
      this.smile = undefined;
      return;
    }
    const { riskReversal25VolPoints, skewVolPointsPerPercent } = summariseSmile({
      slice: fit.slice,
      forward: computed.forward.forward,
      years: computed.years,
    });
    const isFinite = Number.isFinite(riskReversal25VolPoints) && Number.isFinite(skewVolPointsPerPercent);
    this.smile = isFinite ? { riskReversalVolPoints: riskReversal25VolPoints, skewVolPointsPerPercent } : undefined;
  }

  private moment(convention: GreekConvention): ChainMoment | undefined {
    const { time, clock, calendar, contracts, settings } = this.parts;
    const marketNow = time.now();
    if (marketNow === undefined) return undefined;
    const isOpen = time.isOpen(contracts.segment) !== false;
    const feedSilenceSeconds = !isOpen || time.isFeedSound() ? 0 : this.silentMs / 1000;
    const segment = segmentOf(instrumentKey(contracts.underlying.instrumentKey));
    const state = spotState({
      quote: this.quotes.underlying,
      segment,
      marketNow,
      calendar,
      isOpen: time.isOpen(segment),
      feedSilenceSeconds,
      oldestSeconds: USUAL_QUOTE_LIMITS.oldestSeconds,
    });
    const average = istDateOf(marketNow) === contracts.expiryDate ? this.average.at(marketNow) : undefined;
    return {
      marketNowMs: marketNow,
      wallNowMs: clock.wallNow(),
      terms: this.terms,
      rate: settings.rate,
      feedSilenceSeconds,
      spotState: state,
      spotCounts: spotCounts(state, isOpen),
      averaging: averagingWindow(contracts, this.terms, marketNow, average),
      previousOi: this.previousOi,
      convention,
    };
  }
}
