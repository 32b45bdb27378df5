import { Body, Controller, Get, HttpCode, Inject, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ErrorCode } from '@vega/contracts';
import type { Principal } from '../../app/principal.ts';
import { CALLER_CODES, JsonBody } from '../auth/session.controller.ts';
import { Access, Caller } from '../http/access.ts';
import { Answers, BROKER_CODES } from '../http/answers.ts';
import { noQuerySchema } from '../http/requests.ts';
import { ofAccountQuerySchema, type OfAccountQuery } from './order-requests.ts';
import {
  brokerSwitchSchema,
  killSwitchSchema,
  limitsSchema,
  type BrokerSwitchBody,
  type KillSwitchBody,
  type LimitsBody,
} from './risk-requests.ts';
import { RiskViews } from './risk-views.ts';
import {
  AccountLimitsView,
  BrokerSwitchesView,
  ChangedLimitsView,
  KillSwitchesView,
  TurnedSwitchView,
} from './risk.view.ts';

const ACCOUNT_CODES: readonly ErrorCode[] = [...CALLER_CODES, 'ACCOUNT_NOT_FOUND'];
const CHANGE_CODES: readonly ErrorCode[] = [...ACCOUNT_CODES, 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'];
const BROKER_SWITCH_CODES: readonly ErrorCode[] = [...BROKER_CODES, 'BROKER_REFUSED'];

const IN_BODY = { in: 'body', name: 'account_id' } as const;
const IN_QUERY = { in: 'query', name: 'account_id' } as const;

/** Limits and kill switches. */
@ApiTags('risk')
@Controller('risk')
export class RiskController {
  constructor(@Inject(RiskViews) private readonly risk: RiskViews) {}

  @Get('limits')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(AccountLimitsView, 'The limits of an account and its use of them', ACCOUNT_CODES)
  async riskLimits(
    @Caller() caller: Principal,
    @Query({ schema: ofAccountQuerySchema }) query: OfAccountQuery,
  ): Promise<AccountLimitsView> {
    return this.risk.limits(caller, query.account_id);
  }

  @Put('limits')
  @Access({ scope: 'trade', person: true, account: IN_BODY })
  @JsonBody(limitsSchema)
  @Answers(ChangedLimitsView, 'Replaces the limits of an account or of one of its strategies', [
    ...CHANGE_CODES,
    'REVISION_CONFLICT',
  ])
  async setRiskLimits(
    @Caller() caller: Principal,
    @Body({ schema: limitsSchema }) body: LimitsBody,
  ): Promise<ChangedLimitsView> {
    return this.risk.setLimits(caller, body);
  }

  @Get('kill-switch')
  @Access({ scope: 'read' })
  @Answers(KillSwitchesView, 'Kill switches that concern the caller', CALLER_CODES)
  async killSwitches(
    @Caller() caller: Principal,
    @Query({ schema: noQuerySchema }) _query: object,
  ): Promise<KillSwitchesView> {
    return this.risk.switches(caller);
  }

  @Post('kill-switch')
  @HttpCode(200)
  @Access({ scope: 'trade', account: IN_BODY })
  @JsonBody(killSwitchSchema)
  @Answers(TurnedSwitchView, 'Engages or releases a kill switch; answered after it is recorded', CHANGE_CODES, {
    description:
      'From the answer on nothing leaves that the switch stops. Programs may engage; releasing is for people, and everyone (`all`) only for ' +
      'administrators. With `cancel_orders` what works within the scope is cancelled.',
  })
  async turnKillSwitch(
    @Caller() caller: Principal,
    @Body({ schema: killSwitchSchema }) body: KillSwitchBody,
  ): Promise<TurnedSwitchView> {
    return this.risk.turn(caller, body);
  }

  @Get('broker-kill-switch')
  @Access({ scope: 'read', account: IN_QUERY })
  @Answers(BrokerSwitchesView, "The broker's own kill switch of an account", [...ACCOUNT_CODES, ...BROKER_SWITCH_CODES])
  async brokerKillSwitch(
    @Caller() caller: Principal,
    @Query({ schema: ofAccountQuerySchema }) query: OfAccountQuery,
  ): Promise<BrokerSwitchesView> {
    return this.risk.brokerSwitches(caller, query.account_id);
  }

  @Post('broker-kill-switch')
  @HttpCode(200)
  @Access({ scope: 'trade', person: true, account: IN_BODY })
  @JsonBody(brokerSwitchSchema)
  @Answers(BrokerSwitchesView, "Turns the broker's own kill switch of segments on or off", [
    ...CHANGE_CODES,
    ...BROKER_SWITCH_CODES,
  ])
  async turnBrokerKillSwitch(
    @Caller() caller: Principal,
    @Body({ schema: brokerSwitchSchema }) body: BrokerSwitchBody,
  ): Promise<BrokerSwitchesView> {
    return this.risk.turnBrokerSwitch(caller, body);
  }
}
