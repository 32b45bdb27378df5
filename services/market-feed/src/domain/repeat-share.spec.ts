import { RepeatShare } from './repeat-share.ts';

const run = (share: RepeatShare, steps: readonly (readonly [entries: number, duplicates: number])[]): number[] => {
  let entries = 0;
  let duplicates = 0;
  return steps.map(([more, repeated]) => {
    entries += more;
    duplicates += repeated;
    return share.sample({ entries, duplicates });
  });
};
const lasting = (count: number, entries: number, duplicates: number): [number, number][] =>
  Array.from({ length: count }, () => [entries, duplicates]);

describe('repeat share', () => {
  it('is what lasts: everything said twice is a half', () =>
    expect(run(new RepeatShare(), lasting(14, 100, 50)).at(-1)).toBeCloseTo(0.5));

  it('is small in a usual market', () => expect(run(new RepeatShare(), lasting(14, 100, 7)).at(-1)).toBeCloseTo(0.07));

  it('is not raised by the burst of equal snapshots after a reconnect', () => {
    const shares = run(new RepeatShare(), [
      ...lasting(20, 100, 5),
      [5_000, 4_900],
      [5_000, 4_900],
      ...lasting(20, 100, 5),
    ]);
    expect(Math.max(...shares)).toBeLessThan(0.1);
  });

  it('is nothing while too little was said', () => expect(run(new RepeatShare(), lasting(20, 1, 1)).at(-1)).toBe(0));

  it('falls again when it is over', () => {
    const shares = run(new RepeatShare(), [...lasting(14, 100, 60), ...lasting(14, 100, 5)]);
    expect(shares[13]).toBeCloseTo(0.6);
    expect(shares.at(-1)).toBeCloseTo(0.05);
  });
});
