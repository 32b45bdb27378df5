import { DAY_MS, type IstDate } from '@vega/kernel';
import type { ExchangeEvent } from './events.ts';
import { orderEntry, type ExchangeMarket } from './exchange-market.ts';
import type { ExchangeState } from './exchange-state.ts';
import type { TradedInstrument } from './instrument.ts';
import type { OrderDesk } from './order-desk.ts';
import { isGttLive, type GttOrder, type GttRule, type GttStrategy, type GttTrigger } from './orders/gtt.ts';
import { isTerminal, type Product, type Side } from './orders/order.ts';

/** A good-till-triggered order as a customer gives it. */
export interface GttRequest {
  readonly account: string;
  readonly type: 'SINGLE' | 'MULTIPLE';
  readonly instrument: TradedInstrument;
  readonly side: Side;
  readonly product: Product;
  readonly quantity: number;
  readonly rules: readonly {
    readonly strategy: GttStrategy;
    readonly trigger: GttTrigger;
    readonly triggerPaise: number;
    readonly trailingGapPaise?: number | undefined;
    readonly protectionPercent?: number | undefined;
  }[];
}

const YEAR_MS = 365 * DAY_MS;

/**
 * Good-till-triggered orders. The entry waits for its price and then goes to the exchange as a limit order; target and
 * stop loss wake when the entry has traded, and the one that triggers first cancels the other.
 */
export class GttDesk {
  private readonly state: ExchangeState;
  private readonly market: ExchangeMarket;
  private readonly desk: OrderDesk;
  private readonly emit: (event: ExchangeEvent) => void;

  constructor(state: ExchangeState, market: ExchangeMarket, desk: OrderDesk, emit: (event: ExchangeEvent) => void) {
    this.state = state;
    this.market = market;
    this.desk = desk;
    this.emit = emit;
  }

  place(request: GttRequest): string {
    const at = this.market.now();
    const number = this.state.gttsEver + 1;
    const id = `GTT-C${String(number).padStart(14, '0')}`;
    const { account, type, instrument, side, product, quantity } = request;
    const rules = rulesOf(request);
    const gtt: GttOrder = {
      ...{ id, account, type, instrument, side, product, quantity },
      createdAt: at,
      expiresAt: at + YEAR_MS,
      rules,
    };
    this.emit({ type: 'gtt-placed', at, gtt });
    this.move(instrument.key);
    return id;
  }

  /** Replaces quantity and rules of one that has not been triggered; false when it has, or is finished. */
  modify(id: string, request: Pick<GttRequest, 'quantity' | 'rules' | 'type'>): boolean {
    const gtt = this.state.gtts.get(id);
    if (gtt === undefined || gtt.rules[0]?.status !== 'SCHEDULED') return false;
    const { type, quantity } = request;
    this.emit({
      type: 'gtt-modified',
      at: this.market.now(),
      gtt: { ...gtt, type, quantity, rules: rulesOf(request) },
    });
    return true;
  }

  /** Cancels what still waits; an entry order that is already at the exchange lives on. False when all is finished. */
  cancel(id: string): boolean {
    const gtt = this.state.gtts.get(id);
    if (gtt === undefined || !isGttLive(gtt)) return false;
    gtt.rules.forEach((rule, at) => {
      if (rule.status !== 'COMPLETED') this.rule(gtt, at, 'CANCELLED');
    });
    return true;
  }

  isWatched(key: string): boolean {
    for (const gtt of this.state.gtts.values()) if (gtt.instrument.key === key && isGttLive(gtt)) return true;
    return false;
  }

  /** The market of an instrument has moved. */
  move(key: string): void {
    for (const gtt of this.state.gtts.values()) {
      if (gtt.instrument.key !== key || !isGttLive(gtt)) continue;
      const last = this.market.view(key)?.lastPaise ?? 0;
      if (last <= 0 || orderEntry(this.market.phase(gtt.instrument)) !== 'trade') continue;
      gtt.rules.forEach((rule, at) => this.watchRule(gtt, rule, at, last));
    }
  }

  /** Follows the orders that rules have placed. */
  followOrders(): void {
    for (const gtt of this.state.gtts.values()) {
      if (!isGttLive(gtt)) continue;
      gtt.rules.forEach((rule, at) => {
        const order = rule.orderId === null ? undefined : this.state.orders.get(rule.orderId);
        if (rule.status !== 'TRIGGERED' || order === undefined || !isTerminal(order)) return;
        if (order.filled > 0) this.completed(gtt, rule, at);
        else this.rule(gtt, at, 'FAILED', { message: order.message ?? 'The order did not trade' });
      });
    }
  }

  /** Ends those whose year is over or whose contract has expired. */
  expire(date: IstDate): void {
    for (const gtt of this.state.gtts.values()) {
      const contractEnds = gtt.instrument.expiry !== undefined && gtt.instrument.expiry <= date;
      if (!isGttLive(gtt) || (!contractEnds && this.market.now() < gtt.expiresAt)) continue;
      gtt.rules.forEach((rule, at) => {
        if (rule.status !== 'COMPLETED') this.rule(gtt, at, 'EXPIRED');
      });
    }
  }

  private watchRule(gtt: GttOrder, rule: GttRule, at: number, last: number): void {
    if (rule.strategy === 'ENTRY') {
      if (rule.status !== 'SCHEDULED') return;
      const reached =
        rule.trigger === 'IMMEDIATE' ||
        (rule.trigger === 'ABOVE' ? last >= rule.triggerPaise : last <= rule.triggerPaise);
      if (reached) this.fire(gtt, at, gtt.side, rule.triggerPaise);
      return;
    }
    if (rule.status !== 'OPEN') return;
    const long = gtt.side === 'BUY';
    if (rule.trailingGapPaise !== undefined) this.trail(gtt, rule, at, last);
    const above = (rule.strategy === 'TARGET') === long;
    if (above ? last < rule.currentPaise : last > rule.currentPaise) return;
    gtt.rules.forEach((other, index) => {
      if (index !== at && other.strategy !== 'ENTRY' && other.status === 'OPEN') this.rule(gtt, index, 'CANCELLED');
    });
    this.fire(gtt, at, long ? 'SELL' : 'BUY', rule.currentPaise);
  }

  /** A trailing stop follows the best price at its distance and never goes back. */
  private trail(gtt: GttOrder, rule: GttRule, at: number, last: number): void {
    const gap = rule.trailingGapPaise ?? 0;
    const better =
      gtt.side === 'BUY' ? Math.max(rule.currentPaise, last - gap) : Math.min(rule.currentPaise, last + gap);
    if (better !== rule.currentPaise) this.rule(gtt, at, 'OPEN', { triggerPaise: better });
  }

  private fire(gtt: GttOrder, at: number, side: Side, pricePaise: number): void {
    const { account, instrument, product, quantity } = gtt;
    const orderId = this.desk.place({
      account,
      instrument,
      tag: null,
      terms: {
        ...{ side, product, quantity, pricePaise },
        type: 'LIMIT',
        validity: 'DAY',
        triggerPaise: 0,
        disclosedQuantity: 0,
      },
    });
    this.rule(gtt, at, 'TRIGGERED', { orderId });
  }

  private completed(gtt: GttOrder, rule: GttRule, at: number): void {
    this.rule(gtt, at, 'COMPLETED');
    if (rule.strategy !== 'ENTRY') return;
    gtt.rules.forEach((other, index) => {
      if (other.status === 'PENDING') this.rule(gtt, index, 'OPEN');
    });
  }

  private rule(
    gtt: GttOrder,
    rule: number,
    status: GttRule['status'],
    more: { orderId?: string; message?: string; triggerPaise?: number } = {},
  ): void {
    this.emit({ type: 'gtt-rule', at: this.market.now(), gttId: gtt.id, rule, status, ...more });
  }
}

function rulesOf(request: Pick<GttRequest, 'rules'>): GttRule[] {
  return request.rules.map((rule) => ({
    ...rule,
    status: rule.strategy === 'ENTRY' ? 'SCHEDULED' : 'PENDING',
    message: '',
    orderId: null,
    currentPaise: rule.triggerPaise,
  }));
}
