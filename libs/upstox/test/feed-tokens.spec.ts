import { nextTokenDeath } from '@vega/kernel';
import { FakeClock } from './support/fake-clock.ts';
import { desire, FeedRig, keyOf } from './support/feed-rig.ts';

let rig: FeedRig;
afterEach(async () => {
  expect(rig.server.violations).toEqual([]);
  await rig.stop();
});

const states = (): string[] => rig.changes.map((change) => change.state);

describe('tokens', () => {
  it('waits for a token, and for one that has not expired', async () => {
    rig = await FeedRig.start();
    rig.tokens.set(undefined);
    rig.client.setDesired(desire(1));
    await rig.clock.advance(60_000);
    expect(rig.connection().state).toBe('waiting-token');
    rig.tokens.set('token-1', rig.clock.wallNow() - 1);
    await rig.clock.advance(60_000);
    expect(rig.server.authorizations).toBe(0);
    rig.tokens.set('token-1', rig.clock.wallNow() + 3_600_000);
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 10);
    expect(rig.connection().tokenExpiresAtMs).toBe(rig.tokens.current()?.expiresAt);
  });

  it('outlives the death of its token at 03:30 and goes on with the next one', async () => {
    rig = await FeedRig.start({ clock: new FakeClock(Date.parse('2026-03-10T21:58:00Z')) });
    const death = nextTokenDeath(rig.clock.wallNow());
    expect(death - rig.clock.wallNow()).toBe(120_000);
    rig.tokens.set('token-1', death);
    rig.server.segmentStatus = { NSE_FO: 3 };
    await rig.subscribed(4);
    await rig.clock.advance(119_000);
    expect(rig.connection().state).toBe('open');
    rig.server.tokens.clear();
    await rig.clock.advance(1_000);
    rig.server.drop();
    await rig.until('it waits', () => rig.connection().state === 'waiting-token', 100);
    await rig.clock.advance(3_600_000);
    expect(rig.server.authorizations).toBe(1);
    expect(rig.client.stats()).toMatchObject({ desired: 4, assigned: 4, sockets: 0 });
    rig.publish({ 0: 2 });
    rig.server.tokens.add('token-2');
    rig.tokens.set('token-2', nextTokenDeath(rig.clock.wallNow()));
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 4, 10);
    await rig.until('what has changed', () => rig.heard.length > 0);
    expect(rig.heard).toEqual([{ key: keyOf(0), vtt: 2, type: 'initial_feed', connection: 0 }]);
  });

  it.each(['authorize', 'handshake'] as const)(
    'does not hammer with a token refused at %s, and takes a fresh one at once',
    async (where) => {
      rig = await FeedRig.start({ byHeader: where === 'handshake' });
      rig.server.tokens.clear();
      rig.client.setDesired(desire(1));
      await rig.until('refused', () => rig.connection().state === 'waiting-token', 1);
      const tries = rig.server.authorizations;
      await rig.clock.advance(55_000);
      expect(rig.server.authorizations).toBe(tries);
      expect(rig.connection().lastEnd?.kind).toBe('token-rejected');
      if (where === 'authorize') expect(rig.tokens.rejected).toEqual(['token-1']);
      rig.server.tokens.add('token-2');
      rig.tokens.set('token-2');
      await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 10);
    },
  );

  it('tries a refused token again now and then, since the refusal may be a fault', async () => {
    rig = await FeedRig.start();
    rig.server.authorizeFaults.push(401);
    rig.client.setDesired(desire(1));
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 1_000);
    expect(rig.clock.monotonicMs()).toBeGreaterThan(60_000);
  });

  it('changes over to a new token beside the old connection, without a gap or a message twice', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(50);
    rig.server.tokens.add('token-2');
    rig.tokens.set('token-2');
    let vtt = 1;
    await rig.until(
      'the new connection alone',
      () => {
        vtt += 1;
        rig.publish({ 3: vtt, 4: vtt });
        return [...rig.server.connections].every(({ token }) => token === 'token-2');
      },
      1,
    );
    await rig.until('the last message', () => rig.volumesOf(4).at(-1) === vtt);
    for (const token of [3, 4]) {
      expect(rig.volumesOf(token)).toEqual(Array.from({ length: vtt - 1 }, (_, at) => at + 2));
    }
    expect(rig.server.mostConnections).toBe(2);
    expect(rig.connection()).toMatchObject({ state: 'open', keys: 50, awaited: 0 });
    expect(rig.connection().duplicates).toBeGreaterThanOrEqual(48);
    expect(rig.server.log).toEqual(['open token-1', 'open token-2', 'close token-1']);
    expect(states()).toEqual(['authorizing', 'connecting', 'open']);
  });

  it('changes over one connection after the other, and closes the old one first when none is free', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(2_500);
    expect(rig.server.connections.size).toBe(2);
    rig.server.tokens.add('token-2');
    rig.tokens.set('token-2');
    const renewed = (): number => [...rig.server.connections].filter(({ token }) => token === 'token-2').length;
    await rig.until('both renewed', () => renewed() === 2, 5);
    const changeOver = ['close token-1', 'open token-2'];
    expect(rig.server.log).toEqual(['open token-1', 'open token-1', ...changeOver, ...changeOver]);
    expect(rig.clock.monotonicMs()).toBeLessThan(3_000);
    await rig.until('all subscribed', () => rig.server.subscribedKeys().length === 2_500, 5);
    rig.publish({ 0: 2, 2_400: 2 });
    await rig.until('both heard', () => rig.heard.length === 2);
  });

  it('closes the old connection after a while though not every instrument has shown itself', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(3);
    rig.server.tokens.add('token-2');
    rig.server.sendsSnapshots = false;
    rig.tokens.set('token-2');
    await rig.until('two connections', () => rig.server.connections.size === 2, 1);
    await rig.clock.advance(5_000);
    rig.publish({ 0: 2 });
    await rig.until('heard', () => rig.volumesOf(0).includes(2));
    await rig.until('one connection', () => rig.server.connections.size === 1, 500);
    expect(rig.connection()).toMatchObject({ state: 'open', awaited: 2, reconnects: 1 });
    rig.server.currentTs -= 60_000;
    rig.publish({ 1: 2 });
    await rig.until('heard, though the server has another clock', () => rig.volumesOf(1).includes(2));
    for (let second = 0; second < 20; second += 1) {
      await rig.clock.advance(1_000);
      rig.publish({ 2: 10 + second });
    }
    expect(rig.connection()).toMatchObject({ state: 'open', reconnects: 1 });
    expect(rig.server.log).toEqual(['open token-1', 'open token-2', 'close token-1']);
  });

  it('keeps the old connection when the new token is refused, with or without a free one', async () => {
    for (const count of [10, 2_500]) {
      rig = await FeedRig.start();
      await rig.subscribed(count);
      const before = [...rig.server.connections];
      rig.tokens.set('token-bad');
      await rig.until('the refusal', () => rig.tokens.rejected.includes('token-bad'), 5);
      await rig.clock.advance(1_000);
      expect([...rig.server.connections]).toEqual(before);
      rig.publish({ 0: 7 });
      await rig.until('still heard', () => rig.volumesOf(0).includes(7));
      if (count === 10) await rig.stop();
    }
  });

  it('falls back to closing first when the server allows no second connection', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(5);
    rig.server.tokens.add('token-2');
    rig.server.handshakeFaults.push(403);
    rig.tokens.set('token-2');
    await rig.until('renewed', () => [...rig.server.connections].some(({ token }) => token === 'token-2'), 5);
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 5, 5);
    expect(rig.server.connections.size).toBe(1);
    expect(rig.clock.monotonicMs()).toBeLessThan(2_000);
  });

  it('tries a change-over again that failed for another reason', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(5);
    rig.server.tokens.add('token-2');
    rig.server.authorizeFaults.push(503, 503);
    rig.tokens.set('token-2');
    await rig.until('renewed', () => [...rig.server.connections].every(({ token }) => token === 'token-2'), 5);
    expect(rig.connection().state).toBe('open');
  });

  it('carries on with the new connection when the old one dies in between', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(5);
    rig.server.tokens.add('token-2');
    rig.server.sendsSnapshots = false;
    rig.tokens.set('token-2');
    await rig.until('two connections', () => rig.server.connections.size === 2, 1);
    for (const { socket, token } of rig.server.connections) if (token === 'token-1') socket.terminate();
    await rig.until('one connection', () => rig.server.connections.size === 1, 1);
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 5, 1);
    rig.publish({ 2: 9 });
    await rig.until('heard', () => rig.volumesOf(2).includes(9));
    expect(rig.connection()).toMatchObject({ state: 'open' });
  });

  it('gives the old connection its instruments back when the new one dies in between', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(5);
    rig.server.tokens.add('token-2');
    rig.server.sendsSnapshots = false;
    rig.tokens.set('token-2');
    await rig.until('two connections', () => rig.server.subscribedKeys().length === 10, 1);
    rig.publish({ 2: 9 });
    await rig.until('taken over', () => rig.connection().superseded + rig.connection().duplicates > 0);
    for (const { socket, token } of rig.server.connections) if (token === 'token-2') socket.terminate();
    await rig.until('one connection', () => rig.server.connections.size === 1);
    await rig.until('noticed', () => rig.client.stats().sockets === 1);
    rig.publish({ 2: 10 });
    await rig.until('heard by the old one', () => rig.volumesOf(2).includes(10));
    expect(rig.volumesOf(2)).toEqual([9, 10]);
  });
});
