import { ArrowDown, ArrowUp, ChartCandlestick, Trash2, X } from 'lucide-react';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { briefOf, moved, unwatched } from '../app/layout-slice.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { useQuoteQuery } from '../api/market-api.ts';
import { formatIstTime } from '../format/ist.ts';
import { formatPrice, MISSING } from '../format/numbers.ts';
import { useFollow, useLive } from '../live/live-context.tsx';
import type { LiveQuote } from '../live/live-data.ts';
import { PulseText, QuoteText } from '../live/live-text.tsx';
import {
  ageText,
  changeTone,
  readAverage,
  readChange,
  readHigh,
  readLast,
  readLastQty,
  readLow,
  readOi,
  readOpen,
  readPercent,
  readPrevClose,
  readVolume,
} from '../live/quote-figures.ts';
import { StaleMark } from '../live/stale-mark.tsx';
import { TradeButtons } from '../ticket/trade-buttons.tsx';
import { DepthTable } from './depth-table.tsx';
import { describeInstrument } from './instrument-words.ts';

const readTradeTime = (quote: LiveQuote): string =>
  quote.last_trade_time_ms === null ? MISSING : formatIstTime(quote.last_trade_time_ms);

const FIGURES: readonly (readonly [string, (quote: LiveQuote) => string])[] = [
  ['Open', readOpen],
  ['Prev. close', readPrevClose],
  ['High', readHigh],
  ['Low', readLow],
  ['Volume', readVolume],
  ['Average', readAverage],
  ['OI', readOi],
  ['Last qty', readLastQty],
  ['Last trade', readTradeTime],
];

interface InstrumentPanelProps {
  instrument: string;
  /** Whether a phone shows it; a wide screen always does. */
  isSheetOpen: boolean;
  onCloseSheet: () => void;
}

/** The chosen instrument: price, figures of the day, depth. */
export function InstrumentPanel({ instrument, isSheetOpen, onCloseSheet }: InstrumentPanelProps): React.JSX.Element {
  const { symbol, name } = useAppSelector((state) => briefOf(state.layout, instrument));
  const isIndex = instrument.includes('_INDEX|');
  const live = useLive();
  const readAge = useCallback(() => {
    const quote = live.quotes.get(instrument);
    return quote === undefined ? MISSING : ageText(quote, live.now());
  }, [live, instrument]);
  useFollow([instrument]);
  return (
    <StaleMark
      as="section"
      instrument={instrument}
      aria-label={`${symbol} in detail`}
      className="instrument-panel"
      data-sheet={isSheetOpen ? 'open' : 'closed'}
    >
      <div className="flex items-center gap-1 pl-3 pr-1 pt-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold text-sm">{symbol}</h2>
          <Description instrument={instrument} name={name} />
        </div>
        <button type="button" className="icon-button md:hidden" onClick={onCloseSheet}>
          <X aria-hidden className="size-4" />
          <span className="sr-only">Close</span>
        </button>
      </div>
      <div className="flex items-baseline gap-2 px-3 pt-1">
        <QuoteText instrument={instrument} read={readLast} tone={changeTone} className="toned text-xl font-semibold" />
        <QuoteText instrument={instrument} read={readChange} tone={changeTone} className="toned" />
        <QuoteText instrument={instrument} read={readPercent} tone={changeTone} className="toned" />
      </div>
      <div className="px-3 pt-1">
        <TradeButtons instrument={instrument} symbol={symbol} />
      </div>
      <div className="flex items-center pl-3 pr-1">
        <p className="stale-note min-w-0 flex-1" data-testid="stale-note">
          Not current, last seen <PulseText read={readAge} /> ago
        </p>
        <PanelButtons instrument={instrument} onCloseSheet={onCloseSheet} />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-0.5 px-3 pb-2 pt-1">
        {FIGURES.map(([label, read]) => (
          <div key={label} className="flex justify-between gap-2">
            <dt className="text-dim">{label}</dt>
            <dd>
              <QuoteText instrument={instrument} read={read} />
            </dd>
          </div>
        ))}
        <Bands instrument={instrument} />
      </dl>
      {isIndex ? (
        <p className="border-t border-line px-3 py-2 text-dim">An index has no order book.</p>
      ) : (
        <DepthTable instrument={instrument} />
      )}
    </StaleMark>
  );
}

function Description({ instrument, name }: { instrument: string; name: string }): React.JSX.Element {
  const { data } = useQuoteQuery(instrument);
  const words = data === undefined ? '' : describeInstrument(data.instrument);
  return (
    <p className="truncate text-dim text-xs">{[name, words].filter((part) => part !== '').join(' · ') || instrument}</p>
  );
}

/** The prices between which the exchange trades it today. */
function Bands({ instrument }: { instrument: string }): React.JSX.Element | null {
  const { data } = useQuoteQuery(instrument);
  if (data === undefined || (data.lower_circuit === null && data.upper_circuit === null)) return null;
  return (
    <div className="col-span-2 flex justify-between gap-2">
      <dt className="text-dim">Circuit limits</dt>
      <dd>
        {formatPrice(data.lower_circuit)} to {formatPrice(data.upper_circuit)}
      </dd>
    </div>
  );
}

function PanelButtons({
  instrument,
  onCloseSheet,
}: {
  instrument: string;
  onCloseSheet: () => void;
}): React.JSX.Element {
  const dispatch = useAppDispatch();
  const at = useAppSelector((state) => state.layout.watchlist.indexOf(instrument));
  const last = useAppSelector((state) => state.layout.watchlist.length - 1);
  return (
    <div className="flex shrink-0 items-center">
      <Link to="/chart" className="icon-button" title="Chart (C)">
        <ChartCandlestick aria-hidden className="size-4" />
        <span className="sr-only">Chart</span>
      </Link>
      {at < 0 ? null : (
        <>
          <button
            type="button"
            className="icon-button"
            title="Move up (Alt ↑)"
            disabled={at === 0}
            onClick={() => dispatch(moved({ key: instrument, to: at - 1 }))}
          >
            <ArrowUp aria-hidden className="size-4" />
            <span className="sr-only">Move up</span>
          </button>
          <button
            type="button"
            className="icon-button"
            title="Move down (Alt ↓)"
            disabled={at === last}
            onClick={() => dispatch(moved({ key: instrument, to: at + 1 }))}
          >
            <ArrowDown aria-hidden className="size-4" />
            <span className="sr-only">Move down</span>
          </button>
          <button
            type="button"
            className="icon-button"
            title="Remove (Delete)"
            onClick={() => {
              dispatch(unwatched(instrument));
              onCloseSheet();
            }}
          >
            <Trash2 aria-hidden className="size-4" />
            <span className="sr-only">Remove from the watchlist</span>
          </button>
        </>
      )}
    </div>
  );
}
