/**
 * Figures of a whole chain from its rows. Open interest is in units. A chain that tells no open interest gives zero totals and no
 * ratios. References: max pain is the strike at which writers would pay out least; gamma exposure takes dealers to be long what is
 * written to them in calls and short it in puts, the usual reading of public open interest.
 */
import type { ChainRow, OiLevel, StrikeFigures } from '@vega/contracts';

/** Totals over one side. */
export interface SideTotals {
  readonly oi: number;
  /** Absent when no contract of the side tells its change. */
  readonly oiChange: number | undefined;
  readonly volume: number;
}

/** How many strikes are named as support and as resistance. */
const LEVELS = 3;

/** Totals of calls or of puts. */
export function sideTotals(rows: readonly ChainRow[], side: 'call' | 'put'): SideTotals {
  let [oi, volume] = [0, 0];
  let oiChange: number | undefined;
  for (const row of rows) {
    const one = row[side];
    oi += one?.oi ?? 0;
    volume += one?.volume ?? 0;
    if (one?.oiChange !== undefined) oiChange = (oiChange ?? 0) + one.oiChange;
  }
  return { oi, oiChange, volume };
}

/** Puts over calls; absent without calls. */
export function ratio(puts: number, calls: number): number | undefined {
  return calls > 0 ? puts / calls : undefined;
}

/** What writers would pay out in rupees if the underlying ended at each of the strikes, which ascend. */
export function painByStrike(rows: readonly ChainRow[]): Float64Array {
  const pain = new Float64Array(rows.length);
  // Calls below the price pay its distance to them: sums of OI and of OI times strike from below; puts the same from above.
  let [units, worth] = [0, 0];
  rows.forEach(({ strikePaise, call }, row) => {
    pain[row] = units * strikePaise - worth;
    units += call?.oi ?? 0;
    worth += (call?.oi ?? 0) * strikePaise;
  });
  [units, worth] = [0, 0];
  for (let row = rows.length - 1; row >= 0; row -= 1) {
    const { strikePaise, put } = rows[row] as ChainRow;
    pain[row] = (pain[row] as number) + worth - units * strikePaise;
    units += put?.oi ?? 0;
    worth += (put?.oi ?? 0) * strikePaise;
  }
  return pain.map((paise) => paise / 100);
}

/** The strike at which writers would pay out least, the lowest of several; absent without open interest. */
export function maxPainStrike(rows: readonly ChainRow[], pain: Float64Array): number | undefined {
  if (!rows.some(({ call, put }) => (call?.oi ?? 0) + (put?.oi ?? 0) > 0)) return undefined;
  let best = 0;
  for (let row = 1; row < rows.length; row += 1) if ((pain[row] as number) < (pain[best] as number)) best = row;
  return rows[best]?.strikePaise;
}

/** Rupees of delta per per cent of the underlying of one strike; absent where neither side has a gamma. */
export function gammaExposureOf({ call, put }: ChainRow, underlying: number): number | undefined {
  const calls = call?.greeks === undefined ? undefined : call.greeks.gamma * (call.oi ?? 0);
  const puts = put?.greeks === undefined ? undefined : put.greeks.gamma * (put.oi ?? 0);
  if (calls === undefined && puts === undefined) return undefined;
  return ((calls ?? 0) - (puts ?? 0)) * underlying * underlying * 0.01;
}

/** Gamma exposure of the chain; absent when no strike has one. */
export function gammaExposure(rows: readonly ChainRow[], underlying: number): number | undefined {
  let sum: number | undefined;
  for (const row of rows) {
    const one = gammaExposureOf(row, underlying);
    if (one !== undefined) sum = (sum ?? 0) + one;
  }
  return sum;
}

/** The strikes with the most open interest: puts at or below the price support, calls at or above it resist. Largest first. */
export function oiLevels(rows: readonly ChainRow[], side: 'call' | 'put', pricePaise: number): OiLevel[] {
  return rows
    .filter(({ strikePaise }) => (side === 'put' ? strikePaise <= pricePaise : strikePaise >= pricePaise))
    .flatMap((row) => {
      const { oi = 0, oiChange } = row[side] ?? {};
      return oi > 0 ? [{ strikePaise: row.strikePaise, oi, oiChange }] : [];
    })
    .sort((a, b) => b.oi - a.oi || Math.abs(a.strikePaise - pricePaise) - Math.abs(b.strikePaise - pricePaise))
    .slice(0, LEVELS);
}

/** Each strike for itself. */
export function strikeFigures(rows: readonly ChainRow[], underlying: number): StrikeFigures[] {
  const pain = painByStrike(rows);
  return rows.map((row, n) => ({
    strikePaise: row.strikePaise,
    callOi: row.call?.oi,
    putOi: row.put?.oi,
    callOiChange: row.call?.oiChange,
    putOiChange: row.put?.oiChange,
    painRupees: pain[n] as number,
    gammaExposureRupees: underlying > 0 ? gammaExposureOf(row, underlying) : undefined,
  }));
}
