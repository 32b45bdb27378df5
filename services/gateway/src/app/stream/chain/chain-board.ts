import { GreekConvention, type ChainUpdate } from '@vega/contracts';
import { OutcomeError, repeat, type Clock, type Timer } from '@vega/kernel';
import type { OptionsData } from '../../options-data.ts';
import type { Ending } from '../ports.ts';
import { ChainState } from './chain-state.ts';

/** The chains that options publishes. */
export interface ChainSource {
  subscribeChain(underlyingKey: string, expiryDate: string, onUpdate: (update: ChainUpdate) => void): Ending;
  /** Told each time the bus is reached again after it was lost. */
  onReconnect(listener: () => void): Ending;
}

/** Who holds a chain. */
export interface ChainHolder {
  noteChange(): void;
  tell(error: OutcomeError): void;
}

export interface ChainBoardParts {
  readonly options: OptionsData;
  readonly source: ChainSource;
  readonly clock: Clock;
  /** Unique per process: the name of its lease. */
  readonly replica: string;
  readonly onFailure: (error: unknown, what: string) => void;
}

const RENEW_MS = 10_000;
/** options says something about every chain within half a minute; silence beyond means that it, or the way to it, is gone. */
const SILENT_MS = 40_000;
const SWEEP_MS = 5_000;
/** Chains over all clients of this gateway. */
const MAX_CHAINS = 200;

interface Shared {
  readonly underlyingKey: string;
  readonly expiryDate: string;
  readonly state: ChainState;
  readonly holders: Set<ChainHolder>;
  readonly end: Ending;
  heardAtMs: number;
  isAsking: boolean;
}

/** The chains that this gateway's clients hold: one subscription and one state each, and the lease that keeps them live. */
export class ChainBoard {
  private readonly shared = new Map<string, Shared>();
  private readonly timers: Timer[];
  private readonly endReconnect: Ending;

  constructor(private readonly parts: ChainBoardParts) {
    const { clock, source } = parts;
    this.timers = [repeat(clock, RENEW_MS, () => this.renew()), repeat(clock, SWEEP_MS, () => this.sweep())];
    this.endReconnect = source.onReconnect(() => {
      for (const one of this.shared.values()) void this.ask(one);
    });
  }

  get size(): number {
    return this.shared.size;
  }

  /** Holds a chain on behalf of somebody. Throws `STREAM_LIMIT` when this gateway holds as many as it may. */
  acquire(chain: ChainUpdate, holder: ChainHolder): ChainState {
    const { underlyingKey, expiryDate } = chain;
    const name = `${underlyingKey} ${expiryDate}`;
    let one = this.shared.get(name);
    if (one === undefined) {
      if (this.shared.size >= MAX_CHAINS) {
        throw new OutcomeError('STREAM_LIMIT', `this gateway follows at most ${MAX_CHAINS} chains`);
      }
      const state = new ChainState();
      const opened: Shared = {
        underlyingKey,
        expiryDate,
        state,
        holders: new Set(),
        end: this.parts.source.subscribeChain(underlyingKey, expiryDate, (update) => this.take(opened, update)),
        heardAtMs: this.parts.clock.monotonicMs(),
        isAsking: false,
      };
      one = opened;
      this.shared.set(name, one);
      void this.renew();
    }
    one.holders.add(holder);
    this.take(one, chain);
    return one.state;
  }

  release(underlyingKey: string, expiryDate: string, holder: ChainHolder): void {
    const name = `${underlyingKey} ${expiryDate}`;
    const one = this.shared.get(name);
    if (one === undefined || !one.holders.delete(holder) || one.holders.size > 0) return;
    this.shared.delete(name);
    one.end();
    void this.renew();
  }

  /** Gives up every chain and the lease. */
  async close(): Promise<void> {
    for (const timer of this.timers) timer.cancel();
    this.endReconnect();
    for (const one of this.shared.values()) one.end();
    const had = this.shared.size > 0;
    this.shared.clear();
    if (had) await this.renew();
  }

  private take(one: Shared, update: ChainUpdate): void {
    one.heardAtMs = this.parts.clock.monotonicMs();
    const outcome = one.state.take(update);
    if (outcome === 'gap') void this.ask(one);
    if (outcome === 'taken') for (const holder of one.holders) holder.noteChange();
  }

  /** Asks for a chain whole, as after a gap; one question at a time. */
  private async ask(one: Shared): Promise<void> {
    if (one.isAsking) return;
    one.isAsking = true;
    try {
      const { underlyingKey: underlying, expiryDate } = one;
      this.take(
        one,
        await this.parts.options.fetchChain({
          underlying,
          expiryDate,
          convention: GreekConvention.HOUSE,
          immediate: false,
        }),
      );
    } catch (error) {
      this.parts.onFailure(error, 'asking for a chain');
      if (error instanceof OutcomeError) for (const holder of one.holders) holder.tell(error);
    } finally {
      one.isAsking = false;
    }
  }

  private sweep(): void {
    const oldest = this.parts.clock.monotonicMs() - SILENT_MS;
    for (const one of this.shared.values()) if (one.heardAtMs < oldest) void this.ask(one);
  }

  private async renew(): Promise<void> {
    const chains = [...this.shared.values()].map(({ underlyingKey: underlying, expiryDate }) => ({
      underlying,
      expiryDate,
    }));
    try {
      await this.parts.options.renewChainInterest(this.parts.replica, chains);
    } catch (error) {
      if (chains.length > 0) this.parts.onFailure(error, 'renewing the interest in chains');
    }
  }
}
