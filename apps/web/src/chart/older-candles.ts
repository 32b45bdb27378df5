// Goal: a chart that goes back as far as there are candles, one span at a time.
// Method: the history before the newest span is asked for in spans of the interval's own length, each ending on the day
//   before the last one asked. Spans without a candle in a row mean that the instrument did not exist yet.

import type { CandleView } from '@vega/client';
import type { ChartInterval } from './intervals.ts';

const DAY_MS = 86_400_000;
/** First day of which the broker keeps candles. Source: Upstox, Historical Candle Data V3, 2026. */
const INTRADAY_FROM = '2022-01-01';
const DAILY_FROM = '2000-01-01';
/** So many empty spans in a row end the search. */
const MOST_EMPTY_SPANS = 2;

/** Dates of a span, both included. */
export interface DateSpan {
  /** `YYYY-MM-DD`, India. */
  from: string;
  to: string;
}

/** The candles before the newest span. */
export interface OlderCandles {
  /** Ascending. */
  candles: readonly CandleView[];
  /** The first day asked for so far. */
  from: string;
  emptySpans: number;
}

/** Nothing asked yet; `from` is the first day of the newest span. */
export function noOlderCandles(from: string): OlderCandles {
  return { candles: [], from, emptySpans: 0 };
}

/** The next span to ask for; undefined where there is nothing older. */
export function nextOlderSpan({ from, emptySpans }: OlderCandles, interval: ChartInterval): DateSpan | undefined {
  const first = interval.lengthMs < DAY_MS ? INTRADAY_FROM : DAILY_FROM;
  const to = dayBefore(from, 1);
  if (emptySpans >= MOST_EMPTY_SPANS || to < first) return undefined;
  const wanted = dayBefore(to, interval.spanDays);
  return { from: wanted < first ? first : wanted, to };
}

/** With the answer to a span. */
export function withOlderSpan(older: OlderCandles, span: DateSpan, candles: readonly CandleView[]): OlderCandles {
  const emptySpans = candles.length === 0 ? older.emptySpans + 1 : 0;
  return { candles: [...candles, ...older.candles], from: span.from, emptySpans };
}

function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}
