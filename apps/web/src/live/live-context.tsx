import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { StatusEvent } from '@vega/client';
import type { LinkState, LiveData } from './live-data.ts';

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
  useEffect(() => live.follow(joined === '' ? [] : joined.split('\n'), rateHz), [live, joined, rateHz]);
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
