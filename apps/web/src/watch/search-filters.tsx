import type { SearchRequest } from '@vega/client';

const SEGMENTS = [
  { id: '', label: 'All' },
  { id: 'NSE_INDEX,BSE_INDEX', label: 'Index' },
  { id: 'NSE_EQ,BSE_EQ', label: 'Equity' },
  { id: 'NSE_FO', label: 'NSE F&O' },
  { id: 'BSE_FO', label: 'BSE F&O' },
] as const;

const TYPES = [
  { id: '', label: 'Any type' },
  { id: 'FUT', label: 'Futures' },
  { id: 'CE', label: 'Calls' },
  { id: 'PE', label: 'Puts' },
] as const;

/** What a search is narrowed to; '' where it is not. */
export interface Filter {
  segment: string;
  type: string;
  /** YYYY-MM-DD. */
  expiry: string;
}

export const NO_FILTER: Filter = { segment: '', type: '', expiry: '' };

const MOST_SHOWN = 30;

/** The request for words under a filter. */
export function toSearchRequest(text: string, filter: Filter): SearchRequest {
  return {
    q: text,
    limit: MOST_SHOWN,
    ...(filter.segment === '' ? {} : { segment: filter.segment }),
    ...(filter.type === '' ? {} : { type: filter.type }),
    ...(filter.expiry === '' ? {} : { expiry: filter.expiry }),
  };
}

interface SearchFiltersProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

/** Segment, type and expiry of what is searched. */
export function SearchFilters({ filter, onChange }: SearchFiltersProps): React.JSX.Element {
  return (
    <div className="flex flex-wrap items-center gap-1 border-b border-line p-1.5">
      {SEGMENTS.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          aria-pressed={filter.segment === id}
          className="chip"
          onClick={() => onChange({ ...filter, segment: id })}
        >
          {label}
        </button>
      ))}
      <select
        aria-label="Type"
        className="field ml-auto"
        value={filter.type}
        onChange={(event) => onChange({ ...filter, type: event.target.value })}
      >
        {TYPES.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      <input
        type="date"
        aria-label="Expiry"
        title="Expiry"
        className="field"
        value={filter.expiry}
        onChange={(event) => onChange({ ...filter, expiry: event.target.value })}
      />
    </div>
  );
}
