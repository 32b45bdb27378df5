import { followChain, type ChainEvent } from './chain-follower.ts';
import type { ChainRowView, ChainView } from './gen/api.ts';
import type { StreamClient } from './stream-client.ts';

const row = (strike: number, lastPrice: number): ChainRowView =>
  ({ strike, call: { last_price: lastPrice }, put: null }) as ChainRowView;
const chain = (seq: number, ...rows: ChainRowView[]): ChainView => ({ seq, rows }) as ChainView;

describe('a followed chain', () => {
  it('is whole after every frame, and anew after a snapshot', () => {
    const seen: ChainEvent[] = [];
    let give: (frame: Record<string, unknown>, timeMs: number) => void = () => undefined;
    const stream = {
      subscribeChannel: (channel: string, request: unknown, onFrame: typeof give) => {
        expect([channel, request]).toEqual(['chain', { instrument_key: 'NIFTY' }]);
        give = onFrame;
        return { close: () => undefined };
      },
    } as unknown as StreamClient;
    followChain(stream, { instrument_key: 'NIFTY' }, (event) => seen.push(event));
    give({ snapshot: false, chain: chain(4, row(100, 9)) }, 0);
    expect(seen).toEqual([]);
    give({ snapshot: true, chain: chain(5, row(100, 1), row(200, 2)) }, 1);
    give({ snapshot: false, chain: chain(6, row(200, 3)) }, 2);
    expect(seen[1]).toMatchObject({ snapshot: false, timeMs: 2, chain: { seq: 6 } });
    expect(seen[1]?.chain.rows).toEqual([row(100, 1), row(200, 3)]);
    expect([...(seen[1]?.changed ?? [])]).toEqual([200]);
    give({ snapshot: true, chain: chain(1, row(300, 4)) }, 3);
    expect(seen[2]?.chain.rows).toEqual([row(300, 4)]);
  });
});
