import { istDateOf, istInstant, type Clock, type IstDate } from '@vega/kernel';
import { Exchange, type Account, type ExchangeEvent, type ExchangeState, type TradedInstrument } from '@vega/exchange';
import type { Logger } from 'pino';
import type { MarketSource, MarketStep } from '../market/market-source.ts';
import type { InstrumentCatalog } from '../server/instrument-catalog.ts';
import { Journal } from './journal/journal.ts';
import { SettlementWatch } from './settlement-watch.ts';
import { SimExchangeMarket } from './sim-exchange-market.ts';
import { tradedInstrument } from './traded-instrument.ts';
import { AccountUpdates, type AccountUpdate } from './views/account-updates.ts';

/** How the broker behind the simulator is set up. */
export interface TradingSettings {
  readonly journalFolder: string;
  readonly openingPaise: number;
  readonly brokeragePaise: number;
  /** The market's time is the wall's. */
  readonly followsWall: boolean;
}

/** When a day without a date change is over for the accounts: after every session of it. */
const DAY_ENDS = [16, 15] as const;

/** The exchange at work: market steps in, events to the journal, and only then news to those who listen. */
export class TradingHall {
  readonly exchange: Exchange;
  readonly market: SimExchangeMarket;
  private readonly journal: Journal;
  private readonly watch: SettlementWatch;
  private readonly updates = new AccountUpdates();
  private readonly listeners = new Set<(update: AccountUpdate) => void>();
  private readonly unsubscribe: () => void;
  /** Monotonic time at which today's orders came, for faults that hide young ones. */
  private readonly receivedAt = new Map<string, number>();
  private held: ReadonlyMap<string, TradedInstrument | undefined> = new Map();

  constructor(
    settings: TradingSettings,
    private readonly source: MarketSource,
    private readonly catalog: InstrumentCatalog,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.market = new SimExchangeMarket(source, catalog, clock, settings.followsWall);
    this.watch = new SettlementWatch(source);
    const { openingPaise, brokeragePaise } = settings;
    this.exchange = new Exchange(this.market, { openingPaise, brokeragePaise, bands: [] }, (event) => this.note(event));
    this.journal = new Journal(settings.journalFolder, () => clock.wallNow());
    for (const record of this.journal.recorded) this.exchange.replay(record);
    this.exchange.resume();
    const { tornBytes, recorded } = this.journal;
    if (recorded.length > 0) log.info({ events: recorded.length, tornBytes }, 'trading journal replayed');
    this.held = this.heldNow();
    this.unsubscribe = source.onStep((step) => this.onStep(step));
  }

  get state(): ExchangeState {
    return this.exchange.state;
  }

  account(id: string): Account {
    return this.exchange.ensureAccount(id);
  }

  /** An instrument that can be traded today; undefined when the master has none of that key. */
  instrument(key: string): TradedInstrument | undefined {
    const row = this.catalog.row(key);
    return row === undefined ? undefined : tradedInstrument(row);
  }

  /** Runs a command; its result once all it changed is on disk. */
  async run<T>(command: (exchange: Exchange) => T): Promise<T> {
    this.followDate();
    const result = command(this.exchange);
    await this.commit();
    return result;
  }

  /** Reads the state; the answer is given once all it shows is on disk. */
  async read<T>(query: (exchange: Exchange) => T): Promise<T> {
    return this.run(query);
  }

  /** Wall milliseconds since an order was received; those of an earlier process are old. */
  ageMs(orderId: string): number {
    const since = this.receivedAt.get(orderId);
    return since === undefined ? Infinity : this.clock.monotonicMs() - since;
  }

  /** Registers who is told of updates, after they are durable, in order. */
  onUpdate(listener: (update: AccountUpdate) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Counts for the status page. */
  progress(): Record<string, number | string> {
    const { state } = this;
    return { date: state.date, accounts: state.accounts.size, orders: state.orders.size, trades: state.tradesEver };
  }

  async close(): Promise<void> {
    this.unsubscribe();
    await this.journal.close();
  }

  private note(event: ExchangeEvent): void {
    this.updates.note(event, this.exchange.state);
    if (event.type === 'order-received') this.receivedAt.set(event.orderId, this.clock.monotonicMs());
    else if (event.type === 'day-opened') this.receivedAt.clear();
  }

  private onStep(step: MarketStep): void {
    this.followDate();
    const moved = step.changed.filter((quote) => this.exchange.isWatched(quote.key)).map((quote) => quote.key);
    this.exchange.step(moved);
    this.watch.note(step, this.held);
    void this.commit();
  }

  /** Opens and closes days as the market's time says. */
  private followDate(): void {
    const { state } = this;
    const now = this.market.now();
    const today = istDateOf(now);
    const isOver = now >= istInstant(state.date, ...DAY_ENDS);
    if (state.date > state.closedDate && state.date !== NEVER && isOver) this.closeDay(state.date);
    if (today > state.date) this.exchange.openDay(today);
  }

  private closeDay(date: IstDate): void {
    this.market.at(istInstant(date, ...DAY_ENDS), () => this.exchange.closeDay(date, this.watch.close()));
    this.log.info({ date }, 'trading day closed');
  }

  private async commit(): Promise<void> {
    const events = this.exchange.drain();
    const news = this.updates.drain();
    if (events.length > 0) {
      this.journal.append(events);
      if (events.some(changesHoldings)) this.held = this.heldNow();
    }
    try {
      await this.journal.durable();
    } catch (error) {
      this.log.fatal({ error: error instanceof Error ? error.message : String(error) }, 'journal failed');
      throw error;
    }
    for (const update of news) for (const listener of this.listeners) listener(update);
  }

  private heldNow(): ReadonlyMap<string, TradedInstrument | undefined> {
    const held = new Map<string, TradedInstrument | undefined>();
    for (const account of this.exchange.state.accounts.values()) {
      for (const { instrument } of account.positions.values()) {
        held.set(instrument.key, instrument);
        if (instrument.underlyingKey !== undefined && !held.has(instrument.underlyingKey)) {
          held.set(instrument.underlyingKey, undefined);
        }
      }
    }
    return held;
  }
}

const NEVER = '1970-01-01';

function changesHoldings(event: ExchangeEvent): boolean {
  return event.type === 'trade' || event.type === 'day-closed' || event.type === 'position-converted';
}
