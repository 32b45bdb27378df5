// Goal: ask market-feed for the state of instruments when ticks alone do not tell it: after a subscription, after a gap,
//   after the bus or the feed was away.
// Method: wanted keys gather in a set for a few milliseconds and go out together, up to 500 a request; whoever waits is
//   told when the requests that carried its keys have ended. What fails is marked unreachable, falls back to the last known value, and is
//   asked again later for as long as somebody holds it.
// Invariants: a bounded number of requests in flight; keys that nobody holds are not asked for; it never throws.
import { instrumentKey, type Clock, type InstrumentKey } from '@vega/kernel';
import { toStaleReason } from '../../quote-figures.ts';
import type { LastKnown, MarketData } from '../../ports.ts';
import type { InstrumentState } from './instrument-state.ts';

const BATCH = 500;

/** Wishes fetched at once: an instrument that the broker has to be asked for takes seconds, others should not wait for it. */
const MAX_IN_FLIGHT = 4;

/** Pause between the first wish and the request, so that a burst of subscriptions becomes one request. */
const GATHER_MS = 5;

interface Wish {
  readonly keys: Set<InstrumentKey>;
  readonly done: Promise<void>;
  readonly finish: () => void;
}

/** Fetches quotes in batches and hands them to the states they belong to. */
export class QuoteRefresher {
  private waiting = newWish();
  private planned = false;
  private inFlight = 0;

  constructor(
    private readonly market: MarketData,
    private readonly lastKnown: LastKnown,
    private readonly clock: Clock,
    private readonly stateOf: (key: InstrumentKey) => InstrumentState | undefined,
  ) {}

  /** Resolves when the answer for these keys, or its absence, is in their states. */
  refresh(keys: Iterable<InstrumentKey>): Promise<void> {
    const { waiting } = this;
    for (const key of keys) waiting.keys.add(key);
    if (waiting.keys.size === 0) return Promise.resolve();
    this.plan();
    return waiting.done;
  }

  private plan(): void {
    if (this.planned || this.inFlight >= MAX_IN_FLIGHT || this.waiting.keys.size === 0) return;
    this.planned = true;
    this.clock.after(GATHER_MS, () => {
      this.planned = false;
      const wish = this.waiting;
      this.waiting = newWish();
      this.inFlight += 1;
      void this.fulfil(wish).finally(() => {
        this.inFlight -= 1;
        this.plan();
      });
    });
  }

  private async fulfil(wish: Wish): Promise<void> {
    const keys = [...wish.keys].filter((key) => this.stateOf(key) !== undefined);
    for (let start = 0; start < keys.length; start += BATCH) await this.fetch(keys.slice(start, start + BATCH));
    wish.finish();
  }

  private async fetch(keys: readonly InstrumentKey[]): Promise<void> {
    try {
      const { quotes } = await this.market.fetchQuotes(keys);
      const answered = new Set<string>();
      for (const { tick, staleReason } of quotes) {
        if (tick === undefined) continue;
        answered.add(tick.instrumentKey);
        const state = this.stateOf(instrumentKey(tick.instrumentKey));
        state?.takeAnswer(tick, toStaleReason(staleReason), this.clock.monotonicMs());
      }
      await this.recall(keys.filter((key) => !answered.has(key)));
    } catch {
      await this.recall(keys);
    }
  }

  /** Shows what was known before, marked: it may be long past. */
  private async recall(keys: readonly InstrumentKey[]): Promise<void> {
    for (const key of keys) {
      const state = this.stateOf(key);
      if (state === undefined) continue;
      if (state.hasValue) state.judge('SOURCE_UNREACHABLE', this.clock.monotonicMs());
      else {
        const known = await this.lastKnown.fetchTick(key);
        if (known === undefined) state.judge('SOURCE_UNREACHABLE', this.clock.monotonicMs());
        else if (!state.hasValue) {
          state.takeAnswer(known.value.tick, 'SOURCE_UNREACHABLE', this.clock.monotonicMs());
        }
      }
    }
  }
}

function newWish(): Wish {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { keys: new Set(), done, finish };
}
