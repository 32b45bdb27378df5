import { addDays, istDateOf, istInstant, type IstDate } from '@vega/kernel';
import type { MasterRow } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { Breather } from '../breather.ts';
import { apiError } from '../error-codes.ts';
import { parseDate } from '../market-calendar.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import { marketDate } from './candles.ts';

const CASH = 'NSE_EQ|CASH';
const FII_TYPES = [
  'NSE_FO|INDEX_FUTURES',
  'NSE_FO|STOCK_FUTURES',
  'NSE_FO|INDEX_OPTIONS',
  'NSE_FO|STOCK_OPTIONS',
  CASH,
] as const;
const MAX_DAYS = 30;
const MAX_MONTHS = 12;
const CRORE = 10_000_000;
/** Instruments looked at per data type: enough to follow the market without reading whole chains. */
const SAMPLE = 60;

/** Turnover and open interest of one day. */
interface Activity {
  turnover: number;
  contracts: number;
  oiContracts: number;
  oiAmount: number;
  /** Turnover-weighted sign of the day's moves, -1 to 1. */
  drift: number;
}

/**
 * Institutional activity. The simulated market has no investor classes: a fixed share of the day's turnover is shown
 * as institutional, tilted by the day's direction (foreign with it, domestic against it).
 */
export function institutionalRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/market/fii',
      accepts: MARKET_TOKENS,
      handle: (call) => activity(context, call, FII_TYPES, { share: 0.18, tilt: 0.12 }),
    },
    {
      method: 'GET',
      path: '/v2/market/dii',
      accepts: MARKET_TOKENS,
      handle: (call) => activity(context, call, [CASH], { share: 0.14, tilt: -0.1 }),
    },
  ];
}

interface Behaviour {
  readonly share: number;
  readonly tilt: number;
}

async function activity(
  context: SimContext,
  { query }: UserCall,
  types: readonly string[],
  behaviour: Behaviour,
): Promise<unknown> {
  const asked = query.getAll('data_type').join(',').split(',').filter(Boolean);
  if (asked.length === 0 || asked.some((type) => !types.includes(type))) throw apiError('UDAPI1198');
  const interval = query.get('interval');
  if (interval !== '1D' && interval !== '1M') throw apiError('UDAPI1199');
  const fromText = query.get('from');
  const from = fromText === null || fromText === '' ? undefined : parseDate(fromText);
  if (fromText && from === undefined) throw apiError('UDAPI1200');
  const data: Record<string, unknown> = {};
  for (const type of new Set(asked)) data[type] = await records(context, type, interval, from, behaviour);
  return success(data);
}

async function records(
  context: SimContext,
  type: string,
  interval: '1D' | '1M',
  from: IstDate | undefined,
  behaviour: Behaviour,
): Promise<unknown[]> {
  const today = marketDate(context);
  const start = from ?? addDays(today, interval === '1D' ? -45 : -366);
  const periods = new Map<string, Activity>();
  const breather = new Breather();
  for (const row of sampleOf(context, type)) {
    await breather.pause();
    const candles = context.market.candles(row.instrument_key, 'days', 1, { from: start, to: today });
    for (const [time, open, , , close, volume, oi] of candles) {
      const date = istDateOf(Date.parse(time));
      const period = interval === '1D' ? date : `${date.slice(0, 7)}-01`;
      const sum = periods.get(period) ?? { turnover: 0, contracts: 0, oiContracts: 0, oiAmount: 0, drift: 0 };
      const value = volume * close;
      const lot = row.lot_size ?? 1;
      sum.turnover += value;
      sum.contracts += volume / lot;
      sum.oiContracts += oi / lot;
      sum.oiAmount += oi * close;
      sum.drift += value * Math.sign(close - open);
      periods.set(period, sum);
    }
  }
  const newestFirst = [...periods].sort(([a], [b]) => (a < b ? 1 : -1));
  const limit = interval === '1D' ? MAX_DAYS : MAX_MONTHS;
  // With a start the oldest are asked for, without one the newest.
  const kept = from === undefined ? newestFirst.slice(0, limit) : newestFirst.slice(-limit);
  return kept.map(([period, sum]) => recordOf(period as IstDate, type, sum, behaviour));
}

function sampleOf(context: SimContext, type: string): readonly MasterRow[] {
  const wanted = (row: MasterRow): boolean => {
    if (type === CASH) return row.segment === 'NSE_EQ';
    const future = row.instrument_type === 'FUT';
    const ofIndex = row.underlying_type === 'INDEX';
    return row.segment === 'NSE_FO' && type.endsWith('FUTURES') === future && type.includes('INDEX') === ofIndex;
  };
  const rows = context.catalog.rows().filter(wanted);
  const stride = Math.max(1, Math.ceil(rows.length / SAMPLE));
  return rows.filter((_, at) => at % stride === 0);
}

function recordOf(period: IstDate, type: string, sum: Activity, { share, tilt }: Behaviour): Record<string, number> {
  const lean = sum.turnover === 0 ? 0 : (sum.drift / sum.turnover) * tilt;
  const derivative = type !== CASH;
  const options = type.endsWith('OPTIONS');
  const held = derivative ? Math.round(sum.oiContracts * share) : 0;
  const long = Math.round(held * (0.5 + lean / 2));
  const quarter = (part: number): number => (options ? Math.round(held * part) : 0);
  const traded = derivative ? sum.contracts * share : 0;
  return {
    time_stamp: istInstant(period),
    buy_amount: crores(sum.turnover * share * (1 + lean)),
    sell_amount: crores(sum.turnover * share * (1 - lean)),
    buy_contracts: Math.round(traded * (1 + lean)),
    sell_contracts: Math.round(traded * (1 - lean)),
    oi_contracts: held,
    oi_amount: derivative ? crores(sum.oiAmount * share) : 0,
    total_long_contracts: options ? 0 : long,
    total_short_contracts: options ? 0 : held - long,
    total_call_long_contracts: quarter(0.22 + lean / 4),
    total_put_long_contracts: quarter(0.28 - lean / 4),
    total_call_short_contracts: quarter(0.28 - lean / 4),
    total_put_short_contracts: quarter(0.22 + lean / 4),
  };
}

function crores(rupees: number): number {
  return Math.round((rupees / CRORE) * 100) / 100;
}
