import type { ExchangeEvent, ExchangeState, Order } from '@vega/exchange';
import { gttMessage } from './gtt-view.ts';
import { orderMessage } from './order-view.ts';
import { holdingMessage, positionMessage } from './position-view.ts';

export const UPDATE_TYPES = ['order', 'gtt_order', 'position', 'holding'] as const;
export type UpdateType = (typeof UPDATE_TYPES)[number];

/** Something that a customer is told. */
export interface AccountUpdate {
  readonly account: string;
  readonly type: UpdateType;
  readonly orderId?: string;
  readonly message: Record<string, unknown>;
}

/** Turns events into messages as they happen, so that each message shows the state of its own moment. */
export class AccountUpdates {
  private waiting: AccountUpdate[] = [];

  /** Looks at an event right after the state has taken it in. */
  note(event: ExchangeEvent, state: ExchangeState): void {
    switch (event.type) {
      case 'order-received':
      case 'order-status':
        return this.order(state.order(event.orderId));
      case 'trade': {
        const { account, instrument, terms } = state.order(event.orderId);
        return this.position(state, account, `${instrument.key}#${terms.product}`);
      }
      case 'position-converted':
        for (const product of [event.from, event.to]) this.position(state, event.account, `${event.key}#${product}`);
        return;
      case 'gtt-placed':
      case 'gtt-modified':
        return this.gtt(state, event.gtt.id);
      case 'gtt-rule':
        return this.gtt(state, event.gttId);
      case 'day-closed':
        return this.holdings(state);
      default:
        return;
    }
  }

  /** What has come together since the last call. */
  drain(): readonly AccountUpdate[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  private order(order: Order): void {
    this.waiting.push({ account: order.account, type: 'order', orderId: order.id, message: orderMessage(order) });
  }

  private position(state: ExchangeState, account: string, id: string): void {
    const position = state.account(account).positions.get(id);
    if (position !== undefined) this.waiting.push({ account, type: 'position', message: positionMessage(position) });
  }

  private gtt(state: ExchangeState, id: string): void {
    const gtt = state.gtts.get(id);
    if (gtt !== undefined) this.waiting.push({ account: gtt.account, type: 'gtt_order', message: gttMessage(gtt) });
  }

  private holdings(state: ExchangeState): void {
    for (const account of state.accounts.values()) {
      for (const holding of account.holdings.values()) {
        this.waiting.push({ account: account.id, type: 'holding', message: holdingMessage(account, holding) });
      }
    }
  }
}
