import { Instrument, TickMode, type Interest } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import { createLogger } from '@vega/platform';
import { FakeClock } from '@vega/testkit';
import { NORMAL_FEED_LIMITS, planShards, type FeedLimits, type FeedMode, type Placement } from '@vega/upstox/market';
import { MemoryDirectory } from '../../test/memory-directory.ts';
import { LEASE_MS } from '../domain/interest-book.ts';
import { InterestKeeper } from './interest-keeper.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
const option = (n: number): Instrument =>
  Instrument.create({ instrumentKey: `NSE_FO|${n}`, segment: 'NSE_FO', instrumentType: 'CE', underlyingKey: NIFTY });
const INDEX = Instrument.create({
  instrumentKey: NIFTY,
  segment: 'NSE_INDEX',
  instrumentType: 'INDEX',
  tradingSymbol: 'NIFTY',
});
const SMALL: FeedLimits = {
  ...NORMAL_FEED_LIMITS,
  connections: 1,
  modes: {
    ...NORMAL_FEED_LIMITS.modes,
    ltpc: { alone: 4, mixed: 2 },
    option_greeks: { alone: 4, mixed: 2 },
    full: { alone: 3, mixed: 2 },
  },
  fullMixed: 2,
};

function setUp(limits: FeedLimits = NORMAL_FEED_LIMITS) {
  const clock = new FakeClock();
  const directory = new MemoryDirectory('2026-11-23', [INDEX, ...Array.from({ length: 600 }, (_, n) => option(n))]);
  let placed: ReadonlyMap<InstrumentKey, Placement> = new Map();
  const keeper = new InterestKeeper({
    feed: {
      setDesired(desired: ReadonlyMap<InstrumentKey, FeedMode>) {
        const kept = new Map([...placed].filter(([key]) => desired.has(key)));
        const plan = planShards(desired, kept, limits);
        placed = plan.placements;
        return { assigned: placed.size, refused: plan.refused };
      },
    },
    directory,
    circuits: { want: () => undefined },
    limits,
    underlyings: [],
    clock,
    logger: createLogger({ service: 'spec', replica: 'a', level: 'silent' }),
  });
  keeper.start();
  const renew = (holder: string, ...interests: (readonly [number | string, TickMode])[]) =>
    keeper.renew({
      holder,
      interests: interests.map(([n, mode]): Interest => ({
        instrumentKey: typeof n === 'string' ? n : `NSE_FO|${n}`,
        mode,
      })),
    });
  const carried = (): Record<string, FeedMode> =>
    Object.fromEntries([...placed].map(([key, { mode }]) => [key, mode]).sort());
  return { clock, directory, keeper, renew, carried };
}

describe('interest keeper', () => {
  it("streams the platform's own, what holders lease in the heaviest mode, and no longer than the lease", async () => {
    const { clock, renew, carried, keeper } = setUp();
    expect(carried()).toEqual({ [NIFTY]: 'full' });
    renew('gateway-1', [1, TickMode.LTPC], [2, TickMode.GREEKS]);
    renew('gateway-2', [2, TickMode.FULL]);
    expect(carried()).toEqual({ 'NSE_FO|1': 'ltpc', 'NSE_FO|2': 'full', [NIFTY]: 'full' });
    await clock.advance(LEASE_MS - 5_000);
    expect(renew('gateway-1', [1, TickMode.LTPC])).toEqual({ expiresAtMs: clock.wallNow() + LEASE_MS, refused: [] });
    await clock.advance(6_000);
    expect(carried()).toEqual({ 'NSE_FO|1': 'ltpc', [NIFTY]: 'full' });
    renew('gateway-1');
    expect(carried()).toEqual({ [NIFTY]: 'full' });
    keeper.stop();
  });

  it('names what it refuses, and why, and streams the rest', () => {
    const { renew, carried } = setUp();
    const { refused } = renew(
      'a',
      [1, TickMode.FULL],
      ['NSE_FO|999', TickMode.FULL],
      ['MCX_FO|1', TickMode.FULL],
      ['junk', TickMode.LTPC],
    );
    expect(refused).toEqual([
      { instrumentKey: 'NSE_FO|999', code: 'UNKNOWN_INSTRUMENT' },
      { instrumentKey: 'MCX_FO|1', code: 'SEGMENT_UNSUPPORTED' },
      { instrumentKey: 'junk', code: 'UNKNOWN_INSTRUMENT' },
    ]);
    expect(carried()).toHaveProperty(['NSE_FO|1'], 'full');
  });

  it.each([
    ['a nameless holder', '', TickMode.FULL],
    ['a holder with a space', 'a b', TickMode.FULL],
    ['an interest without a mode', 'a', TickMode.UNSPECIFIED],
  ])('refuses %s', (_name, holder, mode) => {
    const { renew } = setUp();
    expect(() => renew(holder, [1, mode])).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('goes to lighter modes, then refuses, when the broker has no room; the indices never give way', () => {
    const { renew, carried, keeper } = setUp(SMALL);
    expect(renew('a', [0, TickMode.FULL], [1, TickMode.FULL]).refused).toEqual([]);
    expect(Object.values(carried())).toEqual(['full', 'full', 'full']);
    expect(renew('b', [2, TickMode.FULL], [3, TickMode.FULL], [4, TickMode.FULL]).refused).toEqual([]);
    expect(keeper.counts()).toMatchObject({ wanted: 6, refused: 0, lightened: 4 });
    expect(carried()[NIFTY]).toBe('full');
    expect(renew('c', [5, TickMode.FULL], [6, TickMode.FULL]).refused).toEqual([
      { instrumentKey: 'NSE_FO|5', code: 'SUBSCRIPTION_LIMIT' },
      { instrumentKey: 'NSE_FO|6', code: 'SUBSCRIPTION_LIMIT' },
    ]);
    renew('b');
    expect(keeper.counts()).toMatchObject({ refused: 0 });
    expect(Object.keys(carried())).toContain('NSE_FO|6');
  });

  it('leases what is touched, and says what has a place', async () => {
    const { clock, keeper, carried } = setUp(SMALL);
    const keys = [0, 1, 2, 3, 4, 5, 6].map((n) => instrumentKey(`NSE_FO|${n}`));
    expect([...keeper.touch(keys)]).toEqual(keys.slice(0, 5));
    await clock.advance(LEASE_MS + 1_000);
    expect(carried()).toEqual({ [NIFTY]: 'full' });
  });
});
