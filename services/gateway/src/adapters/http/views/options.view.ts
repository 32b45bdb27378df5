import { ObjectType } from '@nestjs/graphql';
import { ChainAnalyticsView, ForwardView, OiLevelView } from './chain.view.ts';
import {
  Choice,
  Count,
  EpochMs,
  Figure,
  Flag,
  IsoTime,
  Many,
  Maybe,
  OneWordOf,
  Rupees,
  Text,
  Units,
  Word,
} from './fields.ts';

/** An expiry of an underlying. */
@ObjectType('OptionExpiry', { description: 'An expiry of an underlying.' })
export class OptionExpiryView {
  @Word('YYYY-MM-DD.')
  date!: string;

  @Flag('Whether it is a weekly one.')
  weekly!: boolean;

  @OneWordOf(['weekly', 'monthly'])
  cycle!: 'weekly' | 'monthly';

  @Count('Calendar days between the dates.')
  days_to_expiry!: number;

  @Figure('To the end of trading, by the rulebook.')
  seconds_to_expiry!: number | null;

  @EpochMs('End of trading.')
  expires_at_ms!: number | null;

  @Units('Of one lot.')
  lot_size!: number | null;

  @Count('Option contracts listed.')
  contracts!: number;
}

/** Something with listed options. */
@ObjectType('OptionUnderlying', { description: 'Something with listed options.' })
export class OptionUnderlyingView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Word()
  name!: string;

  @OneWordOf(['INDEX', 'EQUITY'])
  kind!: string;

  @Units('Of one lot of the nearest expiry.')
  lot_size!: number | null;

  @Rupees('Least step of an option price.')
  tick_size!: number | null;

  @Many(OptionExpiryView, 'Ascending.')
  expiries!: OptionExpiryView[];
}

/** Everything with listed options. */
@ObjectType('OptionUnderlyings', { description: 'Everything with listed options.' })
export class OptionUnderlyingsView {
  @Many(OptionUnderlyingView, 'Indices first.')
  underlyings!: OptionUnderlyingView[];

  @IsoTime('Time of the market.')
  market_time!: string | null;
}

/** A strike on a smile. */
@ObjectType('SmilePoint', { description: 'A strike on a smile.' })
export class SmilePointView {
  @Rupees('Strike.')
  strike!: number | null;

  @Figure('ln(strike / forward).')
  log_moneyness!: number | null;

  @Figure('As quoted, per cent a year; null where the quote is not in order.')
  quoted_iv!: number | null;

  @Figure('On the curve, per cent a year.')
  fitted_iv!: number | null;
}

/** Raw SVI parameters: w(k) = a + d (k - m) + c sqrt((k - m)^2 + s^2). */
@ObjectType('Svi', { description: 'Raw SVI: w(k) = a + d (k - m) + c sqrt((k - m)^2 + s^2).' })
export class SviView {
  @Figure('Level.')
  a!: number | null;

  @Figure('Tilt.')
  d!: number | null;

  @Figure('Wings.')
  c!: number | null;

  @Figure('Centre.')
  m!: number | null;

  @Figure('Width.')
  s!: number | null;
}

/** The smile of one expiry. */
@ObjectType('SmileSlice', { description: 'The smile of one expiry.' })
export class SmileSliceView {
  @Word('YYYY-MM-DD.')
  expiry_date!: string;

  @Figure('To the end of trading.')
  seconds_to_expiry!: number | null;

  @Maybe(ForwardView)
  forward!: ForwardView | null;

  @Maybe(SviView, 'Null where there are too few quotes.')
  svi!: SviView | null;

  @Figure('Root mean square of the fit, volatility points.')
  rmse!: number | null;

  @Figure('Volatility at the forward, per cent a year.')
  atm_iv!: number | null;

  @Figure('Volatility points per per cent of strike at the money.')
  skew!: number | null;

  @Figure('25-delta call less 25-delta put, points.')
  risk_reversal!: number | null;

  @Figure('Mean of the two less the volatility at the money, points.')
  butterfly!: number | null;

  @Figure('One standard deviation to the expiry. Rupees.')
  one_sigma_move!: number | null;

  @Figure('Mean absolute move to the expiry. Rupees.')
  expected_move!: number | null;

  @Text('Why there is no curve; null when there is one.')
  note!: string | null;

  @Many(SmilePointView)
  points!: SmilePointView[];
}

/** Smiles of an underlying. */
@ObjectType('Smile', {
  description: 'Smiles of an underlying, nearest expiry first; no later one lies below an earlier one.',
})
export class SmileView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @IsoTime('Time of the market.')
  market_time!: string | null;

  @Many(SmileSliceView)
  slices!: SmileSliceView[];
}

/** What one strike holds. */
@ObjectType('StrikeFigures', { description: 'What one strike holds.' })
export class StrikeFiguresView {
  @Rupees('Strike.')
  strike!: number | null;

  @Units('Open interest of the call.')
  call_oi!: number | null;

  @Units('Open interest of the put.')
  put_oi!: number | null;

  @Units('Its change of the call against the previous day.')
  call_oi_change!: number | null;

  @Units('Its change of the put against the previous day.')
  put_oi_change!: number | null;

  @Figure('What writers would pay out if the underlying expired here. Rupees.')
  pain!: number | null;

  @Figure('Rupees of delta per per cent of the underlying.')
  gamma_exposure!: number | null;
}

/** The ATM straddle at one minute. */
@ObjectType('StraddlePoint', { description: 'The ATM straddle at one minute.' })
export class StraddlePointView {
  @EpochMs('Market time, start of the minute.')
  time_ms!: number | null;

  @Rupees('ATM strike.')
  strike!: number | null;

  @Rupees('Premium of call and put.')
  premium!: number | null;

  @Figure('Per cent a year.')
  atm_iv!: number | null;

  @Rupees('Printed price of the underlying.')
  spot!: number | null;
}

/** Analytics of a chain. */
@ObjectType('OptionAnalytics', { description: 'Analytics of a chain, by strike and over the day.' })
export class OptionAnalyticsView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Word('YYYY-MM-DD.')
  expiry_date!: string;

  @Count('Of the chain that it was computed from.')
  epoch!: number;

  @Count('Of the chain that it was computed from.')
  seq!: number;

  @IsoTime('Time of the market.')
  market_time!: string | null;

  @Rupees('Printed price of the underlying.')
  spot!: number | null;

  @Maybe(ForwardView)
  forward!: ForwardView | null;

  @Rupees('The strike nearest to the forward.')
  atm_strike!: number | null;

  @Maybe(ChainAnalyticsView)
  analytics!: ChainAnalyticsView | null;

  @Many(OiLevelView, 'As in analytics.')
  support!: OiLevelView[];

  @Many(OiLevelView, 'As in analytics.')
  resistance!: OiLevelView[];

  @Many(StrikeFiguresView)
  strikes!: StrikeFiguresView[];

  @Many(StraddlePointView, 'Of the present day, a point a minute, oldest first.')
  straddle_history!: StraddlePointView[];
}

/** One day's closing volatility. */
@ObjectType('IvDay', { description: "One day's closing ATM volatility." })
export class IvDayView {
  @Word('YYYY-MM-DD.')
  date!: string;

  @Figure('Per cent a year.')
  atm_iv!: number | null;

  @Choice(['chain', 'india-vix'], "Ours, or the exchange's thirty-day index for days before ours.")
  source!: string | null;

  @Word('Of the contracts it was taken from.')
  expiry_date!: string;

  @Figure('Days to that expiry.')
  days_to_expiry!: number | null;

  @Rupees('Printed price of the underlying.')
  spot!: number | null;
}

/** History of volatility. */
@ObjectType('IvHistory', { description: 'Daily ATM volatility of an underlying.' })
export class IvHistoryView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Figure('Per cent a year; null when no chain is live.')
  current_iv!: number | null;

  @Figure('Place in the range, per cent; null with too short a history.')
  iv_rank!: number | null;

  @Figure('Share of lower days, per cent; null with too short a history.')
  iv_percentile!: number | null;

  @Figure('Lowest of the last year, per cent a year.')
  lowest!: number | null;

  @Figure('Highest of the last year, per cent a year.')
  highest!: number | null;

  @Text('Why rank and percentile are null; null when they are not.')
  note!: string | null;

  @Many(IvDayView, 'Oldest first.')
  days!: IvDayView[];
}
