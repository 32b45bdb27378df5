/**
 * Seeded randomness for tests: xoshiro128** seeded by splitmix32 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2018). The same seed gives the same sequence on every machine.
 */
export interface SeededRandom {
  /** What reproduces the sequence; print it when a test fails. */
  readonly seed: number;
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** One element; throws on an empty list. */
  pick<T>(values: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A new list of the same elements in random order. */
  shuffle<T>(values: readonly T[]): T[];
  /** An independent generator, so that one part of a test does not shift the draws of another. */
  fork(): SeededRandom;
}

/** A generator from a 32-bit seed. */
export function seededRandom(seed: number): SeededRandom {
  let mix = seed | 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix ^ (mix >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const uint32 = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
  const next = (): number => uint32() / 2 ** 32;
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    seed,
    next,
    integer,
    pick(values) {
      if (values.length === 0) throw new RangeError('nothing to pick from');
      return values[integer(0, values.length - 1)] as (typeof values)[number];
    },
    chance: (probability) => next() < probability,
    shuffle(values) {
      const result = [...values];
      for (let i = result.length - 1; i > 0; i -= 1) {
        const j = integer(0, i);
        [result[i], result[j]] = [result[j] as (typeof values)[number], result[i] as (typeof values)[number]];
      }
      return result;
    },
    fork: () => seededRandom(uint32() | 0),
  };
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The seed of a test run: VEGA_SEED when given, so that a failure can be repeated, otherwise `usual`. */
export function seedFromEnvironment(usual: number): number {
  const given = process.env['VEGA_SEED'];
  if (given === undefined || given === '') return usual;
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`VEGA_SEED must be an integer, not "${given}"`);
  return seed;
}

/** Runs `body` with a generator and names the seed in the message of whatever it throws. */
export async function withSeed(usual: number, body: (random: SeededRandom) => void | Promise<void>): Promise<void> {
  const seed = seedFromEnvironment(usual);
  try {
    await body(seededRandom(seed));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed} (repeat with VEGA_SEED=${seed}): ${message}`, { cause: error });
  }
}
