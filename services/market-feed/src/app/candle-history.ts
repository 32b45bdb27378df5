/**
 * Goal: candles of any instrument and span, as if from one place, at the cost of as few calls to the broker as can be.
 *
 * Method: periods that are over come from the cache; what it lacks is fetched from the broker in one call and kept. Today
 * comes from the broker's intraday minutes joined with our own bars, which are seconds old where the broker's are not.
 * Hours and minutes of today are made from minutes, cut from the session's open as the broker's are; a week or month that
 * is not over is made from its days. Equal questions share one answer while it is on its way.
 *
 * Invariants: a period that can still change is never kept; a trading day without candles is not kept either until it
 * is a week old, since it may be one that the broker has not filed yet; candles are ascending and unique.
 */
import {
  addDays,
  istDate,
  istDateOf,
  istInstant,
  OutcomeError,
  segmentOf,
  type Clock,
  type InstrumentKey,
  type IstDate,
} from '@vega/kernel';
import type { Metrics } from '@vega/platform';
import { hasSession, marketOf, type TradingCalendar } from '@vega/rulebook';
import {
  byPeriod,
  endOf,
  foldCandles,
  joinMinutes,
  midnightOf,
  periodEnd,
  periodOf,
  periodsOf,
  widen,
  widthMs,
  type Candle,
} from '../domain/candle.ts';
import { checkCandleRequest, type AskedCandles, type CandleRequest } from '../domain/candle-request.ts';
import type { SessionHours } from '../domain/session-minutes.ts';
import type { BarStore, CandlePeriod, CandleSource, CandleStore } from './data-ports.ts';
import { upstreamOutcome } from './upstream-outcome.ts';
import { WorkGate } from './work-gate.ts';

/** Candles of one question. */
export interface CandleAnswer {
  /** Oldest first. */
  readonly candles: readonly Candle[];
  readonly lastIsForming: boolean;
}

export interface CandleHistoryOptions {
  readonly source: CandleSource;
  readonly cache: CandleStore;
  readonly bars: Pick<BarStore, 'fetchRange'>;
  readonly hours: SessionHours;
  readonly calendar: () => TradingCalendar;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Market time, or the best guess at it: says what today is and what still forms. */
  readonly marketNowMs: () => number;
}

/** An empty trading day younger than this is asked for again, days. */
const FILED_WITHIN_DAYS = 7;
/** Today's candles of an instrument as the broker gave them this long ago are as good as new, milliseconds. */
const TODAY_FRESH_MS = 2_000;
const MAX_TODAY_KEPT = 500;
/** The session's open where nothing is known of it: as on every usual day. */
const USUAL_OPEN = { hour: 9, minute: 15 } as const;

interface Series {
  readonly key: InstrumentKey;
  readonly instrumentId: number;
}

/** Answers questions for candles. */
export class CandleHistory {
  private readonly onTheWay = new Map<string, Promise<CandleAnswer>>();
  private readonly todays = new Map<string, { readonly atMs: number; readonly candles: Promise<readonly Candle[]> }>();
  private readonly gate = new WorkGate({ atOnce: 8, waiting: 200 });
  private readonly periods;
  private readonly calls;

  constructor(private readonly options: CandleHistoryOptions) {
    const { metrics } = options;
    this.periods = metrics.counter('vega_candle_periods_total', 'Past periods of candles asked for.', ['from']);
    this.calls = metrics.counter('vega_candle_calls_total', 'Calls to the broker for candles.', ['span', 'outcome']);
  }

  /**
   * Candles of an instrument. Throws `OutcomeError`: `CANDLE_*` with the limits of the unit for a question that cannot be
   * answered, `UPSTREAM_*` with what is known for one that the broker did not answer.
   */
  fetch(series: Series, asked: AskedCandles, deadlineMs: number): Promise<CandleAnswer> {
    const nowMs = this.options.marketNowMs();
    const today = istDateOf(nowMs);
    const checked = checkCandleRequest(asked, this.options.source.limits, today);
    if (!checked.ok) return Promise.reject(checked.error);
    const request = checked.value;
    const name = `${series.instrumentId} ${request.unit} ${request.interval} ${request.from} ${request.to} ${today}`;
    let answer = this.onTheWay.get(name);
    if (answer === undefined) {
      const deadlineAtMs = this.options.clock.monotonicMs() + deadlineMs;
      answer = this.gate
        .run(() => this.answer(series, request, today, deadlineAtMs))
        .finally(() => this.onTheWay.delete(name));
      this.onTheWay.set(name, answer);
    }
    return answer;
  }

  private async answer(
    series: Series,
    request: CandleRequest,
    today: IstDate,
    deadlineAtMs: number,
  ): Promise<CandleAnswer> {
    const { unit, from, to } = request;
    const forming = periodOf(unit, today);
    const pastTo = to < forming ? to : addDays(forming, -1);
    const past = from <= pastTo ? await this.pastCandles(series, { ...request, to: pastTo }, today, deadlineAtMs) : [];
    if (to < forming) return { candles: past, lastIsForming: false };
    const present = await this.formingCandles(series, request, today, deadlineAtMs);
    return {
      candles: [...past, ...present],
      lastIsForming: present.length > 0 && this.isForming(series.key, request, present),
    };
  }

  /** Candles of periods that are over: from the cache, and what it lacks from the broker. */
  private async pastCandles(
    series: Series,
    request: CandleRequest,
    today: IstDate,
    deadlineAtMs: number,
  ): Promise<readonly Candle[]> {
    const { cache } = this.options;
    const { unit, interval } = request;
    const cacheSeries = { instrumentId: series.instrumentId, unit, interval };
    const periods = periodsOf(unit, request.from, request.to);
    const [first, last] = [periods[0], periods.at(-1)];
    if (first === undefined || last === undefined) return [];
    const kept = new Map(
      (await cache.fetch(cacheSeries, first, last)).map((period) => [period.period, period.candles]),
    );
    const missing = periods.filter((period) => !kept.has(period));
    this.periods.inc({ from: 'cache' }, periods.length - missing.length);
    const [firstMissing, lastMissing] = [missing[0], missing.at(-1)];
    if (firstMissing !== undefined && lastMissing !== undefined) {
      this.periods.inc({ from: 'broker' }, missing.length);
      const range = { unit, interval, from: firstMissing, to: periodEnd(unit, lastMissing) };
      const known = { periodsAsked: periods.length, periodsKnown: kept.size, knownUntil: lastKnown(kept) };
      const fetched = await this.ask('past', known, deadlineAtMs, (leftMs) =>
        this.options.source.fetchPast(series.key, range, leftMs),
      );
      const asked = periods.filter((period) => period >= firstMissing && period <= lastMissing);
      const groups = byPeriod(unit, asked, fetched);
      for (const [period, candles] of groups) kept.set(period, candles);
      await this.keep(series, request, groups, today);
    }
    return periods.flatMap((period) => kept.get(period) ?? []);
  }

  private async keep(
    series: Series,
    { unit, interval }: CandleRequest,
    groups: ReadonlyMap<IstDate, readonly Candle[]>,
    today: IstDate,
  ): Promise<void> {
    const settled: CandlePeriod[] = [];
    for (const [period, candles] of groups) {
      const end = periodEnd(unit, period);
      if (end >= today) continue;
      const isFiled =
        candles.length > 0 || end < addDays(today, -FILED_WITHIN_DAYS) || !this.trades(series.key, period, end);
      if (isFiled) settled.push({ period, candles });
    }
    await this.options.cache.save({ instrumentId: series.instrumentId, unit, interval }, settled);
  }

  private trades(key: InstrumentKey, from: IstDate, to: IstDate): boolean {
    const market = marketOf(segmentOf(key));
    const calendar = this.options.calendar();
    for (let date = from; date <= to; date = addDays(date, 1)) if (hasSession(calendar, market, date)) return true;
    return false;
  }

  /** Candles of the period that holds today. */
  private async formingCandles(
    series: Series,
    { unit, interval }: CandleRequest,
    today: IstDate,
    deadlineAtMs: number,
  ): Promise<readonly Candle[]> {
    if (unit === 'minutes' || unit === 'hours') {
      const minutes = await this.todaysMinutes(series, today, deadlineAtMs);
      if (unit === 'minutes' && interval === 1) return minutes;
      return widen(minutes, this.openOf(series.key, today), widthMs(unit, interval));
    }
    const days = await this.todaysDay(series, today, deadlineAtMs);
    if (unit === 'days') return days;
    const period = periodOf(unit, today);
    const request: CandleRequest = { unit: 'days', interval: 1, from: period, to: addDays(today, -1) };
    const before = period < today ? await this.pastCandles(series, request, today, deadlineAtMs) : [];
    const folded = foldCandles([...before, ...days], midnightOf(period));
    return folded === undefined ? [] : [folded];
  }

  private async todaysMinutes(series: Series, today: IstDate, deadlineAtMs: number): Promise<readonly Candle[]> {
    const own = await this.options.bars.fetchRange(series.instrumentId, midnightOf(today), endOf(today));
    const broker = await this.today(series, 'minutes', today, deadlineAtMs, {
      ownBars: own.length,
      ownUntilMs: own.at(-1)?.startMs ?? null,
    });
    return joinMinutes(broker, own);
  }

  private async todaysDay(series: Series, today: IstDate, deadlineAtMs: number): Promise<readonly Candle[]> {
    const candles = await this.today(series, 'days', today, deadlineAtMs, {});
    return candles.map((candle) => ({ ...candle, startMs: midnightOf(today) }));
  }

  /** The broker's candles of today; callers within a moment share one call. What is of another date is left out. */
  private async today(
    series: Series,
    unit: 'minutes' | 'days',
    today: IstDate,
    deadlineAtMs: number,
    known: Readonly<Record<string, number | null>>,
  ): Promise<readonly Candle[]> {
    const nowMs = this.options.clock.monotonicMs();
    const name = `${series.instrumentId} ${unit} ${today}`;
    let held = this.todays.get(name);
    if (held === undefined || nowMs - held.atMs > TODAY_FRESH_MS) {
      const candles = this.ask('today', known, deadlineAtMs, (leftMs) =>
        this.options.source.fetchToday(series.key, unit, leftMs),
      );
      held = { atMs: nowMs, candles };
      if (this.todays.size >= MAX_TODAY_KEPT) this.todays.clear();
      this.todays.set(name, held);
      candles.catch(() => this.todays.delete(name));
    }
    return (await held.candles).filter((candle) => istDateOf(candle.startMs) === today);
  }

  private async ask<T>(
    span: 'past' | 'today',
    known: Readonly<Record<string, string | number | null>>,
    deadlineAtMs: number,
    call: (leftMs: number) => Promise<T>,
  ): Promise<T> {
    const leftMs = deadlineAtMs - this.options.clock.monotonicMs();
    if (leftMs <= 0) {
      this.calls.inc({ span, outcome: 'late' });
      throw new OutcomeError('RATE_LIMITED', 'the question waited for its turn until its deadline', known, true);
    }
    try {
      const answer = await call(leftMs);
      this.calls.inc({ span, outcome: 'ok' });
      return answer;
    } catch (error) {
      const outcome = upstreamOutcome(error, known);
      this.calls.inc({ span, outcome: outcome instanceof OutcomeError ? outcome.code : 'INTERNAL' });
      throw outcome;
    }
  }

  private openOf(key: InstrumentKey, date: IstDate): number {
    const usual = istInstant(istDate(date), USUAL_OPEN.hour, USUAL_OPEN.minute);
    return this.options.hours.openOf(segmentOf(key), midnightOf(date)) ?? usual;
  }

  /** Whether the last of today's candles may still change. */
  private isForming(key: InstrumentKey, { unit, interval }: CandleRequest, candles: readonly Candle[]): boolean {
    const nowMs = this.options.marketNowMs();
    const today = istDateOf(nowMs);
    const last = candles.at(-1)?.startMs ?? 0;
    if (unit === 'weeks' || unit === 'months') {
      const end = periodEnd(unit, periodOf(unit, today));
      if (today < end && this.trades(key, addDays(today, 1), end)) return true;
    }
    const closeMs = this.options.hours.spansOf(segmentOf(key), midnightOf(today))?.at(-1)?.endMs ?? endOf(today);
    if (unit !== 'minutes' && unit !== 'hours') return nowMs < closeMs;
    return nowMs < Math.min(closeMs, last + widthMs(unit, interval));
  }
}

function lastKnown(kept: ReadonlyMap<IstDate, unknown>): string | null {
  return [...kept.keys()].at(-1) ?? null;
}
