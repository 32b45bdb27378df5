const WORD_BITS = 32;

/**
 * A set of small whole numbers that tells the place of each among the others. One bit for each number up to the largest: of a
 * minute in which most of nine thousand instruments traded a tenth of what a list takes, and hundreds of minutes are kept.
 */
export class SlotSet {
  private readonly words: Uint32Array;

  /** The numbers, ascending, each once. */
  constructor(slots: ArrayLike<number>) {
    const most = slots.length === 0 ? -1 : (slots[slots.length - 1] ?? 0);
    this.words = new Uint32Array(Math.floor(most / WORD_BITS) + 1);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      const word = Math.floor(slot / WORD_BITS);
      this.words[word] = (this.words[word] ?? 0) | (1 << (slot % WORD_BITS));
    }
  }

  /** How many smaller numbers there are; -1 for one that is not in the set. */
  rankOf(slot: number): number {
    const last = Math.floor(slot / WORD_BITS);
    const word = this.words[last] ?? 0;
    const bit = slot % WORD_BITS;
    if (((word >>> bit) & 1) === 0) return -1;
    // Shifted in two steps: a shift by all 32 bits is none.
    let rank = onesIn((word << (WORD_BITS - 1 - bit)) << 1);
    for (let i = 0; i < last; i++) rank += onesIn(this.words[i] ?? 0);
    return rank;
  }
}

/** Set bits of a 32-bit word, by adding neighbours (Warren, "Hacker's Delight", 5-1). */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
