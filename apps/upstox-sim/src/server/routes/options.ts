import { istInstant, type IstDate } from '@vega/kernel';
import type { MasterRow, SimQuote } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { parseExpiry, resolveExpiry } from '../expiry-keywords.ts';
import { instrumentView, type StrikePair } from '../instrument-catalog.ts';
import { requireInstrument } from '../instrument-keys.ts';
import { parityForward, profitProbability } from '../option-odds.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

/** Option contracts and the option chain. */
export function optionRoutes(context: SimContext): Route[] {
  return [
    { method: 'GET', path: '/v2/option/contract', accepts: MARKET_TOKENS, handle: (call) => contracts(context, call) },
    { method: 'GET', path: '/v2/option/chain', accepts: MARKET_TOKENS, handle: (call) => chain(context, call) },
  ];
}

function contracts(context: SimContext, { query }: UserCall): unknown {
  const underlying = requireInstrument(query.get('instrument_key'), context.catalog);
  const text = query.get('expiry_date');
  if (text === null || text === '')
    return success(context.catalog.options(underlying.instrument_key).map(instrumentView));
  const expiry = requireExpiry(context, underlying, text);
  return success(
    expiry === undefined ? [] : context.catalog.options(underlying.instrument_key, expiry).map(instrumentView),
  );
}

function chain(context: SimContext, { query }: UserCall): unknown {
  const underlying = requireInstrument(query.get('instrument_key'), context.catalog);
  const expiry = requireExpiry(context, underlying, query.get('expiry_date'));
  if (expiry === undefined) return success([]);
  const pairs = context.catalog.chain(underlying.instrument_key, expiry);
  const spot = context.market.quote(underlying.instrument_key)?.ltp ?? 0;
  const quoteOf = (row: MasterRow | undefined): SimQuote | undefined =>
    row === undefined ? undefined : context.market.quote(row.instrument_key);
  const forward = parityForward(
    pairs.map(({ strike, call, put }) => ({ strike, call: quoteOf(call)?.ltp, put: quoteOf(put)?.ltp })),
    spot,
  );
  const odds = { forward, yearsLeft: yearsLeft(expiry, context.market.now()) };
  return success(
    pairs.map((pair) => strikeView(pair, quoteOf, odds, { expiry, spot, key: underlying.instrument_key })),
  );
}

interface Odds {
  readonly forward: number;
  readonly yearsLeft: number;
}

function strikeView(
  { strike, call, put }: StrikePair,
  quoteOf: (row: MasterRow | undefined) => SimQuote | undefined,
  odds: Odds,
  chainFacts: { expiry: IstDate; spot: number; key: string },
): Record<string, unknown> {
  const callQuote = quoteOf(call);
  const putQuote = quoteOf(put);
  const callOi = callQuote?.oi ?? 0;
  return {
    expiry: chainFacts.expiry,
    pcr: callOi === 0 ? 0 : round((putQuote?.oi ?? 0) / callOi, 4),
    strike_price: strike,
    underlying_key: chainFacts.key,
    underlying_spot_price: chainFacts.spot,
    call_options: sideView(call, callQuote, strike, 1, odds),
    put_options: sideView(put, putQuote, strike, -1, odds),
  };
}

function sideView(
  row: MasterRow | undefined,
  quote: SimQuote | undefined,
  strike: number,
  sign: 1 | -1,
  odds: Odds,
): Record<string, unknown> {
  const best = quote?.depth[0];
  const { delta = 0, theta = 0, gamma = 0, vega = 0 } = quote?.greeks ?? {};
  const iv = quote?.iv ?? 0;
  const ltp = quote?.ltp ?? 0;
  return {
    instrument_key: row?.instrument_key ?? null,
    market_data: {
      ltp,
      volume: quote?.vtt ?? 0,
      oi: quote?.oi ?? 0,
      close_price: quote?.cp ?? 0,
      bid_price: best?.bidP ?? 0,
      bid_qty: best?.bidQ ?? 0,
      ask_price: best?.askP ?? 0,
      ask_qty: best?.askQ ?? 0,
      prev_oi: quote?.previousOi ?? 0,
    },
    option_greeks: {
      vega: round(vega, 4),
      theta: round(theta, 4),
      gamma: round(gamma, 4),
      delta: round(delta, 4),
      iv: round(iv * 100, 2),
      pop: round(100 * profitProbability({ ...odds, strike, premium: ltp, iv, sign }), 2),
    },
  };
}

function requireExpiry(context: SimContext, underlying: MasterRow, text: string | null): IstDate | undefined {
  const expiry = parseExpiry(text);
  if (expiry === undefined) throw apiError('UDAPI1088');
  return resolveExpiry(expiry, context.catalog.expiries(underlying.instrument_key));
}

/** Calendar time to 15:30 IST of the expiry day over 365 days, as the broker reckons it. */
function yearsLeft(expiry: IstDate, now: number): number {
  return Math.max(0, (istInstant(expiry, 15, 30) - now) / (365 * 86_400_000));
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  const rounded = Math.round(value * scale) / scale;
  return rounded === 0 ? 0 : rounded;
}
