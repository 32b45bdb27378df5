import { Inject } from '@nestjs/common';
import { Args, Context, Field, InputType, Int, Query, Resolver, Subscription, Float } from '@nestjs/graphql';
import { RATES_HZ } from '../../app/stream/protocol.ts';
import { ChainChannel } from '../../app/stream/chain/chain-channel.ts';
import {
  chainQuerySchema,
  expiryQuerySchema,
  ivHistoryQuerySchema,
  payoffBodySchema,
} from '../http/options-requests.ts';
import { Access } from '../http/access.ts';
import { OptionsViews } from '../http/options-views.ts';
import { symbolSchema, validated } from '../http/requests.ts';
import { chainFigures } from '../http/to-chain-views.ts';
import { ChainUpdateView, ChainView } from '../http/views/chain.view.ts';
import {
  IvHistoryView,
  OptionAnalyticsView,
  OptionUnderlyingsView,
  OptionUnderlyingView,
  SmileView,
} from '../http/views/options.view.ts';
import { PayoffView } from '../http/views/payoff.view.ts';
import { given } from './given.ts';
import { LiveFeeds, type LiveContext } from './live-feeds.ts';

const UNDERLYING = { type: () => String, description: 'Key (`SEGMENT|token`) or trading symbol of the underlying.' };
const EXPIRY = { type: () => String, nullable: true, description: 'YYYY-MM-DD; the nearest when absent.' };

/** A leg of a position. */
@InputType('PayoffLegInput', { description: 'A leg of a position.' })
export class PayoffLegInput {
  @Field(() => String, { description: 'CALL, PUT, FUTURE or UNDERLYING.' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'YYYY-MM-DD; all but the underlying itself.' })
  expiry_date?: string | null;

  @Field(() => Float, { nullable: true, description: 'Rupees; options only.' })
  strike?: number | null;

  @Field(() => String, { description: 'BUY or SELL.' })
  side!: string;

  @Field(() => Int, { description: 'Units for the underlying.' })
  lots!: number;

  @Field(() => Float, { nullable: true, description: 'Per unit, rupees; the present middle of the quote when absent.' })
  entry_price?: number | null;

  @Field(() => Float, { nullable: true, description: 'Per cent a year; that of the chain when absent.' })
  iv?: number | null;
}

/** The options queries: the answers of REST under `/api/v1/options`, and chains live. */
@Access({ scope: 'read' })
@Resolver()
export class OptionsResolver {
  constructor(
    @Inject(OptionsViews) private readonly options: OptionsViews,
    @Inject(ChainChannel) private readonly channel: ChainChannel,
    @Inject(LiveFeeds) private readonly feeds: LiveFeeds,
  ) {}

  @Query(() => ChainView, {
    nullable: true,
    description: 'One expiry by strike, with volatilities, Greeks, analytics.',
  })
  async option_chain(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('expiry_date', EXPIRY) expiry_date: string | null | undefined,
    @Args('greeks', { type: () => String, defaultValue: 'house', description: 'house, upstox or nse.' }) greeks: string,
  ): Promise<ChainView> {
    const asked = { instrument_key, greeks, ...given({ expiry_date }) };
    return this.options.chain(await validated(chainQuerySchema, asked, 'option_chain'));
  }

  @Query(() => OptionUnderlyingsView, { nullable: true, description: 'Indices and stocks with options.' })
  option_underlyings(): Promise<OptionUnderlyingsView> {
    return this.options.underlyings();
  }

  @Query(() => OptionUnderlyingView, { nullable: true, description: 'Expiries of an underlying.' })
  async option_expiries(@Args('instrument_key', UNDERLYING) instrument_key: string): Promise<OptionUnderlyingView> {
    return this.options.expiries(await validated(symbolSchema, instrument_key, 'instrument_key'));
  }

  @Query(() => SmileView, { nullable: true, description: 'Volatility by strike, fitted without arbitrage.' })
  async option_smile(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('expiry_date', { ...EXPIRY, description: 'YYYY-MM-DD; every live expiry when absent.' })
    expiry_date: string | null | undefined,
  ): Promise<SmileView> {
    const asked = { instrument_key, ...given({ expiry_date }) };
    return this.options.smile(await validated(expiryQuerySchema, asked, 'option_smile'));
  }

  @Query(() => OptionAnalyticsView, { nullable: true, description: 'By strike and over the day.' })
  async option_analytics(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('expiry_date', EXPIRY) expiry_date: string | null | undefined,
  ): Promise<OptionAnalyticsView> {
    const asked = { instrument_key, ...given({ expiry_date }) };
    return this.options.analytics(await validated(expiryQuerySchema, asked, 'option_analytics'));
  }

  @Query(() => IvHistoryView, { nullable: true, description: 'Daily ATM volatility, with rank and percentile.' })
  async iv_history(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('days', { type: () => Int, defaultValue: 252, description: '1 to 1,000.' }) days: number,
  ): Promise<IvHistoryView> {
    return this.options.ivHistory(await validated(ivHistoryQuerySchema, { instrument_key, days }, 'iv_history'));
  }

  @Query(() => PayoffView, { nullable: true, description: 'Curves, breakevens, Greeks and margin of a set of legs.' })
  async payoff(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('legs', { type: () => [PayoffLegInput], description: '1 to 50.' }) legs: PayoffLegInput[],
    @Args('iv_shift', { type: () => Float, defaultValue: 0, description: 'Points.' }) iv_shift: number,
    @Args('days_ahead', { type: () => [Float], defaultValue: [], description: 'Moments of further curves.' })
    days_ahead: number[],
    @Args('points', { type: () => Int, defaultValue: 201, description: 'Of each curve, 11 to 1,001.' }) points: number,
  ): Promise<PayoffView> {
    const asked = { instrument_key, legs: legs.map((leg) => given({ ...leg })), iv_shift, days_ahead, points };
    return this.options.payoff(await validated(payoffBodySchema, asked, 'payoff'));
  }

  @Subscription(() => ChainUpdateView, { description: 'A chain whole, then the strikes that changed, conflated.' })
  chain(
    @Args('instrument_key', UNDERLYING) instrument_key: string,
    @Args('expiry_date', EXPIRY) expiry_date: string | null | undefined,
    @Args('rate_hz', { type: () => Int, defaultValue: RATES_HZ[0], description: 'Messages a second at most: 10 or 2.' })
    rate_hz: number,
    @Context() context: LiveContext,
  ): Promise<AsyncIterableIterator<{ readonly chain: ChainUpdateView }>> {
    const asked = { instrument_key, rate_hz, ...given({ expiry_date }) };
    return this.feeds.follow(context, this.channel, asked, ({ seq, snapshot, body }, time_ms) => ({
      chain: { seq, snapshot, time_ms, chain: chainFigures({ ...body.chain, rows: [...body.rows] }, time_ms) },
    }));
  }
}
