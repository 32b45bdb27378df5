import type { CandleView } from '@vega/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { useHistoricalQuery, useLazyHistoricalQuery } from '../api/market-api.ts';
import { istDate } from '../format/ist.ts';
import { useLink, useLive } from '../live/live-context.tsx';
import { spanEndingOn, type ChartInterval } from './intervals.ts';
import { nextOlderSpan, noOlderCandles, withOlderSpan, type OlderCandles } from './older-candles.ts';

/** The newest span is read again this often, so that provisional candles give way to the exchange's own. */
const RELOAD_MS = 60_000;

/** How far the history before the newest span has come. */
export type OlderState = 'idle' | 'loading' | 'exhausted' | { failure: ApiFailure };

/** What is known of an instrument's candles at an interval. */
export interface CandleHistory {
  /** Ascending; undefined before the first answer. */
  candles: readonly CandleView[] | undefined;
  isFetching: boolean;
  failure: ApiFailure | undefined;
  retry: () => void;
  older: OlderState;
  /** Asks for the span before the oldest; does nothing while one is asked for, or when there is none. */
  loadOlder: () => void;
}

/** The candles of an instrument: the newest span, kept current, and before it as many as were asked for. */
export function useCandleHistory(instrument: string, interval: ChartInterval): CandleHistory {
  const live = useLive();
  // The market's date; the next reading follows it over midnight.
  const [today, setToday] = useState(() => istDate(live.clock.read()));
  useEffect(() => {
    const timer = setInterval(() => setToday(istDate(live.clock.read())), 1_000);
    return () => clearInterval(timer);
  }, [live]);
  const span = spanEndingOn(interval, today);
  const { unit, interval: length } = interval;
  const { currentData, error, isFetching, refetch } = useHistoricalQuery(
    { symbol: instrument, unit, interval: length, ...span },
    { pollingInterval: RELOAD_MS, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true },
  );
  const linked = useLink().state === 'open';
  useEffect(() => {
    if (linked) void refetch();
  }, [linked, refetch]);

  const { pages, state, loadOlder } = useOlderCandles(instrument, interval, span.from);
  const newest = currentData?.candles;
  const candles = useMemo(() => (newest === undefined ? undefined : [...pages.candles, ...newest]), [pages, newest]);
  return {
    candles,
    isFetching,
    failure: error as ApiFailure | undefined,
    retry: () => void refetch(),
    older: state,
    loadOlder,
  };
}

interface Older {
  /** What the pages belong to; those of another instrument, interval or day count for nothing. */
  of: string;
  pages: OlderCandles;
  state: OlderState;
}

function useOlderCandles(
  instrument: string,
  interval: ChartInterval,
  newestFrom: string,
): { pages: OlderCandles; state: OlderState; loadOlder: () => void } {
  const of = `${instrument} ${interval.id} ${newestFrom}`;
  const first = useMemo<Older>(() => ({ of, pages: noOlderCandles(newestFrom), state: 'idle' }), [of, newestFrom]);
  const [kept, keep] = useState(first);
  const [ask] = useLazyHistoricalQuery();
  const older = kept.of === of ? kept : first;
  const present = useRef(older);
  useEffect(() => {
    present.current = older;
  }, [older]);

  const loadOlder = useCallback(() => {
    const { pages, state, of: asked } = present.current;
    if (state === 'loading' || state === 'exhausted') return;
    const span = nextOlderSpan(pages, interval);
    const enter = (next: Older): void => {
      // An answer to what is not shown any more is dropped.
      if (present.current.of !== asked) return;
      present.current = next;
      keep(next);
    };
    if (span === undefined) {
      enter({ of: asked, pages, state: 'exhausted' });
      return;
    }
    enter({ of: asked, pages, state: 'loading' });
    const { unit, interval: length } = interval;
    void ask({ symbol: instrument, unit, interval: length, ...span }, true).then(({ data, error }) => {
      if (data === undefined) enter({ of: asked, pages, state: { failure: error as ApiFailure } });
      else enter({ of: asked, pages: withOlderSpan(pages, span, data.candles), state: 'idle' });
    });
  }, [ask, instrument, interval]);
  return { pages: older.pages, state: older.state, loadOlder };
}
