// Goal: candles with volume, open interest and indicators that follow a live price.
// Method: lightweight-charts draws; times are shifted to India, since the library prints UTC; a live point changes the last
//   candle alone, and indicators are computed anew at most four times a second.
// Invariants: candles are ascending and unique in time; a layer that is off costs nothing.

import {
  CandlestickSeries,
  createChart,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type IChartApi,
  type ISeriesApi,
  type LogicalRange,
  type MouseEventParams,
  type SeriesType,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { ChartLayer } from '../app/layout-slice.ts';
import { chartSeconds, istDate } from '../format/ist.ts';
import { formatCompact, formatPrice } from '../format/numbers.ts';
import { faded, readChartColors, type ChartColors } from './chart-colors.ts';
import { ema, rsi, supertrend, vwap, type Candle, type Series, type TrendPoint } from './indicators.ts';
import { isIntraday, type ChartInterval } from './intervals.ts';

/** A candle under the pointer, or the last one, with the values of the layers that are on. */
export interface ChartReading {
  candle: Candle;
  /** Whether the candle is a part of a day, so that its time matters. */
  isIntraday: boolean;
  ema9: number | undefined;
  ema21: number | undefined;
  vwap: number | undefined;
  rsi: number | undefined;
  supertrend: TrendPoint | undefined;
}

type LineName = 'ema9' | 'ema21' | 'vwap' | 'rsi' | 'oi' | 'trend';
type Line = ISeriesApi<'Line'>;

const LAYER_LINES: Readonly<Record<ChartLayer, readonly LineName[]>> = {
  volume: [],
  oi: ['oi'],
  ema: ['ema9', 'ema21'],
  vwap: ['vwap'],
  rsi: ['rsi'],
  supertrend: ['trend'],
};
const LAYERS = Object.keys(LAYER_LINES) as ChartLayer[];
const INDICATOR_PAUSE_MS = 250;
const RSI_PANE = 1;
/** Older candles are fetched when so few are left beyond the left edge. */
const NEAR_START_BARS = 15;
/** Width of a candle with its gap at first. */
const BAR_PX = 8;
/** No price is below zero, though the space under the candles would be labelled so. */
const RUPEES = {
  type: 'custom' as const,
  formatter: (price: number) => (price < 0 ? '' : formatPrice(price)),
  minMove: 0.01,
};
const COMPACT = { type: 'custom' as const, formatter: (units: number) => formatCompact(Math.round(units)), minMove: 1 };

const time = (candle: Candle): UTCTimestamp => chartSeconds(candle.startMs) as UTCTimestamp;

/** The chart of one instrument at one interval. */
export class PriceChart {
  private readonly container: HTMLElement;
  private readonly chart: IChartApi;
  private readonly price: ISeriesApi<'Candlestick'>;
  private volume: ISeriesApi<'Histogram'> | undefined;
  private readonly lines = new Map<LineName, Line>();
  private readonly values = new Map<LineName, Series>();
  private trend: (TrendPoint | undefined)[] = [];
  private candles: Candle[] = [];
  private colors: ChartColors;
  private interval: ChartInterval;
  private indicatorsAt = 0;
  private hovered: number | undefined;
  private readonly onReading: (reading: ChartReading | undefined) => void;

  constructor(container: HTMLElement, interval: ChartInterval, onReading: (reading: ChartReading | undefined) => void) {
    this.container = container;
    this.interval = interval;
    this.onReading = onReading;
    this.colors = readChartColors();
    this.chart = createChart(container, {
      autoSize: true,
      localization: { locale: 'en-IN' },
      crosshair: { mode: CrosshairMode.Normal },
    });
    this.price = this.chart.addSeries(CandlestickSeries, { priceLineStyle: LineStyle.Dotted, priceFormat: RUPEES });
    this.applyTheme();
    this.chart.subscribeCrosshairMove((event) => this.point(event));
  }

  /** The last candle; undefined while there is none. */
  get last(): Candle | undefined {
    return this.candles.at(-1);
  }

  /** Shows history, oldest first. The view moves to the newest candles when `fit` is set. */
  setHistory(candles: readonly Candle[], interval: ChartInterval, fit: boolean): void {
    this.interval = interval;
    this.candles = [...candles];
    this.chart.timeScale().applyOptions({ timeVisible: isIntraday(interval), secondsVisible: false, rightOffset: 4 });
    this.price.setData(this.candles.map((candle) => ({ ...bodyOf(candle), time: time(candle) })));
    this.volume?.setData(this.candles.map((candle) => this.volumeBar(candle)));
    this.computeIndicators();
    if (fit) this.showNewest();
    this.tell();
  }

  /** Replaces the last candle, or adds one after it. */
  setLast(candle: Candle, nowMs: number): void {
    const last = this.candles.at(-1);
    if (last === undefined || candle.startMs < last.startMs) return;
    const isNew = candle.startMs > last.startMs;
    if (isNew) this.candles.push(candle);
    else this.candles[this.candles.length - 1] = candle;
    this.price.update({ ...bodyOf(candle), time: time(candle) });
    this.volume?.update(this.volumeBar(candle));
    if (isNew || nowMs - this.indicatorsAt >= INDICATOR_PAUSE_MS) {
      this.indicatorsAt = nowMs;
      this.updateIndicators();
    }
    if (this.hovered === undefined) this.tell();
  }

  /** Switches layers on and off. */
  setLayers(on: readonly ChartLayer[]): void {
    for (const layer of LAYERS) {
      for (const name of LAYER_LINES[layer]) this.setLine(name, on.includes(layer));
    }
    this.setVolume(on.includes('volume'));
    this.chart.panes()[RSI_PANE]?.setStretchFactor(0.25);
    this.computeIndicators();
    this.tell();
  }

  /** Takes the page's present colours. */
  applyTheme(): void {
    const colors = (this.colors = readChartColors());
    this.chart.applyOptions({
      layout: {
        background: { color: colors.panel },
        textColor: colors.dim,
        fontSize: 12,
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: colors.line, enableResize: true },
      },
      grid: { vertLines: { color: faded(colors.line, 0.5) }, horzLines: { color: faded(colors.line, 0.5) } },
      rightPriceScale: { borderColor: colors.line },
      leftPriceScale: { borderColor: colors.line },
      timeScale: { borderColor: colors.line },
    });
    this.price.applyOptions({
      upColor: colors.gain,
      downColor: colors.loss,
      wickUpColor: colors.gain,
      wickDownColor: colors.loss,
      borderVisible: false,
    });
    for (const [name, line] of this.lines) line.applyOptions({ color: this.lineColor(name) });
    // The points of the trend carry their own colours.
    if (this.lines.has('trend')) this.computeIndicators();
    this.volume?.setData(this.candles.map((candle) => this.volumeBar(candle)));
  }

  /** Calls back when the view comes near the oldest candle. Returns the unsubscriber. */
  onNearStart(callback: () => void): () => void {
    const timeScale = this.chart.timeScale();
    const judge = (range: LogicalRange | null): void => {
      if (range !== null && this.candles.length > 0 && range.from < NEAR_START_BARS) callback();
    };
    timeScale.subscribeVisibleLogicalRangeChange(judge);
    return () => timeScale.unsubscribeVisibleLogicalRangeChange(judge);
  }

  close(): void {
    this.chart.remove();
  }

  private setVolume(on: boolean): void {
    if (on === (this.volume !== undefined)) return;
    if (!on) {
      this.remove(this.volume);
      this.volume = undefined;
    } else {
      this.volume = this.chart.addSeries(HistogramSeries, {
        priceScaleId: 'volume',
        priceFormat: COMPACT,
        lastValueVisible: false,
        priceLineVisible: false,
      });
      this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
      this.volume.setData(this.candles.map((candle) => this.volumeBar(candle)));
    }
    this.price.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: on ? 0.2 : 0.06 } });
  }

  private setLine(name: LineName, on: boolean): void {
    const present = this.lines.get(name);
    if (on === (present !== undefined)) return;
    if (!on) {
      this.remove(present);
      this.lines.delete(name);
      this.values.delete(name);
      return;
    }
    const line = this.chart.addSeries(
      LineSeries,
      {
        color: this.lineColor(name),
        lineWidth: 1,
        priceLineVisible: false,
        lastValueVisible: name === 'rsi' || name === 'oi',
        crosshairMarkerVisible: false,
        ...(name === 'oi' ? { priceScaleId: 'left', priceFormat: COMPACT } : {}),
      },
      name === 'rsi' ? RSI_PANE : 0,
    );
    if (name === 'rsi') {
      for (const price of [30, 70]) {
        line.createPriceLine({ price, color: this.colors.line, lineStyle: LineStyle.Dashed, axisLabelVisible: false });
      }
    }
    this.lines.set(name, line);
  }

  private remove(series: ISeriesApi<SeriesType> | undefined): void {
    if (series !== undefined) this.chart.removeSeries(series);
  }

  private lineColor(name: LineName): string {
    const { accent, warn, paper, ink, dim } = this.colors;
    return { ema9: accent, ema21: warn, vwap: paper, rsi: ink, oi: dim, trend: dim }[name];
  }

  private compute(name: LineName): Series {
    switch (name) {
      case 'ema9':
        return ema(this.candles, 9);
      case 'ema21':
        return ema(this.candles, 21);
      case 'vwap':
        return isIntraday(this.interval) ? vwap(this.candles, istDate) : this.candles.map(() => undefined);
      case 'rsi':
        return rsi(this.candles);
      case 'oi':
        return this.candles.map(({ oi }) => (oi === null || oi === 0 ? undefined : oi));
      case 'trend':
        this.trend = supertrend(this.candles);
        return this.trend.map((point) => point?.value);
    }
  }

  private computeIndicators(): void {
    const hasOi = this.lines.has('oi') && this.candles.some(({ oi }) => oi !== null);
    this.chart.applyOptions({ leftPriceScale: { visible: hasOi } });
    for (const [name, line] of this.lines) {
      const values = this.compute(name);
      this.values.set(name, values);
      line.setData(this.candles.map((candle, n) => this.linePoint(name, candle, values[n], n)));
    }
  }

  private updateIndicators(): void {
    const candle = this.candles.at(-1);
    if (candle === undefined) return;
    for (const [name, line] of this.lines) {
      const values = this.compute(name);
      this.values.set(name, values);
      const last = this.candles.length - 1;
      line.update(this.linePoint(name, candle, values[last], last));
    }
  }

  private linePoint(
    name: LineName,
    candle: Candle,
    value: number | undefined,
    n: number,
  ): { time: UTCTimestamp; value?: number; color?: string } {
    if (value === undefined) return { time: time(candle) };
    if (name !== 'trend') return { time: time(candle), value };
    const { rising, before } = { rising: this.trend[n]?.rising, before: this.trend[n - 1]?.rising };
    // A point's colour is that of the line that leads to it: where the trend turns there is none.
    if (before !== undefined && rising !== before)
      return { time: time(candle), value, color: faded(this.colors.dim, 0) };
    return { time: time(candle), value, color: rising === true ? this.colors.gain : this.colors.loss };
  }

  private volumeBar(candle: Candle): { time: UTCTimestamp; value?: number; color?: string } {
    // An index trades nothing; a bar of no height would draw a line along the foot.
    if (candle.volume === 0) return { time: time(candle) };
    const color = faded(candle.close < candle.open ? this.colors.loss : this.colors.gain, 0.4);
    return { time: time(candle), value: candle.volume, color };
  }

  /** Moves the view to the newest candles. */
  showNewest(): void {
    const shown = Math.max(30, Math.floor(this.container.clientWidth / BAR_PX));
    const { length } = this.candles;
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(-4, length - shown), to: length + 4 });
  }

  private point(event: MouseEventParams): void {
    const at = event.logical;
    this.hovered = at === undefined || this.candles[at] === undefined ? undefined : at;
    this.tell();
  }

  private tell(): void {
    const at = this.hovered ?? this.candles.length - 1;
    const candle = this.candles[at];
    if (candle === undefined) {
      this.onReading(undefined);
      return;
    }
    const value = (name: LineName): number | undefined => this.values.get(name)?.[at];
    this.onReading({
      candle,
      isIntraday: isIntraday(this.interval),
      ema9: value('ema9'),
      ema21: value('ema21'),
      vwap: value('vwap'),
      rsi: value('rsi'),
      supertrend: this.values.has('trend') ? this.trend[at] : undefined,
    });
  }
}

function bodyOf({ open, high, low, close }: Candle): Pick<Candle, 'open' | 'high' | 'low' | 'close'> {
  return { open, high, low, close };
}
