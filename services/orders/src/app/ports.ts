import type { BrokerOrder, Rows, BrokerPosition, BrokerFunds } from '@vega/upstox/trading';
import type { RiskApproved, Child } from '@vega/trading';

/** How a call that may have created or changed an order ended, by evidence. */
export type BrokerOutcome =
  | { readonly kind: 'accepted'; readonly brokerOrderId: string }
  | { readonly kind: 'rejected' | 'unknown' | 'not-sent'; readonly code: string; readonly message: string };

/** What the writer wants to decide and know while a child leaves. */
export interface Leaving {
  /** Asked when a connection stands; what it tells is why nothing must leave any more. */
  readonly lastLook: () => string | undefined;
  readonly onSent: () => void;
}

/** The broker as one account's writer needs it. Only an approval of the risk module can be placed. */
export interface BrokerPort {
  place(approved: RiskApproved, child: Child, leaving: Leaving): Promise<BrokerOutcome>;
  modify(order: ModifyCall): Promise<BrokerOutcome>;
  cancel(brokerOrderId: string): Promise<BrokerOutcome>;
  fetchBook(): Promise<Rows<BrokerOrder>>;
  fetchOrder(brokerOrderId: string): Promise<BrokerOrder | undefined>;
  fetchIdsByTag(tag: string): Promise<readonly string[]>;
  fetchPositions(): Promise<Rows<BrokerPosition>>;
  fetchFunds(): Promise<BrokerFunds>;
  /** Why no call could be made now for want of a token; undefined when it could. */
  tokenFault(): string | undefined;
  /** Whether it has books, so that doubts can be ended. */
  readonly hasBooks: boolean;
}

export interface ModifyCall {
  readonly brokerOrderId: string;
  readonly orderType: 'LIMIT' | 'SL';
  readonly validity: 'DAY' | 'IOC';
  readonly quantity: number;
  readonly pricePaise: number;
  readonly triggerPricePaise: number;
  readonly disclosedQty: number;
}

/** Takes what is committed to the bus, in order. Never fails: what is not taken now is swept up later. */
export interface Announcer {
  announce(
    accountId: string,
    messages: readonly { readonly seq: number; readonly subject: string; readonly payload: Uint8Array }[],
  ): void;
}
