import type { CandleView, DepthView, FeedStatusView, InstrumentView, QuoteView, StreamQuote } from '@vega/client';

/** An instrument of the stand-in's market. Prices are in paise. */
interface Traded {
  instrument: InstrumentView;
  prevClosePaise: number;
  lastPaise: number;
  volume: number;
  oi: number | null;
  seq: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const IST_MS = 330 * MINUTE_MS;
const TOKEN_LEFT_MS = 600 * MINUTE_MS;
/** Monday, 23 November 2026, 11:30 in India. */
export const MARKET_START_MS = Date.parse('2026-11-23T06:00:00Z');

/** Nothing was traded before. */
const HISTORY_FROM_MS = Date.parse('2026-10-05T00:00:00Z');

/** A market whose every number follows from its seed. Time passes only when it is told to. */
export class SeededMarket {
  nowMs = MARKET_START_MS;
  staleReason: string | null = null;
  private state: number;
  private readonly traded = new Map<string, Traded>();

  constructor(seed: number) {
    this.state = seed;
    this.add(index('NSE_INDEX|Nifty 50', 'NIFTY', 'Nifty 50'), 2_614_035, null);
    this.add(index('NSE_INDEX|Nifty Bank', 'BANKNIFTY', 'Nifty Bank'), 5_893_310, null);
    this.add(index('BSE_INDEX|SENSEX', 'SENSEX', 'BSE Sensex'), 8_530_655, null);
    this.add(index('NSE_INDEX|India VIX', 'INDIA VIX', 'India VIX'), 1_312, null);
    for (const [symbol, name, paise] of SHARES) this.add(share(symbol, name), paise, null);
    this.add(future('NIFTY', '2026-11-24'), 2_618_500, 12_345_600);
    for (let strike = 25_700; strike <= 26_600; strike += 50) {
      for (const type of ['CE', 'PE'] as const) {
        const inner = Math.max(0, type === 'CE' ? 26_140 - strike : strike - 26_140);
        const outer = Math.max(8, 190 - Math.abs(strike - 26_140) / 3);
        this.add(option('NIFTY', '2026-11-24', strike, type), Math.round((inner + outer) * 20) * 5, 4_500_000);
      }
    }
  }

  has(key: string): boolean {
    return this.traded.has(key);
  }

  /** The key of a key or trading symbol. */
  keyOf(asked: string): string | undefined {
    if (this.traded.has(asked)) return asked;
    return [...this.traded.values()].find(({ instrument }) => instrument.trading_symbol === asked)?.instrument
      .instrument_key;
  }

  /** Lets time pass and moves the prices of some instruments; returns their keys. */
  step(ms: number): string[] {
    this.nowMs += ms;
    const moved: string[] = [];
    for (const [key, one] of this.traded) {
      if (this.random() < 0.35) continue;
      const tick = one.instrument.instrument_type === 'INDEX' ? 1 : 5;
      const reach = Math.max(1, Math.round(one.prevClosePaise / 20_000 / tick));
      one.lastPaise = Math.max(tick, one.lastPaise + Math.round((this.random() * 2 - 1) * reach) * tick);
      one.volume += Math.round(this.random() * 20) * 65;
      one.seq += 1;
      moved.push(key);
    }
    return moved;
  }

  search(
    words: string,
    segments: string,
    types: string,
    expiry: string,
    limit: number,
  ): {
    items: InstrumentView[];
    total: number;
  } {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = [...this.traded.values()]
      .map(({ instrument }) => instrument)
      .filter((one) => {
        const text = `${one.trading_symbol} ${one.name}`.toLowerCase();
        return (
          wanted.every((word) => text.includes(word)) &&
          (segments === '' || segments.split(',').includes(one.segment ?? '')) &&
          (types === '' || types.split(',').includes(one.instrument_type ?? '')) &&
          (expiry === '' || one.expiry_date === expiry)
        );
      });
    return { items: fits.slice(0, limit), total: fits.length };
  }

  /** A quote as the stream sends it; `ageMs` old. */
  streamQuote(key: string, ageMs: number): StreamQuote {
    const {
      instrument,
      age: _age,
      lower_circuit: _low,
      upper_circuit: _high,
      session: _session,
      ...rest
    } = {
      ...this.quote(key),
    };
    return {
      ...(rest as Omit<StreamQuote, 'instrument_key' | 'trading_symbol' | 'age_ms'>),
      instrument_key: instrument.instrument_key,
      trading_symbol: instrument.trading_symbol ?? '',
      age_ms: ageMs,
    };
  }

  quote(key: string): QuoteView {
    const one = this.of(key);
    const { instrument, lastPaise, prevClosePaise, volume, oi, seq } = one;
    const isIndex = instrument.instrument_type === 'INDEX';
    const change = (lastPaise - prevClosePaise) / 100;
    const bid = isIndex ? null : (lastPaise - 5) / 100;
    return {
      instrument,
      last_price: lastPaise / 100,
      last_qty: isIndex ? null : 65,
      change,
      change_percent: Math.round(((lastPaise - prevClosePaise) * 10_000) / prevClosePaise) / 100,
      prev_close: prevClosePaise / 100,
      avg_price: isIndex ? null : prevClosePaise / 100,
      ohlc: {
        open: prevClosePaise / 100,
        high: Math.max(lastPaise, prevClosePaise * 1.004) / 100,
        low: Math.min(lastPaise, prevClosePaise * 0.997) / 100,
        close: lastPaise / 100,
      },
      volume: isIndex ? null : volume,
      oi,
      bid_price: bid,
      bid_qty: bid === null ? null : 650,
      ask_price: isIndex ? null : (lastPaise + 5) / 100,
      ask_qty: isIndex ? null : 1_365,
      total_buy_qty: isIndex ? null : 1_234_500,
      total_sell_qty: isIndex ? null : 987_650,
      lower_circuit: isIndex ? null : Math.round(prevClosePaise * 0.6) / 100,
      upper_circuit: isIndex ? null : Math.round(prevClosePaise * 1.4) / 100,
      session: 'NORMAL_OPEN',
      source: 'FEED_LIVE',
      mode: 'FULL',
      exchange_time: null,
      exchange_time_ms: this.nowMs,
      last_trade_time: null,
      last_trade_time_ms: this.nowMs - 400,
      received_at_ms: this.nowMs,
      age: { connection_ms: 20, quote_ms: 20, trade_ms: 400 },
      stale: this.staleReason !== null,
      stale_reason: this.staleReason as QuoteView['stale_reason'],
      feed_epoch: 1,
      seq,
    };
  }

  depth(key: string): DepthView {
    const quote = this.quote(key);
    const last = this.of(key).lastPaise;
    const side = (sign: number): DepthView['bids'] =>
      Array.from({ length: 5 }, (_, n) => ({
        price: (last + sign * 5 * (n + 1)) / 100,
        qty: 65 * (3 + ((n * 7 + (sign > 0 ? 4 : 9)) % 19)),
      }));
    return { ...quote, bids: side(-1), asks: side(1) };
  }

  /** Candles of a span of days (`YYYY-MM-DD`, both included), within sessions; today's end in the one that is forming. */
  candles(key: string, lengthMs: number, from: string, to: string): CandleView[] {
    const { lastPaise, prevClosePaise, oi } = this.of(key);
    const lastStart = Math.floor(this.nowMs / lengthMs) * lengthMs;
    const firstMs = Math.max(Date.parse(`${from}T00:00:00Z`), HISTORY_FROM_MS) - IST_MS;
    const endMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS - IST_MS;
    let random = 99;
    const next = (): number => (random = (random * 16_807) % 2_147_483_647) / 2_147_483_647;
    let close = lastPaise;
    const reach = Math.max(5, prevClosePaise / 900);
    const candles: CandleView[] = [];
    for (let startMs = lastStart; startMs >= firstMs; startMs -= lengthMs) {
      if (lengthMs < DAY_MS && !isInSession(startMs)) continue;
      const open = Math.max(5, Math.round(close + (next() - 0.5) * reach));
      const [up, down, volume] = [next(), next(), next()];
      if (startMs < endMs) {
        candles.push({
          start_time: new Date(startMs).toISOString(),
          start_time_ms: startMs,
          open: open / 100,
          high: Math.round(Math.max(open, close) + up * reach * 0.4) / 100,
          low: Math.round(Math.max(5, Math.min(open, close) - down * reach * 0.4)) / 100,
          close: close / 100,
          volume: oi === null && key.includes('INDEX') ? 0 : Math.round(volume * 4_000) * 65,
          oi: oi === null ? 0 : Math.max(0, oi - Math.round((lastStart - startMs) / lengthMs) * 1_300),
        });
      }
      close = open;
    }
    return candles.toReversed();
  }

  feedStatus(): FeedStatusView {
    return {
      state: 'GREEN',
      reasons: [],
      market_source: 'simulator',
      connections: [1, 2].map((connection) => ({
        connection,
        state: 'open',
        last_frame_age_ms: 40,
        mute: false,
        frames: 123_456,
        entries: 2_345_678,
        duplicates: 34_567,
        garbage: 0,
        reconnects: 0,
        modes: [
          { mode: 'FULL', subscribed: connection === 1 ? 1_870 : 410, limit: 2_000 },
          { mode: 'LTPC', subscribed: 640, limit: 5_000 },
        ],
      })),
      subscribed: 3_560,
      refused: 0,
      last_message_age_ms: 12,
      ticks_published: 2_311_111,
      duplicates_dropped: 34_567,
      gaps: 0,
      reconnects: 0,
      token_expires_at: null,
      // The page measures it by the computer's clock, which no seed sets.
      token_expires_at_ms: Date.now() + TOKEN_LEFT_MS,
      market_time: null,
      market_time_ms: this.nowMs,
      market_time_extrapolated: false,
      clock_skew_ms: 3,
      reported_at_ms: this.nowMs,
      replica: 'market-feed-0',
      feed_epoch: 1,
      sessions: [],
      master_date: '2026-11-23',
      master_rows: 98_765,
    };
  }

  private of(key: string): Traded {
    const one = this.traded.get(key);
    if (one === undefined) throw new Error(`the stand-in does not trade ${key}`);
    return one;
  }

  private add(instrument: InstrumentView, prevClosePaise: number, oi: number | null): void {
    const moved = Math.round(prevClosePaise * (1 + (this.random() - 0.45) * 0.02));
    const lastPaise = instrument.instrument_type === 'INDEX' ? moved : Math.round(moved / 5) * 5;
    this.traded.set(instrument.instrument_key, {
      instrument,
      prevClosePaise,
      lastPaise,
      volume: Math.round(this.random() * 90_000) * 65,
      oi,
      seq: 1,
    });
  }

  /** Park and Miller's generator. */
  private random(): number {
    this.state = (this.state * 16_807) % 2_147_483_647;
    return this.state / 2_147_483_647;
  }
}

/** Whether a candle of a part of a day starts between 09:15 and 15:30 in India. */
function isInSession(startMs: number): boolean {
  const minute = ((startMs + IST_MS) % DAY_MS) / MINUTE_MS;
  return minute >= 555 && minute < 930;
}

/** Length in ms of a candle of history. */
export function lengthOf(unit: string, interval: number): number {
  const one = { minutes: MINUTE_MS, hours: 60 * MINUTE_MS, days: 1_440 * MINUTE_MS, weeks: 10_080 * MINUTE_MS }[unit];
  return (one ?? MINUTE_MS) * interval;
}

const SHARES: readonly (readonly [string, string, number])[] = [
  ['RELIANCE', 'Reliance Industries', 154_620],
  ['HDFCBANK', 'HDFC Bank', 99_845],
  ['INFY', 'Infosys', 153_910],
  ['TCS', 'Tata Consultancy Services', 310_505],
  ['SBIN', 'State Bank of India', 98_230],
];

const NONE = {
  instrument_id: 0,
  isin: null,
  underlying_key: null,
  underlying_symbol: null,
  expiry_date: null,
  strike: null,
  lot_size: 1,
  freeze_qty: null,
  tick_size: 0.05,
};

function index(key: string, symbol: string, name: string): InstrumentView {
  const segment = key.slice(0, key.indexOf('|'));
  return {
    ...NONE,
    instrument_key: key,
    segment,
    exchange: segment.slice(0, 3),
    instrument_type: 'INDEX',
    trading_symbol: symbol,
    name,
    lot_size: null,
  };
}

function share(symbol: string, name: string): InstrumentView {
  return {
    ...NONE,
    instrument_key: `NSE_EQ|INE${symbol}`,
    segment: 'NSE_EQ',
    exchange: 'NSE',
    instrument_type: 'EQ',
    trading_symbol: symbol,
    name,
  };
}

function derivative(key: string, symbol: string, type: string, expiry: string): InstrumentView {
  return {
    ...NONE,
    instrument_key: key,
    segment: 'NSE_FO',
    exchange: 'NSE',
    instrument_type: type,
    trading_symbol: symbol,
    name: 'NIFTY',
    underlying_key: 'NSE_INDEX|Nifty 50',
    underlying_symbol: 'NIFTY',
    expiry_date: expiry,
    lot_size: 65,
    freeze_qty: 1_800,
  };
}

function future(underlying: string, expiry: string): InstrumentView {
  return derivative('NSE_FO|50001', `${underlying} FUT 24 NOV 26`, 'FUT', expiry);
}

function option(underlying: string, expiry: string, strike: number, type: 'CE' | 'PE'): InstrumentView {
  const token = strike * 2 + (type === 'CE' ? 0 : 1);
  return { ...derivative(`NSE_FO|${token}`, `${underlying} ${strike} ${type} 24 NOV 26`, type, expiry), strike };
}
