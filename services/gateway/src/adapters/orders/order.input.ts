import { Field, Float, InputType } from '@nestjs/graphql';
import { WholeNumber } from '../http/views/whole-number.ts';
import { ORDER_TYPES, PRODUCTS, PURPOSES, SIDES, VALIDITIES } from './order-words.ts';

const list = (words: readonly string[]): string => `One of ${words.join(', ')}.`;

/** What is to be done, as the body of REST's `place` has it. */
@InputType('OrderTermsInput', { description: 'What is to be done.' })
export class OrderTermsInput {
  @Field(() => String, { description: 'Instrument key (`SEGMENT|token`).' })
  instrument_key!: string;

  @Field(() => String, { description: list(SIDES) })
  side!: string;

  @Field(() => WholeNumber, { description: 'Units (shares or contracts), not lots.' })
  quantity!: number;

  @Field(() => String, { description: list(PRODUCTS) })
  product!: string;

  @Field(() => String, { description: list(ORDER_TYPES) })
  order_type!: string;

  @Field(() => Float, { nullable: true, description: 'Limit, rupees; not for MARKET.' })
  price?: number | null;

  @Field(() => Float, { nullable: true, description: 'Rupees; for SL only.' })
  trigger_price?: number | null;

  @Field(() => String, { nullable: true, description: `${list(VALIDITIES)} DAY when absent.` })
  validity?: string | null;

  @Field(() => WholeNumber, { nullable: true, description: 'Units shown to the market; all when absent.' })
  disclosed_quantity?: number | null;

  @Field(() => String, { nullable: true, description: `${list(PURPOSES)} ENTRY when absent.` })
  purpose?: string | null;

  @Field(() => String, { nullable: true, description: 'Strategy it belongs to.' })
  strategy?: string | null;

  @Field(() => WholeNumber, {
    nullable: true,
    description: 'Market time after which nothing of it may be sent, epoch ms.',
  })
  valid_until_ms?: number | null;

  @Field(() => Float, { nullable: true, description: 'The price it was decided on, rupees.' })
  decided_price?: number | null;

  @Field(() => WholeNumber, { nullable: true, description: 'Market time at which it was decided, epoch ms.' })
  decided_at_ms?: number | null;
}

const count = { nullable: true, description: 'A whole number; null limits nothing.' } as const;
const amount = { nullable: true, description: 'Rupees; null limits nothing.' } as const;
const real = { nullable: true, description: 'See `RiskLimits`; null limits nothing.' } as const;

/** Limits as the body of REST's `PUT limits` has them. */
@InputType('RiskLimitsInput', { description: 'Limits; what is absent or null limits nothing beyond the defaults.' })
export class RiskLimitsInput {
  @Field(() => String, { nullable: true, description: 'Those of one strategy of the account.' })
  strategy?: string | null;

  @Field(() => WholeNumber, { description: 'The one that was read; 0 where none is set yet.' })
  revision!: number;

  @Field(() => WholeNumber, count)
  max_price_distance_bp?: number | null;

  @Field(() => Float, amount)
  max_order_notional?: number | null;

  @Field(() => WholeNumber, count)
  max_order_quantity?: number | null;

  @Field(() => WholeNumber, count)
  market_protection_bp?: number | null;

  @Field(() => WholeNumber, count)
  duplicate_window_ms?: number | null;

  @Field(() => WholeNumber, count)
  max_open_orders?: number | null;

  @Field(() => WholeNumber, count)
  max_orders_per_second?: number | null;

  @Field(() => WholeNumber, count)
  max_orders_per_minute?: number | null;

  @Field(() => WholeNumber, count)
  max_orders_per_day?: number | null;

  @Field(() => WholeNumber, count)
  max_position_quantity?: number | null;

  @Field(() => Float, amount)
  max_exposure?: number | null;

  @Field(() => Float, amount)
  max_daily_loss?: number | null;

  @Field(() => Float, real)
  max_book_delta?: number | null;

  @Field(() => Float, real)
  max_book_gamma?: number | null;

  @Field(() => Float, real)
  max_book_vega?: number | null;

  @Field(() => Float, amount)
  max_scenario_loss?: number | null;

  @Field(() => WholeNumber, count)
  max_margin_use_bp?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'No order that could meet an own one.' })
  forbid_self_trade?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'Keys; empty allows all.' })
  allowed_instruments?: string[] | null;

  @Field(() => [String], { nullable: true, description: `${list(PRODUCTS)} Empty allows all.` })
  allowed_products?: string[] | null;
}
