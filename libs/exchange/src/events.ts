import type { IstDate } from '@vega/kernel';
import type { TradedInstrument } from './instrument.ts';
import type { OrderTerms, Product, Side } from './orders/order.ts';
import type { OrderStatus } from './orders/order-status.ts';
import type { GttOrder, GttRuleStatus } from './orders/gtt.ts';

/** A fact of the exchange. Its state is the fold of these; times are epoch ms of the market's clock. */
export type ExchangeEvent =
  | { readonly type: 'day-opened'; readonly at: number; readonly date: IstDate }
  | {
      readonly type: 'account-opened';
      readonly at: number;
      readonly account: string;
      readonly openingPaise: number;
    }
  | {
      readonly type: 'order-received';
      readonly at: number;
      readonly orderId: string;
      readonly account: string;
      readonly refId: string;
      readonly tag: string | null;
      readonly variety: 'SIMPLE' | 'AMO';
      readonly parentId: string | null;
      readonly instrument: TradedInstrument;
      readonly terms: OrderTerms;
    }
  | {
      readonly type: 'order-status';
      readonly at: number;
      readonly orderId: string;
      readonly status: OrderStatus;
      readonly message?: string;
      /** Set when the order reaches or re-enters the book. */
      readonly limitPaise?: number;
      readonly exchangeOrderId?: string;
      readonly priority?: number;
      readonly triggered?: true;
    }
  | { readonly type: 'order-modified'; readonly at: number; readonly orderId: string; readonly terms: OrderTerms }
  | {
      readonly type: 'trade';
      readonly at: number;
      readonly orderId: string;
      readonly tradeId: string;
      readonly quantity: number;
      readonly pricePaise: number;
      /** The other customer's order; absent: the market. */
      readonly counter?: string;
    }
  | {
      readonly type: 'position-converted';
      readonly at: number;
      readonly account: string;
      readonly key: string;
      readonly from: Product;
      readonly to: Product;
      readonly side: Side;
      readonly quantity: number;
    }
  | {
      readonly type: 'kill-switch-set';
      readonly at: number;
      readonly account: string;
      readonly segment: string;
      readonly enabled: boolean;
    }
  | { readonly type: 'gtt-placed'; readonly at: number; readonly gtt: GttOrder }
  | { readonly type: 'gtt-modified'; readonly at: number; readonly gtt: GttOrder }
  | {
      readonly type: 'gtt-rule';
      readonly at: number;
      readonly gttId: string;
      readonly rule: number;
      readonly status: GttRuleStatus;
      readonly orderId?: string;
      readonly message?: string;
      readonly triggerPaise?: number;
    }
  | {
      readonly type: 'cash-moved';
      readonly at: number;
      readonly account: string;
      readonly paise: number;
      readonly reason: string;
    }
  | {
      readonly type: 'day-closed';
      readonly at: number;
      readonly date: IstDate;
      /** Settlement price of each instrument that somebody holds, in paise. */
      readonly marks: Readonly<Record<string, number>>;
      /** Final values of the underlyings whose contracts end today. */
      readonly finals: Readonly<Record<string, number>>;
    };
