import type { InstrumentState, Watcher } from './instrument-state.ts';
import type { RateHz } from './protocol.ts';

/**
 * An instrument within a subscription. It is in one of three places: in its state's list of watchers (the client has the
 * newest version), in the subscription's list of changes, or in neither while a snapshot of it is being prepared.
 */
export class HeldInstrument implements Watcher {
  slot = -1;
  sentVersion = 0;
  /** The next frame about it is a snapshot that is being prepared: updates wait for it. */
  awaitsSnapshot = true;
  isChanged = false;
  isGone = false;

  constructor(
    readonly state: InstrumentState,
    private readonly subscription: QuotesSubscription,
  ) {}

  changed(): void {
    if (!this.awaitsSnapshot) this.subscription.noteChange(this);
  }
}

/** One quotes subscription of one client: what it holds, what of that has changed, and when it may be sent. */
export class QuotesSubscription {
  readonly channel = 'quotes';
  readonly held = new Map<string, HeldInstrument>();
  seq = 0;
  /** Whether the first change came after the interval was over, so that the next flush is not one of a row. */
  isLeading = false;
  private changes: HeldInstrument[] = [];

  constructor(
    readonly name: string,
    public rateHz: RateHz,
    /** Monotonic time from which it may be sent something again. */
    public dueMs: number,
    /** Told when the first change after a flush comes. */
    private readonly onFirstChange: (subscription: QuotesSubscription) => void,
  ) {}

  get hasChanges(): boolean {
    return this.changes.length > 0;
  }

  hold(state: InstrumentState): void {
    this.held.set(state.key, new HeldInstrument(state, this));
  }

  /** Gives an instrument up; undefined when it was not held. */
  drop(key: string): InstrumentState | undefined {
    const held = this.held.get(key);
    if (held === undefined) return undefined;
    this.held.delete(key);
    held.isGone = true;
    held.state.unwatch(held);
    return held.state;
  }

  /** The state for a snapshot, after which the instrument is updated; undefined when it is not held. */
  takeForSnapshot(key: string): InstrumentState | undefined {
    const held = this.held.get(key);
    if (held === undefined) return undefined;
    held.awaitsSnapshot = false;
    held.sentVersion = held.state.version;
    if (!held.isChanged) held.state.watch(held);
    return held.state;
  }

  /** What changed since it was sent last, each once; from now on changes are noted anew. */
  takeChanges(): InstrumentState[] {
    const { changes } = this;
    this.changes = [];
    const states: InstrumentState[] = [];
    for (const held of changes) {
      held.isChanged = false;
      if (held.isGone || held.awaitsSnapshot) continue;
      held.state.watch(held);
      if (held.sentVersion === held.state.version) continue;
      held.sentVersion = held.state.version;
      states.push(held.state);
    }
    return states;
  }

  /** Notes a change; called by what it holds. */
  noteChange(held: HeldInstrument): void {
    held.isChanged = true;
    this.changes.push(held);
    if (this.changes.length === 1) this.onFirstChange(this);
  }
}
