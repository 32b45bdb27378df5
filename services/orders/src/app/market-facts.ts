/** What orders knows of the market: time, sessions, contracts, prices and the risk of a unit; all of it in memory. */
import {
  type FeedHealth,
  HealthState,
  type Instrument,
  type MarketStatus,
  type Quote,
  SessionStatus,
  type Tick,
} from '@vega/contracts';
import { type Clock, istDateOf, istInstant, istDate } from '@vega/kernel';
import { volatilityOfOption, yearsOfSeconds } from '@vega/pricing';
import { type ContractFacts, type PriceFacts, type RiskUnit, riskUnit, type RiskFacts } from '@vega/trading';

/** Where quotes are fetched from and ticks are asked for. */
export interface MarketSource {
  fetchQuotes(keys: readonly string[]): Promise<readonly Quote[]>;
  /** Says which instruments' ticks are wanted from now on. */
  want(keys: ReadonlySet<string>): void;
}

interface KnownInstrument {
  readonly instrument: Instrument;
  readonly contract: ContractFacts;
  lastPaise: number;
  /** Monotonic. */
  heardMs: number;
  lowerBandPaise: number | undefined;
  upperBandPaise: number | undefined;
  brokerIv: number;
  unit: RiskUnit | undefined;
  unitAtMs: number;
  wantedMs: number;
}

/** A unit is valued again at most this often, milliseconds. */
const REVALUE_MS = 1_000;
/** An instrument nobody has asked for this long is let go, milliseconds. */
const WANTED_FOR_MS = 600_000;
/** A health report older than this says nothing any more, milliseconds. */
const HEALTH_MS = 5_000;
/** Derivatives end at this time of their last day (IST), rupees are valued to it. */
const END_OF_TRADING = { hour: 15, minute: 40 } as const;

export class MarketFacts {
  private readonly known = new Map<string, KnownInstrument>();
  private readonly sessions = new Map<string, SessionStatus>();
  private readonly fetching = new Map<string, Promise<void>>();
  private marketMs: number | undefined;
  private marketAtMs = 0;
  private healthAtMs = Number.NEGATIVE_INFINITY;
  private health: FeedHealth | undefined;
  private readonly listeners = new Set<(key: string) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly source: MarketSource,
  ) {}

  /** Market time now: the last that the feed told, and what has passed since on our own clock. Never goes back. */
  nowMs(): number | undefined {
    if (this.marketMs === undefined) return undefined;
    return this.marketMs + Math.floor(Math.max(0, this.clock.monotonicMs() - this.marketAtMs));
  }

  get isExtrapolated(): boolean {
    return this.health?.marketTimeExtrapolated === true || this.healthAgeMs > HEALTH_MS;
  }

  get marketSource(): RiskFacts['marketSource'] {
    const source = this.health?.marketSource;
    return source === 'live' || source === 'simulator' ? source : 'unknown';
  }

  takeHealth(health: FeedHealth): void {
    this.health = health;
    this.healthAtMs = this.clock.monotonicMs();
    this.takeTime(health.marketTimeMs);
  }

  takeStatus(status: MarketStatus): void {
    this.sessions.set(status.segment, status.status);
  }

  takeTick(tick: Tick): void {
    this.takeTime(tick.marketTimeMs);
    const known = this.known.get(tick.instrumentKey);
    if (known === undefined) return;
    this.takePrice(known, tick);
    for (const listener of this.listeners) listener(tick.instrumentKey);
  }

  /** Told of every price of an instrument that is followed. */
  onPrice(listener: (key: string) => void): void {
    this.listeners.add(listener);
  }

  /** Makes sure that an instrument and its underlying are known; asks once, and only for what is not. */
  async prepare(key: string): Promise<void> {
    const known = this.known.get(key);
    if (known !== undefined) {
      known.wantedMs = this.clock.monotonicMs();
      return;
    }
    let work = this.fetching.get(key);
    if (work === undefined) {
      work = this.fetch([key]).finally(() => this.fetching.delete(key));
      this.fetching.set(key, work);
    }
    await work;
  }

  /** Follows instruments that are held or work, whatever else is asked for. */
  async follow(keys: readonly string[]): Promise<void> {
    const missing = keys.filter((key) => !this.known.has(key));
    const now = this.clock.monotonicMs();
    for (const key of keys) {
      const known = this.known.get(key);
      if (known !== undefined) known.wantedMs = now;
    }
    if (missing.length > 0) await this.fetch(missing);
    for (const [key, known] of this.known) {
      if (now - known.wantedMs > WANTED_FOR_MS && !keys.includes(key)) this.known.delete(key);
    }
    this.source.want(new Set(this.known.keys()));
  }

  private async fetch(keys: readonly string[]): Promise<void> {
    const quotes = await this.source.fetchQuotes(keys);
    for (const quote of quotes) this.takeQuote(quote);
    const underlyings = new Set(
      quotes.map((quote) => quote.instrument?.underlyingKey ?? '').filter((key) => key !== '' && !this.known.has(key)),
    );
    if (underlyings.size > 0)
      for (const quote of await this.source.fetchQuotes([...underlyings])) this.takeQuote(quote);
    this.source.want(new Set(this.known.keys()));
  }

  private takeQuote(quote: Quote): void {
    const { instrument, tick } = quote;
    if (instrument === undefined) return;
    const known: KnownInstrument = {
      instrument,
      contract: this.contractOf(instrument),
      lastPaise: 0,
      heardMs: Number.NEGATIVE_INFINITY,
      lowerBandPaise: quote.lowerCircuitPaise,
      upperBandPaise: quote.upperCircuitPaise,
      brokerIv: 0,
      unit: undefined,
      unitAtMs: Number.NEGATIVE_INFINITY,
      wantedMs: this.clock.monotonicMs(),
    };
    this.known.set(instrument.instrumentKey, known);
    if (tick !== undefined) this.takePrice(known, tick);
  }

  private contractOf(instrument: Instrument): ContractFacts {
    const kinds: Readonly<Record<string, ContractFacts['kind']>> = {
      INDEX: 'index',
      FUT: 'future',
      CE: 'call',
      PE: 'put',
    };
    return {
      kind: kinds[instrument.instrumentType] ?? 'equity',
      underlyingKey: instrument.underlyingKey === '' ? instrument.instrumentKey : instrument.underlyingKey,
      lot: instrument.lotSize,
      freezeQty: instrument.freezeQty,
      tickPaise: instrument.tickSizePaise,
      expired: false,
    };
  }

  private takePrice(known: KnownInstrument, tick: Tick): void {
    if (tick.lastPricePaise > 0) {
      known.lastPaise = tick.lastPricePaise;
      known.heardMs = this.clock.monotonicMs();
    }
    if (tick.brokerIv !== undefined && tick.brokerIv > 0) known.brokerIv = tick.brokerIv;
  }

  private takeTime(marketMs: number): void {
    if (marketMs <= 0 || marketMs < (this.nowMs() ?? 0)) return;
    this.marketMs = marketMs;
    this.marketAtMs = this.clock.monotonicMs();
  }

  private get healthAgeMs(): number {
    return this.clock.monotonicMs() - this.healthAtMs;
  }

  contract(key: string): ContractFacts | undefined {
    const known = this.known.get(key);
    const now = this.nowMs();
    if (known === undefined || now === undefined) return known?.contract;
    const { expiryDate } = known.instrument;
    return { ...known.contract, expired: expiryDate !== '' && expiryDate < istDateOf(now) };
  }

  tradingSymbol(key: string): string {
    return this.known.get(key)?.instrument.tradingSymbol ?? '';
  }

  /** The last price. It is as old as the feed's last sign where the feed is well: a quiet contract is not stale. */
  price(key: string): PriceFacts | undefined {
    const known = this.known.get(key);
    if (known === undefined || known.lastPaise === 0) return undefined;
    const quoteAge = this.clock.monotonicMs() - known.heardMs;
    const feedIsWell = this.healthAgeMs <= HEALTH_MS && this.health?.state !== HealthState.RED;
    const feedAge = feedIsWell ? this.healthAgeMs + (this.health?.lastTickAgeMs ?? Number.POSITIVE_INFINITY) : quoteAge;
    return {
      lastPaise: known.lastPaise,
      ageMs: Math.round(Math.min(quoteAge, feedAge)),
      lowerBandPaise: known.lowerBandPaise,
      upperBandPaise: known.upperBandPaise,
    };
  }

  session(segment: string): RiskFacts['session'] {
    switch (this.sessions.get(segment)) {
      case SessionStatus.NORMAL_OPEN:
        return 'continuous';
      case SessionStatus.PRE_OPEN_START:
      case SessionStatus.CLOSING_START:
        return 'auction';
      case undefined:
      case SessionStatus.UNSPECIFIED:
        return 'unknown';
      default:
        return 'closed';
    }
  }

  /** The risk of one unit, valued anew when its last valuation is older than a second. */
  unit(key: string): { readonly unit: RiskUnit | undefined; readonly pricePaise: number } {
    const known = this.known.get(key);
    if (known === undefined) return { unit: undefined, pricePaise: 0 };
    const now = this.clock.monotonicMs();
    if (now - known.unitAtMs >= REVALUE_MS) {
      known.unit = this.value(known);
      known.unitAtMs = now;
    }
    return { unit: known.unit, pricePaise: known.lastPaise };
  }

  private value({ instrument, contract, lastPaise, brokerIv }: KnownInstrument): RiskUnit | undefined {
    const underlying = this.known.get(contract.underlyingKey);
    const spot = (contract.kind === 'equity' ? lastPaise : (underlying?.lastPaise ?? 0)) / 100;
    if (contract.kind === 'index' || lastPaise === 0) return undefined;
    const now = this.nowMs() ?? 0;
    const { hour, minute } = END_OF_TRADING;
    const end = instrument.expiryDate === '' ? now : istInstant(istDate(instrument.expiryDate), hour, minute);
    const secondsToExpiry = Math.max(1, (end - now) / 1000);
    const strike = instrument.strikePaise / 100;
    const price = lastPaise / 100;
    const isOption = contract.kind === 'call' || contract.kind === 'put';
    return riskUnit({
      kind: contract.kind,
      spot,
      price,
      strike,
      secondsToExpiry,
      forwardRatio: 1,
      volatility: isOption ? volatilityOf(brokerIv, { side: contract.kind, spot, strike, price, secondsToExpiry }) : 0,
      underlyingIsIndex: instrument.underlyingType === 'INDEX',
      expiresToday: instrument.expiryDate === istDateOf(now),
    });
  }
}

/** Of a contract at its intrinsic value no volatility can be told; a small one then prices it as what it is. */
const LEAST_VOLATILITY = 0.02;

function volatilityOf(
  brokerIv: number,
  option: { side: 'call' | 'put'; spot: number; strike: number; price: number; secondsToExpiry: number },
): number {
  if (brokerIv > 0) return brokerIv;
  const solved = volatilityOfOption(
    {
      model: 'black76',
      type: option.side === 'call' ? 'c' : 'p',
      underlying: option.spot,
      strike: option.strike,
      years: yearsOfSeconds(option.secondsToExpiry),
      rate: 0,
    },
    option.price,
  );
  return Math.max(LEAST_VOLATILITY, solved.volatility ?? 0);
}
