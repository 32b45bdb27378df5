import type { InstrumentView, SearchRequest } from '@vega/client';
import { useEffect, useState } from 'react';
import { useSearchQuery } from '../api/market-api.ts';
import type { ApiFailure } from '../api/failure.ts';

/** What a search knows. */
export interface InstrumentSearch {
  items: readonly InstrumentView[];
  total: number;
  /** Whether an answer to the present words is on its way. */
  searching: boolean;
  failure: ApiFailure | undefined;
  retry: () => void;
}

const PAUSE_MS = 120;

/** Searches once the words have rested for a moment; no words, no search. */
export function useInstrumentSearch(request: SearchRequest): InstrumentSearch {
  const wanted = JSON.stringify({ ...request, q: request.q.trim() });
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const rested = JSON.parse(asked) as SearchRequest;
  const idle = rested.q === '';
  const { data, currentData, error, isFetching, refetch } = useSearchQuery(rested, { skip: idle });
  const failure = error as ApiFailure | undefined;
  const shown = idle || failure !== undefined ? undefined : (currentData ?? data);
  return {
    items: shown?.items ?? [],
    total: shown?.total ?? 0,
    searching: isFetching || asked !== wanted,
    failure: idle ? undefined : failure,
    retry: () => void refetch(),
  };
}
