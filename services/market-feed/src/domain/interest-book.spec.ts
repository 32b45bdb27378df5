import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import type { FeedMode } from '@vega/upstox/market';
import fc from 'fast-check';
import { InterestBook, LEASE_MS, MAX_HOLDERS, MAX_TOUCHED } from './interest-book.ts';

const key = (n: number): InstrumentKey => instrumentKey(`NSE_FO|${n}`);
const MODES: readonly FeedMode[] = ['ltpc', 'option_greeks', 'full', 'full_d30'];

const command = fc.oneof(
  fc.record({
    kind: fc.constant('renew' as const),
    holder: fc.constantFrom('a', 'b', 'c'),
    interests: fc.array(fc.tuple(fc.nat(4), fc.constantFrom(...MODES)), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('touch' as const), n: fc.nat(4), mode: fc.constantFrom(...MODES) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }),
);

describe('interest book', () => {
  it('equals a naive book over random renewals, touches and waits', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const book = new InterestBook();
        let now = 0;
        const naive: { holder: string; wants: Map<string, FeedMode>; endsAt: number }[] = [];
        const replace = (holder: string, wants: Map<string, FeedMode>): void => {
          const at = naive.findIndex((lease) => lease.holder === holder);
          if (at >= 0) naive.splice(at, 1);
          naive.push({ holder, wants, endsAt: now + LEASE_MS });
        };
        for (const step of commands) {
          if (step.kind === 'wait') now += step.ms;
          book.expire(now);
          for (const lease of naive.filter(({ endsAt }) => endsAt <= now)) naive.splice(naive.indexOf(lease), 1);
          if (step.kind === 'renew') {
            const wants = new Map(step.interests.map(([n, mode]) => [key(n), mode]));
            book.renew(step.holder, wants, now);
            replace(step.holder, wants);
          } else if (step.kind === 'touch') {
            book.touch(key(step.n), step.mode, now);
            const before = naive.find(({ holder }) => holder === `touch ${step.n}`)?.wants.get(key(step.n));
            const mode = MODES[Math.max(MODES.indexOf(step.mode), before ? MODES.indexOf(before) : 0)] ?? step.mode;
            replace(`touch ${step.n}`, new Map([[key(step.n), mode]]));
          }
          const expected = new Map<string, number>();
          for (const { wants } of naive) {
            for (const [k, mode] of wants) expected.set(k, Math.max(expected.get(k) ?? 0, MODES.indexOf(mode)));
          }
          const actual = new Map([...book.wanted()].map(([k, mode]) => [k as string, MODES.indexOf(mode)]));
          expect(new Map([...actual].sort())).toEqual(new Map([...expected].sort()));
        }
      }),
    );
  });

  it('is the same object until something changes, and renewing the same changes nothing', () => {
    const book = new InterestBook();
    book.renew('a', new Map([[key(1), 'full']]), 0);
    const wanted = book.wanted();
    book.renew('a', new Map([[key(1), 'full']]), 10_000);
    expect(book.wanted()).toBe(wanted);
    expect(book.expire(10_000 + LEASE_MS - 1)).toBe(false);
    expect(book.expire(10_000 + LEASE_MS)).toBe(true);
    expect(book.wanted().size).toBe(0);
  });

  it('is bounded in holders and touched instruments', () => {
    const book = new InterestBook();
    for (let n = 0; n < MAX_HOLDERS; n += 1) expect(book.renew(`h${n}`, new Map([[key(1), 'ltpc']]), 0)).toBe(true);
    expect(book.renew('one more', new Map([[key(1), 'ltpc']]), 0)).toBe(false);
    expect(book.renew('h0', new Map([[key(2), 'full']]), 0)).toBe(true);
    for (let n = 0; n < MAX_TOUCHED; n += 1) expect(book.touch(key(n), 'full', 0)).toBe(true);
    expect(book.touch(key(MAX_TOUCHED), 'full', 0)).toBe(false);
    expect(book.touch(key(0), 'full', 0)).toBe(true);
  });
});
