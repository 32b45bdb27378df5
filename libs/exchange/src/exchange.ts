import { istDateOf, type IstDate } from '@vega/kernel';
import type { PriceBandRow } from '@vega/rulebook';
import { netOf, type Account } from './account/account.ts';
import { netQuantity } from './account/position.ts';
import { fundsOf, type Funds } from './account/funds.ts';
import type { ExchangeEvent } from './events.ts';
import type { ExchangeMarket } from './exchange-market.ts';
import { ExchangeState } from './exchange-state.ts';
import { GttDesk, type GttRequest } from './gtt-desk.ts';
import { OrderDesk, type OrderRequest } from './order-desk.ts';
import { isTerminal, type Order, type OrderTerms, type Product, type Side } from './orders/order.ts';

/** What an exchange is set up with. */
export interface ExchangeSettings {
  /** What a new account begins with. */
  readonly openingPaise: number;
  /** The broker's flat fee per order that trades. */
  readonly brokeragePaise: number;
  /** Price bands beyond the rulebook's own, such as NSE's. */
  readonly bands: readonly PriceBandRow[];
}

/** Hours that a kill switch stays on at least. */
export const KILL_SWITCH_HOURS = 12;

/** Why a kill switch stays as it is. */
export type KillSwitchRefusal = 'OPEN_POSITION' | 'COOLING_DOWN';

/**
 * An exchange and a broker's accounts. Commands change the state only through events; `drain` gives them to whoever must
 * make them durable before anybody is told. No clock, no randomness, no I/O: market time and prices come from the port.
 */
export class Exchange {
  readonly state: ExchangeState;
  private readonly desk: OrderDesk;
  private readonly gttDesk: GttDesk;
  private events: ExchangeEvent[] = [];
  private lastMinute = -1;
  private readonly phases = new Map<string, string>();

  private readonly market: ExchangeMarket;
  private readonly observe: (event: ExchangeEvent) => void;
  private readonly settings: ExchangeSettings;

  /** @param observe Sees each new event right after the state has taken it in. */
  constructor(
    market: ExchangeMarket,
    settings: ExchangeSettings,
    observe: (event: ExchangeEvent) => void = () => undefined,
  ) {
    this.observe = observe;
    this.market = market;
    this.settings = settings;
    this.state = new ExchangeState(settings.brokeragePaise);
    const emit = (event: ExchangeEvent): void => this.emit(event);
    this.desk = new OrderDesk(this.state, market, settings.bands, emit);
    this.gttDesk = new GttDesk(this.state, market, this.desk, emit);
  }

  /** Takes recorded facts in; afterwards `resume` makes the exchange trade again. */
  replay(event: ExchangeEvent): void {
    this.state.apply(event);
  }

  /** Puts living orders back where they stood. */
  resume(): void {
    this.desk.restore();
  }

  /** Events since the last call. */
  drain(): readonly ExchangeEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }

  /** Opens the account when it is new. */
  ensureAccount(id: string): Account {
    if (!this.state.accounts.has(id)) {
      this.emit({
        type: 'account-opened',
        at: this.market.now(),
        account: id,
        openingPaise: this.settings.openingPaise,
      });
    }
    return this.state.account(id);
  }

  place(request: OrderRequest): string {
    this.ensureAccount(request.account);
    return this.desk.place(request);
  }

  modify(orderId: string, terms: OrderTerms): boolean {
    return this.desk.modify(orderId, terms);
  }

  cancel(orderId: string): boolean {
    return this.desk.cancel(orderId);
  }

  placeGtt(request: GttRequest): string {
    this.ensureAccount(request.account);
    return this.gttDesk.place(request);
  }

  modifyGtt(gttId: string, request: Pick<GttRequest, 'quantity' | 'rules' | 'type'>): boolean {
    return this.gttDesk.modify(gttId, request);
  }

  cancelGtt(gttId: string): boolean {
    return this.gttDesk.cancel(gttId);
  }

  /** Instruments whose moves matter: live orders, waiting GTTs. */
  isWatched(key: string): boolean {
    return this.desk.isWatched(key) || this.gttDesk.isWatched(key);
  }

  /** Takes a step of the market: which watched instruments moved. Time passes with it. */
  step(moved: Iterable<string>): void {
    this.followTime();
    for (const key of moved) {
      this.desk.move(key);
      this.gttDesk.move(key);
    }
    this.gttDesk.followOrders();
  }

  /** Begins a date. Yesterday's finished orders leave the book. */
  openDay(date: IstDate): void {
    this.emit({ type: 'day-opened', at: this.market.now(), date });
  }

  /** Ends a date: intraday positions are squared off, day orders end, accounts settle. */
  closeDay(
    date: IstDate,
    prices: { marks: Readonly<Record<string, number>>; finals: Readonly<Record<string, number>> },
  ): void {
    this.desk.endDay();
    this.gttDesk.expire(date);
    for (const account of this.state.accounts.values()) this.squareOff(account, prices.marks);
    this.emit({ type: 'day-closed', at: this.market.now(), date, ...prices });
  }

  /** Keys of instruments that some account holds, and of their underlyings. */
  heldKeys(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const account of this.state.accounts.values()) {
      for (const { instrument } of account.positions.values()) {
        keys.add(instrument.key);
        if (instrument.underlyingKey !== undefined) keys.add(instrument.underlyingKey);
      }
      for (const key of account.holdings.keys()) keys.add(key);
    }
    return keys;
  }

  funds(account: Account): Funds {
    return fundsOf(account, this.market.margins());
  }

  /** Moves units between products; false when the account does not hold them so. */
  convert(conversion: {
    account: string;
    key: string;
    from: Product;
    to: Product;
    side: Side;
    quantity: number;
  }): boolean {
    const account = this.ensureAccount(conversion.account);
    const net = netOf(account, conversion.key, conversion.from);
    const held = conversion.side === 'BUY' ? net : -net;
    if (conversion.from === conversion.to || held < conversion.quantity) return false;
    this.emit({ type: 'position-converted', at: this.market.now(), ...conversion });
    return true;
  }

  /** Switches segments of an account, all or none; orders in a segment that is switched off are cancelled. */
  setKillSwitch(
    accountId: string,
    changes: readonly { segment: string; enabled: boolean }[],
  ): KillSwitchRefusal | undefined {
    const account = this.ensureAccount(accountId);
    const at = this.market.now();
    for (const { segment, enabled } of changes) {
      const now = account.killSwitches.get(segment);
      if (enabled && hasPosition(account, segment)) return 'OPEN_POSITION';
      if (!enabled && now?.enabled === true && at - now.at < KILL_SWITCH_HOURS * 3_600_000) return 'COOLING_DOWN';
    }
    for (const { segment, enabled } of changes) {
      if ((account.killSwitches.get(segment)?.enabled ?? false) === enabled) continue;
      this.emit({ type: 'kill-switch-set', at, account: accountId, segment, enabled });
      if (!enabled) continue;
      for (const order of [...account.orders]) {
        if (!isTerminal(order) && order.instrument.segment === segment)
          this.desk.cancel(order.id, 'Cancelled: kill switch');
      }
    }
    return undefined;
  }

  /** Money comes in or goes out by bank transfer. */
  moveCash(account: string, paise: number, reason: string): void {
    this.ensureAccount(account);
    this.emit({ type: 'cash-moved', at: this.market.now(), account, paise, reason });
  }

  /** Phases turn at full minutes. */
  private followTime(): void {
    const minute = Math.floor(this.market.now() / 60_000);
    if (minute === this.lastMinute) return;
    this.lastMinute = minute;
    this.desk.followPhases((instrument) => this.phases.get(instrument.key));
    this.phases.clear();
    for (const order of this.state.orders.values()) {
      if (!isTerminal(order)) this.phases.set(order.instrument.key, this.market.phase(order.instrument));
    }
  }

  /** The broker closes what intraday positions are left, at the last price. */
  private squareOff(account: Account, marks: Readonly<Record<string, number>>): void {
    for (const position of [...account.positions.values()]) {
      const net = netQuantity(position);
      const { instrument, product } = position;
      const pricePaise = marks[instrument.key];
      if (
        product !== 'I' ||
        net === 0 ||
        pricePaise === undefined ||
        instrument.expiry === istDateOf(this.market.now())
      )
        continue;
      this.closeByBroker(account, instrument, net, pricePaise);
    }
  }

  private closeByBroker(account: Account, instrument: Order['instrument'], net: number, pricePaise: number): void {
    const at = this.market.now();
    const number = this.state.ordersEver + 1;
    const orderId = `${istDateOf(at).slice(2).replaceAll('-', '')}${String(number).padStart(9, '0')}`;
    const terms: OrderTerms = {
      side: net > 0 ? 'SELL' : 'BUY',
      type: 'LIMIT',
      product: 'I',
      validity: 'DAY',
      quantity: Math.abs(net),
      pricePaise,
      triggerPaise: 0,
      disclosedQuantity: 0,
    };
    const refId = `${orderId}${account.id}`;
    const order = { orderId, account: account.id, refId, tag: null, parentId: null, instrument, terms };
    this.emit({ type: 'order-received', at, variety: 'SIMPLE', ...order });
    for (const status of ['validation pending', 'open pending'] as const) {
      this.emit({ type: 'order-status', at, orderId, status });
    }
    this.emit({
      type: 'order-status',
      at,
      orderId,
      status: 'open',
      limitPaise: pricePaise,
      exchangeOrderId: `1${orderId}`,
    });
    const tradeId = String(100_000_000 + this.state.tradesEver);
    this.emit({ type: 'trade', at, orderId, tradeId, quantity: Math.abs(net), pricePaise });
    this.emit({ type: 'order-status', at, orderId, status: 'complete', message: 'Intraday position squared off' });
  }

  private emit(event: ExchangeEvent): void {
    this.state.apply(event);
    this.events.push(event);
    this.observe(event);
  }
}

function hasPosition(account: Account, segment: string): boolean {
  for (const position of account.positions.values()) {
    if (position.instrument.segment === segment && netQuantity(position) !== 0) return true;
  }
  return false;
}
