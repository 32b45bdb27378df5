// Chains of options in memory: what is asked is answered from `present`, what is published reaches those who subscribed.
import { ChainRow, ChainSide, ChainUpdate, type ChainId } from '@vega/contracts';
import { FakeClock } from '@vega/testkit';
import { chainFigures } from '../src/adapters/http/to-chain-views.ts';
import type { OptionsData } from '../src/app/options-data.ts';
import { ChainBoard } from '../src/app/stream/chain/chain-board.ts';
import { ChainChannel } from '../src/app/stream/chain/chain-channel.ts';

export const UNDERLYING = 'NSE_INDEX|Nifty 50';

/** One strike with a last price on its call. */
export function chainRow(strike: number, lastPaise: number): ChainRow {
  return ChainRow.create({
    strikePaise: strike * 100,
    call: ChainSide.create({ instrumentKey: `NSE_FO|${strike}`, lastPricePaise: lastPaise }),
  });
}

/** A chain update of the one chain there is. */
export function chainUpdate(epoch: number, seq: number, full: boolean, ...rows: ChainRow[]): ChainUpdate {
  const expiryDate = '2026-12-01';
  return ChainUpdate.create({
    underlyingKey: UNDERLYING,
    underlyingSymbol: 'NIFTY',
    expiryDate,
    epoch,
    seq,
    full,
    rows,
  });
}

/** The service and its subject. */
export class InMemoryChains {
  present = chainUpdate(1, 1, true, chainRow(100, 10), chainRow(200, 20));
  readonly renewals: (readonly ChainId[])[] = [];
  asked = 0;
  failure: Error | undefined;
  readonly channel: ChainChannel;
  readonly board: ChainBoard;
  private readonly listeners = new Set<(update: ChainUpdate) => void>();

  constructor(clock = new FakeClock()) {
    const options = {
      fetchChain: () => {
        this.asked += 1;
        return this.failure === undefined ? Promise.resolve(this.present) : Promise.reject(this.failure);
      },
      renewChainInterest: (_holder: string, chains: readonly ChainId[]) => {
        this.renewals.push(chains);
        return Promise.resolve({ expiresAtMs: 0, refused: [] });
      },
    } as unknown as OptionsData;
    this.board = new ChainBoard({
      options,
      clock,
      replica: 'one',
      onFailure: () => undefined,
      source: {
        subscribeChain: (_key, _expiry, onUpdate) => {
          this.listeners.add(onUpdate);
          return () => this.listeners.delete(onUpdate);
        },
        onReconnect: () => () => undefined,
      },
    });
    this.channel = new ChainChannel(this.board, options, (chain, nowMs) => chainFigures(chain, nowMs));
  }

  /** How many follow the subject. */
  get followers(): number {
    return this.listeners.size;
  }

  publish(update: ChainUpdate): void {
    for (const listener of this.listeners) listener(update);
  }
}
