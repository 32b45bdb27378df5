// What a client says while it is being found out who it is.
import { OutcomeError } from '@vega/kernel';
import { settle } from '@vega/testkit';
import type { Principal } from '../src/app/principal.ts';
import { stage } from './hub-stage.ts';
import { MemorySocket } from './in-memory-feed.ts';
import { principal } from './principals.ts';

/** A hub that is told who a client is when the spec says so. */
function slowStage(limits: Parameters<typeof stage>[0] = {}) {
  const waiting: { admit: (who: Principal) => void; refuse: () => void }[] = [];
  const authenticate = (): Promise<Principal> =>
    new Promise((admit, reject) => {
      waiting.push({ admit, refuse: () => reject(new OutcomeError('UNAUTHENTICATED', 'no', { reason: 'expired' })) });
    });
  const set = stage(limits, [], authenticate);
  const socket = new MemorySocket();
  const client = set.hub.join(socket);
  const told = (): unknown[] => socket.frames.map(({ type, id, code }) => [type, id ?? null, code ?? null]);
  return { ...set, waiting, socket, client, told };
}

describe('a request that follows an authentication at once', () => {
  it('waits for it, in its order, and is then served', async () => {
    const { client, say, waiting, socket, told } = slowStage();
    say(client, { op: 'authenticate', id: 1, token: 'T' });
    say(client, { op: 'subscribe', id: 2, channel: 'quotes', instruments: ['NSE_FO|1'] });
    say(client, { op: 'unsubscribe', id: 3 });
    say(client, { op: 'subscribe', id: 4, channel: 'status' });
    say(client, { op: 'ping', id: 5 });
    await settle();
    expect(told().slice(1)).toEqual([['pong', 5, null]]);
    waiting[0]?.admit(principal());
    await settle();
    const replies = socket.frames.filter(({ type }) => /ed$|error/.test(type)).map(({ type, id }) => [type, id]);
    expect(replies[0]).toEqual(['authenticated', 1]);
    expect(replies).toEqual(
      expect.arrayContaining([
        ['subscribed', 2],
        ['subscribed', 4],
      ]),
    );
    // What is unsubscribed before it is held is not there, whoever asks.
    expect(replies.filter(([type]) => type === 'error')).toEqual([['error', 3]]);
  });

  it('is refused when the authentication is', async () => {
    const { client, say, waiting, told } = slowStage();
    say(client, { op: 'authenticate', id: 1, token: 'T' });
    say(client, { op: 'subscribe', id: 2, channel: 'status' });
    waiting[0]?.refuse();
    await settle();
    expect(told().slice(1)).toEqual([
      ['error', 1, 'UNAUTHENTICATED'],
      ['error', 2, 'UNAUTHENTICATED'],
    ]);
    say(client, { op: 'subscribe', id: 3, channel: 'status' });
    await settle();
    expect(told().at(-1)).toEqual(['error', 3, 'UNAUTHENTICATED']);
  });

  it('is one of a bounded number that wait', async () => {
    const { client, say, waiting, told } = slowStage({ maxInHand: 3, maxMessagesPerSecond: 100 });
    say(client, { op: 'authenticate', id: 0, token: 'T' });
    for (let id = 1; id <= 10; id += 1) say(client, { op: 'subscribe', id, channel: 'status', subscription: `s${id}` });
    await settle();
    expect(told().filter((one) => (one as unknown[])[2] === 'RATE_LIMITED')).toHaveLength(8);
    waiting[0]?.admit(principal());
    await settle();
    expect(client.subscriptions.size).toBe(2);
    expect(client.inHand).toBe(0);
  });

  it('is not served to a client that is gone by then', async () => {
    const { client, say, waiting, hub } = slowStage();
    say(client, { op: 'authenticate', id: 1, token: 'T' });
    say(client, { op: 'subscribe', id: 2, channel: 'status' });
    hub.leave(client);
    waiting[0]?.admit(principal());
    await settle();
    expect(client.subscriptions.size).toBe(0);
    expect(client.inHand).toBe(0);
  });

  it('is refused without one, as before', async () => {
    const { client, say, told } = slowStage();
    say(client, { op: 'subscribe', id: 1, channel: 'status' });
    await settle();
    expect(told().slice(1)).toEqual([['error', 1, 'UNAUTHENTICATED']]);
  });
});
