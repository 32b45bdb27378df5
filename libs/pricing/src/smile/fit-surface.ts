import { fitSvi, type SmileQuotes, type SviFit } from './fit-svi.ts';
import type { SviSlice } from './svi.ts';

/**
 * Fits every expiry of an underlying, nearest first, each above the one before it in total variance; undefined where an expiry has too
 * few quotes (the next is then held above the last that has a slice).
 */
export function fitSurface(expiries: readonly SmileQuotes[]): (SviFit | undefined)[] {
  const order = expiries.map((quotes, n) => ({ quotes, n })).sort((a, b) => a.quotes.years - b.quotes.years);
  const fits: (SviFit | undefined)[] = expiries.map(() => undefined);
  let earlier: SviSlice | undefined;
  for (const { quotes, n } of order) {
    const fit = fitSvi(quotes, earlier);
    fits[n] = fit;
    earlier = fit?.slice ?? earlier;
  }
  return fits;
}
