import { GreekConvention, type ChainRow, type ChainUpdate } from '@vega/contracts';
import { OutcomeError, parseIstDate } from '@vega/kernel';
import { z } from 'zod';
import { refuseBadSymbol } from '../../market-queries.ts';
import type { OptionsData } from '../../options-data.ts';
import type { ChannelSubscription, Held, Resolved, StreamChannel, SubscriptionHandle } from '../channel.ts';
import { MAX_SYMBOL_LENGTH } from '../protocol.ts';
import type { ChainBoard, ChainHolder } from './chain-board.ts';
import type { ChainState } from './chain-state.ts';

/** What `subscribe` carries for a chain. */
export interface ChainAsked {
  readonly instrument_key: string;
  readonly expiry_date?: string | undefined;
}

/** A chain that is to be had. */
export interface ChainWanted extends Resolved {
  readonly chain: ChainUpdate;
}

/** A chain with the rows that a client is sent of it. */
export interface ChainBody {
  readonly chain: ChainUpdate;
  readonly rows: readonly ChainRow[];
  readonly state: ChainState;
  /** From which version of the state on the rows have changed. */
  readonly since: number;
}

/** Option chains, each subscription one: whole, then the strikes that changed. */
export class ChainChannel implements StreamChannel<ChainAsked, ChainWanted, ChainBody> {
  readonly access = { scope: 'read' } as const;
  readonly name = 'chain';
  readonly request = {
    instrument_key: z.string().trim().min(1).max(MAX_SYMBOL_LENGTH),
    expiry_date: z
      .string()
      .refine((text) => parseIstDate(text) !== undefined, 'is a date of the form YYYY-MM-DD')
      .optional(),
  };

  constructor(
    private readonly board: ChainBoard,
    private readonly options: OptionsData,
    /** The fields of a chain as REST shows them. */
    private readonly show: (chain: ChainUpdate, nowMs: number) => object,
  ) {}

  /** The chain that is asked for. Throws what options refuses. */
  async resolve({ instrument_key: underlying, expiry_date: expiryDate = '' }: ChainAsked): Promise<ChainWanted> {
    refuseBadSymbol(underlying);
    const question = { underlying, expiryDate, convention: GreekConvention.HOUSE, immediate: false };
    return { chain: await this.options.fetchChain(question) };
  }

  open(handle: SubscriptionHandle): ChainSubscription {
    return new ChainSubscription(handle, this.board);
  }

  toJson({ chain, rows, state, since }: ChainBody, timeMs: number): string {
    // Ages are those of the first who is sent a state; the others are sent it within the same flush.
    return state.sharedText(`${since} ${rows.length}`, () =>
      JSON.stringify({ chain: this.show({ ...chain, rows: [...rows] }, timeMs) }),
    );
  }

  close(): Promise<void> {
    return this.board.close();
  }
}

/** One client's subscription to one chain. */
class ChainSubscription implements ChannelSubscription<ChainWanted, ChainBody>, ChainHolder {
  readonly itemCount = 1;
  private state: ChainState | undefined;
  private held: { readonly underlyingKey: string; readonly expiryDate: string } | undefined;
  private shownVersion = 0;

  constructor(
    private readonly handle: SubscriptionHandle,
    private readonly board: ChainBoard,
  ) {}

  get hasChanges(): boolean {
    return this.state !== undefined && this.state.version > this.shownVersion;
  }

  hold({ chain }: ChainWanted): Held {
    const { underlyingKey, expiryDate, underlyingSymbol } = chain;
    const { held } = this;
    if (held !== undefined && (held.underlyingKey !== underlyingKey || held.expiryDate !== expiryDate)) {
      const context = { held: `${held.underlyingKey} ${held.expiryDate}` };
      throw new OutcomeError('STREAM_LIMIT', 'a subscription follows one chain; give another one a name', context);
    }
    this.state = this.board.acquire(chain, this);
    this.held = { underlyingKey, expiryDate };
    const reply = { instrument_key: underlyingKey, trading_symbol: underlyingSymbol, expiry_date: expiryDate };
    return { reply, items: undefined, notices: [] };
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  snapshot(): ChainBody {
    return this.body(true);
  }

  changes(): ChainBody | undefined {
    return this.hasChanges ? this.body(false) : undefined;
  }

  noteChange(): void {
    this.handle.changed();
  }

  tell(error: OutcomeError): void {
    this.handle.tell(error);
  }

  release(): void {
    if (this.held !== undefined) this.board.release(this.held.underlyingKey, this.held.expiryDate, this);
  }

  private body(whole: boolean): ChainBody {
    const { state } = this;
    const chain = state?.present;
    if (state === undefined || chain === undefined) {
      throw new OutcomeError('CHAIN_UNAVAILABLE', 'nothing is known of the chain yet', {}, true);
    }
    const since = whole ? 0 : this.shownVersion;
    this.shownVersion = state.version;
    return { chain, rows: whole ? chain.rows : state.rowsSince(since), state, since };
  }
}
