import type { ChainSideView } from '@vega/client';
import { formatChange, formatCompact, formatCount, formatPrice, MISSING } from '../format/numbers.ts';
import type { ColumnPreset, FigureColumn, GridColumn, Tone } from '../grid/grid-column.ts';
import { BUILD_UP_WORDS, formatDecimals, formatShort, statusWord } from './chain-words.ts';
import { sideOf, type LiveChainRow, type Side } from './chain-data.ts';

type Figure = FigureColumn<LiveChainRow>;

/** A figure of a contract, from which the column of the call and that of the put are made. */
interface ContractFigure {
  id: string;
  title: string;
  note: string;
  widthRem: number;
  /** Where the screen is narrow, higher ones give way first. */
  rank: number;
  value: (contract: ChainSideView) => number | null;
  format: Figure['format'];
  tone?: (contract: ChainSideView) => Tone;
  paint?: (row: LiveChainRow, side: Side, cell: HTMLElement) => void;
}

const signTone = (value: number | null): Tone => (value === null || value === 0 ? 'flat' : value > 0 ? 'gain' : 'loss');
const BUILD_UPS = Object.keys(BUILD_UP_WORDS);

/** Marks a figure that must not be trusted blindly, with the reason. */
function paintDoubt(row: LiveChainRow, side: Side, cell: HTMLElement): void {
  const status = sideOf(row, side)?.status ?? 'NO_QUOTE';
  const doubt = status === 'OK' ? '' : status;
  if ((cell.dataset['doubt'] ?? '') === doubt) return;
  if (doubt === '') {
    delete cell.dataset['doubt'];
    cell.removeAttribute('title');
  } else {
    cell.dataset['doubt'] = doubt;
    cell.title = statusWord(doubt);
  }
}

function paintOiBar(row: LiveChainRow, side: Side, cell: HTMLElement): void {
  const share = `${Math.min(100, Math.round((100 * (sideOf(row, side)?.oi ?? 0)) / row.oiScale))}%`;
  if (cell.dataset['share'] === share) return;
  cell.dataset['share'] = share;
  cell.style.setProperty('--share', share);
}

const FIGURES: readonly ContractFigure[] = [
  {
    id: 'buildUp',
    title: 'Build',
    note: 'Against the previous day: LB long build-up, SB short build-up, SC short covering, LU long unwinding',
    widthRem: 3.25,
    rank: 8,
    value: ({ build_up: build }) => (build === null ? null : BUILD_UPS.indexOf(build)),
    format: (n) => BUILD_UP_WORDS[BUILD_UPS[n ?? -1] ?? '']?.tag ?? MISSING,
    tone: ({ build_up: build }) => BUILD_UP_WORDS[build ?? '']?.tone ?? 'flat',
  },
  {
    id: 'oiChange',
    title: 'OI chg',
    note: 'Change of open interest against the previous day, units',
    widthRem: 5,
    rank: 4,
    value: (contract) => contract.oi_change,
    format: formatShort,
    tone: (contract) => signTone(contract.oi_change),
  },
  {
    id: 'oi',
    title: 'OI',
    note: 'Open interest, units; the bar is its share of the largest on the screen',
    widthRem: 4.75,
    rank: 2,
    value: (contract) => contract.oi,
    format: formatCompact,
    paint: paintOiBar,
  },
  {
    id: 'volume',
    title: 'Volume',
    note: 'Traded today, units',
    widthRem: 5.25,
    rank: 6,
    value: (contract) => contract.volume,
    format: formatCompact,
  },
  {
    id: 'iv',
    title: 'IV',
    note: 'Implied volatility, per cent a year',
    widthRem: 3.75,
    rank: 1,
    value: (contract) => contract.iv,
    format: formatDecimals(2),
    paint: paintDoubt,
  },
  {
    id: 'delta',
    title: 'Delta',
    note: '₹ per ₹ of the forward',
    widthRem: 3.75,
    rank: 3,
    value: (contract) => contract.delta,
    format: formatDecimals(3),
  },
  {
    id: 'gamma',
    title: 'Gamma',
    note: 'Change of delta per ₹ of the forward',
    widthRem: 4.5,
    rank: 7,
    value: (contract) => contract.gamma,
    format: formatDecimals(5),
  },
  {
    id: 'theta',
    title: 'Theta',
    note: '₹ per calendar day',
    widthRem: 4.5,
    rank: 5,
    value: (contract) => contract.theta,
    format: formatDecimals(2),
  },
  {
    id: 'vega',
    title: 'Vega',
    note: '₹ per volatility point',
    widthRem: 4,
    rank: 6,
    value: (contract) => contract.vega,
    format: formatDecimals(2),
  },
  {
    id: 'change',
    title: 'Chg',
    note: 'Last price less the previous close, ₹',
    widthRem: 4.75,
    rank: 5,
    value: (contract) => contract.change,
    format: formatChange,
    tone: (contract) => signTone(contract.change),
  },
  {
    id: 'last',
    title: 'LTP',
    note: 'Last traded price, ₹',
    widthRem: 4.75,
    rank: 0,
    value: (contract) => contract.last_price,
    format: formatPrice,
    tone: (contract) => signTone(contract.change),
    paint: paintDoubt,
  },
  {
    id: 'bidQty',
    title: 'Bid qty',
    note: 'Units at the best bid',
    widthRem: 4.5,
    rank: 7,
    value: (contract) => contract.bid_qty,
    format: formatCount,
  },
  {
    id: 'bid',
    title: 'Bid',
    note: 'Best bid, ₹',
    widthRem: 5,
    rank: 3,
    value: (contract) => contract.bid_price,
    format: formatPrice,
  },
  {
    id: 'ask',
    title: 'Ask',
    note: 'Best ask, ₹',
    widthRem: 5,
    rank: 3,
    value: (contract) => contract.ask_price,
    format: formatPrice,
  },
  {
    id: 'askQty',
    title: 'Ask qty',
    note: 'Units at the best ask',
    widthRem: 4.5,
    rank: 7,
    value: (contract) => contract.ask_qty,
    format: formatCount,
  },
];

function columnOf(figure: ContractFigure, side: Side): Figure {
  const { value, tone, paint, ...frame } = figure;
  return {
    ...frame,
    kind: 'figure',
    id: `${side}.${figure.id}`,
    note: `${side === 'call' ? 'Call' : 'Put'}: ${figure.note}`,
    value: (row) => {
      const contract = sideOf(row, side);
      return contract === null ? null : value(contract);
    },
    ...(tone === undefined
      ? {}
      : {
          tone: (row: LiveChainRow) => {
            const contract = sideOf(row, side);
            return contract === null ? 'flat' : tone(contract);
          },
        }),
    ...(paint === undefined ? {} : { paint: (row: LiveChainRow, cell: HTMLElement) => paint(row, side, cell) }),
  };
}

const STRIKE: Figure = {
  kind: 'figure',
  id: 'strike',
  title: 'Strike',
  note: 'Strike, ₹; S and R mark the strikes with the most open interest of puts below and calls above the price',
  widthRem: 4.75,
  rank: 0,
  grows: true,
  align: 'center',
  value: (row) => row.view.strike,
  format: formatShortStrike,
  paint: (row, cell) => {
    const mark = row.support > 0 ? `S${row.support}` : row.resistance > 0 ? `R${row.resistance}` : '';
    if ((cell.dataset['level'] ?? '') === mark) return;
    if (mark === '') delete cell.dataset['level'];
    else cell.dataset['level'] = mark;
  },
};

/** Strikes are whole rupees nearly everywhere: paise only where there are any. */
function formatShortStrike(strike: number | null | undefined): string {
  return strike !== null && strike !== undefined && Number.isInteger(strike)
    ? formatCount(strike)
    : formatPrice(strike);
}

/** Every column of the chain: those of the call, the strike, those of the put. */
export const CHAIN_COLUMNS: readonly GridColumn<LiveChainRow>[] = [
  ...FIGURES.map((figure) => columnOf(figure, 'call')),
  STRIKE,
  ...FIGURES.map((figure) => columnOf(figure, 'put')),
];

/** Calls on the left, puts on the right, the same figures outwards from the strike. */
function mirrored(id: string, title: string, outwards: readonly string[]): ColumnPreset {
  return {
    id,
    title,
    columns: [
      ...outwards.toReversed().map((name) => `call.${name}`),
      'strike',
      ...outwards.map((name) => `put.${name}`),
    ],
  };
}

/** The sets of columns, in the order in which the key goes through them. */
export const CHAIN_PRESETS: readonly [ColumnPreset, ...ColumnPreset[]] = [
  mirrored('trade', 'Trade', ['last', 'change', 'bid', 'ask', 'iv', 'delta', 'oi', 'oiChange', 'volume']),
  mirrored('greeks', 'Greeks', ['last', 'iv', 'delta', 'gamma', 'theta', 'vega', 'oi']),
  mirrored('interest', 'OI', ['last', 'change', 'oi', 'oiChange', 'buildUp', 'volume', 'iv']),
  mirrored('book', 'Book', ['last', 'bid', 'bidQty', 'ask', 'askQty', 'iv', 'volume']),
];

/** The figures that a phone can show, one of a call and of a put at a time. */
export const PHONE_FIGURES: readonly { id: string; title: string }[] = [
  'last',
  'change',
  'oi',
  'oiChange',
  'iv',
  'delta',
  'theta',
  'volume',
].flatMap((id) => {
  const figure = FIGURES.find((one) => one.id === id);
  return figure === undefined ? [] : [{ id, title: figure.title }];
});

/** A phone's columns: two figures of each side about the strike. */
export function phonePreset(id: string): ColumnPreset {
  const figures = id === 'last' ? ['last'] : ['last', id];
  return mirrored(`phone-${id}`, id, figures);
}

/** The side that a column belongs to; undefined for the strike. */
export function sideOfColumn(column: string): Side | undefined {
  const side = column.slice(0, column.indexOf('.'));
  return side === 'call' || side === 'put' ? side : undefined;
}
