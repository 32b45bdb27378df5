/** A plain Black-76 value without rates: good to seven digits, which is plenty for a margin. Abramowitz and Stegun 26.2.17. */
export function optionValue(
  right: 'CE' | 'PE',
  forward: number,
  strike: number,
  years: number,
  volatility: number,
): number {
  const sign = right === 'CE' ? 1 : -1;
  const spread = volatility * Math.sqrt(Math.max(0, years));
  if (!(spread > 1e-9) || forward <= 0) return Math.max(0, sign * (forward - strike));
  const d1 = Math.log(forward / strike) / spread + spread / 2;
  return Math.max(0, sign * (forward * normal(sign * d1) - strike * normal(sign * (d1 - spread))));
}

/** Delta of the same option. */
export function optionDelta(
  right: 'CE' | 'PE',
  forward: number,
  strike: number,
  years: number,
  volatility: number,
): number {
  const sign = right === 'CE' ? 1 : -1;
  const spread = volatility * Math.sqrt(Math.max(0, years));
  if (!(spread > 1e-9) || forward <= 0) return sign * (forward - strike) > 0 ? sign : 0;
  return sign * normal(sign * (Math.log(forward / strike) / spread + spread / 2));
}

function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
  return x >= 0 ? 1 - upper : upper;
}
