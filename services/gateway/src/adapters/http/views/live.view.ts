import { ObjectType } from '@nestjs/graphql';
import { STALE_REASONS, TICK_MODES, TICK_SOURCES } from '../../../app/quote-figures.ts';
import { FEED_STATES } from '../../../app/stream/status/feed-watch.ts';
import type { LiveQuote } from '../../../app/stream/quotes/instrument-state.ts';
import {
  AgeMs,
  Choice,
  Count,
  EpochMs,
  Flag,
  Many,
  Maybe,
  One,
  OneWordOf,
  Percent,
  Rupees,
  Units,
  Word,
  Words,
} from './fields.ts';
import { SessionView } from './market.view.ts';
import { BookView, OhlcView } from './quote.view.ts';

/** The state of one instrument as it is streamed. */
@ObjectType('LiveQuote', { description: 'The state of one instrument as it is streamed.' })
export class LiveQuoteView implements LiveQuote {
  @Word('SEGMENT|token: the identity of a live instrument.')
  instrument_key!: string;

  @Word('As the exchange and the broker print it.')
  trading_symbol!: string;

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

  @Count('Start of the feed that published it; grows with every start.')
  feed_epoch!: number;

  @Count('Place in the sequence of the instrument within the epoch; steps over conflated states.')
  seq!: number;

  @OneWordOf(TICK_SOURCES, 'Where the value came from.')
  source!: (typeof TICK_SOURCES)[number];

  @OneWordOf(TICK_MODES, 'How much of the instrument the broker streams.')
  mode!: (typeof TICK_MODES)[number];

  @EpochMs('Time of the exchange feed at which this was the state.')
  exchange_time_ms!: number | null;

  @EpochMs('Time of the last trade; null when there was none.')
  last_trade_time_ms!: number | null;

  @EpochMs('When the message arrived at this platform.')
  received_at_ms!: number | null;

  @AgeMs('From its arrival at this platform to this message.')
  age_ms!: number | null;

  @Flag('True when the value must not be taken for the present.')
  stale!: boolean;

  @Choice(STALE_REASONS, 'Why it is stale; null when it is not.')
  stale_reason!: (typeof STALE_REASONS)[number] | null;

  @Maybe(BookView, 'Best five prices of each side; null unless the subscription asks for depth.')
  depth?: BookView;
}

/** What one message of a quotes subscription brings. */
@ObjectType('QuotesUpdate', { description: 'What one message of a quotes subscription brings.' })
export class QuotesUpdateView {
  @Count('Number of the message within the subscription, from 1, without a hole.')
  seq!: number;

  @Flag('Whether it is the first state of each instrument rather than changes.')
  snapshot!: boolean;

  @Count('Wall time of the message. Epoch milliseconds, UTC.')
  time_ms!: number;

  @Many(LiveQuoteView, 'Each instrument that changed, in its newest state.')
  quotes!: LiveQuoteView[];

  @Words('Instruments of a snapshot of which nothing is known yet.')
  unavailable!: string[];
}

/** How the feed is, over all replicas of market-feed. */
@ObjectType('FeedState', { description: 'How the feed is, over all replicas of market-feed.' })
export class FeedStateView {
  @OneWordOf(FEED_STATES, 'The worst of those that report.')
  state!: string;

  @Words('Why it is not green, for a person.')
  reasons!: string[];

  @AgeMs('Since the newest report; null before the first.')
  report_age_ms!: number | null;
}

/** What one message of a status subscription brings. */
@ObjectType('StatusUpdate', { description: 'What one message of a status subscription brings.' })
export class StatusUpdateView {
  @Count('Number of the message within the subscription, from 1, without a hole.')
  seq!: number;

  @Flag('Whether it is the first.')
  snapshot!: boolean;

  @Count('Wall time of the message. Epoch milliseconds, UTC.')
  time_ms!: number;

  @Many(SessionView, 'Session of each segment.')
  sessions!: SessionView[];

  @One(FeedStateView)
  feed!: FeedStateView;
}
