/** A table of the comparison. */
export type TableName = 'ours' | 'redux' | 'state';

/** Changes to play into the mounted table. */
export interface RunOrder {
  seed: number;
  perSecond: number;
  seconds: number;
}

/** What a run showed. */
export interface RunFigures {
  /** Milliseconds between animation frames. */
  frames: number[];
  cells: number;
  /** Cells whose text at the end is not that of their last change. */
  wrong: number;
  applied: number;
}
