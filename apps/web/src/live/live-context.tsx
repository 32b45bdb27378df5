import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from 'react';
import type { StatusEvent } from '@vega/client';
import type { LinkState, LiveBook, LiveData, Refusal } from './live-data.ts';

const LiveContext = createContext<LiveData | undefined>(undefined);

export const LiveProvider = LiveContext.Provider;

/** The page's live data. */
export function useLive(): LiveData {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('live data is used outside its provider');
  return live;
}

/** Keeps instruments current while the component is on the screen. */
export function useFollow(keys: readonly string[], rateHz: 10 | 2 = 10): void {
  const live = useLive();
  // Another order of the same instruments is no reason to ask for them anew.
  const joined = [...keys].sort().join('\n');
  useEffect(() => live.follow(joined === '' ? [] : joined.split('\n'), { rateHz }), [live, joined, rateHz]);
}

/** The order book of an instrument, followed while the component is on the screen; undefined until it came. */
export function useBook(instrument: string): LiveBook | undefined {
  const live = useLive();
  const { books } = live;
  useEffect(() => live.follow([instrument], { depth: true }), [live, instrument]);
  const subscribe = useCallback((wake: () => void) => books.subscribe(instrument, wake), [books, instrument]);
  return useSyncExternalStore(subscribe, () => books.get(instrument));
}

/** Why an instrument is not streamed; undefined while it is. */
export function useRefusal(instrument: string): Refusal | undefined {
  const { refusals } = useLive();
  const subscribe = useCallback((wake: () => void) => refusals.subscribe(instrument, wake), [refusals, instrument]);
  return useSyncExternalStore(subscribe, () => refusals.get(instrument));
}

export function useLink(): LinkState {
  const { link } = useLive();
  return useSyncExternalStore(link.subscribe, link.get);
}

export function useStatus(): StatusEvent | undefined {
  const { status } = useLive();
  return useSyncExternalStore(status.subscribe, status.get);
}

/** Whether the connection was open and is not: what is shown is what was last known. */
export function useIsLinkLost(): boolean {
  const { wasOpen, state } = useLink();
  return wasOpen && state !== 'open';
}
