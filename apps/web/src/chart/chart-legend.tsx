import { useLayoutEffect, useRef } from 'react';
import type { ChartLayer } from '../app/layout-slice.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { formatCompact, formatPrice } from '../format/numbers.ts';
import type { ChartReading } from './price-chart.ts';

export type ShowReading = ((reading: ChartReading | undefined) => void) | undefined;

interface ChartLegendProps {
  /** Set by the legend; called by the chart at each change of the candle that is read. */
  show: React.RefObject<ShowReading>;
  layers: readonly ChartLayer[];
}

type Part = readonly [label: string, text: string, tone: string];

/** The figures of the candle under the pointer, or of the last one; written straight into the page. */
export function ChartLegend({ show, layers }: ChartLegendProps): React.JSX.Element {
  const node = useRef<HTMLParagraphElement>(null);
  const last = useRef<ChartReading>(undefined);
  useLayoutEffect(() => {
    const draw = (reading: ChartReading | undefined): void => {
      last.current = reading;
      if (node.current === null) return;
      write(node.current, reading === undefined ? [] : partsOf(reading, layers));
    };
    show.current = draw;
    draw(last.current);
    return () => {
      show.current = undefined;
    };
  }, [show, layers]);
  return <p ref={node} className="chart-legend" data-testid="legend" />;
}

function partsOf(reading: ChartReading, layers: readonly ChartLayer[]): Part[] {
  const { candle, ema9, ema21, vwap, rsi, supertrend } = reading;
  const day = formatIstDay(candle.startMs);
  const tone = candle.close < candle.open ? 'loss' : 'gain';
  const parts: Part[] = [
    ['', reading.isIntraday ? `${day} ${formatIstTime(candle.startMs).slice(0, 5)}` : day, 'dim'],
    ['O', formatPrice(candle.open), tone],
    ['H', formatPrice(candle.high), tone],
    ['L', formatPrice(candle.low), tone],
    ['C', formatPrice(candle.close), tone],
  ];
  if (layers.includes('volume')) parts.push(['Vol', formatCompact(candle.volume === 0 ? null : candle.volume), 'ink']);
  if (layers.includes('oi')) parts.push(['OI', formatCompact(candle.oi), 'ink']);
  if (layers.includes('ema')) {
    parts.push(['EMA 9', formatPrice(ema9), 'accent'], ['EMA 21', formatPrice(ema21), 'warn']);
  }
  if (layers.includes('vwap')) parts.push(['VWAP', formatPrice(vwap), 'paper']);
  if (layers.includes('rsi')) parts.push(['RSI 14', formatPrice(rsi), 'ink']);
  if (layers.includes('supertrend')) {
    const rising = supertrend?.rising === true;
    parts.push([
      'ST',
      `${formatPrice(supertrend?.value)}${supertrend === undefined ? '' : rising ? ' ▲' : ' ▼'}`,
      rising ? 'gain' : 'loss',
    ]);
  }
  return parts;
}

/** Reuses the elements there are: this runs with every tick of the last candle. */
function write(node: HTMLElement, parts: readonly Part[]): void {
  while (node.childElementCount > parts.length) node.lastElementChild?.remove();
  for (const [n, [label, text, tone]] of parts.entries()) {
    const part = node.children[n] ?? node.appendChild(document.createElement('span'));
    const full = label === '' ? text : `${label} ${text}`;
    if (part.textContent !== full) part.textContent = full;
    if (part.className !== `tone-${tone}`) part.className = `tone-${tone}`;
  }
}
