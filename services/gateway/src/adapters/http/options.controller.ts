import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiParam, ApiTags } from '@nestjs/swagger';
import type { ErrorCode } from '@vega/contracts';
import { z } from 'zod';
import { Access } from './access.ts';
import { Answers, MARKET_CODES } from './answers.ts';
import {
  chainQuerySchema,
  expiryQuerySchema,
  ivHistoryQuerySchema,
  payoffBodySchema,
  type ChainQuery,
  type ExpiryQuery,
  type IvHistoryQuery,
  type PayoffBody,
} from './options-requests.ts';
import { OptionsViews } from './options-views.ts';
import { noQuerySchema, symbolSchema } from './requests.ts';
import { ChainView } from './views/chain.view.ts';
import {
  IvHistoryView,
  OptionAnalyticsView,
  OptionUnderlyingsView,
  OptionUnderlyingView,
  SmileView,
} from './views/options.view.ts';
import { PayoffView } from './views/payoff.view.ts';

const UNDERLYING_CODES: readonly ErrorCode[] = [
  ...MARKET_CODES,
  'INSTRUMENT_KEY_INVALID',
  'SEGMENT_UNSUPPORTED',
  'UNKNOWN_INSTRUMENT',
  'NO_OPTIONS',
];
const CHAIN_CODES: readonly ErrorCode[] = [...UNDERLYING_CODES, 'EXPIRY_PAST', 'UNKNOWN_EXPIRY', 'CHAIN_UNAVAILABLE'];

/** Option chains, what follows from them, and payoffs. */
@ApiTags('options')
@Access({ scope: 'read' })
@Controller('options')
export class OptionsController {
  constructor(@Inject(OptionsViews) private readonly options: OptionsViews) {}

  @Get('chain')
  @Answers(ChainView, 'One expiry by strike, with volatilities, Greeks and analytics', CHAIN_CODES, {
    known: true,
    description:
      'The chain as it was last published, under the same `epoch` and `seq` as on the bus and the stream. Every contract has a ' +
      '`status`; numbers that cannot be had are null. `greeks=upstox` and `greeks=nse` answer by the conventions of the broker and ' +
      'of the exchange, for comparison.',
  })
  async chain(@Query({ schema: chainQuerySchema }) query: ChainQuery): Promise<ChainView> {
    return this.options.chain(query);
  }

  @Get('expiries/:instrument_key')
  @ApiParam({
    name: 'instrument_key',
    description: 'Key (`SEGMENT|token`, URL-encoded) or trading symbol of the underlying.',
    example: 'NSE_INDEX|Nifty 50',
    schema: { type: 'string', minLength: 1, maxLength: 80 },
  })
  @Answers(OptionUnderlyingView, 'Expiries of an underlying', UNDERLYING_CODES)
  async optionExpiries(
    @Param('instrument_key', { schema: symbolSchema }) underlying: string,
    @Query({ schema: noQuerySchema }) _query: object,
  ): Promise<OptionUnderlyingView> {
    return this.options.expiries(underlying);
  }

  @Get('underlyings')
  @Answers(OptionUnderlyingsView, 'Indices and stocks with options: lot, tick, expiries', MARKET_CODES)
  async optionUnderlyings(@Query({ schema: noQuerySchema }) _query: object): Promise<OptionUnderlyingsView> {
    return this.options.underlyings();
  }

  @Get('smile')
  @Answers(SmileView, 'Volatility by strike, fitted without arbitrage', CHAIN_CODES, {
    description: 'Of one expiry, or without `expiry_date` of every expiry of the underlying that is kept live.',
  })
  async smile(@Query({ schema: expiryQuerySchema }) query: ExpiryQuery): Promise<SmileView> {
    return this.options.smile(query);
  }

  @Get('analytics')
  @Answers(OptionAnalyticsView, 'Open interest, pain and gamma by strike; the straddle over the day', CHAIN_CODES)
  async optionAnalytics(@Query({ schema: expiryQuerySchema }) query: ExpiryQuery): Promise<OptionAnalyticsView> {
    return this.options.analytics(query);
  }

  @Get('history/iv')
  @Answers(IvHistoryView, 'Daily ATM volatility, with rank and percentile of the present one', UNDERLYING_CODES)
  async ivHistory(@Query({ schema: ivHistoryQuerySchema }) query: IvHistoryQuery): Promise<IvHistoryView> {
    return this.options.ivHistory(query);
  }

  @Post('payoff')
  @HttpCode(200)
  @ApiBody({ schema: z.toJSONSchema(payoffBodySchema, { io: 'input' }) as object })
  @Answers(
    PayoffView,
    'Curves, breakevens, Greeks and margin of a set of legs',
    [...CHAIN_CODES, 'LEGS_INVALID', 'TOO_MANY_LEGS', 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'],
    {
      description:
        'At most 50 legs on one underlying, of any expiries. Nothing is computed for a request that is refused.',
    },
  )
  async payoff(@Body({ schema: payoffBodySchema }) body: PayoffBody): Promise<PayoffView> {
    return this.options.payoff(body);
  }
}
