import { success } from '../../server/envelope.ts';
import { MARKET_TOKENS, type Route } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';

/** What Upstox serves and this market has none of: no issue is open, no fund is held, no company reports. */
const EMPTY_LISTS = [
  '/v2/ipos',
  '/v2/mf/holdings',
  '/v2/mf/orders',
  '/v2/mf/sips',
  '/v2/news',
  '/v2/fundamentals/:isin/profile',
  '/v2/fundamentals/:isin/balance-sheet',
  '/v2/fundamentals/:isin/cash-flow',
  '/v2/fundamentals/:isin/income-statement',
  '/v2/fundamentals/:isin/key-ratios',
  '/v2/fundamentals/:isin/share-holdings',
  '/v2/fundamentals/:isin/corporate-actions',
  '/v2/fundamentals/:isin/competitors',
];

/** Endpoints that answer, truthfully, that there is nothing. */
export function unsimulatedRoutes(_context: SimContext): Route[] {
  const route = (path: string, data: unknown): Route => ({
    method: 'GET',
    path,
    accepts: MARKET_TOKENS,
    handle: () => success(data),
  });
  return [...EMPTY_LISTS.map((path) => route(path, [])), route('/v2/ipos/:id', {})];
}
