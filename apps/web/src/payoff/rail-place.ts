/** Where a price lies between the ends of an axis: 0 to 1, those outside at the nearer end. */
export function railPlace(price: number, from: number, to: number): number {
  return to > from ? Math.min(1, Math.max(0, (price - from) / (to - from))) : 0;
}

/** The strike of an ascending ladder that is nearest to a price; undefined where there is none. */
export function nearestStrike(ladder: readonly number[], price: number): number | undefined {
  let nearest: number | undefined;
  for (const strike of ladder) {
    if (nearest === undefined || Math.abs(strike - price) < Math.abs(nearest - price)) nearest = strike;
  }
  return nearest;
}
