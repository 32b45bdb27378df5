import type { DerivativeExpiry, DerivativeUnderlying, OptionExpiry, OptionUnderlying } from '@vega/contracts';
import {
  daysBetween,
  instrumentKey,
  istDate,
  istDateOf,
  OperationalError,
  OutcomeError,
  parseInstrumentKey,
  parseIstDate,
  repeat,
  segmentOf,
  type Clock,
  type Timer,
} from '@vega/kernel';
import { derivativeSegmentOf, endOfTrading, exchangeOf, type TradingCalendar } from '@vega/rulebook';
import type { MarketTime } from './market-time.ts';
import type { MarketData } from './ports.ts';

const REFRESH_MS = 60_000;
const RETRY_MS = 2_000;
const MAX_SYMBOL_LENGTH = 80;

/** What has options, as market-feed's master says; kept here so that questions need no other service. */
export class UnderlyingDirectory {
  private list: readonly DerivativeUnderlying[] = [];
  private readonly byKey = new Map<string, DerivativeUnderlying>();
  private readonly bySymbol = new Map<string, DerivativeUnderlying>();
  private timer: Timer | undefined;
  private readonly listeners = new Set<() => void>();
  private masterDate = '';

  constructor(
    private readonly parts: {
      readonly market: MarketData;
      readonly time: MarketTime;
      readonly calendar: TradingCalendar;
      readonly clock: Clock;
      readonly onFailure: (error: unknown, what: string) => void;
    },
  ) {}

  /** Reads the list and goes on reading it. Resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    await this.refresh();
    this.schedule();
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Called when the master has changed. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Why nothing can be answered; undefined when it can. */
  problem(): string | undefined {
    return this.list.length === 0 ? 'market-feed has not told what has options' : undefined;
  }

  /**
   * The underlying that a key or trading symbol means. Throws `INSTRUMENT_KEY_INVALID`, `SEGMENT_UNSUPPORTED`, `UNKNOWN_INSTRUMENT`,
   * `NO_OPTIONS`, or `SERVICE_UNAVAILABLE` before the first list.
   */
  async resolve(symbol: string): Promise<DerivativeUnderlying> {
    const text = symbol.trim();
    const shown = text.slice(0, MAX_SYMBOL_LENGTH);
    if (text === '' || text.length > MAX_SYMBOL_LENGTH) {
      throw new OutcomeError('BAD_REQUEST', `an underlying has 1 to ${MAX_SYMBOL_LENGTH} characters`);
    }
    if (text.includes('|')) {
      const parsed = parseInstrumentKey(text);
      if (!parsed.ok) throw new OutcomeError(parsed.error.code, parsed.error.message, { symbol: shown });
    }
    const found = this.get(text);
    if (found !== undefined) return found;
    if (this.list.length === 0) await this.refresh();
    const late = this.get(text);
    if (late !== undefined) return late;
    if (this.list.length === 0) {
      throw new OperationalError('SERVICE_UNAVAILABLE', 'what has options is not known yet', 'not-sent');
    }
    const instrument = await this.parts.market.findInstrument(text);
    if (instrument === undefined) {
      throw new OutcomeError('UNKNOWN_INSTRUMENT', `no instrument is called "${shown}"`, { symbol: shown });
    }
    throw new OutcomeError('NO_OPTIONS', `${instrument.tradingSymbol} has no listed options`, { symbol: shown });
  }

  /** The underlying of a key or symbol if it is known to have options. */
  get(symbol: string): DerivativeUnderlying | undefined {
    return this.byKey.get(symbol) ?? this.bySymbol.get(symbol.toUpperCase());
  }

  /** Every underlying with options. */
  all(): OptionUnderlying[] {
    return this.list.map((one) => this.describe(one));
  }

  /** An underlying with its listed expiries that have not ended. */
  describe({ instrument, kind, expiries }: DerivativeUnderlying): OptionUnderlying {
    const key = instrument?.instrumentKey ?? '';
    const open = expiries.filter(({ options }) => options > 0).map((one) => this.expiryOf(key, kind, one));
    const living = open.filter(({ secondsToExpiry }) => secondsToExpiry > 0);
    return {
      instrumentKey: key,
      tradingSymbol: instrument?.tradingSymbol ?? '',
      name: instrument?.name ?? '',
      kind,
      lotSize: living[0]?.lotSize ?? expiries[0]?.lotSize ?? 0,
      tickSizePaise: expiries[0]?.tickSizePaise ?? 0,
      expiries: living,
    };
  }

  /** The expiry that a text means: a date, or the nearest when it is empty. Throws `EXPIRY_INVALID`, `EXPIRY_PAST` or `UNKNOWN_EXPIRY`. */
  expiry(underlying: DerivativeUnderlying, text: string): string {
    const { expiries, tradingSymbol } = this.describe(underlying);
    if (text === '') {
      const nearest = expiries[0]?.date;
      if (nearest !== undefined) return nearest;
      throw new OutcomeError('UNKNOWN_EXPIRY', `${tradingSymbol} has no expiry to come`);
    }
    const date = parseIstDate(text);
    if (date === undefined) {
      throw new OutcomeError('EXPIRY_INVALID', `"${text.slice(0, 20)}" is not a date of the form YYYY-MM-DD`);
    }
    if (expiries.some((one) => one.date === date)) return date;
    const context = { expiry_date: date, underlying: tradingSymbol };
    const now = this.parts.time.now();
    const hasEnded = underlying.expiries.some((one) => one.date === date);
    if (hasEnded || (now !== undefined && date < istDateOf(now))) {
      throw new OutcomeError('EXPIRY_PAST', `the expiry ${date} of ${tradingSymbol} has passed`, context);
    }
    throw new OutcomeError('UNKNOWN_EXPIRY', `${tradingSymbol} has no contracts that expire on ${date}`, context);
  }

  private expiryOf(key: string, kind: string, expiry: DerivativeExpiry): OptionExpiry {
    const date = istDate(expiry.date);
    const segment = derivativeSegmentOf(exchangeOf(segmentOf(instrumentKey(key))));
    const underlyingType = kind === 'INDEX' ? 'INDEX' : 'EQUITY';
    const expiresAtMs = endOfTrading(this.parts.calendar, { segment, underlyingType, expiry: date });
    const now = this.parts.time.now() ?? this.parts.clock.wallNow();
    return {
      date,
      weekly: expiry.weekly,
      lotSize: expiry.lotSize,
      contracts: expiry.options,
      secondsToExpiry: Math.max(0, (expiresAtMs - now) / 1000),
      expiresAtMs,
      daysToExpiry: Math.max(0, daysBetween(istDateOf(now), date)),
    };
  }

  private schedule(): void {
    this.timer = repeat(this.parts.clock, RETRY_MS, async () => {
      const isDue = this.parts.clock.monotonicMs() - this.readAtMs >= REFRESH_MS;
      if (this.list.length === 0 || isDue) await this.refresh();
    });
  }

  private readAtMs = Number.NEGATIVE_INFINITY;

  private async refresh(): Promise<void> {
    try {
      const { underlyings, masterDate } = await this.parts.market.listUnderlyings();
      this.readAtMs = this.parts.clock.monotonicMs();
      const withOptions = underlyings.filter(
        ({ instrument, expiries }) => instrument !== undefined && expiries.some(({ options }) => options > 0),
      );
      const hasChanged = masterDate !== this.masterDate || withOptions.length !== this.list.length;
      this.replace(withOptions);
      this.masterDate = masterDate;
      if (hasChanged) for (const listener of this.listeners) listener();
    } catch (error) {
      this.parts.onFailure(error, 'reading what has options');
    }
  }

  private replace(list: readonly DerivativeUnderlying[]): void {
    this.list = list;
    this.byKey.clear();
    this.bySymbol.clear();
    for (const one of list) {
      const { instrumentKey: key = '', tradingSymbol = '' } = one.instrument ?? {};
      this.byKey.set(key, one);
      // Indices come first and keep their name.
      if (!this.bySymbol.has(tradingSymbol.toUpperCase())) this.bySymbol.set(tradingSymbol.toUpperCase(), one);
    }
  }
}
