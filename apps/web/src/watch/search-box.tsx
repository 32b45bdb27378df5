import type { InstrumentView } from '@vega/client';
import { Check, Plus, Search, X } from 'lucide-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { watched } from '../app/layout-slice.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { formatCount } from '../format/numbers.ts';
import { FailureNotice } from '../ui/notices.tsx';
import { useInstrumentSearch, type InstrumentSearch } from './instrument-search.ts';
import { describeInstrument } from './instrument-words.ts';
import { NO_FILTER, SearchFilters, toSearchRequest, type Filter } from './search-filters.tsx';

/** The id of the search field, which `/` goes to. */
export const SEARCH_FIELD = 'instrument-search';

/** Finds instruments by words and filters, and adds them to the watchlist. */
export function SearchBox(): React.JSX.Element {
  const [text, setText] = useState('');
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const dispatch = useAppDispatch();
  const search = useInstrumentSearch(toSearchRequest(text, filter));
  const { items } = search;
  const active = Math.min(at, Math.max(0, items.length - 1));
  const shown = isOpen && text.trim() !== '';

  const add = (item: InstrumentView | undefined): void => {
    if (item === undefined) return;
    const { instrument_key: key, trading_symbol: symbol, name } = item;
    dispatch(watched({ key, symbol: symbol ?? key, name: name ?? '' }));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(active + 1, items.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(active - 1, 0));
    else if (event.key === 'Enter') add(items[active]);
    else return;
    event.preventDefault();
  };
  /** Closes the list first, from wherever the focus is in it; then leaves the field empty. */
  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (shown) {
      setOpen(false);
      return;
    }
    setText('');
    field.current?.blur();
  };

  return (
    <div
      ref={box}
      className="relative min-w-0 flex-1 md:max-w-2xl"
      onKeyDown={onEscape}
      onBlur={(event) => {
        if (!box.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <div className="search-field">
        <Search aria-hidden className="size-4 shrink-0 text-dim" />
        <input
          ref={field}
          id={SEARCH_FIELD}
          role="combobox"
          aria-expanded={shown}
          aria-controls="search-list"
          aria-autocomplete="list"
          aria-activedescendant={shown && items[active] !== undefined ? optionId(items[active]) : undefined}
          aria-label="Search instruments"
          autoComplete="off"
          spellCheck={false}
          placeholder="Search instruments, such as nifty 25000 ce"
          className="min-w-0 flex-1 bg-transparent outline-none"
          value={text}
          onFocus={() => setOpen(true)}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
            setOpen(true);
          }}
          onKeyDown={onKeyDown}
        />
        {text === '' ? (
          <kbd className="key hidden md:inline">/</kbd>
        ) : (
          <button
            type="button"
            className="icon-button -mr-2"
            onClick={() => {
              setText('');
              field.current?.focus();
            }}
          >
            <X aria-hidden className="size-4" />
            <span className="sr-only">Clear the search</span>
          </button>
        )}
      </div>
      {shown ? (
        <div className="search-panel" onMouseDown={keepFocus}>
          <SearchFilters filter={filter} onChange={setFilter} />
          <Results search={search} active={active} onAdd={add} onPoint={setAt} />
        </div>
      ) : null}
    </div>
  );
}

/** A click on the list leaves the focus in the field; one on a control inside takes it. */
function keepFocus(event: React.MouseEvent): void {
  if (event.target instanceof HTMLElement && event.target.closest('button, input, select') === null) {
    event.preventDefault();
  }
}

function optionId(item: InstrumentView): string {
  return `found-${item.instrument_key.replace(/\W/g, '_')}`;
}

interface ResultsProps {
  search: InstrumentSearch;
  active: number;
  onAdd: (item: InstrumentView) => void;
  onPoint: (n: number) => void;
}

function Results({ search, active, onAdd, onPoint }: ResultsProps): React.JSX.Element {
  const { items, total, searching, failure, retry } = search;
  const watchlist = useAppSelector((state) => state.layout.watchlist);
  return (
    <>
      <ul
        id="search-list"
        role="listbox"
        aria-label="Instruments found"
        className="max-h-[min(24rem,50vh)] overflow-y-auto"
      >
        {items.map((item, n) => (
          <li
            key={item.instrument_key}
            id={optionId(item)}
            role="option"
            aria-selected={n === active}
            className="option"
            onClick={() => onAdd(item)}
            onMouseMove={() => onPoint(n)}
          >
            <span className="min-w-0 flex-1 truncate">
              <span className="font-semibold">{item.trading_symbol ?? item.instrument_key}</span>{' '}
              <span className="text-dim">{item.name}</span>
            </span>
            <span className="text-dim text-xs whitespace-nowrap">{describeInstrument(item)}</span>
            {watchlist.includes(item.instrument_key) ? (
              <Check aria-label="watched" className="size-4 shrink-0 text-gain" />
            ) : (
              <Plus aria-hidden className="size-4 shrink-0 text-dim" />
            )}
          </li>
        ))}
      </ul>
      {failure !== undefined ? (
        <FailureNotice failure={failure} onRetry={retry} />
      ) : (
        <p className="border-t border-line px-3 py-1.5 text-dim text-xs">{summary(items.length, total, searching)}</p>
      )}
    </>
  );
}

function summary(shown: number, total: number, searching: boolean): string {
  if (shown === 0) return searching ? 'Searching…' : 'Nothing fits. Try fewer words or another filter.';
  if (shown < total) return `${shown} of ${formatCount(total)}. More words narrow the search. Enter adds.`;
  return `${shown} found. Enter adds.`;
}
