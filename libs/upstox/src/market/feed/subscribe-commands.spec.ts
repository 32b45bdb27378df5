import { type InstrumentKey, instrumentKey } from '@vega/kernel';
import fc from 'fast-check';
import { type FeedLimits, ModeCounts } from './feed-limits.ts';
import { FEED_MODES, type FeedMode } from './feed-mode.ts';
import { commandsBetween, encodeCommand, type FeedCommand } from './subscribe-commands.ts';

const keyOf = (token: number): InstrumentKey => instrumentKey(`NSE_FO|${token}`);
const LIMITS: FeedLimits = {
  connections: 1,
  modes: {
    ltpc: { alone: 8, mixed: 4 },
    option_greeks: { alone: 6, mixed: 4 },
    full: { alone: 5, mixed: 3 },
    full_d30: { alone: 2, mixed: 2 },
  },
  fullMixed: 3,
};

/** What a server would do: one instrument after the other, refusing none but watching its limits. */
function apply(subscribed: Map<InstrumentKey, FeedMode>, commands: readonly FeedCommand[]): void {
  for (const { method, mode, keys } of commands) {
    for (const key of keys) {
      expect(subscribed.has(key)).toBe(method !== 'sub');
      if (method === 'unsub') subscribed.delete(key);
      else subscribed.set(key, mode as FeedMode);
      const counts = new ModeCounts();
      for (const each of subscribed.values()) counts.add(each);
      expect(counts.fits(LIMITS)).toBe(true);
    }
  }
}

describe('commandsBetween', () => {
  it('names removals, changes and additions, at most five hundred instruments a message', () => {
    const wide: FeedLimits = { ...LIMITS, modes: { ...LIMITS.modes, ltpc: { alone: 5_000, mixed: 2_000 } } };
    const from = new Map<InstrumentKey, FeedMode>([
      [keyOf(1), 'ltpc'],
      [keyOf(2), 'ltpc'],
      [keyOf(3), 'full'],
    ]);
    const to = new Map<InstrumentKey, FeedMode>([
      [keyOf(2), 'full'],
      [keyOf(3), 'full'],
    ]);
    expect(commandsBetween(from, to, wide)).toEqual([
      { method: 'unsub', keys: [keyOf(1)] },
      { method: 'change_mode', mode: 'full', keys: [keyOf(2)] },
    ]);
    const many = new Map(Array.from({ length: 1_201 }, (_, token) => [keyOf(token), 'ltpc' as const]));
    expect(commandsBetween(new Map(), many, wide).map(({ method, keys }) => [method, keys.length])).toEqual([
      ['sub', 500],
      ['sub', 500],
      ['sub', 201],
    ]);
    expect(commandsBetween(many, many, wide)).toEqual([]);
  });

  it('turns a change that has no room in between into a removal and an addition', () => {
    const from = new Map<InstrumentKey, FeedMode>();
    for (let at = 0; at < 3; at += 1) from.set(keyOf(at), 'full');
    for (let at = 3; at < 7; at += 1) from.set(keyOf(at), 'ltpc');
    const to = new Map(from).set(keyOf(0), 'ltpc').set(keyOf(3), 'full');
    const commands = commandsBetween(from, to, LIMITS);
    expect(commands.map((command) => command.method)).toEqual(['unsub', 'sub', 'sub']);
    const state = new Map(from);
    apply(state, commands);
    expect(state).toEqual(to);
  });

  it('ends where it should and never passes the limits on the way', () => {
    const load = fc
      .array(fc.tuple(fc.nat(12), fc.constantFrom(...FEED_MODES)), { maxLength: 14 })
      .map((entries) => new Map(entries.map(([token, mode]) => [keyOf(token), mode])))
      .filter((entries) => {
        const counts = new ModeCounts();
        for (const mode of entries.values()) counts.add(mode);
        return counts.fits(LIMITS);
      });
    fc.assert(
      fc.property(load, load, (from, to) => {
        const state = new Map(from);
        apply(state, commandsBetween(from, to, LIMITS));
        expect(state).toEqual(to);
      }),
      { numRuns: 500 },
    );
  });
});

describe('encodeCommand', () => {
  it('writes the message the feed expects', () => {
    const sent = JSON.parse(
      Buffer.from(encodeCommand({ method: 'sub', mode: 'full', keys: [keyOf(1)] }, Math.random)).toString(),
    ) as object;
    expect(sent).toEqual({
      guid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) as string,
      method: 'sub',
      data: { mode: 'full', instrumentKeys: ['NSE_FO|1'] },
    });
    const unsub = JSON.parse(
      Buffer.from(encodeCommand({ method: 'unsub', keys: [keyOf(1)] }, Math.random)).toString(),
    ) as { data: object };
    expect(unsub.data).toEqual({ instrumentKeys: ['NSE_FO|1'] });
  });
});
