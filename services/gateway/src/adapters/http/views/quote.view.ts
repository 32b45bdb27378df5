import { ObjectType } from '@nestjs/graphql';
import {
  STALE_REASONS,
  TICK_MODES,
  TICK_SOURCES,
  type BookFigures,
  type QuoteFigures,
} from '../../../app/quote-figures.ts';
import { SESSION_NAMES } from '../../../app/stream/status/feed-watch.ts';
import {
  AgeMs,
  Choice,
  Count,
  EpochMs,
  Flag,
  IsoTime,
  Many,
  Maybe,
  One,
  OneWordOf,
  Percent,
  Rupees,
  Units,
} from './fields.ts';
import { InstrumentView } from './instrument.view.ts';

/** Prices of the day. */
@ObjectType('Ohlc', { description: 'Prices of the day.' })
export class OhlcView {
  @Rupees('First price of the day.')
  open!: number | null;

  @Rupees('Highest price of the day.')
  high!: number | null;

  @Rupees('Lowest price of the day.')
  low!: number | null;

  @Rupees('Close of the day as the feed gives it: the last price until the session ends.')
  close!: number | null;
}

/** How old a value is. */
@ObjectType('Age', { description: 'How old a value is.' })
export class AgeView {
  @AgeMs('Since the last frame on the connection that carries the instrument; null when none does.')
  connection_ms!: number | null;

  @AgeMs('Since the last message about the instrument.')
  quote_ms!: number | null;

  @AgeMs('Market time since the last trade; null when there was none.')
  trade_ms!: number | null;
}

/** When a value was true and whether it still may be taken for the present. */
@ObjectType({ isAbstract: true })
export class FreshnessView {
  @IsoTime('Time of the exchange feed at which this was the state.')
  exchange_time!: string | null;

  @EpochMs('Time of the exchange feed at which this was the state.')
  exchange_time_ms!: number | null;

  @IsoTime('Time of the last trade; null when there was none.')
  last_trade_time!: string | null;

  @EpochMs('Time of the last trade; null when there was none.')
  last_trade_time_ms!: number | null;

  @EpochMs('When the message arrived at this platform.')
  received_at_ms!: number | null;

  @One(AgeView)
  age!: AgeView;

  @Flag('True when the value must not be taken for the present.')
  stale!: boolean;

  @Choice(STALE_REASONS, 'Why it is stale; null when it is not.')
  stale_reason!: string | null;

  @Count('Start of the feed that published it; grows with every start.')
  feed_epoch!: number;

  @Count('Place in the sequence of the instrument within the epoch, without gaps; 0 for a value read once.')
  seq!: number;
}

/** The last state of one instrument. Null is what is not known; it is never shown as 0. */
@ObjectType('Quote', {
  description: 'The last state of one instrument. Null is what is not known; it is never shown as 0.',
})
export class QuoteView extends FreshnessView implements QuoteFigures {
  @One(InstrumentView)
  instrument!: InstrumentView;

  @Rupees('Price of the last trade, or value of the index.')
  last_price!: number | null;

  @Units('Quantity of the last trade.')
  last_qty!: number | null;

  @Rupees('Last price less previous close.')
  change!: number | null;

  @Percent('Change over previous close.')
  change_percent!: number | null;

  @Rupees('Close of the previous session.')
  prev_close!: number | null;

  @Rupees('Average price of the trades of the day.')
  avg_price!: number | null;

  @Maybe(OhlcView, 'Prices of the day; null where the feed gives none.')
  ohlc!: OhlcView | null;

  @Units('Traded today.')
  volume!: number | null;

  @Units('Open interest.')
  oi!: number | null;

  @Rupees('Best bid.')
  bid_price!: number | null;

  @Units('At the best bid.')
  bid_qty!: number | null;

  @Rupees('Best ask.')
  ask_price!: number | null;

  @Units('At the best ask.')
  ask_qty!: number | null;

  @Units('All buy orders in the book.')
  total_buy_qty!: number | null;

  @Units('All sell orders in the book.')
  total_sell_qty!: number | null;

  @Rupees('Lowest price the exchange allows today.')
  lower_circuit!: number | null;

  @Rupees('Highest price the exchange allows today.')
  upper_circuit!: number | null;

  @Choice(SESSION_NAMES.slice(1), 'Session of the segment.')
  session!: string | null;

  @OneWordOf(TICK_SOURCES, 'Where the value came from.')
  source!: (typeof TICK_SOURCES)[number];

  @OneWordOf(TICK_MODES, 'How much of the instrument the broker streams.')
  mode!: (typeof TICK_MODES)[number];
}

/** One price of the order book. */
@ObjectType('DepthLevel', { description: 'One price of the order book.' })
export class DepthLevelView {
  @Rupees('Price of the level.')
  price!: number | null;

  @Units('Quantity at the level.')
  qty!: number | null;
}

/** The order book's best prices. */
@ObjectType('Book', { description: "The order book's best prices." })
export class BookView implements BookFigures {
  @Many(DepthLevelView, 'Up to five, best (highest) first.', { maxItems: 5 })
  bids!: DepthLevelView[];

  @Many(DepthLevelView, 'Up to five, best (lowest) first.', { maxItems: 5 })
  asks!: DepthLevelView[];
}

/** The order book's best levels. */
@ObjectType('Depth', { description: "The order book's best levels." })
export class DepthView extends FreshnessView {
  @One(InstrumentView)
  instrument!: InstrumentView;

  @Many(DepthLevelView, 'Up to five, best (highest) first.', { maxItems: 5 })
  bids!: DepthLevelView[];

  @Many(DepthLevelView, 'Up to five, best (lowest) first.', { maxItems: 5 })
  asks!: DepthLevelView[];

  @Units('All buy orders in the book.')
  total_buy_qty!: number | null;

  @Units('All sell orders in the book.')
  total_sell_qty!: number | null;

  @Rupees('Price of the last trade, or value of the index.')
  last_price!: number | null;
}
