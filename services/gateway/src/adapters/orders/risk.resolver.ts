import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '../../app/principal.ts';
import { given } from '../graphql/given.ts';
import { Access, Caller } from '../http/access.ts';
import { validated } from '../http/requests.ts';
import { RiskLimitsInput } from './order.input.ts';
import { accountId } from './order-requests.ts';
import { STOPS, SWITCH_SCOPES, SWITCHED_SEGMENTS } from './order-words.ts';
import { brokerSwitchSchema, killSwitchSchema, limitsSchema, resumeSchema } from './risk-requests.ts';
import { RiskViews } from './risk-views.ts';
import {
  AccountLimitsView,
  BrokerSwitchesView,
  ChangedLimitsView,
  KillSwitchesView,
  ResumedAccountView,
  TurnedSwitchView,
} from './risk.view.ts';

const ACCOUNT = { type: () => String, description: 'Identity of the broker account.' };
const text = (description: string) => ({ type: () => String, nullable: true, description });
const SCOPE = { type: () => String, description: `One of ${SWITCH_SCOPES.join(', ')}.` };
const OF_SCOPE = text('Of the scopes account and strategy.');
const STRATEGY = text('Of the scope strategy.');
const REASON = text('For the record.');
const IN_ARGS = { in: 'args', name: 'account_id' } as const;

/** Limits and kill switches: the answers of REST under `/api/v1/risk`. */
@Resolver()
export class RiskResolver {
  constructor(@Inject(RiskViews) private readonly risk: RiskViews) {}

  @Query(() => AccountLimitsView, { nullable: true, description: 'The limits of an account and its use of them.' })
  @Access({ scope: 'read', account: IN_ARGS })
  async risk_limits(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
  ): Promise<AccountLimitsView> {
    return this.risk.limits(caller, await validated(accountId, account_id, 'account_id'));
  }

  @Query(() => KillSwitchesView, { nullable: true, description: 'Kill switches that concern the caller.' })
  @Access({ scope: 'read' })
  async kill_switches(@Caller() caller: Principal): Promise<KillSwitchesView> {
    return this.risk.switches(caller);
  }

  @Query(() => BrokerSwitchesView, { nullable: true, description: "The broker's own kill switch of an account." })
  @Access({ scope: 'read', account: IN_ARGS })
  async broker_kill_switch(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
  ): Promise<BrokerSwitchesView> {
    return this.risk.brokerSwitches(caller, await validated(accountId, account_id, 'account_id'));
  }

  @Mutation(() => ChangedLimitsView, { nullable: true, description: 'Replaces limits whose revision was read.' })
  @Access({ scope: 'trade', person: true, account: IN_ARGS })
  async set_risk_limits(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('limits', { type: () => RiskLimitsInput }) limits: RiskLimitsInput,
  ): Promise<ChangedLimitsView> {
    const asked = { account_id, ...given({ ...limits }) };
    return this.risk.setLimits(caller, await validated(limitsSchema, asked, 'limits'));
  }

  @Mutation(() => TurnedSwitchView, {
    nullable: true,
    description: 'Engages a kill switch; answered after it is recorded.',
  })
  @Access({ scope: 'trade', account: IN_ARGS })
  async engage_kill_switch(
    @Caller() caller: Principal,
    @Args('scope', SCOPE) scope: string,
    @Args('account_id', OF_SCOPE) account_id: string | null | undefined,
    @Args('strategy', STRATEGY) strategy: string | null | undefined,
    @Args('stops', { type: () => String, defaultValue: 'OPENING', description: `One of ${STOPS.join(', ')}.` })
    stops: string,
    @Args('cancel_orders', { type: () => Boolean, defaultValue: false, description: 'Also cancels what works.' })
    cancel_orders: boolean,
    @Args('reason', REASON) reason: string | null | undefined,
  ): Promise<TurnedSwitchView> {
    const asked = { action: 'engage', cancel_orders, ...given({ scope, account_id, strategy, stops, reason }) };
    return this.risk.turn(caller, await validated(killSwitchSchema, asked, 'engage_kill_switch'));
  }

  @Mutation(() => TurnedSwitchView, { nullable: true, description: 'Releases a kill switch.' })
  @Access({ scope: 'trade', person: true, account: IN_ARGS })
  async release_kill_switch(
    @Caller() caller: Principal,
    @Args('scope', SCOPE) scope: string,
    @Args('account_id', OF_SCOPE) account_id: string | null | undefined,
    @Args('strategy', STRATEGY) strategy: string | null | undefined,
    @Args('reason', REASON) reason: string | null | undefined,
  ): Promise<TurnedSwitchView> {
    const asked = { action: 'release', ...given({ scope, account_id, strategy, reason }) };
    return this.risk.turn(caller, await validated(killSwitchSchema, asked, 'release_kill_switch'));
  }

  @Mutation(() => BrokerSwitchesView, { nullable: true, description: "Turns the broker's own kill switch." })
  @Access({ scope: 'trade', person: true, account: IN_ARGS })
  async turn_broker_kill_switch(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('segments', { type: () => [String], description: `Of ${SWITCHED_SEGMENTS.join(', ')}.` }) segments: string[],
    @Args('enable', { type: () => Boolean, description: 'Whether the broker refuses orders.' }) enable: boolean,
  ): Promise<BrokerSwitchesView> {
    const asked = { account_id, segments, enable };
    return this.risk.turnBrokerSwitch(caller, await validated(brokerSwitchSchema, asked, 'turn_broker_kill_switch'));
  }

  @Mutation(() => ResumedAccountView, { nullable: true, description: 'Ends the halt of an account.' })
  @Access({ scope: 'trade', person: true, account: IN_ARGS })
  async resume_account(
    @Caller() caller: Principal,
    @Args('account_id', ACCOUNT) account_id: string,
    @Args('reason', REASON) reason: string | null | undefined,
  ): Promise<ResumedAccountView> {
    return this.risk.resume(caller, await validated(resumeSchema, given({ account_id, reason }), 'resume_account'));
  }
}
