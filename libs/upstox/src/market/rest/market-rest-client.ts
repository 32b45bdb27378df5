import { type InstrumentKey, type IstDate, isSupportedSegment, OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import type { CallOptions, UpstoxHttp, UpstoxRequest } from '../../wire/http-client.ts';
import { isFeedUrl, type UpstoxEndpoints } from '../../wire/endpoints.ts';
import type { BrokerToken } from '../../wire/token-source.ts';
import {
  type ExchangeHours,
  exchangeHoursSchema,
  type ExchangeStatus,
  exchangeStatusSchema,
  type Holiday,
  holidaySchema,
} from './calendar.ts';
import { type CandleRange, type CandleUnit, checkCandleRange, candleSpan, INTRADAY_UNITS } from './candle-spans.ts';
import { type Candle, readCandles } from './candles.ts';
import { type InstrumentFile, type InstrumentMaster, readInstrumentMaster } from './instrument-master.ts';
import { type DerivativeInstrument, type Instrument, readInstrument, segmentOfRow } from './instruments.ts';
import {
  type KeyedReply,
  type LastPrice,
  lastPriceSchema,
  type LastPriceV3,
  lastPriceV3Schema,
  MAX_QUOTE_KEYS,
  type OhlcQuote,
  ohlcQuoteSchema,
  type OhlcQuoteV3,
  ohlcQuoteV3Schema,
  type Quote,
  quoteSchema,
  type QuoteV3,
  quoteV3Schema,
  readKeyed,
} from './quotes.ts';
import { badReply, readAs, readRows, type RowFault, type Rows, units } from './wire-values.ts';

/** Interval of an OHLC quote: the day, the last minute, the last half hour. */
export type OhlcInterval = '1d' | 'I1' | 'I30';

/** Instruments of one reply, with what was left out named. */
export interface InstrumentRows<T extends Instrument = Instrument> {
  readonly instruments: readonly T[];
  /** Rows of segments this platform does not serve. */
  readonly unsupportedCount: number;
  readonly invalid: readonly RowFault[];
}

/** A page of a search. */
export interface InstrumentPage extends InstrumentRows {
  readonly pageNumber: number;
  readonly pageCount: number;
  readonly totalCount: number;
}

/** What to search for; lists are sent comma-separated. */
export interface InstrumentSearch {
  readonly query: string;
  readonly exchanges?: readonly string[];
  readonly segments?: readonly string[];
  readonly instrumentTypes?: readonly string[];
  /** A date, or a word such as `current_week`. */
  readonly expiry?: string;
  readonly atmOffset?: number;
  readonly pageNumber?: number;
  /** Rows of a page, at most 30. */
  readonly records?: number;
}

const MASTER_TIMEOUT_MS = 120_000;
const API = {
  quotesV2: 'GET /v2/market-quote/quotes',
  quotesV3: 'GET /v3/market-quote/quotes',
  ltpV2: 'GET /v2/market-quote/ltp',
  ltpV3: 'GET /v3/market-quote/ltp',
  ohlcV2: 'GET /v2/market-quote/ohlc',
  ohlcV3: 'GET /v3/market-quote/ohlc',
  candles: 'GET /v3/historical-candle/{key}/{unit}/{interval}/{to}/{from}',
  intraday: 'GET /v3/historical-candle/intraday/{key}/{unit}/{interval}',
  contracts: 'GET /v2/option/contract',
  search: 'GET /v2/instruments/search',
  master: 'GET /instruments/{file}.json.gz',
  status: 'GET /v2/market/status/{exchange}',
  holidays: 'GET /v2/market/holidays',
  holiday: 'GET /v2/market/holidays/{date}',
  timings: 'GET /v2/market/timings/{date}',
  authorize: 'GET /v3/feed/market-data-feed/authorize',
} as const;

/** The path of a call that has no parameters in it. */
function plain(api: (typeof API)[keyof typeof API]): { readonly api: string; readonly path: string } {
  return { api, path: api.slice('GET '.length) };
}

const searchPage = z.object({
  page: z.object({ page_number: units, total_pages: units, total_records: units }),
});
const authorization = z
  .object({ authorized_redirect_uri: z.string().optional(), authorizedRedirectUri: z.string().optional() })
  .transform((wire) => wire.authorized_redirect_uri ?? wire.authorizedRedirectUri);

/**
 * Upstox's market data by REST. Every call throws `UpstoxError` for what goes wrong on the way and `OutcomeError` for a
 * question that Upstox would refuse anyway; prices are paise, times epoch ms.
 */
export class MarketRestClient {
  constructor(
    private readonly http: UpstoxHttp,
    private readonly endpoints: UpstoxEndpoints,
  ) {}

  /** `GET /v2/market-quote/quotes`: full quotes of 1 to 500 instruments. */
  fetchQuotes(keys: readonly InstrumentKey[], call?: CallOptions): Promise<KeyedReply<Quote>> {
    return this.keyed(API.quotesV2, quoteSchema, keys, {}, call);
  }

  /** `GET /v3/market-quote/quotes`: full quotes with auction and previous-day fields. */
  fetchQuotesV3(keys: readonly InstrumentKey[], call?: CallOptions): Promise<KeyedReply<QuoteV3>> {
    return this.keyed(API.quotesV3, quoteV3Schema, keys, {}, call);
  }

  /** `GET /v2/market-quote/ltp`. */
  fetchLastPrices(keys: readonly InstrumentKey[], call?: CallOptions): Promise<KeyedReply<LastPrice>> {
    return this.keyed(API.ltpV2, lastPriceSchema, keys, {}, call);
  }

  /** `GET /v3/market-quote/ltp`: last price with quantity, volume and previous close. */
  fetchLastPricesV3(keys: readonly InstrumentKey[], call?: CallOptions): Promise<KeyedReply<LastPriceV3>> {
    return this.keyed(API.ltpV3, lastPriceV3Schema, keys, {}, call);
  }

  /** `GET /v2/market-quote/ohlc`. */
  fetchOhlc(
    keys: readonly InstrumentKey[],
    interval: OhlcInterval,
    call?: CallOptions,
  ): Promise<KeyedReply<OhlcQuote>> {
    return this.keyed(API.ohlcV2, ohlcQuoteSchema, keys, { interval }, call);
  }

  /** `GET /v3/market-quote/ohlc`: the bar in progress and the previous one. */
  fetchOhlcV3(
    keys: readonly InstrumentKey[],
    interval: OhlcInterval,
    call?: CallOptions,
  ): Promise<KeyedReply<OhlcQuoteV3>> {
    return this.keyed(API.ohlcV3, ohlcQuoteV3Schema, keys, { interval }, call);
  }

  /** `GET /v3/historical-candle`: bars oldest first. Throws the code of `checkCandleRange` for a range it refuses. */
  async fetchCandles(key: InstrumentKey, range: CandleRange, call?: CallOptions): Promise<readonly Candle[]> {
    const checked = checkCandleRange(range);
    if (!checked.ok) throw new OutcomeError(checked.error.code, checked.error.message);
    const path = `/v3/historical-candle/${encodeURIComponent(key)}/${range.unit}/${range.interval}/${range.to}/${range.from}`;
    return readCandles(API.candles, await this.data({ api: API.candles, path, auth: 'none' }, call));
  }

  /** `GET /v3/historical-candle/intraday`: today's bars so far, oldest first. */
  async fetchIntradayCandles(
    key: InstrumentKey,
    unit: CandleUnit,
    interval: number,
    call?: CallOptions,
  ): Promise<readonly Candle[]> {
    if (!INTRADAY_UNITS.includes(unit) || !candleSpan(unit, interval)) {
      throw new OutcomeError('CANDLE_INTERVAL_INVALID', `there are no intraday bars of ${interval} ${unit}`);
    }
    const path = `/v3/historical-candle/intraday/${encodeURIComponent(key)}/${unit}/${interval}`;
    return readCandles(API.intraday, await this.data({ api: API.intraday, path, auth: 'none' }, call));
  }

  /** `GET /v2/option/contract`: the option contracts of an underlying, of all expiries or of one. */
  async fetchOptionContracts(
    underlying: InstrumentKey,
    expiry?: IstDate,
    call?: CallOptions,
  ): Promise<InstrumentRows<DerivativeInstrument>> {
    const query = { instrument_key: underlying, expiry_date: expiry };
    const data = await this.data({ ...plain(API.contracts), query, auth: 'bearer' }, call);
    const { instruments, unsupportedCount, invalid } = readInstrumentRows(API.contracts, data);
    const options = instruments.filter((row): row is DerivativeInstrument => row.kind === 'call' || row.kind === 'put');
    const others = instruments.filter((row) => row.kind !== 'call' && row.kind !== 'put');
    const strangers = others.map((row): RowFault => ({ row: row.key, reason: 'not an option' }));
    return { instruments: options, unsupportedCount, invalid: [...invalid, ...strangers] };
  }

  /** `GET /v2/instruments/search`. */
  async searchInstruments(search: InstrumentSearch, call?: CallOptions): Promise<InstrumentPage> {
    const query = {
      query: search.query,
      exchanges: search.exchanges?.join(','),
      segments: search.segments?.join(','),
      instrument_types: search.instrumentTypes?.join(','),
      expiry: search.expiry,
      atm_offset: search.atmOffset,
      page_number: search.pageNumber,
      records: search.records,
    };
    const reply = await this.http.call({ ...plain(API.search), query, auth: 'bearer' }, call);
    const { page } = readAs(API.search, searchPage, reply['meta_data'] ?? reply['metaData']);
    const { page_number: pageNumber, total_pages: pageCount, total_records: totalCount } = page;
    return { ...readInstrumentRows(API.search, reply.data), pageNumber, pageCount, totalCount };
  }

  /** The instrument master of everything or of one exchange, read as it arrives. Public; takes seconds. */
  fetchInstrumentMaster(file: InstrumentFile, call: CallOptions = {}): Promise<InstrumentMaster> {
    const url = `${this.endpoints.instruments}/${file}.json.gz`;
    return this.http.download(API.master, url, { timeoutMs: MASTER_TIMEOUT_MS, ...call }, (body) =>
      readInstrumentMaster(API.master, body),
    );
  }

  /** `GET /v2/market/status/{exchange}` with an exchange such as NSE, NFO, BSE or BFO. */
  async fetchExchangeStatus(exchange: string, call?: CallOptions): Promise<ExchangeStatus> {
    const path = `/v2/market/status/${encodeURIComponent(exchange)}`;
    return readAs(API.status, exchangeStatusSchema, await this.data({ api: API.status, path, auth: 'bearer' }, call));
  }

  /** `GET /v2/market/holidays`: the special days of the current year. */
  async fetchHolidays(call?: CallOptions): Promise<Rows<Holiday>> {
    const data = await this.data({ ...plain(API.holidays), auth: 'none' }, call);
    return readRows(API.holidays, (row) => holidaySchema.safeParse(row), data);
  }

  /** `GET /v2/market/holidays/{date}`: whether a date is special; no row when it is not. */
  async fetchHoliday(date: IstDate, call?: CallOptions): Promise<Rows<Holiday>> {
    const data = await this.data({ api: API.holiday, path: `/v2/market/holidays/${date}`, auth: 'none' }, call);
    return readRows(API.holiday, (row) => holidaySchema.safeParse(row), Array.isArray(data) ? data : [data]);
  }

  /** `GET /v2/market/timings/{date}`: opening hours of each exchange; none on a holiday. */
  async fetchTimings(date: IstDate, call?: CallOptions): Promise<Rows<ExchangeHours>> {
    const data = await this.data({ api: API.timings, path: `/v2/market/timings/${date}`, auth: 'none' }, call);
    return readRows(API.timings, (row) => exchangeHoursSchema.safeParse(row), data);
  }

  /**
   * `GET /v3/feed/market-data-feed/authorize`: a one-time WebSocket URL, which is a secret while it is unused. Throws
   * `UPSTOX_BAD_REPLY` when the URL is not one these endpoints may be sent to.
   */
  async authorizeFeed(token: BrokerToken, call?: CallOptions): Promise<string> {
    const data = await this.data({ ...plain(API.authorize), auth: token }, call);
    const url = readAs(API.authorize, authorization, data);
    if (url !== undefined && isFeedUrl(this.endpoints, url)) return url;
    throw badReply(API.authorize, 'no WebSocket URL of this environment');
  }

  private async data(request: UpstoxRequest, call?: CallOptions): Promise<unknown> {
    return (await this.http.call(request, call)).data;
  }

  private async keyed<T extends { readonly key: InstrumentKey }>(
    api: (typeof API)[keyof typeof API],
    schema: z.ZodType<T>,
    keys: readonly InstrumentKey[],
    more: Readonly<Record<string, string>>,
    call?: CallOptions,
  ): Promise<KeyedReply<T>> {
    if (keys.length < 1 || keys.length > MAX_QUOTE_KEYS) {
      throw new OutcomeError('QUOTE_KEYS_COUNT', `a quote call names 1 to ${MAX_QUOTE_KEYS} instruments`, {
        count: keys.length,
      });
    }
    const query = { instrument_key: keys.join(','), ...more };
    return readKeyed(api, schema, keys, await this.data({ ...plain(api), query, auth: 'bearer' }, call));
  }
}

function readInstrumentRows(api: string, data: unknown): InstrumentRows {
  if (!Array.isArray(data)) throw badReply(api, 'data is not a list');
  const instruments: Instrument[] = [];
  const invalid: RowFault[] = [];
  let unsupportedCount = 0;
  for (const [at, row] of (data as unknown[]).entries()) {
    const segment = segmentOfRow(row);
    if (segment === undefined) invalid.push({ row: String(at), reason: 'no segment' });
    else if (!isSupportedSegment(segment)) unsupportedCount += 1;
    else {
      const read = readInstrument(row, segment);
      if (read.ok) instruments.push(read.value);
      else invalid.push({ row: String(at), reason: read.error });
    }
  }
  return { instruments, unsupportedCount, invalid };
}
