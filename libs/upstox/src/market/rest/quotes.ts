import type { InstrumentKey, Paise } from '@vega/kernel';
import { z } from 'zod';
import {
  badReply,
  epochMs,
  epochMsTextOrNull,
  isoInstant,
  reasonOf,
  type RowFault,
  rupees,
  rupeesOrNull,
  signedUnitsOrNull,
  supportedKey,
  units,
  unitsOrNull,
} from './wire-values.ts';

/** Most instruments one quote call may name. */
export const MAX_QUOTE_KEYS = 500;

/** Values of a quote call by instrument, with what is missing or unreadable named. */
export interface KeyedReply<T> {
  readonly values: ReadonlyMap<InstrumentKey, T>;
  /** Asked for and not answered. */
  readonly missing: readonly InstrumentKey[];
  /** Answered and not readable, or never asked for. */
  readonly invalid: readonly RowFault[];
}

/** One level of a quote's order book. */
export interface QuoteLevel {
  readonly pricePaise: Paise;
  readonly quantity: number;
  readonly orders: number;
}

/** Open, high, low, close of the day. */
export interface DayPrices {
  readonly openPaise: Paise;
  readonly highPaise: Paise;
  readonly lowPaise: Paise;
  readonly closePaise: Paise;
}

/** A full quote as `GET /v2/market-quote/quotes` gives it; what an index does not have is null. */
export interface Quote {
  readonly key: InstrumentKey;
  readonly symbol: string;
  readonly timestampMs: number;
  readonly lastPaise: Paise;
  readonly day: DayPrices | null;
  readonly bids: readonly QuoteLevel[];
  readonly asks: readonly QuoteLevel[];
  readonly volume: number | null;
  /** Rounded to the paisa; for display. */
  readonly averagePaise: Paise | null;
  readonly oi: number | null;
  readonly oiDayHigh: number | null;
  readonly oiDayLow: number | null;
  readonly netChangePaise: Paise | null;
  readonly totalBuyQuantity: number | null;
  readonly totalSellQuantity: number | null;
  readonly lowerCircuitPaise: Paise | null;
  readonly upperCircuitPaise: Paise | null;
  readonly lastTradeMs: number | null;
}

/** A full quote as `GET /v3/market-quote/quotes` gives it. */
export interface QuoteV3 extends Quote {
  readonly previousClosePaise: Paise | null;
  readonly yearHighPaise: Paise | null;
  readonly yearLowPaise: Paise | null;
  readonly previousOi: number | null;
  /** Volume and start of the day's bar. */
  readonly dayVolume: number | null;
  readonly dayStartMs: number | null;
  readonly indicativePricePaise: Paise | null;
  readonly referencePricePaise: Paise | null;
  readonly indicativeQuantity: number | null;
  /** Signed: positive is a surplus of buyers. */
  readonly imbalanceTotal: number | null;
  readonly imbalanceMarket: number | null;
  readonly casEligible: boolean;
}

/** Last price as `GET /v2/market-quote/ltp` gives it. */
export interface LastPrice {
  readonly key: InstrumentKey;
  readonly lastPaise: Paise;
}

/** Last price as `GET /v3/market-quote/ltp` gives it. */
export interface LastPriceV3 extends LastPrice {
  readonly lastQuantity: number | null;
  readonly volume: number | null;
  readonly previousClosePaise: Paise | null;
}

/** `GET /v2/market-quote/ohlc`. */
export interface OhlcQuote extends LastPrice {
  readonly ohlc: DayPrices | null;
}

/** One bar of an OHLC quote. */
export interface OhlcBar extends DayPrices {
  readonly volume: number | null;
  readonly startMs: number | null;
}

/** `GET /v3/market-quote/ohlc`: the bar in progress and the one before. */
export interface OhlcQuoteV3 extends LastPrice {
  readonly live: OhlcBar | null;
  readonly previous: OhlcBar | null;
}

const dayPrices = z.object({ open: rupees, high: rupees, low: rupees, close: rupees }).transform((ohlc): DayPrices => ({
  openPaise: ohlc.open,
  highPaise: ohlc.high,
  lowPaise: ohlc.low,
  closePaise: ohlc.close,
}));
const dayPricesOrNull = dayPrices.nullish().transform((value) => value ?? null);

const level = z
  .object({ price: rupees, quantity: units, orders: units })
  .transform(({ price, quantity, orders }): QuoteLevel => ({ pricePaise: price, quantity, orders }));
const levels = z
  .array(level)
  .nullish()
  .transform((value) => value ?? []);

const quoteFields = {
  instrument_token: supportedKey,
  symbol: z.string(),
  timestamp: isoInstant,
  last_price: rupees,
  depth: z.object({ buy: levels, sell: levels }).nullish(),
  volume: unitsOrNull,
  average_price: rupeesOrNull,
  oi: unitsOrNull,
  oi_day_high: unitsOrNull,
  oi_day_low: unitsOrNull,
  net_change: rupeesOrNull,
  total_buy_quantity: unitsOrNull,
  total_sell_quantity: unitsOrNull,
  lower_circuit_limit: rupeesOrNull,
  upper_circuit_limit: rupeesOrNull,
  last_trade_time: epochMsTextOrNull,
};
const wireQuote = z.object({ ...quoteFields, ohlc: dayPricesOrNull });

const bar = z
  .object({ open: rupees, high: rupees, low: rupees, close: rupees, volume: unitsOrNull, ts: epochMs.nullish() })
  .transform((ohlc): OhlcBar => ({
    openPaise: ohlc.open,
    highPaise: ohlc.high,
    lowPaise: ohlc.low,
    closePaise: ohlc.close,
    volume: ohlc.volume,
    startMs: ohlc.ts ?? null,
  }));
function pricesOf({ openPaise, highPaise, lowPaise, closePaise }: OhlcBar): DayPrices {
  return { openPaise, highPaise, lowPaise, closePaise };
}

const barOrNull = bar.nullish().transform((value) => value ?? null);

function quoteOf(wire: Omit<z.output<typeof wireQuote>, 'ohlc'>, day: DayPrices | null): Quote {
  return {
    key: wire.instrument_token,
    symbol: wire.symbol,
    timestampMs: wire.timestamp,
    lastPaise: wire.last_price,
    day,
    bids: wire.depth?.buy ?? [],
    asks: wire.depth?.sell ?? [],
    volume: wire.volume,
    averagePaise: wire.average_price,
    oi: wire.oi,
    oiDayHigh: wire.oi_day_high,
    oiDayLow: wire.oi_day_low,
    netChangePaise: wire.net_change,
    totalBuyQuantity: wire.total_buy_quantity,
    totalSellQuantity: wire.total_sell_quantity,
    lowerCircuitPaise: wire.lower_circuit_limit,
    upperCircuitPaise: wire.upper_circuit_limit,
    lastTradeMs: wire.last_trade_time,
  };
}

/** One value of `GET /v2/market-quote/quotes`. */
export const quoteSchema: z.ZodType<Quote> = wireQuote.transform((wire) => quoteOf(wire, wire.ohlc));

/** One value of `GET /v3/market-quote/quotes`. */
export const quoteV3Schema: z.ZodType<QuoteV3> = z
  .object({
    ...quoteFields,
    ohlc: barOrNull,
    prev_close_price: rupeesOrNull,
    year_high: rupeesOrNull,
    year_low: rupeesOrNull,
    previous_oi: unitsOrNull,
    indicative_equilibrium_price: rupeesOrNull,
    reference_price: rupeesOrNull,
    indicative_equilibrium_quantity: unitsOrNull,
    indicative_imbalance_quantity_total: signedUnitsOrNull,
    indicative_imbalance_quantity_market: signedUnitsOrNull,
    cas_eligible: z.boolean().nullish(),
  })
  .transform((wire): QuoteV3 => ({
    ...quoteOf(wire, wire.ohlc === null ? null : pricesOf(wire.ohlc)),
    previousClosePaise: wire.prev_close_price,
    yearHighPaise: wire.year_high,
    yearLowPaise: wire.year_low,
    previousOi: wire.previous_oi,
    dayVolume: wire.ohlc?.volume ?? null,
    dayStartMs: wire.ohlc?.startMs ?? null,
    indicativePricePaise: wire.indicative_equilibrium_price,
    referencePricePaise: wire.reference_price,
    indicativeQuantity: wire.indicative_equilibrium_quantity,
    imbalanceTotal: wire.indicative_imbalance_quantity_total,
    imbalanceMarket: wire.indicative_imbalance_quantity_market,
    casEligible: wire.cas_eligible ?? false,
  }));

const lastPrice = { instrument_token: supportedKey, last_price: rupees };

/** One value of `GET /v2/market-quote/ltp`. */
export const lastPriceSchema: z.ZodType<LastPrice> = z
  .object(lastPrice)
  .transform((wire) => ({ key: wire.instrument_token, lastPaise: wire.last_price }));

/** One value of `GET /v3/market-quote/ltp`. */
export const lastPriceV3Schema: z.ZodType<LastPriceV3> = z
  .object({ ...lastPrice, ltq: unitsOrNull, volume: unitsOrNull, cp: rupeesOrNull })
  .transform((wire) => ({
    key: wire.instrument_token,
    lastPaise: wire.last_price,
    lastQuantity: wire.ltq,
    volume: wire.volume,
    previousClosePaise: wire.cp,
  }));

/** One value of `GET /v2/market-quote/ohlc`. */
export const ohlcQuoteSchema: z.ZodType<OhlcQuote> = z
  .object({ ...lastPrice, ohlc: dayPricesOrNull })
  .transform((wire) => ({ key: wire.instrument_token, lastPaise: wire.last_price, ohlc: wire.ohlc }));

/** One value of `GET /v3/market-quote/ohlc`. */
export const ohlcQuoteV3Schema: z.ZodType<OhlcQuoteV3> = z
  .object({ ...lastPrice, live_ohlc: barOrNull, prev_ohlc: barOrNull })
  .transform((wire) => ({
    key: wire.instrument_token,
    lastPaise: wire.last_price,
    live: wire.live_ohlc,
    previous: wire.prev_ohlc,
  }));

/**
 * Reads a map of quotes, which Upstox keys by `SEGMENT:TRADINGSYMBOL`, back to instruments by the `instrument_token`
 * inside each value. Throws `UPSTOX_BAD_REPLY` when the reply is no map.
 */
export function readKeyed<T extends { readonly key: InstrumentKey }>(
  api: string,
  schema: z.ZodType<T>,
  asked: readonly InstrumentKey[],
  data: unknown,
): KeyedReply<T> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw badReply(api, 'data is not a map');
  const wanted = new Set<InstrumentKey>(asked);
  const values = new Map<InstrumentKey, T>();
  const invalid: RowFault[] = [];
  for (const [row, value] of Object.entries(data as Readonly<Record<string, unknown>>)) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) invalid.push({ row, reason: reasonOf(parsed.error) });
    else if (!wanted.has(parsed.data.key)) invalid.push({ row, reason: `${parsed.data.key} was not asked for` });
    else values.set(parsed.data.key, parsed.data);
  }
  return { values, missing: asked.filter((key) => !values.has(key)), invalid };
}
