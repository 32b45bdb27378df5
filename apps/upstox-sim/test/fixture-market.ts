import {
  addDays,
  istDate,
  istDateOf,
  istInstant,
  marketInstant,
  MINUTE_MS,
  toIstIso,
  type IstDate,
  type MarketInstant,
} from '@vega/kernel';
import type {
  CandleRow,
  CandleUnit,
  DepthLevel,
  MarketSource,
  MarketStep,
  MasterRow,
  SegmentStatus,
  SimQuote,
} from '../src/market/market-source.ts';

/** The day the fixture market trades, and the expiries of its options. */
export const MARKET_DATE = istDate('2026-09-02');
export const WEEKLY_EXPIRY = istDate('2026-09-08');
export const MONTHLY_EXPIRY = istDate('2026-09-29');
export const NIFTY = 'NSE_INDEX|Nifty 50';
export const VIX = 'NSE_INDEX|India VIX';
export const RELIANCE = 'NSE_EQ|INE002A01018';
export const IDEA = 'NSE_EQ|INE669E01016';
export const NIFTY_FUTURE = 'NSE_FO|60000';
/** At-the-money weekly call: strike 24,500. */
export const ATM_CALL = 'NSE_FO|40010';

const SPOT = 24_512.35;
const STRIKES = Array.from({ length: 11 }, (_, at) => 24_250 + at * 50);
const SEGMENTS = ['NSE_EQ', 'NSE_INDEX', 'NSE_FO', 'BSE_EQ', 'BSE_INDEX', 'BSE_FO'];

/** A market in memory that changes only when told to; prices are simple functions of the instrument. */
export class FixtureMarket implements MarketSource {
  readonly quotes = new Map<string, SimQuote>();
  readonly released: string[][] = [];
  started = false;
  stopped = false;
  private at: MarketInstant = marketInstant(istInstant(MARKET_DATE, 11, 0, 0));
  private rows: readonly MasterRow[];
  private readonly listeners = new Set<(step: MarketStep) => void>();
  private readonly status = new Map<string, { status: SegmentStatus; updated: number }>();

  constructor(
    readonly kind: 'generated' | 'recorded' = 'generated',
    extra: readonly MasterRow[] = [],
  ) {
    this.rows = [...fixtureRows(), ...extra];
    for (const row of this.rows) this.quotes.set(row.instrument_key, fixtureQuote(row));
    for (const segment of SEGMENTS) {
      this.status.set(segment, { status: 'NORMAL_OPEN', updated: istInstant(MARKET_DATE, 9, 15) });
    }
  }

  now(): MarketInstant {
    return this.at;
  }

  instruments(): readonly MasterRow[] {
    return this.rows;
  }

  segmentStatus(): ReadonlyMap<string, { status: SegmentStatus; updated: number }> {
    return this.status;
  }

  quote(key: string): SimQuote | undefined {
    return this.quotes.get(key);
  }

  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): readonly CandleRow[] {
    const quote = this.quotes.get(key);
    if (quote === undefined) return [];
    if (range === 'intraday')
      return unit === 'days' ? [dayRow(quote, MARKET_DATE)] : minuteRows(quote, interval, this.at);
    const rows: CandleRow[] = [];
    const from = range.from ?? addDays(istDate(range.to), -30);
    const last = range.to < MARKET_DATE ? range.to : addDays(MARKET_DATE, -1);
    for (let date = istDate(last); date >= from && rows.length < 400; date = addDays(date, -1)) {
      const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
      if (weekday !== 0 && weekday !== 6) rows.push(dayRow(quote, date));
    }
    return rows;
  }

  onStep(listener: (step: MarketStep) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  progress(): Record<string, string | number | boolean | null> {
    return { fixture: true };
  }

  release(subscribed: Iterable<string>): void {
    this.released.push([...subscribed]);
  }

  start(): void {
    this.started = true;
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }

  /** Moves time on by 250 ms and reports the given quotes, changed as told, in order. */
  step(changes: readonly { key: string; change?: Partial<SimQuote> }[]): MarketInstant {
    const changed = changes.map(({ key, change }) => {
      const quote = this.quotes.get(key);
      if (quote === undefined) throw new Error(`the fixture has no ${key}`);
      Object.assign(quote, change);
      quote.version++;
      return quote;
    });
    return this.emit(changed, false);
  }

  /** Changes the status of segments and reports it. */
  setStatus(status: SegmentStatus, segments: readonly string[] = SEGMENTS): void {
    for (const segment of segments) this.status.set(segment, { status, updated: this.at });
    this.emit([], true);
  }

  /** Goes on to the morning of a later date. */
  passTo(date: string): void {
    this.at = marketInstant(istInstant(istDate(date), 9, 20));
    this.emit([], true);
  }

  /** Replaces the master, as the market does when its date changes. */
  replaceInstruments(rows: readonly MasterRow[]): void {
    this.rows = rows;
  }

  private emit(changed: readonly SimQuote[], statusChanged: boolean): MarketInstant {
    this.at = marketInstant(this.at + 250);
    for (const listener of this.listeners) listener({ now: this.at, changed, statusChanged });
    return this.at;
  }
}

function dayRow(quote: SimQuote, date: IstDate): CandleRow {
  const { open, high, low, close, vol } = quote.day ?? {
    open: quote.cp,
    high: quote.cp,
    low: quote.cp,
    close: quote.cp,
    vol: 0,
  };
  return [toIstIso(istInstant(date)), open, high, low, close, vol, Math.max(0, quote.oi - 75)];
}

function minuteRows(quote: SimQuote, interval: number, now: number): CandleRow[] {
  const rows: CandleRow[] = [];
  const open = istInstant(MARKET_DATE, 9, 15);
  for (let ts = open; ts <= now; ts += interval * MINUTE_MS) {
    const price = quote.ltp + ((ts - open) / MINUTE_MS) * 0.05;
    rows.unshift([toIstIso(ts), price, price + 0.5, price - 0.5, price, 75, quote.oi]);
  }
  return rows;
}

function fixtureRows(): MasterRow[] {
  const index = (key: string, exchange: string, token: string): MasterRow => ({
    segment: `${exchange}_INDEX`,
    name: key.slice(key.indexOf('|') + 1),
    exchange,
    instrument_type: 'INDEX',
    instrument_key: key,
    exchange_token: token,
    trading_symbol: key.slice(key.indexOf('|') + 1).toUpperCase(),
  });
  const share = (key: string, symbol: string, name: string, token: string): MasterRow => ({
    segment: 'NSE_EQ',
    name,
    exchange: 'NSE',
    isin: key.slice(7),
    instrument_type: 'EQ',
    instrument_key: key,
    lot_size: 1,
    freeze_quantity: 100_000,
    exchange_token: token,
    tick_size: 10,
    trading_symbol: symbol,
    short_name: name,
    security_type: 'NORMAL',
    qty_multiplier: 1,
    mtf_enabled: true,
    mtf_bracket: 25,
    cas_eligible: true,
  });
  return [
    index(NIFTY, 'NSE', '26000'),
    index(VIX, 'NSE', '26017'),
    index('BSE_INDEX|SENSEX', 'BSE', '1'),
    share(RELIANCE, 'RELIANCE', 'RELIANCE INDUSTRIES LTD', '2885'),
    share(IDEA, 'IDEA', 'VODAFONE IDEA LIMITED', '14366'),
    niftyRow('FUT', 0, MONTHLY_EXPIRY, '60000', false),
    ...STRIKES.flatMap((strike, at) => [
      niftyRow('CE', strike, WEEKLY_EXPIRY, String(40_000 + at * 2), true),
      niftyRow('PE', strike, WEEKLY_EXPIRY, String(40_001 + at * 2), true),
      niftyRow('CE', strike, MONTHLY_EXPIRY, String(50_000 + at * 2), false),
      niftyRow('PE', strike, MONTHLY_EXPIRY, String(50_001 + at * 2), false),
    ]),
  ];
}

/** A NIFTY derivative of the fixture. */
export function niftyRow(
  type: 'FUT' | 'CE' | 'PE',
  strike: number,
  expiry: IstDate,
  token: string,
  weekly: boolean,
): MasterRow {
  const day = new Date(`${expiry}T00:00:00Z`).toUTCString().slice(5, 16).toUpperCase().split(' ');
  const date = `${day[0]} ${day[1]} ${day[2]?.slice(2)}`;
  return {
    weekly,
    segment: 'NSE_FO',
    name: 'NIFTY',
    exchange: 'NSE',
    expiry: istInstant(expiry, 23, 59, 59),
    instrument_type: type,
    asset_symbol: 'NIFTY',
    underlying_symbol: 'NIFTY',
    instrument_key: `NSE_FO|${token}`,
    lot_size: 65,
    freeze_quantity: 1800,
    exchange_token: token,
    minimum_lot: 65,
    underlying_key: NIFTY,
    underlying_type: 'INDEX',
    tick_size: 5,
    trading_symbol: type === 'FUT' ? `NIFTY FUT ${date}` : `NIFTY ${strike} ${type} ${date}`,
    strike_price: strike,
    qty_multiplier: 1,
  };
}

/** A plausible quote of a row: options near intrinsic value plus a smile of time value. */
export function fixtureQuote(row: MasterRow): SimQuote {
  const index = row.instrument_type === 'INDEX';
  const option = row.instrument_type === 'CE' || row.instrument_type === 'PE';
  const strike = row.strike_price ?? 0;
  const intrinsic = Math.max(0, row.instrument_type === 'CE' ? SPOT - strike : strike - SPOT);
  const price = option
    ? round2(intrinsic + 120 * Math.exp(-(((strike - SPOT) / 400) ** 2)))
    : row.segment === 'NSE_EQ'
      ? 1425.4
      : SPOT + (row.instrument_type === 'FUT' ? 42.15 : 0);
  const open = round2(price * 0.99);
  const derivative = row.expiry !== undefined;
  return {
    key: row.instrument_key,
    version: 1,
    ltp: price,
    ltt: istInstant(MARKET_DATE, 10, 59, 59),
    ltq: index ? 0 : 65,
    cp: open,
    depth: index ? [] : Array.from({ length: 30 }, (_, at) => level(price, at)),
    ...(option ? { greeks: { delta: 0.5, theta: -12.3456, gamma: 0.0007, vega: 11.2233, rho: 2.5 }, iv: 0.1425 } : {}),
    day: {
      open,
      high: round2(price * 1.01),
      low: round2(price * 0.985),
      close: price,
      vol: index ? 0 : 65_000,
      ts: istInstant(MARKET_DATE),
    },
    minute: {
      open: price,
      high: price,
      low: price,
      close: price,
      vol: index ? 0 : 650,
      ts: istInstant(MARKET_DATE, 10, 58),
    },
    atp: index ? 0 : round2(price * 0.997),
    vtt: index ? 0 : 65_000,
    oi: derivative ? 1_000_000 + strike : 0,
    tbq: index ? 0 : 45_000,
    tsq: index ? 0 : 51_000,
    previousOi: derivative ? 900_000 : 0,
    lowerCircuit: index ? undefined : round2(price * 0.9),
    upperCircuit: index ? undefined : round2(price * 1.1),
    yearHigh: round2(price * 1.4),
    yearLow: round2(price * 0.7),
    oiDayHigh: derivative ? 1_010_000 + strike : 0,
    oiDayLow: derivative ? 950_000 : 0,
  };
}

function level(price: number, at: number): DepthLevel {
  return {
    bidQ: 65 * (at + 1),
    bidP: round2(price - 0.05 * (at + 1)),
    askQ: 130 * (at + 1),
    askP: round2(price + 0.05 * (at + 1)),
  };
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The IST date of the fixture's clock. */
export function fixtureDate(market: FixtureMarket): IstDate {
  return istDateOf(market.now());
}
