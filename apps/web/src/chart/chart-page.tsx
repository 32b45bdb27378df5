import type { CandleView } from '@vega/client';
import { useEffect, useRef, useState } from 'react';
import { briefOf, intervalChosen, layerToggled, type ChartLayer } from '../app/layout-slice.ts';
import { digitOf } from '../app/key-combination.ts';
import { useShortcuts } from '../app/shortcuts.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { useFollow, useLive } from '../live/live-context.tsx';
import type { LiveQuote } from '../live/live-data.ts';
import { QuoteText } from '../live/live-text.tsx';
import { changeTone, readChange, readLast, readPercent } from '../live/quote-figures.ts';
import { StaleMark } from '../live/stale-mark.tsx';
import { ticketOpened } from '../ticket/ticket-slice.ts';
import { TradeButtons } from '../ticket/trade-buttons.tsx';
import { EmptyNotice, FailureNotice, LoadingRows } from '../ui/notices.tsx';
import { useCandleHistory, type CandleHistory, type OlderState } from './candle-history.ts';
import { CHART_KEYS } from './chart-keys.ts';
import { ChartLegend, type ShowReading } from './chart-legend.tsx';
import { INTERVALS, intervalOf } from './intervals.ts';
import { joinLivePoint, livePointOf } from './live-candle.ts';
import { PriceChart } from './price-chart.ts';
import { toCandles } from './to-candles.ts';

const LAYER_BUTTONS: readonly { layer: ChartLayer; label: string; key: string }[] = [
  { layer: 'volume', label: 'Vol', key: 'v' },
  { layer: 'oi', label: 'OI', key: 'o' },
  { layer: 'ema', label: 'EMA', key: 'e' },
  { layer: 'vwap', label: 'VWAP', key: 'w' },
  { layer: 'rsi', label: 'RSI', key: 'r' },
  { layer: 'supertrend', label: 'ST', key: 'u' },
];

const LAYER_NAMES: Readonly<Record<ChartLayer, string>> = {
  volume: 'Volume',
  oi: 'Open interest',
  ema: 'EMA 9 and 21',
  vwap: 'VWAP of the day',
  rsi: 'RSI 14',
  supertrend: 'Supertrend 10, 3',
};

/** Brings the newest candle back; set while a chart is drawn. */
type Newest = React.RefObject<(() => void) | undefined>;

/** The chart of the chosen instrument. */
export function ChartPage(): React.JSX.Element {
  const instrument = useAppSelector((state) => state.layout.selected);
  const newest: Newest = useRef(undefined);
  // Bound here, since they also work while candles load or cannot be had.
  useChartKeys(instrument, () => newest.current?.());
  if (instrument === null) {
    return <EmptyNotice title="No instrument is chosen">Choose one in the market watch, or press Ctrl K.</EmptyNotice>;
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <ChartHeader instrument={instrument} />
      <ChartBody key={instrument} instrument={instrument} newest={newest} />
    </div>
  );
}

/** Answers the keys of the chart; `onNewest` brings the newest candle back. */
function useChartKeys(instrument: string | null, onNewest: () => void): void {
  const dispatch = useAppDispatch();
  const symbol = useAppSelector((state) => briefOf(state.layout, instrument ?? '').symbol);
  const trade = (side: 'BUY' | 'SELL') => () => {
    if (instrument !== null && !instrument.includes('_INDEX|')) dispatch(ticketOpened({ instrument, symbol, side }));
  };
  const toggle = (layer: ChartLayer) => () => void dispatch(layerToggled(layer));
  useShortcuts(CHART_KEYS, {
    interval: (event) => {
      const interval = INTERVALS[(digitOf(event) ?? 0) - 1];
      if (interval !== undefined) dispatch(intervalChosen(interval.id));
    },
    buy: trade('BUY'),
    sell: trade('SELL'),
    newest: onNewest,
    volume: toggle('volume'),
    oi: toggle('oi'),
    ema: toggle('ema'),
    vwap: toggle('vwap'),
    rsi: toggle('rsi'),
    supertrend: toggle('supertrend'),
  });
}

function ChartHeader({ instrument }: { instrument: string }): React.JSX.Element {
  const dispatch = useAppDispatch();
  const { symbol, name } = useAppSelector((state) => briefOf(state.layout, instrument));
  const { interval, layers } = useAppSelector((state) => state.layout);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1.5">
      <StaleMark as="div" instrument={instrument} className="flex min-w-0 items-baseline gap-2">
        <h1 className="truncate font-semibold text-sm" title={name}>
          {symbol}
        </h1>
        <QuoteText instrument={instrument} read={readLast} tone={changeTone} className="toned text-sm font-semibold" />
        <QuoteText instrument={instrument} read={readChange} tone={changeTone} className="toned" />
        <QuoteText instrument={instrument} read={readPercent} tone={changeTone} className="toned" />
      </StaleMark>
      <TradeButtons instrument={instrument} symbol={symbol} />
      <div role="group" aria-label="Interval" className="flex gap-0.5">
        {INTERVALS.map(({ id }, n) => (
          <button
            key={id}
            type="button"
            className="chip"
            aria-pressed={id === interval}
            title={`Key ${n + 1}`}
            onClick={() => dispatch(intervalChosen(id))}
          >
            {id}
          </button>
        ))}
      </div>
      <div role="group" aria-label="Layers" className="flex gap-0.5">
        {LAYER_BUTTONS.map(({ layer, label, key }) => (
          <button
            key={layer}
            type="button"
            className="chip"
            aria-pressed={layers.includes(layer)}
            title={`${LAYER_NAMES[layer]} (${key.toUpperCase()})`}
            onClick={() => dispatch(layerToggled(layer))}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

function ChartBody({ instrument, newest }: { instrument: string; newest: Newest }): React.JSX.Element {
  const id = useAppSelector((state) => state.layout.interval);
  const history = useCandleHistory(instrument, intervalOf(id));
  const { candles, failure, isFetching, retry } = history;
  if (candles !== undefined && candles.length > 0) {
    return <LiveChart instrument={instrument} candles={candles} history={history} newest={newest} />;
  }
  if (failure !== undefined) return <FailureNotice failure={failure} onRetry={retry} />;
  if (candles === undefined || isFetching) return <LoadingRows rows={10} label="Loading candles" />;
  return (
    <EmptyNotice title="No candles in this span">
      The instrument has not traded in the days shown. Try a longer interval.
    </EmptyNotice>
  );
}

interface LiveChartProps {
  instrument: string;
  candles: readonly CandleView[];
  history: CandleHistory;
  newest: Newest;
}

function LiveChart({ instrument, candles, history, newest }: LiveChartProps): React.JSX.Element {
  const container = useRef<HTMLDivElement>(null);
  const show = useRef<ShowReading>(undefined);
  const live = useLive();
  const { failure, older, loadOlder } = history;
  const { interval: id, layers, theme } = useAppSelector((state) => state.layout);
  const { symbol } = useAppSelector((state) => briefOf(state.layout, instrument));
  const [chart, setChart] = useState<PriceChart>();
  const shownId = useRef<string>(undefined);
  useFollow([instrument]);
  useEffect(() => {
    newest.current = () => chart?.showNewest();
    return () => {
      newest.current = undefined;
    };
  }, [chart, newest]);

  useEffect(() => {
    if (container.current === null) return undefined;
    const made = new PriceChart(container.current, intervalOf('5m'), (reading) => show.current?.(reading));
    shownId.current = undefined;
    setChart(made);
    return () => made.close();
  }, []);
  useEffect(() => chart?.setLayers(layers), [chart, layers]);
  useEffect(() => {
    chart?.setHistory(toCandles(candles), intervalOf(id), shownId.current !== id);
    shownId.current = chart === undefined ? undefined : id;
  }, [chart, candles, id]);
  useEffect(() => chart?.applyTheme(), [chart, theme]);
  useEffect(() => chart?.onNearStart(loadOlder), [chart, loadOlder]);
  useEffect(() => {
    if (chart === undefined) return undefined;
    const { lengthMs } = intervalOf(id);
    const segment = instrument.slice(0, instrument.indexOf('|'));
    let volumeSeen: number | null = live.quotes.get(instrument)?.volume ?? null;
    return live.quotes.subscribe(instrument, (quote: LiveQuote | undefined) => {
      const { last } = chart;
      if (quote === undefined) return;
      const point = livePointOf(quote, volumeSeen);
      volumeSeen = quote.volume;
      if (point === undefined || last === undefined || !live.isOpen(segment)) return;
      const joined = joinLivePoint(last, point, lengthMs);
      if (joined !== last) chart.setLast(joined, live.now());
    });
  }, [chart, live, instrument, id]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <ChartLegend show={show} layers={layers} />
      {failure === undefined ? null : <p className="chart-note right-20">History is not renewed: {failure.code}</p>}
      <OlderNote older={older} onRetry={loadOlder} />
      <div
        ref={container}
        role="figure"
        aria-label={`Price chart of ${symbol}, ${id} candles`}
        className="min-h-0 flex-1"
        data-testid="chart"
      />
    </div>
  );
}

function OlderNote({ older, onRetry }: { older: OlderState; onRetry: () => void }): React.JSX.Element | null {
  if (older === 'loading') return <p className="chart-note left-3">Loading older candles…</p>;
  if (typeof older === 'string') return null;
  return (
    <p className="chart-note left-3">
      Older candles: {older.failure.code}{' '}
      <button type="button" className="underline" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
