import { hashOf, SeededRandom } from './seeded-random.ts';

describe('SeededRandom', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const draw = (seed: string | number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 50 }, () => random.uint32());
    };
    expect(draw('a')).toEqual(draw('a'));
    expect(draw(1)).toEqual(draw('1'));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('continues a saved stream exactly', () => {
    const random = new SeededRandom(7);
    random.uint32();
    const saved = random.state();
    const expected = Array.from({ length: 20 }, () => random.unit());
    const other = new SeededRandom('something else');
    other.restore(saved);
    expect(Array.from({ length: 20 }, () => other.unit())).toEqual(expected);
  });

  it('draws uniform and normal numbers of the right mean and spread', () => {
    const random = new SeededRandom(3);
    const count = 40_000;
    let uniform = 0;
    let normal = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      uniform += random.unit();
      const x = random.normal();
      normal += x;
      squares += x * x;
    }
    expect(uniform / count).toBeCloseTo(0.5, 2);
    expect(Math.abs(normal / count)).toBeLessThan(0.02);
    expect(squares / count).toBeGreaterThan(0.97);
    expect(squares / count).toBeLessThan(1.03);
  });

  it('draws every integer below a bound and no other', () => {
    const random = new SeededRandom(5);
    const drawn = new Set(Array.from({ length: 500 }, () => random.below(6)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('hashOf', () => {
  it('tells parts apart by content and by boundary', () => {
    const hashes = [hashOf('ab', 'c'), hashOf('a', 'bc'), hashOf('abc'), hashOf('abd'), hashOf('c', 'ab')];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashOf('ab', 3)).toBe(hashOf('ab', '3'));
  });
});
