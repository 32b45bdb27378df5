/**
 * Seeded randomness of the simulator. `SeededRandom` is sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state that
 * can be saved and restored; `hashOf` gives independent seeds from names, so that what is asked for in any order (the
 * history of a date, the size of a level) does not depend on what was asked for before.
 */
const { PI, cos, floor, imul, log, sqrt } = Math;

/** A 32-bit hash (FNV-1a over the text, finished by murmur3's mixer) of the parts. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = imul(hash ^ 0x7c, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The four words of a generator's state. */
export type RandomState = readonly [number, number, number, number];

/** A reproducible stream of random numbers. */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  constructor(seed: string | number) {
    this.a = hashOf(seed, 'a') | 0;
    this.b = hashOf(seed, 'b') | 0;
    this.c = hashOf(seed, 'c') | 0;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** The next 32 random bits as an integer from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.uint32() / 4294967296;
  }

  /** An integer from 0 to `bound - 1`. */
  below(bound: number): number {
    return floor(this.unit() * bound);
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = sqrt(-2 * log(1 - this.unit()));
    return radius * cos(2 * PI * this.unit());
  }

  /** What {@link restore} needs to continue this stream exactly. */
  state(): RandomState {
    return [this.a, this.b, this.c, this.d];
  }

  /** Continues a saved stream. */
  restore(state: RandomState): void {
    [this.a, this.b, this.c, this.d] = state;
  }
}
