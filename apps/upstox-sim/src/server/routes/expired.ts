import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { expiredKeyOf } from '../expired-instruments.ts';
import { instrumentView } from '../instrument-catalog.ts';
import { requireInstrument } from '../instrument-keys.ts';
import { parseDate } from '../market-calendar.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import { candlesAnswer, requireRange, V2_INTERVALS } from './candles.ts';

const EXPIRED_KEY = /^[A-Z]{3}_FO\|[0-9]{1,10}\|[0-9]{2}-[0-9]{2}-[0-9]{4}$/;

/** Contracts that have expired while this simulator ran. Of the Plus plan only. */
export function expiredRoutes(context: SimContext): Route[] {
  const get = (path: string, handle: (call: UserCall) => unknown): Route => ({
    method: 'GET',
    path: `/v2/expired-instruments/${path}`,
    accepts: MARKET_TOKENS,
    handle: (call) => {
      if (context.config.plan !== 'plus') throw apiError('UDAPI1149');
      return handle(call);
    },
  });
  return [
    get('expiries', ({ query }) => {
      const underlying = requireInstrument(query.get('instrument_key'), context.catalog);
      return success(context.expired.expiries(underlying.instrument_key));
    }),
    get('option/contract', (call) => contracts(context, call, 'option')),
    get('future/contract', (call) => contracts(context, call, 'future')),
    get('historical-candle/:key/:interval/:to/:from', ({ params }) => {
      if (!EXPIRED_KEY.test(params['key'] ?? '')) throw apiError('UDAPI1021');
      const known = V2_INTERVALS[params['interval'] ?? ''];
      if (known === undefined) throw apiError('UDAPI1020');
      const { from, to } = requireRange(params['from'], params['to']);
      const row = context.expired.find(params['key'] ?? '');
      if (row === undefined) throw apiError('UDAPI100011');
      const range = from === undefined ? { to } : { from, to };
      return candlesAnswer(context.market.candles(row.instrument_key, known.unit, known.interval, range));
    }),
  ];
}

function contracts(context: SimContext, { query }: UserCall, kind: 'option' | 'future'): unknown {
  const underlying = requireInstrument(query.get('instrument_key'), context.catalog);
  const expiry = parseDate(query.get('expiry_date'));
  if (expiry === undefined) throw apiError('UDAPI1088');
  const rows = context.expired.contracts(underlying.instrument_key, expiry, kind);
  return success(rows.map((row) => ({ ...instrumentView(row), instrument_key: expiredKeyOf(row) })));
}
