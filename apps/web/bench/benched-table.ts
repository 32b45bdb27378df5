import type { ReactElement } from 'react';
import type { Change } from './bench-market.ts';

/** A table under measurement. Its cells carry `data-cell`, its rows `data-row`. */
export interface BenchedTable {
  view: ReactElement;
  apply: (change: Change) => void;
}
