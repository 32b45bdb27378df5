import type { CandleRow, MasterRow, Ohlc } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { answerKey } from '../instrument-catalog.ts';
import { requireInstruments } from '../instrument-keys.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import { MAX_QUOTE_KEYS } from './quotes.ts';

const INTERVALS = ['1d', 'I1', 'I30'] as const;
type Interval = (typeof INTERVALS)[number];

/** A candle of an OHLC answer, `ts` epoch ms. */
interface CandleView {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly ts: number;
}

/** OHLC quotes of the day, the minute and the half hour. */
export function ohlcRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/market-quote/ohlc',
      accepts: MARKET_TOKENS,
      handle: (call) => ohlc(context, call, v2View),
    },
    {
      method: 'GET',
      path: '/v3/market-quote/ohlc',
      accepts: MARKET_TOKENS,
      handle: (call) => ohlc(context, call, v3View),
    },
  ];
}

type View = (live: CandleView | null, previous: CandleView | null) => Record<string, unknown>;

function v2View(live: CandleView | null): Record<string, unknown> {
  return { ohlc: live === null ? null : { open: live.open, high: live.high, low: live.low, close: live.close } };
}

function v3View(live: CandleView | null, previous: CandleView | null): Record<string, unknown> {
  return { prev_ohlc: previous, live_ohlc: live };
}

function ohlc(context: SimContext, { query }: UserCall, view: View): unknown {
  const rows = requireInstruments(query, context.catalog, MAX_QUOTE_KEYS);
  const text = query.get('interval');
  if (text === null || text === '') throw apiError('UDAPI1027');
  const interval = INTERVALS.find((known) => known === text);
  if (interval === undefined) throw apiError('UDAPI1028');
  const answer: Record<string, unknown> = {};
  for (const row of rows) {
    const quote = context.market.quote(row.instrument_key);
    if (quote === undefined) continue;
    const [live, previous] = candlesOf(context, row, interval, quote.day);
    answer[answerKey(row)] = {
      ...view(live, previous),
      last_price: quote.ltp,
      instrument_token: row.instrument_key,
    };
  }
  return success(answer);
}

function candlesOf(
  context: SimContext,
  row: MasterRow,
  interval: Interval,
  day: Ohlc | undefined,
): [CandleView | null, CandleView | null] {
  if (interval === '1d') {
    if (day === undefined) return [null, null];
    const { open, high, low, close, vol, ts } = day;
    return [{ open, high, low, close, volume: vol, ts }, null];
  }
  const rows = context.market.candles(row.instrument_key, 'minutes', interval === 'I1' ? 1 : 30, 'intraday');
  return [viewOf(rows[0]), viewOf(rows[1])];
}

function viewOf(row: CandleRow | undefined): CandleView | null {
  if (row === undefined) return null;
  const [time, open, high, low, close, volume] = row;
  return { open, high, low, close, volume, ts: Date.parse(time) };
}
