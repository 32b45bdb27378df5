// Answers market-feed's requests and publishes its subjects on a real nats-server: two underlyings with one expiry of five strikes each.
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
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
  type RenewInterestRequest,
  type RpcContract,
} from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { encodeError } from '@vega/platform';
import { valueOption } from '@vega/pricing';

/** Tuesday 2026-11-24 is a holiday, so the weekly expires on the Monday; the market stands on the Friday before. */
export const EXPIRY = '2026-12-01';
export const MARKET_TIME_MS = Date.parse('2026-11-27T11:00:00+05:30');
export const NIFTY = 'NSE_INDEX|Nifty 50';
export const BANK = 'NSE_INDEX|Nifty Bank';
const SPOT: Readonly<Record<string, number>> = { [NIFTY]: 25_000, [BANK]: 56_000 };
const STEP: Readonly<Record<string, number>> = { [NIFTY]: 50, [BANK]: 100 };
const SYMBOL: Readonly<Record<string, string>> = { [NIFTY]: 'NIFTY', [BANK]: 'BANKNIFTY' };
const VOLATILITY = 0.14;

function underlying(key: string): Instrument {
  return Instrument.create({
    instrumentId: 1,
    instrumentKey: key,
    segment: 'NSE_INDEX',
    exchange: 'NSE',
    instrumentType: 'INDEX',
    tradingSymbol: SYMBOL[key] ?? '',
    name: SYMBOL[key] ?? '',
  });
}

function contractsOf(key: string, strikes: number): Instrument[] {
  const [spot, step] = [SPOT[key] ?? 0, STEP[key] ?? 0];
  return Array.from({ length: strikes }, (_, n) => n - (strikes >> 1)).flatMap((n) =>
    (['CE', 'PE'] as const).map((type) => {
      const strike = spot + n * step;
      return Instrument.create({
        instrumentId: strike * 2 + (type === 'CE' ? 0 : 1),
        instrumentKey: `NSE_FO|${SYMBOL[key]}${strike}${type}`,
        segment: 'NSE_FO',
        exchange: 'NSE',
        instrumentType: type,
        tradingSymbol: `${SYMBOL[key]} ${strike} ${type} 01 DEC 26`,
        underlyingKey: key,
        underlyingType: 'INDEX',
        expiryDate: EXPIRY,
        strikePaise: strike * 100,
        lotSize: 65,
        tickSizePaise: 5,
        weekly: true,
      });
    }),
  );
}

/** A market-feed for specs. */
export class MarketFeedStandIn {
  readonly contracts: ReadonlyMap<string, readonly Instrument[]>;
  readonly ticks = new Map<string, Tick>();
  /** The interest each holder told last. */
  readonly interests = new Map<string, RenewInterestRequest>();
  private constructor(
    readonly nc: NatsConnection,
    strikes: number,
  ) {
    this.contracts = new Map([NIFTY, BANK].map((key) => [key, contractsOf(key, strikes)]));
  }

  static async start(url: string, strikes = 9): Promise<MarketFeedStandIn> {
    const feed = new MarketFeedStandIn(await connect({ servers: url }), strikes);
    for (const key of [NIFTY, BANK]) feed.quoteAll(key, SPOT[key] ?? 0);
    feed.listen();
    await feed.nc.flush();
    return feed;
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  /** Moves an underlying and every one of its contracts, one place further in their sequences, and publishes them. */
  move(key: string, spot: number): void {
    for (const tick of this.quoteAll(key, spot)) {
      this.nc.publish(subjects.tick(instrumentKey(tick.instrumentKey)), toBytes(Tick, tick));
    }
    this.beat();
  }

  /** Moves both sides of one contract's quote, one place further in its sequence, without publishing it. */
  nudge(key: string, byPaise: number): Tick {
    const before = this.ticks.get(key);
    if (before === undefined) throw new Error(`${key} is not quoted`);
    const depth = before.depth.map((level) => ({
      ...level,
      bidPricePaise: level.bidPricePaise + byPaise,
      askPricePaise: level.askPricePaise + byPaise,
    }));
    const seq = before.seq + 1;
    const tick = { ...before, seq, depth, marketTimeMs: MARKET_TIME_MS + seq, receivedTimeUs: Date.now() * 1000 };
    this.ticks.set(key, tick);
    return tick;
  }

  /** Publishes a health report, as market-feed does each second. */
  beat(): void {
    this.nc.publish(subjects.health('feed'), toBytes(FeedHealth, this.health()));
  }

  private quoteAll(key: string, spot: number): Tick[] {
    const made = [this.put(key, spot, undefined)];
    const years = (Date.parse(`${EXPIRY}T15:40:00+05:30`) - MARKET_TIME_MS) / 31_536_000_000;
    for (const { instrumentKey: contract, instrumentType, strikePaise } of this.contracts.get(key) ?? []) {
      const terms = { model: 'black76', underlying: spot, strike: strikePaise / 100, years, rate: 0.055 } as const;
      const { price } = valueOption({ ...terms, type: instrumentType === 'CE' ? 'c' : 'p' }, VOLATILITY);
      made.push(this.put(contract, price, 0.05));
    }
    return made;
  }

  private put(key: string, price: number, spread: number | undefined): Tick {
    const paise = Math.round(price * 20) * 5;
    const before = this.ticks.get(key);
    const seq = (before?.seq ?? 0) + 1;
    const depth = { bidPricePaise: paise - 5, bidQty: 65, askPricePaise: paise + 5, askQty: 130 };
    const tick = Tick.create({
      instrumentKey: key,
      feedEpoch: 3,
      seq,
      source: TickSource.FEED_LIVE,
      mode: TickMode.FULL,
      marketTimeMs: MARKET_TIME_MS + seq * 100,
      receivedTimeUs: Date.now() * 1000,
      lastPricePaise: paise,
      prevClosePaise: Math.max(5, paise - 100),
      depth: spread === undefined ? [] : [depth],
      volume: 1_000,
      oi: 6_500 + seq,
    });
    this.ticks.set(key, tick);
    return tick;
  }

  private health(): FeedHealth {
    return FeedHealth.create({
      replica: 'feed',
      feedEpoch: 3,
      state: HealthState.GREEN,
      connections: [{ connection: 1, state: 'open' }],
      marketTimeMs: MARKET_TIME_MS,
    });
  }

  private listen(): void {
    this.answer(marketFeedRpc.listDerivativeUnderlyings, () => ({
      masterDate: '2026-11-27',
      underlyings: [NIFTY, BANK].map((key) => ({
        instrument: underlying(key),
        kind: 'INDEX',
        expiries: [{ date: EXPIRY, weekly: true, lotSize: 65, tickSizePaise: 5, options: 18, futures: 0 }],
      })),
    }));
    this.answer(marketFeedRpc.getDerivatives, ({ underlyingKey }) => ({
      underlying: underlying(underlyingKey),
      contracts: [...(this.contracts.get(underlyingKey) ?? [])],
    }));
    this.answer(marketFeedRpc.getPreviousOi, ({ underlyingKey }) => ({
      contracts: (this.contracts.get(underlyingKey) ?? []).map((one) => ({
        instrumentKey: one.instrumentKey,
        oi: 6_000,
      })),
    }));
    this.answer(marketFeedRpc.getQuotes, ({ symbols }) => ({
      quotes: symbols.flatMap((key) => {
        const tick = this.ticks.get(key);
        return tick === undefined ? [] : [Quote.create({ tick, staleReason: StaleReason.NONE })];
      }),
      unknown: [],
      unavailable: [],
    }));
    this.answer(marketFeedRpc.getInstruments, ({ symbols }) => ({
      instruments: symbols.includes('RELIANCE') ? [Instrument.create({ tradingSymbol: 'RELIANCE' })] : [],
      unknown: symbols.filter((one) => one !== 'RELIANCE'),
    }));
    this.answer(marketFeedRpc.getFeedStatus, () => ({
      health: this.health(),
      sessions: ['NSE_FO', 'NSE_INDEX'].map((segment) =>
        MarketStatus.create({
          segment,
          status: SessionStatus.NORMAL_OPEN,
          marketTimeMs: MARKET_TIME_MS,
          source: 'feed',
        }),
      ),
      masterDate: '2026-11-27',
      masterRows: 38,
    }));
    this.answer(marketFeedRpc.getCandles, () => ({ instrument: undefined, candles: [], lastIsForming: false }));
    this.answer(marketFeedRpc.renewInterest, (request) => {
      this.interests.set(request.holder, request);
      return { expiresAtMs: Date.now() + 30_000, refused: [] };
    });
  }

  private answer<Req, Res>(contract: RpcContract<Req, Res>, handle: (request: Req) => Res): void {
    this.nc.subscribe(contract.subject, {
      queue: contract.service,
      callback: (error, message) => {
        if (error !== null) return;
        try {
          message.respond(toBytes(contract.response, handle(contract.request.decode(message.data))));
        } catch (cause) {
          const { headers, body } = encodeError(cause);
          message.respond(body, { headers });
        }
      },
    });
  }
}
