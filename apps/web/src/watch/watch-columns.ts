import type { LiveQuote } from '../live/live-data.ts';
import type { Tone } from '../live/live-text.tsx';
import {
  changeTone,
  readAsk,
  readAskQty,
  readBid,
  readBidQty,
  readChange,
  readHigh,
  readLast,
  readLow,
  readOi,
  readPercent,
  readVolume,
} from '../live/quote-figures.ts';

/** A column of figures in the watchlist. */
export interface WatchColumn {
  id: string;
  title: string;
  /** What the title stands for, where it is short. */
  note: string;
  read: (quote: LiveQuote) => string;
  tone?: (quote: LiveQuote) => Tone;
  /** Width from which the column is shown; 'phone' is always. */
  from: 'phone' | 'tablet' | 'desktop' | 'wide';
}

/** The columns in order; the instrument stands before them, age and removal after. */
export const WATCH_COLUMNS: readonly WatchColumn[] = [
  { id: 'last', title: 'LTP', note: 'Last traded price, ₹', read: readLast, tone: changeTone, from: 'phone' },
  {
    id: 'change',
    title: 'Chg',
    note: 'Change from previous close, ₹',
    read: readChange,
    tone: changeTone,
    from: 'tablet',
  },
  {
    id: 'percent',
    title: 'Chg %',
    note: 'Change from previous close',
    read: readPercent,
    tone: changeTone,
    from: 'phone',
  },
  { id: 'bidQty', title: 'Bid qty', note: 'Units at the best bid', read: readBidQty, from: 'wide' },
  { id: 'bid', title: 'Bid', note: 'Best bid, ₹', read: readBid, from: 'tablet' },
  { id: 'ask', title: 'Ask', note: 'Best ask, ₹', read: readAsk, from: 'tablet' },
  { id: 'askQty', title: 'Ask qty', note: 'Units at the best ask', read: readAskQty, from: 'wide' },
  { id: 'low', title: 'Low', note: 'Lowest of the day, ₹', read: readLow, from: 'wide' },
  { id: 'high', title: 'High', note: 'Highest of the day, ₹', read: readHigh, from: 'wide' },
  { id: 'volume', title: 'Volume', note: 'Traded today, units', read: readVolume, from: 'desktop' },
  { id: 'oi', title: 'OI', note: 'Open interest, units', read: readOi, from: 'desktop' },
];
