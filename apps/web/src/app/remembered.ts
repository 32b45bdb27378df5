import { useCallback } from 'react';
import { remembered, type RememberedValue } from './layout-slice.ts';
import { useAppDispatch, useAppSelector } from './store.ts';

/**
 * A choice of a page that the browser keeps from visit to visit, such as a set of columns or an expiry. `name` is
 * `<page>.<choice>`; what is kept and does not pass `check` counts as never chosen.
 */
export function useRemembered<T extends RememberedValue>(
  name: string,
  check: (value: unknown) => value is T,
  first: T,
): [T, (value: T) => void] {
  const kept = useAppSelector((state) => state.layout.choices[name]);
  const dispatch = useAppDispatch();
  const choose = useCallback((value: T) => void dispatch(remembered({ name, value })), [dispatch, name]);
  return [check(kept) ? kept : first, choose];
}
