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
  Units,
  Word,
  Words,
} from '../http/views/fields.ts';
import {
  CHANGE_OUTCOMES,
  CHILD_STATES,
  EVENT_KINDS,
  ORDER_STATUSES,
  ORDER_TYPES,
  PLACE_OUTCOMES,
  PRODUCTS,
  PURPOSES,
  SIDES,
  VALIDITIES,
} from './order-words.ts';
import { DenialView } from './risk-check.view.ts';

/** One order at the broker. */
@ObjectType('ChildOrder', { description: 'One order at the broker: what an order is carried out by.' })
export class ChildOrderView {
  @Word("26 characters; the broker knows it as the order's tag.")
  child_id!: string;

  @Count('Place within its order, from 0.')
  slice!: number;

  @OneWordOf(CHILD_STATES)
  state!: string;

  @Units('What it was sent for.')
  quantity!: number | null;

  @Rupees('Limit.')
  price!: number | null;

  @Rupees('Trigger of a stop.')
  trigger_price!: number | null;

  @Text("The broker's number of it; null until the broker has named it.")
  broker_order_id!: string | null;

  @Text("The broker's own word, as last seen.")
  broker_status!: string | null;

  @Text("Why it ended or is unknown: a stable code, or the broker's.")
  code!: string | null;

  @Text('The same for a person.')
  message!: string | null;

  @Count('Units filled.')
  filled_quantity!: number;

  @Figure('Rupees per unit, over its fills.')
  average_price!: number | null;

  @EpochMs('When it was recorded.')
  born_at_ms!: number | null;

  @EpochMs('When it was handed to the network.')
  sent_at_ms!: number | null;

  @EpochMs("When the broker's answer had come.")
  answered_at_ms!: number | null;

  @EpochMs('When it ended.')
  ended_at_ms!: number | null;

  @Flag('Whether it was seen at the broker after it had been taken for absent.')
  adopted!: boolean;
}

/** An order and what has become of it. */
@ObjectType('Order', { description: 'An order and what has become of it.' })
export class OrderView {
  @Word('26 characters of a-z and 2-7.')
  order_id!: string;

  @Word('Identity of the account.')
  account_id!: string;

  @Word('Who placed it.')
  user_id!: string;

  @Word('`SEGMENT|token`.')
  instrument_key!: string;

  @Text('As the exchange and the broker print it.')
  trading_symbol!: string | null;

  @OneWordOf(SIDES)
  side!: string;

  @Count('Units (shares or contracts, not lots).')
  quantity!: number;

  @OneWordOf(PRODUCTS)
  product!: string;

  @OneWordOf(ORDER_TYPES)
  order_type!: string;

  @Rupees('Limit; null for a market order.')
  price!: number | null;

  @Rupees('Trigger of a stop.')
  trigger_price!: number | null;

  @OneWordOf(VALIDITIES)
  validity!: string;

  @Count('Units shown to the market; 0 for all.')
  disclosed_quantity!: number;

  @OneWordOf(PURPOSES)
  purpose!: string;

  @Text('Strategy it belongs to; null for an order by hand.')
  strategy!: string | null;

  @OneWordOf(ORDER_STATUSES)
  status!: string;

  @Flag('Whether it reduced the position when it was decided.')
  reducing!: boolean;

  @Flag('Placed elsewhere with the broker; it is only followed.')
  foreign!: boolean;

  @Count('Units filled.')
  filled_quantity!: number;

  @Count('Units that may still be filled.')
  open_quantity!: number;

  @Count('Units that were never sent and never will be.')
  lapsed_quantity!: number;

  @Figure('Rupees per unit, over its fills.')
  average_price!: number | null;

  @EpochMs('Market time after which nothing of it is sent.')
  valid_until_ms!: number | null;

  @Rupees('The price it was decided on.')
  decided_price!: number | null;

  @EpochMs('When it came.')
  created_at_ms!: number | null;

  @EpochMs('Market time of the decision.')
  decided_at_ms!: number | null;

  @EpochMs('When something last happened to it.')
  updated_at_ms!: number | null;

  @Count("Place of the last event about it in the account's sequence.")
  account_seq!: number;

  @Maybe(DenialView, 'Why it was denied; null for any other.')
  denial!: DenialView | null;

  @Many(ChildOrderView, 'Its orders at the broker, in their order.')
  children!: ChildOrderView[];
}

/** The answer to placing an order. */
@ObjectType('PlacedOrder', { description: 'The answer to placing an order.' })
export class PlacedOrderView {
  @Word('The same for every repetition of the request.')
  order_id!: string;

  @OneWordOf(
    PLACE_OUTCOMES,
    'UNKNOWN: no answer came; repeat it with the same key, or ask for the order. It may be at work.',
  )
  outcome!: string;

  @MaybeCount("Its place in the account's sequence of events.")
  account_seq!: number | null;

  @Counts('Units of each order at the broker that it is sent in.')
  slices!: number[];

  @EpochMs('Market time after which nothing of it is sent.')
  valid_until_ms!: number | null;

  @Text('What is to be said of it, for a person.')
  detail!: string | null;

  @Maybe(DenialView, 'With the outcome DENIED.')
  denial!: DenialView | null;
}

/** The answer to changing or cancelling an order. */
@ObjectType('ChangedOrder', { description: 'The answer to changing or cancelling an order.' })
export class ChangedOrderView {
  @OneWordOf(CHANGE_OUTCOMES, 'UNKNOWN: no answer came, it may have been done; the order is as it is recorded now.')
  outcome!: string;

  @Maybe(OrderView, 'Null where it could not be asked for.')
  order!: OrderView | null;
}

/** The answer to cancelling all. */
@ObjectType('CancelledOrders', { description: 'The answer to cancelling all.' })
export class CancelledOrdersView {
  @OneWordOf(CHANGE_OUTCOMES, 'UNKNOWN: no answer came; some or all may be cancelled.')
  outcome!: string;

  @Words('Orders whose cancelling was asked for.')
  order_ids!: string[];
}

/** One page of orders. */
@ObjectType('OrderBook', { description: 'One page of orders, newest first.' })
export class OrderBookView {
  @Many(OrderView, undefined, { maxItems: 500 })
  orders!: OrderView[];

  @Text('Gives the next page; null on the last.')
  next_cursor!: string | null;

  @Count('The page contains every event of the account up to this one.')
  account_seq!: number;
}

/** A quantity that was filled. */
@ObjectType('OrderFill', { description: 'A quantity that was filled.' })
export class OrderFillView {
  @Word()
  fill_id!: string;

  @Word()
  order_id!: string;

  @Word()
  child_id!: string;

  @Text("The broker's number of the order.")
  broker_order_id!: string | null;

  @Word()
  account_id!: string;

  @Word('`SEGMENT|token`.')
  instrument_key!: string;

  @OneWordOf(SIDES)
  side!: string;

  @OneWordOf(PRODUCTS)
  product!: string;

  @Count('Units.')
  quantity!: number;

  @Figure('Rupees per unit.')
  price!: number | null;

  @Rupees('Quantity times price.')
  value!: number | null;

  @EpochMs('When it was learnt.')
  at_ms!: number | null;

  @EpochMs('Market time.')
  market_time_ms!: number | null;

  @Text('Strategy it belongs to.')
  strategy!: string | null;
}

/** One page of fills. */
@ObjectType('OrderTrades', { description: 'One page of fills, newest first.' })
export class OrderTradesView {
  @Many(OrderFillView, undefined, { maxItems: 500 })
  trades!: OrderFillView[];

  @Text('Gives the next page; null on the last.')
  next_cursor!: string | null;
}

/** Something that happened to an order or an account. */
@ObjectType('OrderEvent', { description: 'Something that happened to an order or an account.' })
export class OrderEventView {
  @Count("Place in the account's sequence, which has no holes.")
  account_seq!: number;

  @OneWordOf(EVENT_KINDS)
  kind!: string;

  @Text('Null for events of the account.')
  order_id!: string | null;

  @Text('The order at the broker that it is about.')
  child_id!: string | null;

  @EpochMs('When it was recorded.')
  at_ms!: number | null;

  @EpochMs('Market time.')
  market_time_ms!: number | null;

  @Text('Status of the order after it.')
  status!: string | null;

  @Text("A stable code, or the broker's.")
  code!: string | null;

  @Text('The same for a person.')
  message!: string | null;

  @Word('Where it was learnt: submit, reply, stream, book, history, timer or request.')
  source!: string;

  @Count('Epoch of the writer that recorded it.')
  epoch!: number;

  @Maybe(OrderFillView, 'With the kind CHILD_FILL.')
  fill!: OrderFillView | null;
}

/** One order with its events. */
@ObjectType('OrderTimeline', { description: 'One order with its events, oldest first.' })
export class OrderTimelineView {
  @One(OrderView)
  order!: OrderView;

  @Many(OrderEventView, 'At most 1,000.', { maxItems: 1_000 })
  events!: OrderEventView[];
}

/** What an account's orders are streamed as. */
@ObjectType('OrdersUpdate', { description: 'Open orders of an account, then what happens to them.' })
export class OrdersUpdateView {
  @Count('Place in the sequence of this subscription.')
  seq!: number;

  @Flag('Whether `orders` are all open ones rather than those that changed.')
  snapshot!: boolean;

  @Count('Epoch milliseconds.')
  time_ms!: number;

  @Word()
  account_id!: string;

  @Count('Everything up to this event of the account is told.')
  account_seq!: number;

  @Many(OrderView, 'In a snapshot the open ones; afterwards each that changed, also when it has ended.')
  orders!: OrderView[];

  @Many(OrderEventView, 'What happened since the last message, without a hole; empty in a snapshot.')
  events!: OrderEventView[];
}
