import { desire, FeedRig, keyOf } from './support/feed-rig.ts';
import { encodeFrame, LIVE } from './support/frames.ts';

let rig: FeedRig;
afterEach(async () => {
  expect(rig.server.violations).toEqual([]);
  await rig.stop();
});

const states = (): string[] => rig.changes.map((change) => change.state);

describe('faults', () => {
  it('survives a dropped connection, drops snapshots that say nothing new, and hears what was missed', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(3);
    rig.server.drop();
    await rig.until('it noticed', () => rig.connection().state === 'backing-off');
    rig.publish({ 1: 2 });
    await rig.until('the missed change', () => rig.heard.length === 1, 10);
    expect(rig.heard).toEqual([{ key: keyOf(1), vtt: 2, type: 'initial_feed', connection: 0 }]);
    await rig.until('all snapshots', () => rig.connection().awaited === 0);
    expect(rig.connection()).toMatchObject({ reconnects: 1, duplicates: 2, lastEnd: { kind: 'failed' } });
    expect(rig.changes.find((change) => change.state === 'backing-off')?.reason).toContain(
      'closed by the server with code 1006',
    );
  });

  it('survives garbage of every kind', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    for (const connection of rig.server.connections) {
      rig.server.send(connection, Buffer.from('deadbeef', 'hex'));
      rig.server.send(connection, 'text');
      rig.server.send(connection, Buffer.alloc(0));
      rig.server.send(connection, Buffer.alloc(100_000, 0xff));
      rig.server.send(
        connection,
        encodeFrame({ type: LIVE, currentTs: rig.server.currentTs, feeds: { [keyOf(0)]: { ltpc: { ltp: NaN } } } }),
      );
    }
    rig.publish({ 0: 2 });
    await rig.until('the change after the garbage', () => rig.heard.length === 1);
    expect(rig.connection()).toMatchObject({ state: 'open', garbage: 4, malformed: 1, reconnects: 0 });
  });

  it('drops duplicates and calls them a sign of life', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    for (let at = 0; at < 30; at += 1) {
      await rig.clock.advance(1_000);
      rig.publish({ 0: 1 });
    }
    await rig.until('thirty duplicates', () => rig.connection().duplicates === 30);
    expect(rig.heard).toEqual([]);
    expect(rig.connection()).toMatchObject({ state: 'open', silence: 'flowing', reconnects: 0 });
  });

  it.each([
    ['a server error at authorize', 'authorizeFaults', 503],
    ['a server error at the handshake', 'handshakeFaults', 502],
  ] as const)('backs off from %s and gets there', async (_name, faults, status) => {
    rig = await FeedRig.start();
    rig.server[faults].push(status, status, status);
    rig.client.setDesired(desire(1));
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 10);
    expect(states().filter((state) => state === 'backing-off')).toHaveLength(3);
    expect(rig.clock.monotonicMs()).toBeGreaterThanOrEqual(300 + 550 + 1_050);
    expect(rig.clock.monotonicMs()).toBeLessThan(4_000);
  });

  it.each([
    ['a 403 at the handshake', 'handshakeFaults', 403],
    ['an HTML 403 at authorize', 'authorizeFaults', 'html-403'],
  ] as const)('stays away for long after %s', async (_name, faults, fault) => {
    rig = await FeedRig.start();
    rig.server[faults].push(fault);
    rig.client.setDesired(desire(1));
    await rig.until('it backs off', () => rig.connection().state === 'backing-off', 1);
    const tries = rig.server.authorizations;
    await rig.clock.advance(12_000);
    expect(rig.server.authorizations).toBe(tries);
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 100);
    expect(rig.connection().lastEnd?.kind).toBe('forbidden');
  });

  it('does not come back earlier because more is subscribed', async () => {
    rig = await FeedRig.start();
    rig.server.handshakeFaults.push(403);
    rig.client.setDesired(desire(1));
    await rig.until('it backs off', () => rig.connection().state === 'backing-off', 1);
    rig.client.setDesired(desire(2));
    await rig.clock.advance(5_000);
    expect(rig.server.authorizations).toBe(1);
  });

  it('backs off further with every failure, and starts small again after a stable connection', async () => {
    rig = await FeedRig.start();
    rig.server.authorizeFaults.push(...Array<number>(6).fill(503));
    await rig.subscribed(1);
    expect(rig.clock.monotonicMs()).toBeGreaterThan(15_000);
    for (let second = 0; second < 12; second += 1) {
      await rig.clock.advance(1_000);
      rig.publish({ 0: 10 + second });
    }
    const dropped = rig.clock.monotonicMs();
    rig.server.drop();
    await rig.until('it noticed', () => rig.connection().state === 'backing-off');
    await rig.until('a new connection', () => rig.connection().state === 'open', 10);
    expect(rig.clock.monotonicMs() - dropped).toBeLessThan(600);
  });

  it('answers pings', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    const [connection] = [...rig.server.connections];
    let pongs = 0;
    connection?.socket.on('pong', () => (pongs += 1)).ping();
    await rig.until('the pong', () => pongs === 1);
  });

  it('gives up a handshake or an authorize that hangs', async () => {
    rig = await FeedRig.start();
    rig.server.authorizeFaults.push('hang');
    rig.server.handshakeFaults.push('hang');
    rig.client.setDesired(desire(1));
    await rig.until('subscribed', () => rig.server.subscribedKeys().length === 1, 100);
    expect(rig.clock.monotonicMs()).toBeGreaterThanOrEqual(20_000);
    expect(rig.changes.filter((change) => change.reason?.includes('not open within'))).toHaveLength(2);
  });

  it('finds out a peer that is gone without a word', async () => {
    rig = await FeedRig.start();
    rig.server.segmentStatus = { NSE_FO: 3 };
    await rig.subscribed(1);
    for (const connection of rig.server.connections) connection.isDead = true;
    await rig.until('a new connection', () => rig.connection().reconnects === 1, 500);
    expect(rig.connection().lastEnd?.kind).toBe('dead-peer');
  });

  it('keeps a connection that only answers pings in a closed market, for hours', async () => {
    rig = await FeedRig.start();
    rig.server.segmentStatus = { NSE_FO: 3 };
    await rig.subscribed(1);
    await rig.clock.advance(600_000);
    expect(rig.connection()).toMatchObject({ state: 'open', silence: 'quiet', reconnects: 0 });
    expect(rig.connection().lastSignAgeMs).toBeLessThan(6_000);
    expect(rig.connection().lastFrameAgeMs).toBeGreaterThan(590_000);
  });

  it('calls silence of an open market amber, then red, then replaces the connection, ever more patiently', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    for (const connection of rig.server.connections) connection.isMute = true;
    await rig.clock.advance(4_000);
    expect(rig.client.silenceState(0)).toBe('flowing');
    await rig.clock.advance(1_500);
    expect(rig.client.silenceState(0)).toBe('amber');
    await rig.clock.advance(5_000);
    expect(rig.client.silenceState(0)).toBe('red');
    await rig.until('a new connection', () => rig.connection().reconnects === 1, 500);
    expect(rig.connection().lastEnd).toMatchObject({ kind: 'silent' });
    expect(rig.clock.monotonicMs()).toBeLessThan(18_000);
    expect(rig.client.silenceState(0)).toBe('flowing');
    await rig.clock.advance(25_000);
    expect(rig.connection()).toMatchObject({ state: 'open', silence: 'red', reconnects: 1 });
    await rig.until('one more connection', () => rig.connection().reconnects === 2, 500);
    expect(rig.client.silenceState(1)).toBe('down');
  });

  it('asks for a live message before it is impatient again', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    for (const round of [1, 2, 3]) {
      const started = rig.clock.monotonicMs();
      for (const connection of rig.server.connections) connection.isMute = true;
      await rig.until(
        'a new connection',
        () => rig.connection().reconnects === round && rig.connection().awaited === 0,
        500,
      );
      expect(rig.clock.monotonicMs() - started).toBeLessThan(18_000);
      rig.publish({ 0: 100 + round });
      await rig.until('a live message', () => rig.volumesOf(0).includes(100 + round));
    }
  });

  it('follows the market: quiet when it closes, due when it opens', async () => {
    rig = await FeedRig.start();
    await rig.subscribed(1);
    rig.server.announce({ NSE_FO: 3 });
    await rig.until('closed', () => rig.client.silenceState(0) === 'quiet');
    await rig.clock.advance(60_000);
    rig.server.announce({ NSE_FO: 2 });
    await rig.until('open', () => rig.client.silenceState(0) === 'flowing');
    await rig.clock.advance(6_000);
    expect(rig.connection()).toMatchObject({ silence: 'amber', reconnects: 0 });
  });

  it('finds a connection that went mute before the market opened, with the help of a calendar', async () => {
    let isOpen = false;
    rig = await FeedRig.start({ calendar: () => isOpen });
    rig.server.segmentStatus = { NSE_FO: 1 };
    await rig.subscribed(1);
    for (const connection of rig.server.connections) connection.isMute = true;
    await rig.clock.advance(300_000);
    rig.server.announce({ NSE_FO: 2 });
    isOpen = true;
    await rig.clock.advance(29_000);
    expect(rig.connection()).toMatchObject({ silence: 'quiet', reconnects: 0 });
    await rig.until('a new connection', () => rig.connection().reconnects === 1, 500);
    await rig.until('the status of the open market', () => rig.client.statusOf('NSE_FO') === 'NORMAL_OPEN');
    expect(rig.clock.monotonicMs()).toBeLessThan(300_000 + 30_000 + 20_000);
  });
});
