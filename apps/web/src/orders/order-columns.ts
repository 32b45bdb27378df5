import type { OrderView } from '@vega/client';
import { formatIstTime } from '../format/ist.ts';
import { formatCount, formatPrice, MISSING } from '../format/numbers.ts';
import type { FigureColumn, GridColumn, PlacedColumn } from '../grid/grid-column.ts';
import {
  ORDER_STATUSES,
  presentPrice,
  presentQuantity,
  presentTrigger,
  PRODUCT_WORDS,
  statusWords,
  TYPE_WORDS,
} from './order-words.ts';

type Figure = FigureColumn<OrderView>;

/** A column of words: the grid draws figures, so that a word is drawn by its place in the list of all. */
function words(
  frame: Omit<Figure, 'kind' | 'value' | 'format'>,
  list: readonly string[],
  read: (order: OrderView) => string,
  say: (word: string) => string,
): Figure {
  return {
    ...frame,
    kind: 'figure',
    value: (order) => list.indexOf(read(order)),
    format: (n) => {
      const word = list[n ?? -1];
      return word === undefined ? MISSING : say(word);
    },
  };
}

const timeText = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? MISSING : formatIstTime(ms);

const FIGURES: readonly Figure[] = [
  {
    kind: 'figure',
    id: 'time',
    title: 'Time',
    note: 'Market time at which it was decided, IST',
    widthRem: 5,
    rank: 4,
    value: ({ decided_at_ms: market, created_at_ms: wall }) => market ?? wall,
    format: timeText,
  },
  words(
    {
      id: 'side',
      title: 'Side',
      note: 'Buy or sell',
      widthRem: 3.25,
      rank: 0,
      align: 'left',
      tone: ({ side }) => (side === 'BUY' ? 'gain' : 'loss'),
    },
    ['BUY', 'SELL'],
    ({ side }) => side,
    (side) => (side === 'BUY' ? 'Buy' : 'Sell'),
  ),
  {
    kind: 'figure',
    id: 'quantity',
    title: 'Qty',
    note: 'Ordered, units',
    widthRem: 4.5,
    rank: 1,
    value: presentQuantity,
    format: formatCount,
  },
  {
    kind: 'figure',
    id: 'filled',
    title: 'Filled',
    note: 'Traded so far, units',
    widthRem: 4.5,
    rank: 2,
    value: ({ filled_quantity: filled }) => filled,
    format: formatCount,
  },
  words(
    { id: 'type', title: 'Type', note: 'Limit, stop with a limit, or market with protection', widthRem: 5.5, rank: 5 },
    Object.keys(TYPE_WORDS),
    ({ order_type: type }) => type,
    (type) => TYPE_WORDS[type] ?? type,
  ),
  {
    kind: 'figure',
    id: 'price',
    title: 'Price',
    note: 'Limit, ₹',
    widthRem: 5.5,
    rank: 1,
    value: presentPrice,
    format: formatPrice,
  },
  {
    kind: 'figure',
    id: 'trigger',
    title: 'Trigger',
    note: 'Of a stop, ₹',
    widthRem: 5.5,
    rank: 6,
    value: presentTrigger,
    format: formatPrice,
  },
  {
    kind: 'figure',
    id: 'average',
    title: 'Avg',
    note: 'Average of its fills, ₹',
    widthRem: 5.5,
    rank: 3,
    value: ({ average_price: average }) => average,
    format: formatPrice,
  },
  words(
    { id: 'product', title: 'Product', note: 'Intraday, carried forward, or margin trading', widthRem: 5, rank: 6 },
    Object.keys(PRODUCT_WORDS),
    ({ product }) => product,
    (product) => PRODUCT_WORDS[product] ?? product,
  ),
  {
    ...words(
      { id: 'status', title: 'Status', note: 'What has become of it', widthRem: 6, rank: 0, align: 'left' },
      ORDER_STATUSES,
      ({ status }) => status,
      (status) => statusWords(status).word,
    ),
    tone: ({ status }) => {
      const { tone } = statusWords(status);
      return tone === 'warn' ? 'flat' : tone;
    },
    paint: ({ status }, cell) => {
      if (cell.dataset['status'] === status) return;
      cell.dataset['status'] = status;
      cell.title = statusWords(status).note;
    },
  },
];

/** The columns of the book, with the placed ones that name an order and act on it. */
export function orderColumns(symbol: PlacedColumn, actions: PlacedColumn): readonly GridColumn<OrderView>[] {
  return [...FIGURES.slice(0, 2), symbol, ...FIGURES.slice(2), actions];
}
