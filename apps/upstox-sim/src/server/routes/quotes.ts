import { toIstIso } from '@vega/kernel';
import type { MasterRow, Ohlc, SimQuote } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { answerKey, compactSymbol } from '../instrument-catalog.ts';
import { requireInstruments } from '../instrument-keys.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

/** Keys that one quote request may name. */
export const MAX_QUOTE_KEYS = 500;
const MAX_GREEK_KEYS = 50;
const DEPTH_LEVELS = 5;

/** Full quotes, last prices and option Greeks. */
export function quoteRoutes(context: SimContext): Route[] {
  const route = (path: string, maxKeys: number, view: QuoteView): Route => ({
    method: 'GET',
    path,
    accepts: MARKET_TOKENS,
    handle: (call) => success(quoteMap(context, call, maxKeys, view)),
  });
  return [
    route('/v2/market-quote/quotes', MAX_QUOTE_KEYS, fullQuote),
    route('/v3/market-quote/quotes', MAX_QUOTE_KEYS, fullQuoteV3),
    route('/v2/market-quote/ltp', MAX_QUOTE_KEYS, (row, quote) => ({
      last_price: quote.ltp,
      instrument_token: row.instrument_key,
    })),
    route('/v3/market-quote/ltp', MAX_QUOTE_KEYS, lastPriceV3),
    route('/v3/market-quote/option-greek', MAX_GREEK_KEYS, optionGreek),
  ];
}

type QuoteView = (row: MasterRow, quote: SimQuote, now: number) => Record<string, unknown>;

function quoteMap(context: SimContext, call: UserCall, maxKeys: number, view: QuoteView): Record<string, unknown> {
  const now = context.market.now();
  const answer: Record<string, unknown> = {};
  for (const row of requireInstruments(call.query, context.catalog, maxKeys)) {
    const quote = context.market.quote(row.instrument_key);
    // An instrument of the master that has no quote is left out, as an untraded one is.
    if (quote !== undefined) answer[answerKey(row)] = view(row, quote, now);
  }
  return answer;
}

function fullQuote(row: MasterRow, quote: SimQuote, now: number): Record<string, unknown> {
  const common = {
    timestamp: toIstIso(now),
    instrument_token: row.instrument_key,
    last_price: quote.ltp,
    net_change: round2(quote.ltp - quote.cp),
    last_trade_time: String(quote.ltt),
  };
  if (isIndex(row)) {
    return {
      ohlc: ohlcOf(quote),
      depth: { buy: [], sell: [] },
      ...common,
      symbol: 'NA',
      volume: null,
      average_price: null,
      oi: null,
      total_buy_quantity: null,
      total_sell_quantity: null,
      lower_circuit_limit: null,
      upper_circuit_limit: null,
      oi_day_high: null,
      oi_day_low: null,
    };
  }
  return {
    ohlc: ohlcOf(quote),
    depth: depthOf(row, quote),
    ...common,
    symbol: compactSymbol(row),
    volume: quote.vtt,
    average_price: quote.atp,
    oi: quote.oi,
    total_buy_quantity: quote.tbq,
    total_sell_quantity: quote.tsq,
    lower_circuit_limit: quote.lowerCircuit ?? null,
    upper_circuit_limit: quote.upperCircuit ?? null,
    oi_day_high: quote.oiDayHigh ?? 0,
    oi_day_low: quote.oiDayLow ?? 0,
  };
}

function fullQuoteV3(row: MasterRow, quote: SimQuote, now: number): Record<string, unknown> {
  return {
    ...fullQuote(row, quote, now),
    ohlc: { ...ohlcOf(quote), volume: quote.day?.vol ?? 0, ts: quote.day?.ts ?? null },
    prev_close_price: quote.cp,
    year_high: quote.yearHigh ?? null,
    year_low: quote.yearLow ?? null,
    previous_oi: isIndex(row) ? null : (quote.previousOi ?? 0),
    indicative_equilibrium_price: null,
    reference_price: null,
    indicative_equilibrium_quantity: null,
    indicative_imbalance_quantity_total: null,
    indicative_imbalance_quantity_market: null,
    cas_eligible: row.cas_eligible === true,
  };
}

function lastPriceV3(row: MasterRow, quote: SimQuote): Record<string, unknown> {
  return {
    last_price: quote.ltp,
    instrument_token: row.instrument_key,
    ltq: quote.ltq,
    volume: quote.vtt,
    cp: quote.cp,
  };
}

function optionGreek(row: MasterRow, quote: SimQuote): Record<string, unknown> {
  const { delta = 0, theta = 0, gamma = 0, vega = 0 } = quote.greeks ?? {};
  return { ...lastPriceV3(row, quote), iv: quote.iv ?? 0, vega, gamma, theta, delta, oi: quote.oi };
}

function ohlcOf(quote: SimQuote): Pick<Ohlc, 'open' | 'high' | 'low' | 'close'> {
  const { open, high, low, close } = quote.day ?? { open: 0, high: 0, low: 0, close: quote.cp };
  return { open, high, low, close };
}

function depthOf(row: MasterRow, quote: SimQuote): { buy: object[]; sell: object[] } {
  const lot = Math.max(row.lot_size ?? 1, 1);
  const level = (quantity: number, price: number) => ({ quantity, price, orders: ordersBehind(quantity, lot) });
  const levels = Array.from({ length: DEPTH_LEVELS }, (_, at) => quote.depth[at]);
  return {
    buy: levels.map((one) => level(one?.bidQ ?? 0, one?.bidP ?? 0)),
    sell: levels.map((one) => level(one?.askQ ?? 0, one?.askP ?? 0)),
  };
}

/** The market does not track single orders; a level is shown as orders of a few lots each. */
function ordersBehind(quantity: number, lot: number): number {
  return quantity === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(quantity / lot)));
}

function isIndex(row: MasterRow): boolean {
  return row.instrument_type === 'INDEX';
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
