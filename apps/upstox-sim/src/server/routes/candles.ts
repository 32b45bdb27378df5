import { istDate, istDateOf, type IstDate } from '@vega/kernel';
import type { CandleRow, CandleUnit } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { requireInstrument } from '../instrument-keys.ts';
import { parseDate } from '../market-calendar.ts';
import type { Call, Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

const KEY_CODES = { missing: 'UDAPI1021', malformed: 'UDAPI1021' } as const;

/** Intervals of the v2 candle endpoints, and of those for expired contracts. */
export const V2_INTERVALS: Readonly<Record<string, { readonly unit: CandleUnit; readonly interval: number }>> = {
  '1minute': { unit: 'minutes', interval: 1 },
  '30minute': { unit: 'minutes', interval: 30 },
  day: { unit: 'days', interval: 1 },
  week: { unit: 'weeks', interval: 1 },
  month: { unit: 'months', interval: 1 },
};

const INTERVAL_LIMIT: Record<CandleUnit, number> = { minutes: 300, hours: 5, days: 1, weeks: 1, months: 1 };
const INTRADAY_UNITS: readonly CandleUnit[] = ['minutes', 'hours', 'days'];

/** Historical and intraday candles, v2 and v3. */
export function candleRoutes(context: SimContext): Route[] {
  const get = (path: string, handle: (call: Call) => unknown): Route => ({
    method: 'GET',
    path,
    accepts: 'anyone',
    handle,
  });
  return [
    get('/v3/historical-candle/intraday/:key/:unit/:interval', (call) => intradayV3(context, call)),
    get('/v3/historical-candle/:key/:unit/:interval', () => {
      throw apiError('UDAPI1022:candles');
    }),
    get('/v3/historical-candle/:key/:unit/:interval/:to', (call) => historicalV3(context, call)),
    get('/v3/historical-candle/:key/:unit/:interval/:to/:from', (call) => historicalV3(context, call)),
    get('/v2/historical-candle/intraday/:key/:interval', (call) => intradayV2(context, call)),
    get('/v2/historical-candle/:key/:interval', () => {
      throw apiError('UDAPI1022:candles');
    }),
    get('/v2/historical-candle/:key/:interval/:to', (call) => historicalV2(context, call)),
    get('/v2/historical-candle/:key/:interval/:to/:from', (call) => historicalV2(context, call)),
  ];
}

function historicalV3(context: SimContext, { params }: Call): unknown {
  const row = requireInstrument(params['key'], context.catalog, KEY_CODES);
  const { unit, interval } = requireUnit(params['unit'], params['interval']);
  const { from, to } = requireRange(params['from'], params['to']);
  const earliest = earliestFrom(unit, interval, to);
  if (from !== undefined && earliest !== undefined && from < earliest) throw apiError('UDAPI1148');
  const start = from ?? earliest;
  return candlesAnswer(
    context.market.candles(row.instrument_key, unit, interval, start === undefined ? { to } : { from: start, to }),
  );
}

function intradayV3(context: SimContext, { params }: Call): unknown {
  const row = requireInstrument(params['key'], context.catalog, KEY_CODES);
  const { unit, interval } = requireUnit(params['unit'], params['interval']);
  if (!INTRADAY_UNITS.includes(unit)) throw apiError('UDAPI1146');
  return candlesAnswer(context.market.candles(row.instrument_key, unit, interval, 'intraday'));
}

function historicalV2(context: SimContext, { params }: Call): unknown {
  const row = requireInstrument(params['key'], context.catalog, KEY_CODES);
  const known = V2_INTERVALS[params['interval'] ?? ''];
  if (known === undefined) throw apiError('UDAPI1020');
  const { from, to } = requireRange(params['from'], params['to']);
  const earliest = earliestFrom(known.unit, known.interval, to);
  // The v2 endpoints know no span error: what is too old is left out.
  const start = from !== undefined && (earliest === undefined || from > earliest) ? from : earliest;
  return candlesAnswer(
    context.market.candles(
      row.instrument_key,
      known.unit,
      known.interval,
      start === undefined ? { to } : { from: start, to },
    ),
  );
}

function intradayV2(context: SimContext, { params }: Call): unknown {
  const row = requireInstrument(params['key'], context.catalog, KEY_CODES);
  const interval = params['interval'];
  const known = interval === '1minute' || interval === '30minute' ? V2_INTERVALS[interval] : undefined;
  if (known === undefined) throw apiError('UDAPI1020', { message: 'Interval accepts one of (1minute,30minute)' });
  return candlesAnswer(context.market.candles(row.instrument_key, known.unit, known.interval, 'intraday'));
}

/** The candle envelope: rows newest first. */
export function candlesAnswer(candles: readonly CandleRow[]): unknown {
  return success({ candles });
}

/** `to` and the optional `from` of a candle path, both real dates in order. */
export function requireRange(
  fromText: string | undefined,
  toText: string | undefined,
): { from: IstDate | undefined; to: IstDate } {
  const to = parseDate(toText);
  const from = fromText === undefined ? undefined : parseDate(fromText);
  if (to === undefined || (fromText !== undefined && from === undefined) || (from !== undefined && from > to)) {
    throw apiError('UDAPI1015');
  }
  return { from, to };
}

function requireUnit(
  unitText: string | undefined,
  intervalText: string | undefined,
): { unit: CandleUnit; interval: number } {
  const unit = (Object.keys(INTERVAL_LIMIT) as CandleUnit[]).find((known) => known === unitText);
  if (unit === undefined) throw apiError('UDAPI1146');
  const interval = /^[0-9]{1,3}$/.test(intervalText ?? '') ? Number(intervalText) : 0;
  if (interval < 1 || interval > INTERVAL_LIMIT[unit]) throw apiError('UDAPI1147');
  return { unit, interval };
}

/** The first date that a request ending at `to` may reach back to; undefined without limit. */
export function earliestFrom(unit: CandleUnit, interval: number, to: IstDate): IstDate | undefined {
  if (unit === 'minutes' && interval <= 15) return monthsBefore(to, 1);
  if (unit === 'minutes' || unit === 'hours') return monthsBefore(to, 3);
  return unit === 'days' ? monthsBefore(to, 120) : undefined;
}

/** The same day of the month so many months earlier, or that month's last day. */
function monthsBefore(date: IstDate, months: number): IstDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  const start = new Date(Date.UTC(year, month - 1 - months, Math.min(day, lastDay)));
  return istDate(start.toISOString().slice(0, 10));
}

/** The market's present date. */
export function marketDate(context: SimContext): IstDate {
  return istDateOf(context.market.now());
}
