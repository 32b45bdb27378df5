import { seededRandom, withSeed } from './seeded-random.ts';

describe('seededRandom', () => {
  it('repeats itself by seed and differs between seeds', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is uniform: mean, variance and every value of a die', () => {
    const random = seededRandom(1);
    const draws = Array.from({ length: 60_000 }, () => random.next());
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    const faces = new Map<number, number>();
    for (let i = 0; i < 60_000; i += 1) {
      const face = random.integer(1, 6);
      faces.set(face, (faces.get(face) ?? 0) + 1);
    }
    expect([...faces.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of faces.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('shuffles without losing anything and forks independently', () => {
    const random = seededRandom(3);
    const shuffled = random.shuffle([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(random.fork().next()).not.toBe(random.fork().next());
  });
});

describe('withSeed', () => {
  it('names the seed of a failure', async () => {
    const failing = withSeed(42, () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('seed 42 (repeat with VEGA_SEED=42): broken');
  });
});
