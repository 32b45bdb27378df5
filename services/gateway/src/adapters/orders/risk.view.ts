import { ObjectType } from '@nestjs/graphql';
import {
  Count,
  Counts,
  EpochMs,
  Figure,
  Flag,
  Many,
  Maybe,
  MaybeCount,
  One,
  OneWordOf,
  Rupees,
  Text,
  Word,
  Words,
} from '../http/views/fields.ts';
import { SWITCH_STOPS } from './order-words.ts';
import { DenialView, RiskCheckView } from './risk-check.view.ts';

/** The book's sensitivity. */
@ObjectType('BookGreeks', { description: "The book's sensitivity, all underlyings together." })
export class BookGreeksView {
  @Figure('Rupees per point of the underlying.')
  delta!: number | null;

  @Figure('Rupees of delta per point.')
  gamma!: number | null;

  @Figure('Rupees per volatility point.')
  vega!: number | null;

  @Figure('Rupees per day.')
  theta!: number | null;

  @Rupees('Worst result over the scenarios; negative is a loss.')
  worst_scenario!: number | null;
}

/** What an order would cost. */
@ObjectType('OrderCharges', { description: 'What an order would cost, as the broker answers it.' })
export class OrderChargesView {
  @Rupees('All of it.')
  total!: number | null;

  @Rupees('Brokerage.')
  brokerage!: number | null;

  @Rupees('Taxes.')
  taxes!: number | null;

  @Rupees('Charges of the exchange and others.')
  other!: number | null;
}

/** What would become of an order. Nothing is recorded and nothing is sent. */
@ObjectType('OrderPreview', { description: 'What would become of an order. Nothing is recorded and nothing is sent.' })
export class OrderPreviewView {
  @Flag('Whether it would be accepted now.')
  would_accept!: boolean;

  @Maybe(DenialView, 'Why it would not.')
  denial!: DenialView | null;

  @Many(RiskCheckView, 'Every check, in precedence order.')
  checks!: RiskCheckView[];

  @Counts('Units of each order at the broker that it would be sent in.')
  slices!: number[];

  @Rupees('What would leave; for a market order its protection price.')
  price!: number | null;

  @Flag('Whether it reduces the position.')
  reducing!: boolean;

  @Rupees('Margin by our own estimate.')
  estimated_margin!: number | null;

  @Rupees("Margin by the broker's word; null where it could not be asked.")
  broker_margin!: number | null;

  @Rupees('Funds at hand; null where they are not known.')
  available_margin!: number | null;

  @Maybe(OrderChargesView, 'Null where the broker could not be asked.')
  charges!: OrderChargesView | null;

  @Maybe(BookGreeksView, 'Null where a contract of the book cannot be valued.')
  book_before!: BookGreeksView | null;

  @Maybe(BookGreeksView, 'With the order filled.')
  book_after!: BookGreeksView | null;
}

/** Limits of an account or of one of its strategies. */
@ObjectType('RiskLimits', { description: 'Limits of an account or of one of its strategies; null limits nothing.' })
export class RiskLimitsView {
  @Word()
  account_id!: string;

  @Text('Null for those of the account.')
  strategy!: string | null;

  @Count('Give it back when changing them.')
  revision!: number;

  @Text('Who changed them last.')
  changed_by!: string | null;

  @EpochMs('When.')
  changed_at_ms!: number | null;

  @MaybeCount('Farthest price from the last one, hundredths of a percent.')
  max_price_distance_bp!: number | null;

  @Rupees('Largest value of an order.')
  max_order_notional!: number | null;

  @MaybeCount('Largest order, units.')
  max_order_quantity!: number | null;

  @MaybeCount('Limit of a market order around the last price, hundredths of a percent.')
  market_protection_bp!: number | null;

  @MaybeCount('An equal order within this time is a duplicate, milliseconds.')
  duplicate_window_ms!: number | null;

  @MaybeCount('Orders that work at once.')
  max_open_orders!: number | null;

  @MaybeCount('Orders accepted within any second.')
  max_orders_per_second!: number | null;

  @MaybeCount('Orders accepted within any minute.')
  max_orders_per_minute!: number | null;

  @MaybeCount('Orders accepted in a day.')
  max_orders_per_day!: number | null;

  @MaybeCount('Units held in one instrument with all working orders filled.')
  max_position_quantity!: number | null;

  @Rupees('Sum of quantity times price over all instruments.')
  max_exposure!: number | null;

  @Rupees('Loss of the day, realised and not.')
  max_daily_loss!: number | null;

  @Figure('Rupees per point of the underlying.')
  max_book_delta!: number | null;

  @Figure('Rupees of delta per point.')
  max_book_gamma!: number | null;

  @Figure('Rupees per volatility point.')
  max_book_vega!: number | null;

  @Rupees('Worst loss over the scenarios.')
  max_scenario_loss!: number | null;

  @MaybeCount('Part of the funds that orders may use, hundredths of a percent.')
  max_margin_use_bp!: number | null;

  @Flag('No order that could meet an own one; true where nothing is set.')
  forbid_self_trade!: boolean;

  @Words('Keys of instruments or underlyings; empty allows all.')
  allowed_instruments!: string[];

  @Words('Products; empty allows all.')
  allowed_products!: string[];
}

/** Where an account stands against its limits. */
@ObjectType('RiskUsage', { description: 'Where an account stands against its limits.' })
export class RiskUsageView {
  @Count('Orders that work.')
  open_orders!: number;

  @Count('Orders accepted today.')
  orders_today!: number;

  @Count('Orders of which nobody knows whether the broker has them.')
  unknown_orders!: number;

  @Rupees('Sum of quantity times price, with all working orders filled.')
  exposure!: number | null;

  @Rupees('Result of the day, realised and not.')
  day_pnl!: number | null;

  @Rupees('Funds at hand; null where they are not known.')
  available_margin!: number | null;

  @Rupees('Margin kept for orders that are on their way.')
  reserved_margin!: number | null;

  @Maybe(BookGreeksView, 'Null where a contract of the book cannot be valued.')
  book!: BookGreeksView | null;
}

/** The limits of an account and its use of them. */
@ObjectType('AccountLimits', { description: 'The limits of an account, those of its strategies, and its use of them.' })
export class AccountLimitsView {
  @Many(RiskLimitsView, 'That of the account first. Nothing where only the defaults hold.')
  limits!: RiskLimitsView[];

  @Maybe(RiskUsageView, 'Null while nobody writes the account.')
  usage!: RiskUsageView | null;
}

/** Limits after a change. */
@ObjectType('ChangedLimits', { description: 'Limits after a change.' })
export class ChangedLimitsView {
  @One(RiskLimitsView)
  limits!: RiskLimitsView;
}

/** A kill switch. */
@ObjectType('KillSwitch', { description: 'A kill switch.' })
export class KillSwitchView {
  @Word('all, user:<id>, account:<id> or strategy:<account>:<name>.')
  scope!: string;

  @OneWordOf(SWITCH_STOPS, 'NOTHING: released.')
  stops!: string;

  @Text('As given.')
  reason!: string | null;

  @Word('User, or the name of the door.')
  engaged_by!: string;

  @EpochMs('When it was turned last.')
  at_ms!: number | null;

  @Count('Grows with each turn.')
  revision!: number;
}

/** Kill switches that concern the caller. */
@ObjectType('KillSwitches', { description: 'Kill switches that concern the caller.' })
export class KillSwitchesView {
  @Many(KillSwitchView)
  switches!: KillSwitchView[];
}

/** A kill switch after it was turned. */
@ObjectType('TurnedSwitch', { description: 'A kill switch after it was turned.' })
export class TurnedSwitchView {
  @One(KillSwitchView)
  switch!: KillSwitchView;

  @Words('Accounts whose working orders are being cancelled.')
  cancelling!: string[];
}

/** One segment of the broker's own kill switch. */
@ObjectType('BrokerSwitch', { description: "One segment of the broker's own kill switch." })
export class BrokerSwitchView {
  @Word()
  segment!: string;

  @Flag('Whether the account is enabled for the segment.')
  active!: boolean;

  @Flag('Whether the broker refuses its orders.')
  kill_switch_enabled!: boolean;
}

/** The broker's own kill switch of an account. */
@ObjectType('BrokerSwitches', { description: "The broker's own kill switch of an account." })
export class BrokerSwitchesView {
  @Many(BrokerSwitchView)
  segments!: BrokerSwitchView[];
}

/** What comparing with the broker's books found. */
@ObjectType('Reconciled', { description: "What comparing with the broker's books found." })
export class ReconciledView {
  @Count('Orders that are still in doubt.')
  unknown_orders!: number;

  @Count('Orders whose doubt ended.')
  resolved!: number;

  @Count('Orders placed elsewhere.')
  foreign_orders!: number;

  @EpochMs("When the broker's book was read.")
  read_at_ms!: number | null;
}

/** How the writer of an account does. */
@ObjectType('OrderWriter', { description: 'How the one writer of an account does.' })
export class OrderWriterView {
  @Word()
  account_id!: string;

  @Word('The process that writes the account.')
  replica!: string;

  @Count('Grows each time the account changes hands.')
  epoch!: number;

  @Count('Place of the last event of the account.')
  account_seq!: number;

  @Flag('Nothing is sent until an operator resumes the account.')
  halted!: boolean;

  @Text('Why it is halted.')
  halt_reason!: string | null;

  @Count('Orders of which nobody knows whether the broker has them.')
  unknown_orders!: number;

  @EpochMs("When the broker's books were last read whole.")
  reconciled_at_ms!: number | null;

  @Flag("Whether the broker's stream of order updates is open.")
  stream_open!: boolean;

  @Text('live or simulator; null while it is not known.')
  market_source!: string | null;

  @EpochMs('Market time.')
  market_time_ms!: number | null;

  @Flag('Whether market time goes on by our own clock.')
  market_time_extrapolated!: boolean;

  @Count('Order calls that could be made now, opening.')
  free_calls!: number;

  @Count('Order calls that could be made now, for exits.')
  free_exit_calls!: number;
}

/** Whether an account is halted after it was resumed. */
@ObjectType('ResumedAccount', { description: 'Whether an account is halted after it was resumed.' })
export class ResumedAccountView {
  @Flag('False: it trades again.')
  halted!: boolean;
}
