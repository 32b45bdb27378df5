import { ERROR_CODES, isErrorCode, type Instrument } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { ChannelSubscription, Held, SubscriptionHandle } from '../channel.ts';
import type { InstrumentBoard } from './instrument-board.ts';
import type { Lookup } from './instrument-lookup.ts';
import type { InstrumentState, Watcher } from './instrument-state.ts';
import type { InterestLease } from './interest-lease.ts';

/** What a request for quotes came down to. */
export interface WantedQuotes extends Lookup {
  /** Whether the order book is wanted as well; undefined leaves it as it is. */
  readonly depth: boolean | undefined;
}

/** What a quotes subscription is sent at once; the states are read when it is written. */
export interface QuotesBody {
  readonly states: readonly InstrumentState[];
  /** Instruments of a snapshot of which nothing is known. */
  readonly unavailable: readonly string[];
  readonly depth: boolean;
}

/** What quotes subscriptions stand on. */
export interface QuotesSubscriptionParts {
  readonly board: InstrumentBoard;
  readonly lease: InterestLease;
  /** Instruments over all quotes subscriptions of one client. */
  readonly maxInstruments: number;
  readonly onRelease: (subscription: QuotesSubscription) => void;
}

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

/** What one quotes subscription holds, and what of that has changed. */
export class QuotesSubscription implements ChannelSubscription<WantedQuotes, QuotesBody> {
  readonly held = new Map<string, HeldInstrument>();
  private changed: HeldInstrument[] = [];
  private depth = false;

  constructor(
    private readonly handle: SubscriptionHandle,
    private readonly parts: QuotesSubscriptionParts,
  ) {}

  get itemCount(): number {
    return this.held.size;
  }

  get hasChanges(): boolean {
    return this.changed.length > 0;
  }

  hold({ found, depth }: WantedQuotes): Held {
    const { board, lease } = this.parts;
    const wanted = [...new Map([...found.values()].map((one) => [one.instrumentKey, one])).values()];
    const added = wanted.filter((one) => !this.held.has(one.instrumentKey));
    this.refuseTooMany(added.length);
    board.refuseBeyondRoom(added);
    let grown = false;
    for (const instrument of added) {
      const { state, isNew } = board.acquire(instrument);
      this.held.set(state.key, new HeldInstrument(state, this));
      grown ||= isNew;
    }
    if (grown) lease.changed();
    this.depth = depth ?? this.depth;
    return {
      reply: {
        depth: this.depth,
        instruments: [...found].map(([asked, one]) => ({
          asked,
          instrument_key: one.instrumentKey,
          trading_symbol: one.tradingSymbol,
        })),
      },
      items: wanted.map((one) => one.instrumentKey),
      notices: this.earlierRefusals(added),
    };
  }

  async refresh(keys: readonly string[] = [...this.held.keys()]): Promise<void> {
    const states = keys.flatMap((key) => {
      const held = this.held.get(key);
      if (held === undefined) return [];
      held.awaitsSnapshot = true;
      return [held.state];
    });
    await this.parts.board.ensureFresh(states);
  }

  snapshot(keys: readonly string[] = [...this.held.keys()]): QuotesBody {
    const states = keys.flatMap((key) => this.takeForSnapshot(key) ?? []);
    return {
      states: states.filter((state) => state.hasValue),
      unavailable: states.filter((state) => !state.hasValue).map((state) => state.key),
      depth: this.depth,
    };
  }

  changes(): QuotesBody | undefined {
    const { changed } = this;
    this.changed = [];
    const states: InstrumentState[] = [];
    for (const held of changed) {
      held.isChanged = false;
      if (held.isGone || held.awaitsSnapshot) continue;
      held.state.watch(held);
      if (held.sentVersion === held.state.version) continue;
      held.sentVersion = held.state.version;
      states.push(held.state);
    }
    return states.length === 0 ? undefined : { states, unavailable: [], depth: this.depth };
  }

  narrow(instruments: readonly string[]): { readonly gone: readonly string[]; readonly remaining: number } {
    const gone: string[] = [];
    const names = new Set(instruments.map((one) => one.toUpperCase()));
    for (const [key, { state }] of [...this.held]) {
      if (!names.has(key.toUpperCase()) && !names.has(state.tradingSymbol.toUpperCase())) continue;
      this.drop(key);
      gone.push(key);
    }
    return { gone, remaining: this.held.size };
  }

  release(): void {
    for (const key of [...this.held.keys()]) this.drop(key);
    this.parts.onRelease(this);
  }

  /** Notes a change; called by what it holds. */
  noteChange(held: HeldInstrument): void {
    held.isChanged = true;
    this.changed.push(held);
    if (this.changed.length === 1) this.handle.changed();
  }

  /** Tells the client that the broker feed does not stream an instrument, when it holds it. */
  tellRefusal(key: string, code: string): void {
    if (this.held.has(key)) this.handle.tell(refusalOf(key, code));
  }

  /** The state for a snapshot, after which the instrument is updated; undefined when it is not held. */
  private takeForSnapshot(key: string): InstrumentState | undefined {
    const held = this.held.get(key);
    if (held === undefined) return undefined;
    held.awaitsSnapshot = false;
    held.sentVersion = held.state.version;
    if (!held.isChanged) held.state.watch(held);
    return held.state;
  }

  private drop(key: string): void {
    const held = this.held.get(key);
    if (held === undefined) return;
    this.held.delete(key);
    held.isGone = true;
    held.state.unwatch(held);
    this.parts.board.release(held.state);
  }

  private refuseTooMany(added: number): void {
    const { maxInstruments } = this.parts;
    const held = this.handle.itemsBeside() + this.held.size;
    if (held + added <= maxInstruments) return;
    const context = { max_instruments: maxInstruments, held, asked: added };
    throw new OutcomeError('STREAM_LIMIT', `a client holds at most ${maxInstruments} instruments`, context);
  }

  /** Who comes after market-feed has refused an instrument hears of it as well. */
  private earlierRefusals(added: readonly Instrument[]): OutcomeError[] {
    return added.flatMap(({ instrumentKey: key }) => {
      const code = this.held.get(key)?.state.refusedAs;
      return code === undefined ? [] : [refusalOf(key, code)];
    });
  }
}

function refusalOf(key: string, code: string): OutcomeError {
  const retryable = isErrorCode(code) && ERROR_CODES[code].retryable;
  return new OutcomeError(code, `${key} is not streamed by the broker feed`, { instrument_key: key }, retryable);
}
