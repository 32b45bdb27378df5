import type { ChildEventKind, ChildState } from './child.ts';

/** How an event is taken in a state. */
export type Taking =
  /** It moves the child, or brings it news. */
  | 'step'
  /** It was known, or it comes late: what it adds to fills counts, the state stays. */
  | 'late'
  /** It was thought not to be at the broker, and it is: taken over and alerted. */
  | 'adopt'
  /** It contradicts what was known and is a known oddity of brokers: taken and told. */
  | 'oddity';

/** One cell of the table. */
export interface Cell {
  readonly to: ChildState;
  readonly as: Taking;
}

const step = (to: ChildState): Cell => ({ to, as: 'step' });
const late = (to: ChildState): Cell => ({ to, as: 'late' });
const adopt = (to: ChildState): Cell => ({ to, as: 'adopt' });
const oddity = (to: ChildState): Cell => ({ to, as: 'oddity' });

/** What the broker can say of an order of which nobody knows whether it has it. */
const FIRST_WORD = {
  acknowledged: step('acknowledged'),
  refused: step('rejected'),
  'proven-absent': step('absent'),
  'reported-open': step('open'),
  'reported-filled': step('filled'),
  'reported-cancelled': step('cancelled'),
  'reported-rejected': step('rejected'),
} as const;

/** What the broker can say of an order it was not thought to have. */
const ADOPTION = {
  acknowledged: adopt('acknowledged'),
  'reported-open': adopt('open'),
  'reported-filled': adopt('filled'),
  'reported-cancelled': adopt('cancelled'),
  'reported-rejected': adopt('rejected'),
} as const;

/** A reply can come after the stream has told more, and a request after the order has ended. */
const overtaken = (state: ChildState): Readonly<Partial<Record<ChildEventKind, Cell>>> => ({
  acknowledged: late(state),
  lost: late(state),
  'modify-refused': late(state),
  'cancel-refused': late(state),
});

/**
 * The whole life of a child: what each event does in each state. A pair that is not listed is an error: nothing changes and
 * it is reported. The broker's stream may repeat, delay and reorder; totals make that harmless.
 */
export const CHILD_TABLE: Readonly<Record<ChildState, Readonly<Partial<Record<ChildEventKind, Cell>>>>> = {
  sending: { ...FIRST_WORD, lost: step('unknown'), unsent: step('failed') },
  unknown: { ...FIRST_WORD, lost: late('unknown') },
  acknowledged: {
    ...overtaken('acknowledged'),
    'reported-open': step('open'),
    'reported-filled': step('filled'),
    'reported-cancelled': step('cancelled'),
    'reported-rejected': step('rejected'),
    'modify-asked': step('modifying'),
    'cancel-asked': step('cancelling'),
  },
  open: {
    ...overtaken('open'),
    'reported-open': step('open'),
    'reported-filled': step('filled'),
    'reported-cancelled': step('cancelled'),
    'reported-rejected': step('rejected'),
    'modify-asked': step('modifying'),
    'cancel-asked': step('cancelling'),
  },
  modifying: {
    ...overtaken('modifying'),
    // Ends the modify when it shows the terms that were asked for, or when it is settled; otherwise it is old news.
    'reported-open': step('open'),
    'reported-filled': step('filled'),
    'reported-cancelled': step('cancelled'),
    'reported-rejected': step('rejected'),
    'modify-refused': step('open'),
    'cancel-asked': step('cancelling'),
  },
  cancelling: {
    ...overtaken('cancelling'),
    // Ends the cancelling only when it is settled; otherwise it is old news.
    'reported-open': step('open'),
    'reported-filled': step('filled'),
    'reported-cancelled': step('cancelled'),
    'reported-rejected': step('rejected'),
    'cancel-refused': step('open'),
    'cancel-asked': late('cancelling'),
  },
  filled: { ...overtaken('filled'), 'reported-open': late('filled'), 'reported-filled': late('filled') },
  cancelled: {
    ...overtaken('cancelled'),
    'reported-open': late('cancelled'),
    'reported-cancelled': late('cancelled'),
    // A trade that the exchange reports after it has confirmed the cancelling.
    'reported-filled': oddity('filled'),
  },
  rejected: {
    ...overtaken('rejected'),
    'reported-rejected': late('rejected'),
    // One that the reply refused has no name; named, it can only be old news.
    'reported-open': adopt('open'),
    'reported-filled': adopt('filled'),
    'reported-cancelled': adopt('cancelled'),
  },
  absent: { ...ADOPTION, lost: late('absent'), unsent: late('absent'), 'proven-absent': late('absent') },
  failed: ADOPTION,
};
