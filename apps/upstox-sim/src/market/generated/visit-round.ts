import type { SimQuote } from '../market-source.ts';
import type { Instrument } from './instrument.ts';
import type { Quoter } from './quoter.ts';

/** Where a round of visits stands. */
export interface RoundPosition {
  /** The next instrument. */
  position: number;
  /** Visits owed, below one. */
  carry: number;
}

/** Goes round a list of instruments, so many visits per step, everyone in turn. */
export class VisitRound {
  readonly place: RoundPosition = { position: 0, carry: 0 };
  private list: readonly Instrument[] = [];

  get instruments(): readonly Instrument[] {
    return this.list;
  }

  /** Takes up another list from its beginning. */
  begin(list: readonly Instrument[]): void {
    this.list = list;
    this.place.position = 0;
    this.place.carry = 0;
  }

  /** Pays `visits` (may be a fraction; at most one per instrument) and adds what changed to `changed`. */
  go(visits: number, quoter: Quoter, changed: SimQuote[]): void {
    const { list, place } = this;
    const owed = Math.min(list.length, place.carry + visits);
    const count = Math.floor(owed);
    place.carry = owed - count;
    for (let i = 0; i < count; i++) {
      if (place.position >= list.length) place.position = 0;
      const instrument = list[place.position++];
      if (instrument !== undefined && quoter.visit(instrument)) changed.push(instrument.quote);
    }
  }
}
