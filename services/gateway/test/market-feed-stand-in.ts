// Answers market-feed's requests and publishes its subjects on a real nats-server, from seeded data that a spec may change.
import { connect } from '@nats-io/transport-node';
import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import {
  FeedHealth,
  HealthState,
  Instrument,
  marketFeedRpc,
  MarketStatus,
  Quote,
  SessionStatus,
  StaleReason,
  subjects,
  Tick,
  TickMode,
  TickSource,
  toBytes,
  type GetCandlesRequest,
  type GetCandlesResponse,
  type GetFeedStatusResponse,
  type GetInstrumentsResponse,
  type GetOverviewResponse,
  type GetQuotesResponse,
  type RefusedInterest,
  type RenewInterestRequest,
  type RpcContract,
  type SearchInstrumentsRequest,
  type SearchInstrumentsResponse,
} from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { encodeError } from '@vega/platform';

export const NIFTY = 'NSE_INDEX|Nifty 50';
export const VIX = 'NSE_INDEX|India VIX';
export const RELIANCE = 'NSE_EQ|INE002A01018';
export const M_AND_M = 'NSE_EQ|INE101A01026';
export const OPTION = 'NSE_FO|51414';

/** 2026-11-23 10:00:00.250 IST. */
export const MARKET_TIME_MS = Date.parse('2026-11-23T10:00:00.250+05:30');

type Method = keyof typeof marketFeedRpc;

const INSTRUMENTS: Instrument[] = [
  instrument(NIFTY, 'NIFTY', 'INDEX', 'Nifty 50'),
  instrument(VIX, 'INDIA VIX', 'INDEX', 'India VIX'),
  instrument(RELIANCE, 'RELIANCE', 'EQ', 'RELIANCE INDUSTRIES LTD', {
    isin: 'INE002A01018',
    lotSize: 1,
    tickSizePaise: 10,
  }),
  instrument(M_AND_M, 'M&M', 'EQ', 'MAHINDRA & MAHINDRA LTD', { isin: 'INE101A01026', lotSize: 1, tickSizePaise: 10 }),
  instrument(OPTION, 'NIFTY 25000 CE 30 NOV 27', 'CE', 'NIFTY', {
    expiryDate: '2027-11-30',
    strikePaise: 2_500_000,
    lotSize: 65,
    freezeQty: 1_755,
    tickSizePaise: 5,
    underlyingKey: NIFTY,
    underlyingSymbol: 'NIFTY',
    underlyingType: 'INDEX',
    weekly: true,
  }),
];

function instrument(
  key: string,
  symbol: string,
  type: string,
  name: string,
  more: Partial<Instrument> = {},
): Instrument {
  const segment = key.slice(0, key.indexOf('|'));
  return Instrument.create({
    instrumentId: key.length,
    instrumentKey: key,
    segment,
    exchange: segment.slice(0, 3),
    instrumentType: type,
    tradingSymbol: symbol,
    name,
    ...more,
  });
}

/** A tick with depth, volume, OI and day prices. */
export function sampleTick(key: string, more: Partial<Tick> = {}): Tick {
  return Tick.create({
    instrumentKey: key,
    instrumentId: key.length,
    feedEpoch: 7,
    seq: 1,
    source: TickSource.FEED_LIVE,
    mode: TickMode.FULL,
    marketTimeMs: MARKET_TIME_MS,
    receivedTimeUs: Date.now() * 1000,
    lastPricePaise: 12_345,
    lastTradeTimeMs: MARKET_TIME_MS - 500,
    lastQty: 65,
    prevClosePaise: 12_000,
    depth: [1, 2, 3, 4, 5].map((level) => ({
      bidQty: 65 * level,
      bidPricePaise: 12_345 - 5 * level,
      askQty: 130 * level,
      askPricePaise: 12_345 + 5 * level,
    })),
    avgPricePaise: 12_222,
    volume: 1_234_500,
    oi: 0,
    totalBuyQty: 10_000,
    totalSellQty: 9_000,
    day: {
      openPaise: 12_100,
      highPaise: 12_400,
      lowPaise: 12_050,
      closePaise: 12_345,
      volume: 1_234_500,
      startTimeMs: 0,
    },
    ...more,
  });
}

/** A market-feed for specs: what it knows is public and may be changed between requests. */
export class MarketFeedStandIn {
  readonly instruments = new Map<string, Instrument>(INSTRUMENTS.map((one) => [one.instrumentKey, one]));
  readonly ticks = new Map<string, Tick>([NIFTY, RELIANCE, M_AND_M, OPTION].map((key) => [key, sampleTick(key)]));
  readonly staleReasons = new Map<string, StaleReason>();
  readonly calls: { method: Method; request: unknown }[] = [];
  /** Errors to answer with, by method. */
  readonly refusals = new Map<Method, Error>();
  /** Methods that never answer. */
  readonly silent = new Set<Method>();
  refusedInterests: RefusedInterest[] = [];
  health: FeedHealth = FeedHealth.create({
    replica: 'market-feed-1',
    feedEpoch: 7,
    state: HealthState.GREEN,
    connections: [
      {
        connection: 1,
        state: 'open',
        lastFrameAgeMs: 40,
        frames: 1_000,
        keysByMode: { full: 4 },
        limitByMode: { full: 2_000, ltpc: 5_000 },
      },
    ],
    subscribed: 4,
    lastTickAgeMs: 25,
    ticksPublished: 99,
    gaps: 1,
    reconnects: 2,
    tokenExpiresMs: Date.parse('2026-11-24T03:30:00+05:30'),
    marketTimeMs: MARKET_TIME_MS,
    marketSource: 'simulator',
    reportedAtMs: MARKET_TIME_MS + 3,
  });
  sessions: MarketStatus[] = [
    { segment: 'NSE_FO', status: SessionStatus.NORMAL_OPEN, marketTimeMs: MARKET_TIME_MS, source: 'feed' },
  ];
  private subscriptions: Subscription[] = [];

  private constructor(readonly nc: NatsConnection) {}

  static async start(natsUrl: string): Promise<MarketFeedStandIn> {
    const standIn = new MarketFeedStandIn(await connect({ servers: natsUrl }));
    standIn.resume();
    await standIn.nc.flush();
    return standIn;
  }

  /** Stops answering, as a dead process does: whoever asks is told at once that nobody is there. */
  async goAway(): Promise<void> {
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
    await this.nc.flush();
  }

  resume(): void {
    this.answer('getQuotes', marketFeedRpc.getQuotes, (request) => this.quotes(request.symbols));
    this.answer('getOverview', marketFeedRpc.getOverview, () => this.overview());
    this.answer('getCandles', marketFeedRpc.getCandles, (request) => this.candles(request));
    this.answer('searchInstruments', marketFeedRpc.searchInstruments, (request) => this.search(request));
    this.answer('getInstruments', marketFeedRpc.getInstruments, (request) => this.find(request.symbols));
    this.answer('getFeedStatus', marketFeedRpc.getFeedStatus, () => this.feedStatus());
    this.answer('renewInterest', marketFeedRpc.renewInterest, () => ({
      expiresAtMs: Date.now() + 30_000,
      refused: this.refusedInterests,
    }));
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  /** Changes an instrument's state as the feed does, one place further in its sequence, and publishes it. */
  publish(key: string, more: Partial<Tick> = {}): Tick {
    const present = this.ticks.get(key) ?? sampleTick(key, { seq: 0 });
    const tick = { ...present, seq: present.seq + 1, receivedTimeUs: Date.now() * 1000, ...more };
    this.ticks.set(key, tick);
    this.publishRaw(key, toBytes(Tick, tick));
    return tick;
  }

  publishRaw(key: string, bytes: Uint8Array): void {
    this.nc.publish(subjects.tick(instrumentKey(key)), bytes);
  }

  publishHealth(more: Partial<FeedHealth> = {}): void {
    this.health = { ...this.health, ...more };
    this.nc.publish(subjects.health(this.health.replica), toBytes(FeedHealth, this.health));
  }

  publishStatus(status: MarketStatus): void {
    this.sessions = [...this.sessions.filter((one) => one.segment !== status.segment), status];
    this.nc.publish(subjects.status(status.segment), toBytes(MarketStatus, status));
  }

  /** Requests of one method so far. */
  callsOf(method: Method): unknown[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.request);
  }

  /** Keys of the interest told last. */
  get interest(): string[] {
    const last = this.callsOf('renewInterest').at(-1) as RenewInterestRequest | undefined;
    return (last?.interests ?? []).map((one) => one.instrumentKey);
  }

  private answer<Req, Res>(method: Method, contract: RpcContract<Req, Res>, handle: (request: Req) => Res): void {
    const subscription = this.nc.subscribe(contract.subject, {
      queue: contract.service,
      callback: (error, message) => {
        if (error !== null) return;
        const request = contract.request.decode(message.data);
        this.calls.push({ method, request });
        if (this.silent.has(method)) return;
        const refusal = this.refusals.get(method);
        if (refusal !== undefined) {
          const { headers, body } = encodeError(refusal);
          message.respond(body, { headers });
        } else message.respond(toBytes(contract.response, handle(request)));
      },
    });
    this.subscriptions.push(subscription);
  }

  private resolve(symbol: string): Instrument | undefined {
    const found = this.instruments.get(symbol);
    return found ?? [...this.instruments.values()].find((one) => one.tradingSymbol === symbol.toUpperCase());
  }

  private quoteOf(one: Instrument): Quote | undefined {
    const tick = this.ticks.get(one.instrumentKey);
    if (tick === undefined) return undefined;
    return Quote.create({
      instrument: one,
      tick,
      connectionAgeMs: 12,
      quoteAgeMs: 34,
      tradeAgeMs: 500,
      staleReason: this.staleReasons.get(one.instrumentKey) ?? StaleReason.NONE,
      session: SessionStatus.NORMAL_OPEN,
      lowerCircuitPaise: 6_000,
      upperCircuitPaise: 18_005,
    });
  }

  private quotes(symbols: readonly string[]): GetQuotesResponse {
    const answer: GetQuotesResponse = { quotes: [], unknown: [], unavailable: [] };
    for (const symbol of symbols) {
      const one = this.resolve(symbol);
      const quote = one === undefined ? undefined : this.quoteOf(one);
      if (one === undefined) answer.unknown.push(symbol);
      else if (quote === undefined) answer.unavailable.push(symbol);
      else answer.quotes.push(quote);
    }
    return answer;
  }

  private overview(): GetOverviewResponse {
    const quote = this.quotes([NIFTY]).quotes;
    const vix = this.quotes([VIX]).quotes[0];
    const breadth = { advances: 20, declines: 15, unchanged: 3, unknown: 2 };
    return { indices: quote, vix, sessions: this.sessions, breadth, health: this.health };
  }

  private candles(request: GetCandlesRequest): GetCandlesResponse {
    const startTimeMs = Date.parse('2026-11-20T09:15:00+05:30');
    const candle = { openPaise: 10_005, highPaise: 10_100, lowPaise: 9_995, closePaise: 10_050, volume: 650, oi: 130 };
    return {
      instrument: this.resolve(request.symbol),
      candles: [0, 1].map((minute) => ({ startTimeMs: startTimeMs + minute * 60_000, ...candle })),
      lastIsForming: true,
    };
  }

  private search(request: SearchInstrumentsRequest): SearchInstrumentsResponse {
    const wanted = request.query.toUpperCase();
    const fit = [...this.instruments.values()].filter(
      (one) =>
        (one.tradingSymbol.includes(wanted) || one.name.toUpperCase().includes(wanted)) &&
        (request.segments.length === 0 || request.segments.includes(one.segment)) &&
        (request.instrumentTypes.length === 0 || request.instrumentTypes.includes(one.instrumentType)) &&
        (request.expiryDate === '' || request.expiryDate === one.expiryDate),
    );
    return { instruments: fit.slice(request.offset, request.offset + request.limit), total: fit.length };
  }

  private find(symbols: readonly string[]): GetInstrumentsResponse {
    const found = symbols.map((symbol) => this.resolve(symbol));
    return {
      instruments: found.filter((one) => one !== undefined),
      unknown: symbols.filter((_symbol, at) => found[at] === undefined),
    };
  }

  private feedStatus(): GetFeedStatusResponse {
    return {
      health: this.health,
      sessions: this.sessions,
      masterDate: '2026-11-23',
      masterRows: this.instruments.size,
    };
  }
}
