import { ObjectType } from '@nestjs/graphql';
import { TICK_MODES } from '../../../app/quote-figures.ts';
import {
  AgeMs,
  Choice,
  Count,
  EpochMs,
  Figure,
  Flag,
  IsoTime,
  Many,
  Maybe,
  One,
  OneWordOf,
  Rupees,
  Text,
  Units,
  Word,
} from './fields.ts';

export const PRICING_STATUSES = [
  'OK',
  'INVALID',
  'EXPIRED',
  'NO_QUOTE',
  'BELOW_INTRINSIC',
  'ABOVE_MAX',
  'LOW_VEGA',
  'ONE_SIDED',
  'STALE',
  'WIDE',
] as const;
export const FORWARD_SOURCES = ['PARITY', 'FUTURE', 'SPOT'] as const;
export const SPOT_STATES = ['LIVE', 'CLOSING_AUCTION', 'CLOSED', 'STALE', 'UNKNOWN'] as const;
export const BUILD_UPS = ['LONG_BUILD_UP', 'SHORT_BUILD_UP', 'SHORT_COVERING', 'LONG_UNWINDING'] as const;
export const CONVENTIONS = ['house', 'upstox', 'nse'] as const;

/** Greeks of one unit of a contract by the forward of its expiry. */
@ObjectType('Greeks', { description: 'Greeks of one unit of a contract by the forward of its expiry.' })
export class GreeksView {
  @Figure('Rupees per rupee of the forward.')
  delta!: number | null;

  @Figure('Change of delta per rupee of the forward.')
  gamma!: number | null;

  @Figure('Rupees per calendar day.')
  theta!: number | null;

  @Figure('Rupees per volatility point.')
  vega!: number | null;

  @Figure('Rupees per percentage point of rate.')
  rho!: number | null;
}

/** The call or the put of a strike. */
@ObjectType('ChainSide', { description: 'The call or the put of a strike.' })
export class ChainSideView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Rupees('Last traded price.')
  last_price!: number | null;

  @Rupees('Last price less the previous close.')
  change!: number | null;

  @Rupees('Close of the previous day.')
  prev_close!: number | null;

  @Rupees('Best bid.')
  bid_price!: number | null;

  @Units('At the best bid.')
  bid_qty!: number | null;

  @Rupees('Best ask.')
  ask_price!: number | null;

  @Units('At the best ask.')
  ask_qty!: number | null;

  @Units('Traded today.')
  volume!: number | null;

  @Units('Open interest.')
  oi!: number | null;

  @Units('Open interest less that of the previous day; null where that is not known.')
  oi_change!: number | null;

  @OneWordOf(PRICING_STATUSES, 'Of the quote: why its numbers may be used, or why there are none.')
  status!: (typeof PRICING_STATUSES)[number];

  @Figure('Implied volatility in per cent a year, from the out-of-the-money side of the strike.')
  iv!: number | null;

  @Figure('Rupees per rupee of the forward.')
  delta!: number | null;

  @Figure('Change of delta per rupee of the forward.')
  gamma!: number | null;

  @Figure('Rupees per calendar day.')
  theta!: number | null;

  @Figure('Rupees per volatility point.')
  vega!: number | null;

  @Figure('Rupees per percentage point of rate.')
  rho!: number | null;

  @Choice(BUILD_UPS, 'What price and open interest say together against the previous day.')
  build_up!: (typeof BUILD_UPS)[number] | null;

  @AgeMs(
    'Since its quote was last heard or read; null when it never was. A quiet contract is not stale for it: see status.',
  )
  age_ms!: number | null;

  @EpochMs('When its quote was last heard or read.')
  quoted_at_ms!: number | null;

  @OneWordOf([...TICK_MODES, 'REST'], 'How much of it the broker streams; REST when it is read instead.')
  mode!: string;

  @Maybe(GreeksView, 'Greeks on what the averaging window of the last day leaves open; null outside it.')
  settlement!: GreeksView | null;

  @Figure('Implied volatility by the settlement value, per cent a year; null outside the window.')
  settlement_iv!: number | null;
}

/** One strike. */
@ObjectType('ChainRow', { description: 'One strike.' })
export class ChainRowView {
  @Rupees('Strike.')
  strike!: number | null;

  @Maybe(ChainSideView, 'Null where none is listed.')
  call!: ChainSideView | null;

  @Maybe(ChainSideView, 'Null where none is listed.')
  put!: ChainSideView | null;
}

/** The forward of an expiry. */
@ObjectType('Forward', { description: 'The forward of an expiry.' })
export class ForwardView {
  @Figure('Rupees.')
  price!: number | null;

  @OneWordOf(FORWARD_SOURCES, 'What it was made of.')
  source!: (typeof FORWARD_SOURCES)[number];

  @Count('Strikes in the average of put-call parity.')
  strikes_used!: number;

  @Figure('Standard error of the average. Rupees.')
  standard_error!: number | null;
}

/** How contracts settle on their last day. */
@ObjectType('Settlement', { description: 'How contracts settle on their last day, by the rulebook of that date.' })
export class SettlementView {
  @OneWordOf(['half-hour-average', 'closing-auction'], 'How the closing value is found.')
  method!: string;

  @OneWordOf(['cash', 'physical'])
  delivery!: string;

  @EpochMs('Start of the window of the average, or of the closing auction.')
  window_start_ms!: number | null;

  @EpochMs('Its end.')
  window_end_ms!: number | null;

  @Flag('Whether the rule is confirmed by a publication of the exchange.')
  verified!: boolean;

  @Flag('Whether it is the last day and the window is running.')
  in_window!: boolean;

  @Figure('Share of the window that has passed; null outside it.')
  elapsed_share!: number | null;

  @Figure('Average of the underlying over the part that has passed, rupees; null outside it.')
  running_average!: number | null;
}

/** A strike with much open interest. */
@ObjectType('OiLevel', { description: 'A strike with much open interest.' })
export class OiLevelView {
  @Rupees('Strike.')
  strike!: number | null;

  @Units('Open interest.')
  oi!: number | null;

  @Units('Open interest less that of the previous day.')
  oi_change!: number | null;
}

/** Figures of a whole chain. */
@ObjectType('ChainAnalytics', { description: 'Figures of a whole chain; null where what they need is not known.' })
export class ChainAnalyticsView {
  @Units('Open interest of all calls.')
  call_oi!: number | null;

  @Units('Open interest of all puts.')
  put_oi!: number | null;

  @Units('Change of the calls against the previous day.')
  call_oi_change!: number | null;

  @Units('Change of the puts against the previous day.')
  put_oi_change!: number | null;

  @Units('Calls traded today.')
  call_volume!: number | null;

  @Units('Puts traded today.')
  put_volume!: number | null;

  @Figure('Puts over calls by open interest.')
  pcr_oi!: number | null;

  @Figure('Puts over calls by volume.')
  pcr_volume!: number | null;

  @Rupees('The strike at which writers would pay out least.')
  max_pain!: number | null;

  @Figure('Volatility at the forward, per cent a year.')
  atm_iv!: number | null;

  @Figure('Place of the ATM volatility in the range of its last year, per cent; null with too short a history.')
  iv_rank!: number | null;

  @Figure('Share of the days of its last year with a lower one, per cent; null with too short a history.')
  iv_percentile!: number | null;

  @Count('Days of the history behind rank and percentile.')
  iv_history_days!: number;

  @Text('Why rank and percentile are null; null when they are not.')
  iv_history_note!: string | null;

  @Figure('Rupees of delta per per cent of the underlying: calls less puts by open interest.')
  gamma_exposure!: number | null;

  @Rupees('Premium of call and put at the ATM strike.')
  straddle_premium!: number | null;

  @Figure('Mean absolute move to the expiry that the ATM volatility implies. Rupees.')
  expected_move!: number | null;

  @Figure('Volatility of the 25-delta call less that of the 25-delta put, points.')
  risk_reversal!: number | null;

  @Figure('Slope of the smile at the money, volatility points per per cent of strike.')
  skew!: number | null;

  @Many(OiLevelView, 'Puts with the most open interest below the price, largest first.')
  support!: OiLevelView[];

  @Many(OiLevelView, 'Calls with the most open interest above the price, largest first.')
  resistance!: OiLevelView[];
}

/** An option chain: whole, or in updates of a stream with the strikes that changed. */
@ObjectType('Chain', { description: 'An option chain.' })
export class ChainView {
  @Word()
  instrument_key!: string;

  @Word()
  trading_symbol!: string;

  @Word('YYYY-MM-DD.')
  expiry_date!: string;

  @Flag('Whether the expiry is a weekly one.')
  weekly!: boolean;

  @Count('Grows each time another replica takes the underlying over.')
  epoch!: number;

  @Count('Number of the chain within its epoch, from 1; the same at every door.')
  seq!: number;

  @OneWordOf(CONVENTIONS, 'By which reading of the market volatilities and Greeks are.')
  greeks!: (typeof CONVENTIONS)[number];

  @IsoTime('Time of the market at which this was the state.')
  market_time!: string | null;

  @EpochMs('Time of the market at which this was the state.')
  market_time_ms!: number | null;

  @EpochMs('When it was computed.')
  computed_at_ms!: number | null;

  @Rupees('Printed price of the underlying.')
  spot!: number | null;

  @Rupees('Close of the underlying of the previous day.')
  spot_prev_close!: number | null;

  @OneWordOf(
    SPOT_STATES,
    'What the printed price is worth: in the closing auction an index stands still or is indicative.',
  )
  spot_state!: (typeof SPOT_STATES)[number];

  @Text('Key of the future of the same expiry; null when there is none.')
  future_key!: string | null;

  @Rupees('Last price of that future.')
  future!: number | null;

  @Maybe(ForwardView, 'Null when quotes, future and spot price are all missing.')
  forward!: ForwardView | null;

  @Rupees('The strike nearest to the forward.')
  atm_strike!: number | null;

  @Figure('To the end of trading, by the rulebook.')
  seconds_to_expiry!: number | null;

  @Figure('The same in days of 24 hours.')
  days_to_expiry!: number | null;

  @EpochMs('End of trading.')
  expires_at_ms!: number | null;

  @Units('Of one lot.')
  lot_size!: number | null;

  @Rupees('Least step of the price.')
  tick_size!: number | null;

  @Count('Contracts streamed in full.')
  streamed_full!: number;

  @Count('Contracts streamed with their best quotes only.')
  streamed_light!: number;

  @Count('Contracts read by REST, each with its age.')
  read_by_rest!: number;

  @Count('Contracts of which nothing has been seen.')
  silent!: number;

  @Maybe(ChainAnalyticsView)
  analytics!: ChainAnalyticsView | null;

  @Maybe(SettlementView)
  settlement!: SettlementView | null;

  @Many(ChainRowView, 'Strikes, ascending.')
  rows!: ChainRowView[];
}

/** What one message of a chain subscription brings. */
@ObjectType('ChainUpdate', { description: 'What one message of a chain subscription brings.' })
export class ChainUpdateView {
  @Count('Number of the message within the subscription, from 1, without a hole.')
  seq!: number;

  @Flag('Whether `rows` are all strikes rather than those that changed; the rest is always whole.')
  snapshot!: boolean;

  @Count('Wall time of the message. Epoch milliseconds, UTC.')
  time_ms!: number;

  @One(ChainView)
  chain!: ChainView;
}
