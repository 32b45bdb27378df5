import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(width < 48rem)');

function subscribe(wake: () => void): () => void {
  query.addEventListener('change', wake);
  return () => query.removeEventListener('change', wake);
}

/** Whether the screen is as narrow as a phone's: the same border as the style sheet's `md`. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
