import { settle } from '@vega/testkit';
import type { ChainView } from '../src/adapters/http/views/chain.view.ts';
import { ChainState } from '../src/app/stream/chain/chain-state.ts';
import { stage, type Stage } from './hub-stage.ts';
import { chainRow, chainUpdate, InMemoryChains } from './in-memory-chains.ts';

interface ChainFrame {
  type: string;
  seq: number;
  snapshot: boolean;
  chain: ChainView;
  code?: string;
}

describe('the state of a chain', () => {
  it('takes what follows, drops what is old, and says what was missed', () => {
    const state = new ChainState();
    expect(state.take(chainUpdate(5, 2, false, chainRow(100, 1)))).toBe('gap');
    expect(state.take(chainUpdate(5, 2, true, chainRow(100, 1), chainRow(200, 2)))).toBe('taken');
    expect(state.take(chainUpdate(5, 3, false, chainRow(200, 3)))).toBe('taken');
    expect(state.take(chainUpdate(5, 3, false, chainRow(200, 9)))).toBe('old');
    expect(state.take(chainUpdate(4, 99, true, chainRow(200, 9)))).toBe('old');
    expect(state.take(chainUpdate(5, 5, false, chainRow(200, 9)))).toBe('gap');
    expect(state.take(chainUpdate(6, 2, false, chainRow(200, 9)))).toBe('gap');
    expect(state.present?.rows).toEqual([chainRow(100, 1), chainRow(200, 3)]);
    expect(state.take(chainUpdate(6, 1, true, chainRow(200, 7)))).toBe('taken');
    expect(state.present).toMatchObject({ epoch: 6, seq: 1, rows: [chainRow(200, 7)] });
  });
});

describe('the channel chain', () => {
  let chains: InMemoryChains;
  let on: Stage;
  const frames = (socket: ReturnType<Stage['join']>['socket']): ChainFrame[] =>
    (socket.frames as unknown as ChainFrame[]).filter((frame) => frame.type === 'chain');

  beforeEach(() => {
    chains = new InMemoryChains();
    on = stage({}, [chains.channel]);
  });

  it('sends the chain whole, then the strikes that changed, under the numbers of the bus', async () => {
    const { socket, client } = on.join();
    on.say(client, { op: 'subscribe', id: 1, channel: 'chain', instrument_key: 'NIFTY' });
    await settle();
    expect(frames(socket)).toMatchObject([{ seq: 1, snapshot: true, chain: { epoch: 1, seq: 1 } }]);
    expect(frames(socket)[0]?.chain.rows.map(({ strike }) => strike)).toEqual([100, 200]);
    chains.publish(chainUpdate(1, 2, false, chainRow(200, 25)));
    chains.publish(chainUpdate(1, 3, false, chainRow(200, 30)));
    await on.clock.advance(500);
    const last = frames(socket).at(-1);
    expect(last).toMatchObject({ seq: 2, snapshot: false, chain: { seq: 3 } });
    expect(last?.chain.rows.map(({ strike, call }) => [strike, call?.last_price])).toEqual([[200, 0.3]]);
    expect(chains.renewals.at(-1)).toEqual([{ underlying: 'NSE_INDEX|Nifty 50', expiryDate: '2026-12-01' }]);
  });

  it('asks again after a hole, and follows a new keeper', async () => {
    const { socket, client } = on.join();
    on.say(client, { op: 'subscribe', id: 1, channel: 'chain', instrument_key: 'NIFTY' });
    await settle();
    const { asked } = chains;
    chains.present = chainUpdate(1, 5, true, chainRow(100, 11), chainRow(200, 22));
    chains.publish(chainUpdate(1, 5, false, chainRow(100, 11)));
    await on.clock.advance(500);
    expect(chains.asked).toBe(asked + 1);
    expect(frames(socket).at(-1)?.chain.seq).toBe(5);
    expect(frames(socket).at(-1)?.chain.rows).toHaveLength(2);
    chains.publish(chainUpdate(9, 1, true, chainRow(100, 99)));
    chains.publish(chainUpdate(1, 6, false, chainRow(100, 5)));
    await on.clock.advance(500);
    expect(frames(socket).at(-1)?.chain).toMatchObject({ epoch: 9, seq: 1 });
  });

  it('shares one subscription on the bus and gives it up with the last client', async () => {
    const clients = [on.join(), on.join()];
    for (const { client } of clients) {
      on.say(client, { op: 'subscribe', id: 1, channel: 'chain', instrument_key: 'NIFTY', expiry_date: '2026-12-01' });
    }
    await settle();
    expect([chains.followers, chains.board.size]).toEqual([1, 1]);
    for (const { client } of clients) on.hub.leave(client);
    await settle();
    expect([chains.followers, chains.renewals.at(-1)]).toEqual([0, []]);
  });

  it('refuses what is no date and a second chain under one name', async () => {
    const { socket, client } = on.join();
    on.say(client, { op: 'subscribe', id: 1, channel: 'chain', instrument_key: 'NIFTY', expiry_date: 'soon' });
    await settle();
    expect(socket.frames.at(-1)).toMatchObject({ type: 'error', code: 'STREAM_MESSAGE_INVALID' });
    on.say(client, { op: 'subscribe', id: 2, channel: 'chain', instrument_key: 'NIFTY' });
    await settle();
    chains.present = { ...chains.present, expiryDate: '2026-12-08' };
    on.say(client, { op: 'subscribe', id: 3, channel: 'chain', instrument_key: 'NIFTY', expiry_date: '2026-12-08' });
    await settle();
    expect(socket.frames.at(-1)).toMatchObject({ type: 'error', id: 3, code: 'STREAM_LIMIT' });
  });
});
