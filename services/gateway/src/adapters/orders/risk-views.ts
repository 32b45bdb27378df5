import { ordersRpc, SwitchStops } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { OrdersData } from '../../app/orders/orders-data.ts';
import type { Principal } from '../../app/principal.ts';
import {
  toWireLimits,
  type BrokerSwitchBody,
  type KillSwitchBody,
  type LimitsBody,
  type ResumeBody,
} from './risk-requests.ts';
import type {
  AccountLimitsView,
  BrokerSwitchesView,
  ChangedLimitsView,
  KillSwitchesView,
  ResumedAccountView,
  TurnedSwitchView,
} from './risk.view.ts';
import { present } from './to-order-views.ts';
import { toAccountLimitsView, toBrokerSwitchesView, toLimitsView, toSwitchView } from './to-risk-views.ts';

/** Limits and kill switches as REST and GraphQL show them. */
export class RiskViews {
  constructor(private readonly orders: OrdersData) {}

  async limits(caller: Principal, accountId: string): Promise<AccountLimitsView> {
    return toAccountLimitsView(await this.orders.ask(ordersRpc.getLimits, { accountId }, caller));
  }

  async setLimits(caller: Principal, body: LimitsBody): Promise<ChangedLimitsView> {
    const { limits } = await this.orders.ask(ordersRpc.setLimits, { limits: toWireLimits(body) }, caller);
    return { limits: toLimitsView(present(limits)) };
  }

  async switches(caller: Principal): Promise<KillSwitchesView> {
    const { switches } = await this.orders.ask(ordersRpc.getSwitches, {}, caller);
    return { switches: switches.map(toSwitchView) };
  }

  /** Programs may stop trading; going on is for people. */
  async turn(caller: Principal, body: KillSwitchBody): Promise<TurnedSwitchView> {
    const scope = scopeOf(caller, body);
    const { reason } = body;
    if (body.action === 'release') {
      if (caller.kind !== 'user') {
        throw new OutcomeError('PERMISSION_DENIED', 'a kill switch is released by people who are signed in');
      }
      const { switch: released } = await this.orders.ask(ordersRpc.release, { scope, reason }, caller);
      return { switch: toSwitchView(present(released)), cancelling: [] };
    }
    const request = { scope, stops: SwitchStops[body.stops], reason, cancelOrders: body.cancel_orders };
    const { switch: engaged, cancelling } = await this.orders.ask(ordersRpc.engage, request, caller);
    return { switch: toSwitchView(present(engaged)), cancelling: [...cancelling] };
  }

  async brokerSwitches(caller: Principal, accountId: string): Promise<BrokerSwitchesView> {
    const { segments } = await this.orders.ask(ordersRpc.getBrokerSwitch, { accountId }, caller);
    return toBrokerSwitchesView(segments);
  }

  async turnBrokerSwitch(caller: Principal, body: BrokerSwitchBody): Promise<BrokerSwitchesView> {
    const request = { accountId: body.account_id, segments: body.segments, enable: body.enable };
    const { segments } = await this.orders.ask(ordersRpc.setBrokerSwitch, request, caller);
    return toBrokerSwitchesView(segments);
  }

  resume(caller: Principal, body: ResumeBody): Promise<ResumedAccountView> {
    return this.orders.ask(ordersRpc.resume, { accountId: body.account_id, reason: body.reason }, caller);
  }
}

function scopeOf(caller: Principal, { scope, account_id, strategy }: KillSwitchBody): string {
  switch (scope) {
    case 'all':
      return 'all';
    case 'user':
      return `user:${caller.userId}`;
    case 'account':
      return `account:${account_id ?? ''}`;
    case 'strategy':
      return `strategy:${account_id ?? ''}:${strategy ?? ''}`;
  }
}
