import { TriangleAlert, X } from 'lucide-react';
import { memo, useCallback, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { briefOf } from '../app/layout-slice.ts';
import { useAppSelector } from '../app/store.ts';
import { useLink, useLive } from '../live/live-context.tsx';
import { QuoteText } from '../live/live-text.tsx';
import { onPulse } from '../live/pulse.ts';
import { ageText } from '../live/quote-figures.ts';
import { useStaleMark } from '../live/stale-mark.tsx';
import { MISSING } from '../format/numbers.ts';
import { splitSymbol } from './instrument-words.ts';
import { WATCH_COLUMNS } from './watch-columns.ts';

interface WatchRowProps {
  instrument: string;
  row: number;
  isSelected: boolean;
  /** The column that the tab key reaches; undefined in all rows but one. */
  tabColumn: number | undefined;
}

const AGE_COLUMN = WATCH_COLUMNS.length + 1;

/** One instrument of the watchlist. Ticks write into its cells without rendering it. */
export const WatchRow = memo(WatchRowView);

function WatchRowView(props: WatchRowProps): React.JSX.Element {
  const { instrument, row, isSelected, tabColumn } = props;
  const node = useRef<HTMLDivElement>(null);
  useStaleMark(node, instrument);
  const { symbol, name } = useAppSelector((state) => briefOf(state.layout, instrument));
  const [head, tail] = splitSymbol(symbol, name);
  const stop = (column: number): 0 | -1 => (tabColumn === column ? 0 : -1);
  return (
    <div
      ref={node}
      role="row"
      aria-rowindex={row + 2}
      aria-selected={isSelected}
      data-instrument={instrument}
      draggable
      className="watch-row"
    >
      <span role="rowheader" tabIndex={stop(0)} className="watch-name text-left">
        <span className="max-w-full truncate font-semibold">{head}</span>
        <span className="max-w-full truncate text-dim text-xs">{tail}</span>
        <RefusalMark instrument={instrument} />
      </span>
      {WATCH_COLUMNS.map(({ id, read, tone, from }, n) => (
        <span key={id} role="gridcell" tabIndex={stop(n + 1)} data-from={from} data-cell={id}>
          <QuoteText instrument={instrument} read={read} {...(tone === undefined ? {} : { tone })} className="toned" />
        </span>
      ))}
      <span role="gridcell" tabIndex={stop(AGE_COLUMN)} data-from="phone" data-cell="age">
        <AgeText instrument={instrument} />
      </span>
      <span role="gridcell" data-from="tablet" className="text-center">
        <button
          type="button"
          tabIndex={stop(AGE_COLUMN + 1)}
          className="remove-button"
          title="Remove (Delete)"
          data-remove=""
        >
          <X aria-hidden className="size-3.5" />
          <span className="sr-only">Remove {symbol}</span>
        </button>
      </span>
    </div>
  );
}

/** A younger value needs no age. */
const YOUNG_MS = 2_000;

/** Nothing while the value is young; else its age, marked while it is stale. */
function AgeText({ instrument }: { instrument: string }): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  const live = useLive();
  const link = useLink();
  useLayoutEffect(() => {
    const lost = link.wasOpen && link.state !== 'open';
    const draw = (): void => {
      const quote = live.quotes.get(instrument);
      const span = node.current;
      if (span === null) return;
      const strong = quote !== undefined && (quote.stale || lost);
      const young = quote?.receivedAt !== undefined && live.now() - quote.receivedAt < YOUNG_MS;
      const text = quote === undefined ? MISSING : young && !strong ? '' : ageText(quote, live.now());
      if (span.textContent !== text) span.textContent = text;
      if ((span.dataset['strong'] !== undefined) !== strong) {
        if (strong) span.dataset['strong'] = '';
        else delete span.dataset['strong'];
      }
    };
    draw();
    return onPulse(draw);
  }, [live, link, instrument]);
  return <span ref={node} className="age" />;
}

/** A sign at an instrument that the feed does not stream, with the reason. */
function RefusalMark({ instrument }: { instrument: string }): React.JSX.Element | null {
  const { refusals } = useLive();
  const subscribe = useCallback((wake: () => void) => refusals.subscribe(instrument, wake), [refusals, instrument]);
  const refusal = useSyncExternalStore(subscribe, () => refusals.get(instrument));
  if (refusal === undefined) return null;
  return (
    <span title={`${refusal.code}: ${refusal.detail}`} className="text-warn">
      <TriangleAlert aria-hidden className="size-3.5" />
      <span className="sr-only">
        not streamed: {refusal.code}, {refusal.detail}
      </span>
    </span>
  );
}
