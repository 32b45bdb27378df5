import { X } from 'lucide-react';
import { formatChange, formatCompact, formatCount, formatPercent, formatPrice } from '../format/numbers.ts';
import type { ColumnPreset, FigureColumn, GridColumn } from '../grid/grid-column.ts';
import type { LiveQuote } from '../live/live-data.ts';
import { changeTone } from '../live/quote-figures.ts';
import { AgeText } from './age-text.tsx';
import { WatchName } from './watch-name.tsx';

type Figure = Omit<FigureColumn<LiveQuote>, 'kind'>;

const figure = (column: Figure): FigureColumn<LiveQuote> => ({ kind: 'figure', ...column });

/** Every column that the watchlist can show. */
export const WATCH_COLUMNS: readonly GridColumn<LiveQuote>[] = [
  {
    kind: 'placed',
    id: 'instrument',
    title: 'Instrument',
    note: 'Instrument',
    widthRem: 11,
    rank: 0,
    grows: true,
    align: 'left',
    isRowHeader: true,
    render: (instrument) => <WatchName instrument={instrument} />,
  },
  figure({
    id: 'last',
    title: 'LTP',
    note: 'Last traded price, ₹',
    widthRem: 6,
    rank: 0,
    value: (quote) => quote.last_price,
    format: formatPrice,
    tone: changeTone,
  }),
  figure({
    id: 'change',
    title: 'Chg',
    note: 'Change from previous close, ₹',
    widthRem: 5.25,
    rank: 2,
    value: (quote) => quote.change,
    format: formatChange,
    tone: changeTone,
  }),
  figure({
    id: 'percent',
    title: 'Chg %',
    note: 'Change from previous close, percent',
    widthRem: 4.5,
    rank: 0,
    value: (quote) => quote.change_percent,
    format: formatPercent,
    tone: changeTone,
  }),
  figure({
    id: 'bidQty',
    title: 'Bid qty',
    note: 'Units at the best bid',
    widthRem: 5,
    rank: 6,
    value: (quote) => quote.bid_qty,
    format: formatCount,
  }),
  figure({
    id: 'bid',
    title: 'Bid',
    note: 'Best bid, ₹',
    widthRem: 5.75,
    rank: 3,
    value: (quote) => quote.bid_price,
    format: formatPrice,
  }),
  figure({
    id: 'ask',
    title: 'Ask',
    note: 'Best ask, ₹',
    widthRem: 5.75,
    rank: 3,
    value: (quote) => quote.ask_price,
    format: formatPrice,
  }),
  figure({
    id: 'askQty',
    title: 'Ask qty',
    note: 'Units at the best ask',
    widthRem: 5,
    rank: 6,
    value: (quote) => quote.ask_qty,
    format: formatCount,
  }),
  figure({
    id: 'open',
    title: 'Open',
    note: 'First price of the day, ₹',
    widthRem: 5.75,
    rank: 5,
    value: (quote) => quote.ohlc?.open,
    format: formatPrice,
  }),
  figure({
    id: 'high',
    title: 'High',
    note: 'Highest of the day, ₹',
    widthRem: 5.75,
    rank: 5,
    value: (quote) => quote.ohlc?.high,
    format: formatPrice,
  }),
  figure({
    id: 'low',
    title: 'Low',
    note: 'Lowest of the day, ₹',
    widthRem: 5.75,
    rank: 5,
    value: (quote) => quote.ohlc?.low,
    format: formatPrice,
  }),
  figure({
    id: 'prevClose',
    title: 'Prev.',
    note: 'Close of the previous session, ₹',
    widthRem: 5.75,
    rank: 5,
    value: (quote) => quote.prev_close,
    format: formatPrice,
  }),
  figure({
    id: 'average',
    title: 'Avg',
    note: 'Average price of the day, ₹',
    widthRem: 5.75,
    rank: 6,
    value: (quote) => quote.avg_price,
    format: formatPrice,
  }),
  figure({
    id: 'buyQty',
    title: 'Buy qty',
    note: 'Units of all buy orders in the book',
    widthRem: 5.5,
    rank: 4,
    value: (quote) => quote.total_buy_qty,
    format: formatCompact,
  }),
  figure({
    id: 'sellQty',
    title: 'Sell qty',
    note: 'Units of all sell orders in the book',
    widthRem: 5.5,
    rank: 4,
    value: (quote) => quote.total_sell_qty,
    format: formatCompact,
  }),
  figure({
    id: 'volume',
    title: 'Volume',
    note: 'Traded today, units',
    widthRem: 5.25,
    rank: 4,
    value: (quote) => quote.volume,
    format: formatCompact,
  }),
  figure({
    id: 'oi',
    title: 'OI',
    note: 'Open interest, units',
    widthRem: 5.25,
    rank: 4,
    value: (quote) => quote.oi,
    format: formatCompact,
  }),
  {
    kind: 'placed',
    id: 'age',
    title: 'Age',
    note: 'Age of the value',
    widthRem: 3,
    rank: 0,
    render: (instrument) => <AgeText instrument={instrument} />,
  },
  {
    kind: 'placed',
    id: 'remove',
    title: '',
    note: 'Remove',
    widthRem: 2.25,
    rank: 2,
    align: 'center',
    render: () => (
      <button type="button" tabIndex={-1} className="remove-button" title="Remove (Delete)">
        <X aria-hidden className="size-3.5" />
        <span className="sr-only">Remove from the watchlist</span>
      </button>
    ),
  },
];

const FIRST = ['instrument', 'last', 'change', 'percent'];
const LAST = ['age', 'remove'];

/** The sets of columns, in the order in which the key goes through them. */
export const WATCH_PRESETS: readonly [ColumnPreset, ...ColumnPreset[]] = [
  { id: 'prices', title: 'Prices', columns: [...FIRST, 'bid', 'ask', 'low', 'high', 'volume', 'oi', ...LAST] },
  { id: 'day', title: 'Day', columns: [...FIRST, 'open', 'high', 'low', 'prevClose', 'average', 'volume', ...LAST] },
  { id: 'book', title: 'Book', columns: [...FIRST, 'bidQty', 'bid', 'ask', 'askQty', 'buyQty', 'sellQty', ...LAST] },
];
