import { ObjectType } from '@nestjs/graphql';
import { ForwardView } from './chain.view.ts';
import {
  Choice,
  Count,
  EpochMs,
  Figure,
  Figures,
  Flag,
  Many,
  Maybe,
  One,
  OneWordOf,
  Rupees,
  Text,
  Units,
  Word,
} from './fields.ts';

export const LEG_KINDS = ['CALL', 'PUT', 'FUTURE', 'UNDERLYING'] as const;

/** Greeks of a position in rupees. */
@ObjectType('PositionGreeks', { description: 'Greeks of a position by the price of the underlying.' })
export class PositionGreeksView {
  @Figure('Rupees per rupee of the underlying.')
  delta!: number | null;

  @Figure('Change of delta per rupee of the underlying.')
  gamma!: number | null;

  @Figure('Rupees per calendar day.')
  theta!: number | null;

  @Figure('Rupees per volatility point.')
  vega!: number | null;
}

/** A leg as it was valued. */
@ObjectType('PayoffLeg', { description: 'A leg as it was valued.' })
export class PayoffLegView {
  @OneWordOf(LEG_KINDS)
  kind!: (typeof LEG_KINDS)[number];

  @Text('YYYY-MM-DD; null for the underlying itself.')
  expiry_date!: string | null;

  @Rupees('Strike; null for what is no option.')
  strike!: number | null;

  @Count('Lots, negative when sold.')
  lots!: number;

  @Count('Units, negative when sold.')
  units!: number;

  @Units('Of one lot.')
  lot_size!: number | null;

  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Figure('Paid or received per unit. Rupees.')
  entry_price!: number | null;

  @Figure('Value per unit now, by the model. Rupees.')
  model_price!: number | null;

  @Figure('Per cent a year; null for what is no option.')
  iv!: number | null;

  @Choice(['given', 'chain', 'smile'], 'Where the volatility came from.')
  iv_source!: string | null;

  @Figure('Profit now. Rupees.')
  profit!: number | null;

  @One(PositionGreeksView)
  greeks!: PositionGreeksView;

  @Figure('To the end of trading.')
  seconds_to_expiry!: number | null;
}

/** Profit over prices of the underlying at one moment. */
@ObjectType('PayoffCurve', { description: 'Profit in rupees at each of the prices, at one moment.' })
export class PayoffCurveView {
  @Figure('Calendar days from now.')
  days_ahead!: number | null;

  @Flag('Whether it is the first expiry among the legs.')
  at_expiry!: boolean;

  @Figures('One for each of the prices. Rupees.')
  profit!: number[];

  @Figures('After the charges of entering and the tax on what is exercised; empty but at the first expiry. Rupees.')
  net_profit!: number[];
}

/** One scenario. */
@ObjectType('ScenarioCell', { description: 'One scenario, against the value now.' })
export class ScenarioCellView {
  @Figure('Share of the price of the underlying.')
  spot_shift!: number | null;

  @Figure('Volatility points.')
  iv_shift!: number | null;

  @Figure('Rupees.')
  change!: number | null;

  @One(PositionGreeksView)
  greeks!: PositionGreeksView;
}

/** An estimate of margin. */
@ObjectType('MarginEstimate', {
  description:
    'A pre-check from the 16 SPAN scenarios, good to about its accuracy; the margin service of the broker is the truth.',
})
export class MarginEstimateView {
  @Figure('Rupees.')
  total!: number | null;

  @Figure('Loss of the worst scenario. Rupees.')
  scan_risk!: number | null;

  @Figure('For spreads between expiries. Rupees.')
  calendar_charge!: number | null;

  @Figure('Rupees.')
  exposure!: number | null;

  @Figure('For short options on their last day. Rupees.')
  expiry_day_charge!: number | null;

  @Figure('Premium paid (positive) or received at entry. Rupees.')
  premium!: number | null;

  @Figure('Share by which the estimate may be off either way.')
  accuracy!: number | null;

  @Figure(
    'The most that is blocked on the way when the legs are entered in their order; the total is what stays. Rupees.',
  )
  required!: number | null;
}

/** What trades cost. */
@ObjectType('PayoffCharges', { description: 'Levies and brokerage by head, at the rates of the date of the market.' })
export class PayoffChargesView {
  @Rupees('All heads.')
  total!: number | null;

  @Rupees('Flat for each order.')
  brokerage!: number | null;

  @Rupees('Securities transaction tax.')
  stt!: number | null;

  @Rupees('Of the exchange.')
  transaction!: number | null;

  @Rupees('Turnover fee.')
  sebi!: number | null;

  @Rupees('On brokerage, transaction charge and turnover fee.')
  gst!: number | null;

  @Rupees('Stamp duty.')
  stamp!: number | null;

  @Count('Orders that it takes: more than one for a leg above the freeze quantity.')
  orders!: number;
}

/** What a set of legs is worth. */
@ObjectType('Payoff', { description: 'What a set of legs is worth, at its first expiry and before.' })
export class PayoffView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Figure('Price of the underlying that was taken. Rupees.')
  spot!: number | null;

  @EpochMs('Time of the market.')
  market_time_ms!: number | null;

  @Figure('To the first expiry among the legs.')
  horizon_seconds!: number | null;

  @Maybe(ForwardView, 'Of the first expiry.')
  forward!: ForwardView | null;

  @Figures('Prices of the underlying, ascending: the x of every curve. Rupees.')
  spots!: number[];

  @Many(PayoffCurveView, 'At the first expiry, now, then the days asked for.')
  curves!: PayoffCurveView[];

  @Figures('Prices where the payoff changes sign. Rupees.')
  breakevens!: number[];

  @Figure('Rupees; null when there is no bound.')
  max_profit!: number | null;

  @Figure('Rupees, not above zero; null when there is no bound.')
  max_loss!: number | null;

  @Figure('0 to 1, from the smile of the first expiry; null without one.')
  probability_of_profit!: number | null;

  @Figure('Received (positive) or paid for options at entry. Rupees.')
  net_premium!: number | null;

  @Figure('Profit now. Rupees.')
  profit_now!: number | null;

  @One(PositionGreeksView)
  greeks!: PositionGreeksView;

  @Figure('One standard deviation of the underlying to the horizon. Rupees; null without a smile.')
  sigma!: number | null;

  @Many(PayoffLegView)
  legs!: PayoffLegView[];

  @Many(ScenarioCellView, 'Row by row: each shift of volatility over all shifts of price.')
  scenarios!: ScenarioCellView[];

  @Maybe(MarginEstimateView)
  margin!: MarginEstimateView | null;

  @Maybe(PayoffChargesView, 'Of entering all legs at their entry prices.')
  entry_charges!: PayoffChargesView | null;

  @Maybe(PayoffChargesView, 'Of closing all legs now at the prices of the model.')
  exit_charges!: PayoffChargesView | null;
}
