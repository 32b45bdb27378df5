/** Two replicas as processes of their own over a real nats-server, Redis and PostgreSQL; one is killed. */
import { jest } from '@jest/globals';
import { optionsRpc, type ChainUpdate } from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { ownerOf } from '../src/domain/rendezvous.ts';
import { BANK, EXPIRY, NIFTY } from './market-feed-stand-in.ts';
import { surroundings, type Surroundings } from './running-options.ts';

jest.setTimeout(300_000);

/** Names under which each replica keeps one of the two underlyings. */
const REPLICAS = pick();

function pick(): readonly [string, string] {
  for (let n = 1; n < 50; n += 1) {
    const pair = [`options-${n}a`, `options-${n}b`] as const;
    if (ownerOf(NIFTY, pair) === pair[0] && ownerOf(BANK, pair) === pair[1]) return pair;
  }
  throw new Error('no pair of names parts the two underlyings');
}

describe('two replicas', () => {
  const [first, second] = REPLICAS;
  let around: Surroundings;
  const of = (key: string, from = 0): ChainUpdate[] =>
    around.updates.slice(from).filter((one) => one.underlyingKey === key);
  const chain = (underlying: string) =>
    around.rpc.call(optionsRpc.getChain, { underlying, expiryDate: EXPIRY, convention: 0, immediate: false });

  beforeAll(async () => {
    around = await surroundings();
  });
  afterAll(() => around.close());

  it('share the underlyings, hand over by a claim, and move them when one dies', async () => {
    const { feed, updates } = around;
    const running = await around.launch(first);
    await eventually(() => of(NIFTY).length > 0 && of(BANK).length > 0, {
      withinMs: 60_000,
      what: 'both chains of one replica',
    });
    expect(new Set(updates.map(({ replica }) => replica))).toEqual(new Set([first]));

    // A second one comes: it takes what is its own under a greater epoch; the other goes on until it hears the claim.
    const before = of(BANK).at(-1)?.epoch ?? 0;
    await around.launch(second);
    await eventually(() => of(BANK).at(-1)?.replica === second, { withinMs: 60_000, what: 'the hand-over' });
    expect(of(BANK).at(-1)?.epoch).toBeGreaterThan(before);
    feed.move(NIFTY, 25_010);
    feed.move(BANK, 56_020);
    await eventually(
      () => of(NIFTY).at(-1)?.head?.spotPaise === 2_501_000 && of(BANK).at(-1)?.head?.spotPaise === 5_602_000,
      { withinMs: 30_000, what: 'both chains moved' },
    );
    expect([of(NIFTY).at(-1)?.replica, of(BANK).at(-1)?.replica]).toEqual([first, second]);
    // Any replica answers for both.
    for (const key of [NIFTY, BANK, NIFTY, BANK]) expect((await chain(key)).chain?.underlyingKey).toBe(key);

    const epoch = of(NIFTY).at(-1)?.epoch ?? 0;
    const from = updates.length;
    running.kill('SIGKILL');
    await running.ended;
    await eventually(() => of(NIFTY, from).some(({ replica }) => replica === second), {
      withinMs: 30_000,
      what: 'a new keeper',
    });
    const taken = of(NIFTY, from);
    expect(taken[0]).toMatchObject({ replica: second, full: true, seq: 1 });
    expect(taken[0]?.epoch).toBeGreaterThan(epoch);
    feed.move(NIFTY, 25_025);
    await eventually(() => of(NIFTY).at(-1)?.head?.spotPaise === 2_502_500, {
      withinMs: 30_000,
      what: 'the chain goes on',
    });
    expect((await chain(NIFTY)).chain?.replica).toBe(second);

    // Nobody ever saw two publishers under one epoch, nor a hole within one.
    for (const key of [NIFTY, BANK]) {
      const byEpoch = Map.groupBy(of(key), (one) => one.epoch);
      for (const [, published] of byEpoch) {
        expect(new Set(published.map(({ replica }) => replica)).size).toBe(1);
        expect(published.map(({ seq }) => seq)).toEqual(published.map((_one, n) => n + 1));
      }
    }
  });
});
