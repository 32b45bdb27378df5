import { addDays, istDateOf, istTimeOfDayMs, MINUTE_MS, type IstDate } from '@vega/kernel';
import type { CandleRow, MasterRow } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { Breather } from '../breather.ts';
import { apiError } from '../error-codes.ts';
import { parseExpiry, resolveExpiry } from '../expiry-keywords.ts';
import type { StrikePair } from '../instrument-catalog.ts';
import { requireInstrument } from '../instrument-keys.ts';
import { parseDate } from '../market-calendar.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import { maxPain, putCallRatio, type StrikeOi } from '../open-interest.ts';
import { PastDays } from '../past-days.ts';
import { marketDate } from './candles.ts';

const MAX_CHANGE_DAYS = 30;
const MARKET_OPEN_MINUTE = 9 * 60 + 15;

/** Open interest of a chain, its change, the put-call ratio and max pain, all out of the market's own candles. */
export function openInterestRoutes(context: SimContext): Route[] {
  const past = new PastDays(context.market);
  const get = (path: string, handle: (call: UserCall) => unknown): Route => ({
    method: 'GET',
    path: `/v2/market/${path}`,
    accepts: MARKET_TOKENS,
    handle,
  });
  return [
    get('oi', (call) => openInterest(context, past, call)),
    get('change-oi', (call) => changeInOpenInterest(context, past, call)),
    get('pcr', (call) => insights(context, past, call, 'pcr', putCallRatio)),
    get('max-pain', (call) => insights(context, past, call, 'max_pain', maxPain)),
  ];
}

/** What all four endpoints ask about. */
interface Question {
  readonly underlying: MasterRow;
  readonly expiry: IstDate;
  readonly date: IstDate;
  readonly pairs: readonly StrikePair[];
}

function requireQuestion(context: SimContext, query: URLSearchParams): Question {
  const underlying = requireInstrument(query.get('instrument_key'), context.catalog);
  const asked = parseExpiry(query.get('expiry'));
  if (asked === undefined) throw apiError('UDAPI1202');
  const date = parseDate(query.get('date'));
  if (date === undefined) throw apiError('UDAPI1203');
  const key = underlying.instrument_key;
  const expiry = resolveExpiry(asked, context.catalog.expiries(key)) ?? parseDate(query.get('expiry'));
  if (expiry === undefined) throw apiError('UDAPI1202');
  return { underlying, expiry, date, pairs: context.catalog.chain(key, expiry) };
}

async function openInterest(context: SimContext, past: PastDays, { query }: UserCall): Promise<unknown> {
  const question = requireQuestion(context, query);
  const strikes = await strikesOn(context, past, question.pairs, question.date);
  return success({
    total_puts: sum(strikes, (one) => one.put),
    total_calls: sum(strikes, (one) => one.call),
    spot_closing_price: closeOf(context, past, question.underlying, question.date),
    expiry: question.expiry,
    call_put_oi_data_list: strikes.map((one) => ({ call_oi: one.call, put_oi: one.put, strike_price: one.strike })),
  });
}

async function changeInOpenInterest(context: SimContext, past: PastDays, { query }: UserCall): Promise<unknown> {
  const question = requireQuestion(context, query);
  const days = wholeNumber(query.get('interval'));
  if (days === undefined || days < 1 || days > MAX_CHANGE_DAYS) throw apiError('UDAPI1204');
  const after = await strikesOn(context, past, question.pairs, question.date);
  const earlier = await strikesOn(context, past, question.pairs, addDays(question.date, -days));
  const before = new Map(earlier.map((one) => [one.strike, one]));
  const changes = after.map((one) => ({
    strike_price: one.strike,
    call_change_oi: one.call - (before.get(one.strike)?.call ?? 0),
    put_change_oi: one.put - (before.get(one.strike)?.put ?? 0),
  }));
  return success({
    total_put_change_oi: sum(changes, (one) => one.put_change_oi),
    total_call_change_oi: sum(changes, (one) => one.call_change_oi),
    spot_closing_price: closeOf(context, past, question.underlying, question.date),
    expiry: question.expiry,
    call_put_oi_data_list: changes,
  });
}

async function insights(
  context: SimContext,
  past: PastDays,
  { query }: UserCall,
  name: 'pcr' | 'max_pain',
  measure: (strikes: readonly StrikeOi[]) => number,
): Promise<unknown> {
  const question = requireQuestion(context, query);
  const bucket = wholeNumber(query.get('bucket_interval'));
  if (bucket === undefined || bucket < 1 || bucket > 375) throw apiError('UDAPI1205');
  const { underlying, expiry, date, pairs } = question;
  const oiAt = new Map(
    pairs.flatMap(({ call, put }) => [call, put]).map((row) => [row, minuteRows(context, row, date)]),
  );
  const points = bucketsOf(minuteRows(context, underlying, date), bucket).map(({ minute, spot }) => {
    const strikes = pairs.map(({ strike, call, put }) => ({
      strike,
      call: lastOi(oiAt.get(call), minute),
      put: lastOi(oiAt.get(put), minute),
    }));
    return { [name]: measure(strikes), spot_price: spot, time: clockText(minute) };
  });
  const [year, month, day] = expiry.split('-');
  return success({
    instrument_key: underlying.instrument_key,
    expiry_date: `${day}-${month}-${year}`,
    [name]: measure(await strikesOn(context, past, pairs, date)),
    spot_closing_price: closeOf(context, past, underlying, date),
    insights: points,
  });
}

/** Open interest of each strike at the end of a date, or now on the market's own date. */
async function strikesOn(
  context: SimContext,
  past: PastDays,
  pairs: readonly StrikePair[],
  date: IstDate,
): Promise<readonly StrikeOi[]> {
  const today = date >= marketDate(context);
  const oiOf = (row: MasterRow | undefined): number => {
    if (row === undefined) return 0;
    if (today) return context.market.quote(row.instrument_key)?.oi ?? 0;
    return past.at(row.instrument_key, date)?.[6] ?? 0;
  };
  const breather = new Breather();
  const strikes: StrikeOi[] = [];
  for (const { strike, call, put } of pairs) {
    strikes.push({ strike, call: oiOf(call), put: oiOf(put) });
    await breather.pause();
  }
  return strikes;
}

function closeOf(context: SimContext, past: PastDays, row: MasterRow, date: IstDate): number {
  if (date >= marketDate(context)) return context.market.quote(row.instrument_key)?.ltp ?? 0;
  return past.at(row.instrument_key, date)?.[4] ?? 0;
}

/** Minute candles of a date, oldest first. */
function minuteRows(context: SimContext, row: MasterRow | undefined, date: IstDate): readonly CandleRow[] {
  if (row === undefined) return [];
  const range = date >= marketDate(context) ? 'intraday' : { from: date, to: date };
  const rows = context.market.candles(row.instrument_key, 'minutes', 1, range);
  return rows.filter(([time]) => istDateOf(Date.parse(time)) === date).reverse();
}

function bucketsOf(rows: readonly CandleRow[], bucketMinutes: number): { minute: number; spot: number }[] {
  return rows.flatMap(([time, , , , close]) => {
    const minute = minuteOfDay(time);
    return minute >= MARKET_OPEN_MINUTE && (minute - MARKET_OPEN_MINUTE) % bucketMinutes === 0
      ? [{ minute, spot: close }]
      : [];
  });
}

function lastOi(rows: readonly CandleRow[] | undefined, minute: number): number {
  let oi = 0;
  for (const row of rows ?? []) {
    if (minuteOfDay(row[0]) > minute) break;
    oi = row[6];
  }
  return oi;
}

function minuteOfDay(time: string): number {
  return Math.floor(istTimeOfDayMs(Date.parse(time)) / MINUTE_MS);
}

function clockText(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function wholeNumber(text: string | null): number | undefined {
  return /^[0-9]{1,4}$/.test(text ?? '') ? Number(text) : undefined;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
