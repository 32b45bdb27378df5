/** Bounds of the histogram: up to this age, ms, and its words. */
export const AGE_BUCKETS: readonly { words: string; upToMs: number }[] = [
  { words: 'up to 1 s', upToMs: 1_000 },
  { words: '1 to 5 s', upToMs: 5_000 },
  { words: '5 to 60 s', upToMs: 60_000 },
  { words: '1 to 15 min', upToMs: 900_000 },
  { words: 'older', upToMs: Number.POSITIVE_INFINITY },
];

/** How many ages (ms; undefined = nothing seen) fall into each bucket, and how many are unknown. */
export function countAges(ages: readonly (number | undefined)[]): { counts: number[]; unseen: number } {
  const counts = AGE_BUCKETS.map(() => 0);
  let unseen = 0;
  for (const age of ages) {
    if (age === undefined) unseen += 1;
    else {
      const at = AGE_BUCKETS.findIndex(({ upToMs }) => age <= upToMs);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return { counts, unseen };
}
