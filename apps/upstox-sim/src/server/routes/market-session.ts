import { istDateOf } from '@vega/kernel';
import { EXCHANGES, parseDate } from '../market-calendar.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { MARKET_TOKENS, type Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

const SEGMENT_OF: Readonly<Record<string, string>> = { NSE: 'NSE_EQ', NFO: 'NSE_FO', BSE: 'BSE_EQ', BFO: 'BSE_FO' };

/** Market status, holidays and timings. */
export function marketSessionRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/market/status/:exchange',
      accepts: MARKET_TOKENS,
      handle: ({ params }) => success(marketStatus(context, params['exchange'] ?? '')),
    },
    {
      method: 'GET',
      path: '/v2/market/holidays',
      accepts: 'anyone',
      handle: () => success(context.calendar.holidays(istDateOf(context.market.now()).slice(0, 4))),
    },
    {
      method: 'GET',
      path: '/v2/market/holidays/:date',
      accepts: 'anyone',
      handle: ({ params }) => {
        const date = parseDate(params['date']);
        if (date === undefined) throw apiError('UDAPI1088');
        const row = context.calendar.holiday(date);
        return success(row === undefined ? [] : [row]);
      },
    },
    {
      method: 'GET',
      path: '/v2/market/timings/:date',
      accepts: 'anyone',
      handle: ({ params }) => {
        const date = parseDate(params['date']);
        if (date === undefined) throw apiError('UDAPI1088');
        return success(context.calendar.hours(date));
      },
    },
  ];
}

function marketStatus(context: SimContext, exchange: string): Record<string, unknown> {
  if (!EXCHANGES.some((known) => known === exchange)) throw apiError('UDAPI1089');
  const segment = SEGMENT_OF[exchange];
  const state = segment === undefined ? undefined : context.market.segmentStatus().get(segment);
  // An exchange that the simulated market does not trade never opens.
  if (state === undefined) return { exchange, status: 'NORMAL_CLOSE', last_updated: context.market.now() };
  const answer = { exchange, status: state.status, last_updated: state.updated };
  if (segment === undefined || !context.catalog.auctionSegments().includes(segment)) return answer;
  return { ...answer, cas_eligible_status: { status: state.status, last_updated: state.updated } };
}
