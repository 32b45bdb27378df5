import type { WallInstant, Clock } from '@vega/kernel';
import { Defect } from '@vega/kernel';
import { type Child, RiskApproved } from '@vega/trading';
import {
  type BrokerOrder,
  type BrokerFunds,
  type BrokerPosition,
  type Rows,
  type TokenSource,
  type TradingClient,
  UpstoxError,
} from '@vega/upstox/trading';
import type { BrokerOutcome, BrokerPort, Leaving, ModifyCall } from '../../app/ports.ts';

/** An account's broker as the writer uses it: outcomes as data, by evidence. */
export class UpstoxBroker implements BrokerPort {
  constructor(
    private readonly client: TradingClient,
    private readonly tokens: TokenSource,
    private readonly clock: Clock,
    readonly hasBooks: boolean,
  ) {}

  place(approved: RiskApproved, child: Child, leaving: Leaving): Promise<BrokerOutcome> {
    if (!(approved instanceof RiskApproved)) throw new Defect('only what the risk module approved is placed');
    const { terms } = approved;
    let why: string | undefined;
    const watch = {
      lastLook: () => (why = leaving.lastLook()),
      onSent: leaving.onSent,
    };
    const order = {
      tag: child.childId,
      instrumentKey: terms.instrumentKey,
      side: terms.side,
      quantity: child.quantity,
      product: terms.product,
      orderType: terms.orderType === 'SL' ? ('SL' as const) : ('LIMIT' as const),
      validity: terms.validity,
      pricePaise: child.pricePaise,
      triggerPricePaise: child.triggerPricePaise,
      disclosedQty: terms.disclosedQty,
    };
    return outcomeOf(this.client.place(order, watch), () => why);
  }

  modify(order: ModifyCall): Promise<BrokerOutcome> {
    return outcomeOf(this.client.modify(order).then(() => order.brokerOrderId));
  }

  cancel(brokerOrderId: string): Promise<BrokerOutcome> {
    return outcomeOf(this.client.cancel(brokerOrderId).then(() => brokerOrderId));
  }

  fetchBook(): Promise<Rows<BrokerOrder>> {
    return this.client.fetchBook();
  }

  fetchOrder(brokerOrderId: string): Promise<BrokerOrder | undefined> {
    return this.client.fetchOrder(brokerOrderId);
  }

  fetchIdsByTag(tag: string): Promise<readonly string[]> {
    return this.client.fetchIdsByTag(tag);
  }

  fetchPositions(): Promise<Rows<BrokerPosition>> {
    return this.client.fetchPositions();
  }

  fetchFunds(): Promise<BrokerFunds> {
    return this.client.fetchFunds();
  }

  tokenFault(): string | undefined {
    const token = this.tokens.current();
    if (token === undefined) return 'nobody has logged in to the broker';
    return token.expiresAt <= (this.clock.wallNow() satisfies WallInstant) ? 'the broker token has expired' : undefined;
  }
}

/** Upstox's failures as outcomes; anything else is a defect of ours and stays unknown to the order. */
async function outcomeOf(
  call: Promise<string>,
  why: () => string | undefined = () => undefined,
): Promise<BrokerOutcome> {
  try {
    return { kind: 'accepted', brokerOrderId: await call };
  } catch (error) {
    if (!(error instanceof UpstoxError)) {
      return {
        kind: 'unknown',
        code: 'OUTCOME_UNKNOWN',
        message: error instanceof Error ? error.message : String(error),
      };
    }
    const kind = error.outcome;
    const fallback = kind === 'not-sent' ? (why() ?? 'NOT_SENT') : 'OUTCOME_UNKNOWN';
    return { kind, code: error.upstreamCode ?? fallback, message: error.message };
  }
}
