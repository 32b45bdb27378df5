import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  type EngageRequest,
  type EngageResponse,
  type GetBrokerSwitchRequest,
  type GetBrokerSwitchResponse,
  type GetLimitsRequest,
  type GetLimitsResponse,
  type GetSwitchesRequest,
  type GetSwitchesResponse,
  ordersRpc,
  type ReleaseRequest,
  type ReleaseResponse,
  type ResumeAccountRequest,
  type ResumeAccountResponse,
  type SetBrokerSwitchRequest,
  type SetBrokerSwitchResponse,
  type SetLimitsRequest,
  type SetLimitsResponse,
} from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { HandlesRpc, type Principal, requireScope, type RpcCallContext } from '@vega/platform';
import type { BrokerSwitches } from '../../app/broker-switches.ts';
import { KillSwitches, parseScope } from '../../app/kill-switches.ts';
import { checkLimits } from '../../app/limit-fields.ts';
import { type RiskDesk, type RiskStore } from '../../app/risk-desk.ts';
import { ACCOUNT_ACCESS, type AccountAccess } from './account-access.ts';
import { pick } from './orders.controller.ts';

/** Injection token of what the controller works with. */
export const RISK_PARTS = Symbol('RiskParts');

export interface RiskParts {
  readonly switches: KillSwitches;
  readonly desk: RiskDesk;
  readonly store: RiskStore;
  readonly brokerSwitches: BrokerSwitches;
}

/** Answers what is asked of limits and kill switches. */
@Controller()
export class RiskController {
  constructor(
    @Inject(RISK_PARTS) private readonly parts: RiskParts,
    @Inject(ACCOUNT_ACCESS) private readonly access: AccountAccess,
  ) {}

  @HandlesRpc(ordersRpc.getLimits)
  async getLimits(@Payload() request: GetLimitsRequest, @Ctx() call: RpcCallContext): Promise<GetLimitsResponse> {
    await this.access.reader(call, request.accountId);
    await this.parts.desk.refresh();
    const limits = this.parts.desk.limitsOf(request.accountId).toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
    const usage = await this.access
      .command(call, request.accountId, { $case: 'getUsage', value: request })
      .then((reply) => pick(reply, 'usage').value)
      .catch(() => undefined);
    return { limits, usage };
  }

  @HandlesRpc(ordersRpc.setLimits)
  async setLimits(@Payload() request: SetLimitsRequest, @Ctx() call: RpcCallContext): Promise<SetLimitsResponse> {
    const limits = checkLimits(request.limits);
    const { principal } = await this.access.trader(call, limits.accountId);
    if (principal.kind === 'deployment')
      throw new OutcomeError('PERMISSION_DENIED', 'a strategy does not set its own limits');
    const changedAtMs = Date.now();
    const set = await this.parts.store.setLimits({ ...limits, changedBy: principal.userId, changedAtMs });
    if (set === undefined) throw new OutcomeError('REVISION_CONFLICT', 'the limits were changed since they were read');
    await this.parts.desk.refresh();
    return { limits: set };
  }

  @HandlesRpc(ordersRpc.engage)
  async engage(@Payload() request: EngageRequest, @Ctx() call: RpcCallContext): Promise<EngageResponse> {
    const principal = await this.permitted(call, request.scope);
    const engaged = await this.parts.switches.engage(request.scope, request.stops, request.reason, principal.userId);
    const cancelling: string[] = [];
    if (request.cancelOrders) {
      for (const { accountId, strategy } of this.within(principal, request.scope)) {
        const cancelAll = { accountId, strategy, instrumentKey: '' };
        const asked = this.access.command(call, accountId, { $case: 'cancelAll', value: cancelAll });
        if (await asked.then(() => true).catch(() => false)) cancelling.push(accountId);
      }
    }
    return { switch: engaged, cancelling };
  }

  @HandlesRpc(ordersRpc.release)
  async release(@Payload() request: ReleaseRequest, @Ctx() call: RpcCallContext): Promise<ReleaseResponse> {
    const principal = await this.permitted(call, request.scope);
    if (principal.kind === 'deployment')
      throw new OutcomeError('PERMISSION_DENIED', 'a strategy does not release a kill switch');
    return { switch: await this.parts.switches.release(request.scope, request.reason, principal.userId) };
  }

  @HandlesRpc(ordersRpc.getSwitches)
  async getSwitches(
    @Payload() _request: GetSwitchesRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<GetSwitchesResponse> {
    const principal = await this.access.principal(call);
    await this.parts.desk.refresh();
    const own = new Set(this.access.accountsOf(principal).map(({ accountId }) => accountId));
    const switches = this.parts.desk.allSwitches().filter(({ scope }) => {
      const parsed = parseScope(scope);
      if (principal.role === 'admin' || parsed?.kind === 'all') return true;
      return parsed?.kind === 'user' ? parsed.id === principal.userId : own.has(parsed?.id ?? '');
    });
    return { switches };
  }

  @HandlesRpc(ordersRpc.getBrokerSwitch)
  async getBrokerSwitch(
    @Payload() request: GetBrokerSwitchRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<GetBrokerSwitchResponse> {
    await this.access.reader(call, request.accountId);
    return { segments: [...(await this.parts.brokerSwitches.get(request.accountId))] };
  }

  @HandlesRpc(ordersRpc.setBrokerSwitch)
  async setBrokerSwitch(
    @Payload() request: SetBrokerSwitchRequest,
    @Ctx() call: RpcCallContext,
  ): Promise<SetBrokerSwitchResponse> {
    const { principal } = await this.access.trader(call, request.accountId);
    if (principal.kind === 'deployment') throw new OutcomeError('PERMISSION_DENIED', "not a strategy's to turn");
    return {
      segments: [...(await this.parts.brokerSwitches.set(request.accountId, request.segments, request.enable))],
    };
  }

  @HandlesRpc(ordersRpc.resume)
  async resume(@Payload() request: ResumeAccountRequest, @Ctx() call: RpcCallContext): Promise<ResumeAccountResponse> {
    const { principal } = await this.access.trader(call, request.accountId);
    if (principal.kind === 'deployment') throw new OutcomeError('PERMISSION_DENIED', 'a strategy does not end a halt');
    return pick(await this.access.command(call, request.accountId, { $case: 'resume', value: request }), 'resumed')
      .value;
  }

  /** Who may turn a switch: the owner of what it covers; all of it only an administrator. */
  private async permitted(call: RpcCallContext, scope: string): Promise<Principal> {
    const principal = await this.access.principal(call);
    requireScope(principal, 'trade');
    const parsed = parseScope(scope);
    if (parsed === undefined) {
      throw new OutcomeError('BAD_REQUEST', 'scope is all, user:<id>, account:<id> or strategy:<account>:<name>');
    }
    if (parsed.kind === 'account' || parsed.kind === 'strategy') await this.access.reader(call, parsed.id);
    const isAdmin = principal.role === 'admin';
    if (parsed.kind === 'user' && parsed.id !== principal.userId && !isAdmin) {
      throw new OutcomeError('PERMISSION_DENIED', 'that is another user');
    }
    if (parsed.kind === 'all' && !isAdmin)
      throw new OutcomeError('PERMISSION_DENIED', 'only an administrator stops everyone');
    return principal;
  }

  private within(principal: Principal, scope: string): readonly { accountId: string; strategy: string }[] {
    const parsed = parseScope(scope);
    if (parsed?.kind === 'account') return [{ accountId: parsed.id, strategy: '' }];
    if (parsed?.kind === 'strategy') return [{ accountId: parsed.id, strategy: scope.split(':')[2] ?? '' }];
    // Cancelling is done on behalf of whoever asks: in accounts of their own.
    return this.access.accountsOf(principal).map(({ accountId }) => ({ accountId, strategy: '' }));
  }
}
