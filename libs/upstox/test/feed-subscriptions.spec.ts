import { instrumentKey, systemClock } from '@vega/kernel';
import { PLUS_FEED_LIMITS } from '@vega/upstox/market';
import { desire, FeedRig, keyOf } from './support/feed-rig.ts';

let rig: FeedRig;
afterEach(async () => {
  expect(rig.server.violations).toEqual([]);
  await rig.stop();
});

const states = (): string[] => rig.changes.map((change) => change.state);

describe('subscriptions', () => {
  it('opens no address that is not a WebSocket, and says nothing of it', async () => {
    const secret = 'code=one-time';
    let dials = 0;
    rig = await FeedRig.start({
      dial: () =>
        Promise.resolve({ url: dials++ === 0 ? `wss://feed.local/#${secret}` : `http${secret}`, headers: {} }),
    });
    rig.client.setDesired(desire(1));
    await rig.until('it tried twice', () => dials === 2, 100);
    await rig.until('it backs off', () => rig.connection().state === 'backing-off', 1);
    expect(rig.connection().lastEnd?.kind).toBe('failed');
    expect(JSON.stringify([rig.changes, rig.client.stats()])).not.toContain(secret);
  });

  it('connects once something is desired, and hears market info, snapshots and changes', async () => {
    rig = await FeedRig.start();
    await rig.clock.advance(60_000);
    expect(rig.server.authorizations).toBe(0);
    rig.publish({ 0: 10, 1: 20 });
    expect(rig.client.setDesired(desire(2))).toEqual({ assigned: 2, refused: [] });
    await rig.until('the snapshots', () => rig.heard.length === 2, 1);
    rig.publish({ 1: 21, 2: 5 });
    await rig.until('the change', () => rig.heard.length === 3);
    expect(rig.heard).toEqual([
      { key: keyOf(0), vtt: 10, type: 'initial_feed', connection: 0 },
      { key: keyOf(1), vtt: 20, type: 'initial_feed', connection: 0 },
      { key: keyOf(1), vtt: 21, type: 'live_feed', connection: 0 },
    ]);
    expect(rig.infos[0]?.segmentStatus.get('NSE_FO')).toBe('NORMAL_OPEN');
    expect(rig.client.statusOf('NSE_FO')).toBe('NORMAL_OPEN');
    expect(states()).toEqual(['authorizing', 'connecting', 'open']);
    expect(rig.client.connectionOf(keyOf(0))).toBe(0);
    expect(rig.client.connectionOf(keyOf(9))).toBeUndefined();
  });

  it("runs on the machine's own clock", async () => {
    rig = await FeedRig.start({ clock: systemClock });
    await rig.subscribed(2);
    rig.publish({ 1: 2 });
    await rig.until('the change', () => rig.volumesOf(1).includes(2));
    expect(rig.connection()).toMatchObject({ state: 'open', silence: 'flowing' });
    await rig.client.stop();
  });

  it('connects by bearer header through a redirect as well', async () => {
    rig = await FeedRig.start({ byHeader: true });
    await rig.subscribed(1);
    expect(rig.server.authorizations).toBe(0);
    expect(rig.connection()).toMatchObject({ state: 'open', keys: 1 });
  });

  it('adds, changes modes and removes, with changes made together sent together', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(3, 'ltpc');
    rig.server.commands.length = 0;
    rig.client.subscribe(
      new Map([
        [keyOf(1), 'full'],
        [keyOf(7), 'full'],
      ]),
    );
    rig.client.subscribe(new Map([[keyOf(8), 'full']]));
    rig.client.unsubscribe([keyOf(2)]);
    expect(rig.server.commands).toEqual([]);
    await rig.until('the commands', () => rig.server.commands.length === 3, 1);
    expect(rig.server.commands).toMatchObject([
      { method: 'unsub', data: { instrumentKeys: [keyOf(2)] } },
      { method: 'change_mode', data: { mode: 'full', instrumentKeys: [keyOf(1)] } },
      { method: 'sub', data: { mode: 'full', instrumentKeys: [keyOf(7), keyOf(8)] } },
    ]);
    expect(rig.server.commands[0]?.data).not.toHaveProperty('mode');
    expect(rig.client.setDesired(desire(1, 'ltpc')).assigned).toBe(1);
    await rig.until('the rest gone', () => rig.server.subscribedKeys().length === 1, 1);
  });

  it('forgets what is removed while messages of it are on their way', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(2);
    rig.client.unsubscribe([keyOf(1)]);
    rig.publish({ 0: 2, 1: 2 });
    await rig.until('the change', () => rig.heard.length === 1);
    expect(rig.volumesOf(1)).toEqual([]);
    expect(rig.connection()).toMatchObject({ unsubscribed: 1 });
  });

  it('spreads over connections, reports what fits nowhere, and takes it in when there is room', async () => {
    rig = await FeedRig.start();
    const desired = desire(4_001);
    const outcome = rig.client.setDesired(desired);
    expect(outcome.assigned).toBe(4_000);
    expect(outcome.refused).toEqual([{ key: keyOf(4_000), mode: 'full', reason: 'NO_CAPACITY' }]);
    await rig.until('four thousand subscribed', () => rig.server.subscribedKeys().length === 4_000, 5);
    expect(rig.server.connections.size).toBe(2);
    expect(rig.connection(1)).toMatchObject({
      keys: 2_000,
      modes: { full: { keys: 2_000, alone: 2_000, mixed: 1_500 } },
    });
    expect(rig.client.unsubscribe([keyOf(5)])).toEqual({ assigned: 4_000, refused: [] });
    await rig.until('the last one subscribed', () => rig.server.subscribedKeys().includes(keyOf(4_000)), 5);
  });

  it('moves an instrument whose new mode only fits elsewhere, and goes on hearing it', async () => {
    rig = await FeedRig.start();
    const desired = desire(2_000);
    for (let token = 2_000; token < 4_000; token += 1) desired.set(keyOf(token), 'full');
    desired.delete(keyOf(0));
    rig.publish({ 3_999: 1 });
    rig.client.setDesired(desired);
    await rig.until('all subscribed', () => rig.server.subscribedKeys().length === 3_999 && rig.heard.length === 1, 5);
    expect(rig.client.connectionOf(keyOf(3_999))).toBe(1);
    const [first] = [...rig.server.connections];
    for (let token = 1; token < 600; token += 1) desired.delete(keyOf(token));
    rig.client.setDesired(desired.set(keyOf(3_999), 'ltpc'));
    expect(rig.client.connectionOf(keyOf(3_999))).toBe(0);
    await rig.until('moved', () => first?.subscribed.get(keyOf(3_999)) === 'ltpc', 5);
    await rig.until(
      'once only',
      () => rig.server.subscribedKeys().filter((key) => key === keyOf(3_999)).length === 1,
      5,
    );
    expect(rig.clock.monotonicMs()).toBeLessThan(1_000);
    rig.publish({ 3_999: 2 });
    await rig.until('heard', () => rig.volumesOf(3_999).includes(2));
    expect(rig.heard.map(({ connection, vtt }) => [connection, vtt])).toEqual([
      [1, 1],
      [0, 2],
    ]);
  });

  it('names instruments and modes it cannot carry', async () => {
    rig = await FeedRig.start();
    const { refused } = rig.client.setDesired(
      new Map([
        [instrumentKey('MCX_FO|1'), 'ltpc'],
        [keyOf(1), 'full_d30'],
      ]),
    );
    expect(refused.map((refusal) => refusal.reason)).toEqual(['SEGMENT_UNSUPPORTED', 'MODE_NEEDS_PLUS']);
    await rig.clock.advance(1_000);
    expect(rig.server.authorizations).toBe(0);
  });

  it('closes a connection that has nothing to carry after a while, and opens it again', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    rig.client.setDesired(new Map());
    await rig.clock.advance(29_000);
    expect(rig.server.connections.size).toBe(1);
    await rig.until('the connection closed', () => rig.connection().state === 'idle', 100);
    rig.client.setDesired(desire(2));
    await rig.until('subscribed again', () => rig.server.subscribedKeys().length === 2, 10);
  });

  it('reconnects when instruments come back while it is closing', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    rig.client.setDesired(new Map());
    await rig.clock.advance(29_999);
    rig.clock.after(1, () => rig.client.setDesired(desire(1)));
    await rig.clock.advance(2);
    await rig.until('subscribed again', () => rig.server.subscribedKeys().length === 1, 10);
    expect(rig.connection().state).toBe('open');
  });
});

describe('the end', () => {
  it('stops from every state, and leaves no timer and no listener', async () => {
    for (const prepare of [
      (): void => undefined,
      (): void => void rig.client.setDesired(desire(1)),
      (): void => {
        rig.server.authorizeFaults.push('hang');
        rig.client.setDesired(desire(1));
      },
      (): void => {
        rig.tokens.set(undefined);
        rig.client.setDesired(desire(1));
      },
    ]) {
      rig = await FeedRig.start();
      prepare();
      await rig.clock.advance(20);
      await rig.stop();
      expect(rig.clock.waiting).toBe(0);
      expect(rig.tokens.listenerCount).toBe(0);
      expect(rig.client.stats().connections.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    }
    rig = await FeedRig.start();
  });

  it('cuts a server that does not answer a close', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    for (const { socket } of rig.server.connections) socket.pause();
    const stopped = rig.client.stop();
    rig.publish({ 0: 2 });
    expect(() => rig.client.setDesired(desire(2))).toThrow('takes no subscriptions');
    await rig.clock.advance(999);
    expect(rig.client.stats().sockets).toBe(1);
    await rig.until('cut', () => rig.client.stats().sockets === 0, 1);
    await stopped;
    expect(rig.heard).toEqual([]);
  });

  it('tells figures that JSON can carry', async () => {
    rig = await FeedRig.start({ limits: PLUS_FEED_LIMITS });
    await rig.subscribed(2);
    const stats = rig.client.stats();
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toMatchObject({ desired: 2, assigned: 2, refused: [], sockets: 1, maxConnections: 5 });
    expect(stats.connections[0]).toMatchObject({
      state: 'open',
      silence: 'flowing',
      keys: 2,
      emitted: 2,
      lastEnd: null,
    });
    expect(stats.connections[1]).toMatchObject({
      state: 'idle',
      silence: 'down',
      connectedForMs: null,
      lastFrameAgeMs: null,
    });
    expect(JSON.stringify(stats)).not.toContain('token-1');
  });
});
