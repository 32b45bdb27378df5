/** The share is taken over this many stretches in a row, and the least of them counts. */
const STRETCHES = 3;

/** Half-second samples of one stretch. */
const SAMPLES = 4;
const FEWEST_ENTRIES = 8;

/** Entries of a connection and those among them that said nothing new, since its start. */
export interface EntryTotals {
  readonly entries: number;
  readonly duplicates: number;
}

/**
 * How much of what a connection says is repetition, sampled every half second over the last six. Repetition that lasts
 * is in every stretch; the burst of equal snapshots after a reconnect is in two at most.
 */
export class RepeatShare {
  private readonly samples: EntryTotals[] = [];

  /** Takes the totals now and returns the share of repetitions; 0 while too little was said. */
  sample({ entries, duplicates }: EntryTotals): number {
    this.samples.push({ entries, duplicates });
    if (this.samples.length > STRETCHES * SAMPLES + 1) this.samples.shift();
    if (this.samples.length <= STRETCHES * SAMPLES) return 0;
    let least = 1;
    for (let at = 0; at < STRETCHES * SAMPLES; at += SAMPLES) {
      const [before, after] = [this.samples[at], this.samples[at + SAMPLES]];
      if (before !== undefined && after !== undefined) least = Math.min(least, shareBetween(before, after));
    }
    return least;
  }
}

function shareBetween(before: EntryTotals, after: EntryTotals): number {
  const entries = after.entries - before.entries;
  return entries < FEWEST_ENTRIES ? 0 : (after.duplicates - before.duplicates) / entries;
}
