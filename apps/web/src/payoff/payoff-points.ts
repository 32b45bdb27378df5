import type { PayoffView } from '@vega/client';

/** Profit in rupees at one price of the underlying, by curve. */
export interface Point {
  spot: number;
  expiry: number | undefined;
  /** At expiry, after charges. */
  net: number | undefined;
  now: number | undefined;
  later: number | undefined;
}

/** The curves as the drawing library takes them: at the first expiry, now, and at the days asked for. */
export function toPoints({ spots, curves }: Pick<PayoffView, 'spots' | 'curves'>): Point[] {
  const expiry = curves.find((curve) => curve.at_expiry);
  const [now, later] = curves.filter((curve) => !curve.at_expiry);
  return spots.map((spot, n) => ({
    spot,
    expiry: expiry?.profit[n],
    net: expiry?.net_profit[n],
    now: now?.profit[n],
    later: later?.profit[n],
  }));
}

/** Share of the curve's height that lies above zero, from its top: where gain turns to loss. */
export function zeroShare(points: readonly Point[]): number {
  const values = points.flatMap(({ expiry }) => (expiry === undefined ? [] : [expiry]));
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  if (!(top > 0)) return 0;
  return bottom >= 0 ? 1 : top / (top - bottom);
}
