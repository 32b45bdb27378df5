import { ObjectType } from '@nestjs/graphql';
import { CANDLE_UNITS } from '@vega/contracts';
import { FEED_STATES, SESSION_NAMES } from '../../../app/stream/status/feed-watch.ts';
import {
  AgeMs,
  Choice,
  Count,
  EpochMs,
  Flag,
  IsoTime,
  Many,
  Maybe,
  MaybeCount,
  OneWordOf,
  Rupees,
  Text,
  Word,
  Words,
} from './fields.ts';
import { InstrumentView } from './instrument.view.ts';
import { QuoteView } from './quote.view.ts';

/** Session of a segment. */
@ObjectType('Session', { description: 'Session of a segment.' })
export class SessionView {
  @Word()
  segment!: string;

  @Choice(SESSION_NAMES.slice(1), 'As the exchange announces it; null before it did.')
  status!: string | null;

  @IsoTime('Market time at which it was learnt.')
  since!: string | null;

  @EpochMs('Market time at which it was learnt.')
  since_ms!: number | null;

  @Word('feed, or rulebook where the feed has not said.')
  source!: string;
}

/** How many stocks rose and fell. */
@ObjectType('Breadth', { description: 'How many stocks rose and fell.' })
export class BreadthView {
  @Count('F&O stocks above their previous close.')
  advances!: number;

  @Count('F&O stocks below their previous close.')
  declines!: number;

  @Count('F&O stocks at their previous close.')
  unchanged!: number;

  @Count('F&O stocks without a price today.')
  unknown!: number;
}

/** The market at a glance. */
@ObjectType('Overview', { description: 'The market at a glance.' })
export class OverviewView {
  @Many(QuoteView)
  indices!: QuoteView[];

  @Maybe(QuoteView, 'India VIX.')
  vix!: QuoteView | null;

  @Many(SessionView)
  sessions!: SessionView[];

  @Maybe(BreadthView)
  breadth!: BreadthView | null;

  @Choice(FEED_STATES, 'Health of the feed.')
  feed_state!: string | null;

  @AgeMs('Since any tick was published; null before the first.')
  data_age_ms!: number | null;
}

/** One candle. */
@ObjectType('Candle', { description: 'One candle.' })
export class CandleView {
  @IsoTime('Start of the interval.')
  start_time!: string | null;

  @EpochMs('Start of the interval.')
  start_time_ms!: number;

  @Rupees('First price.')
  open!: number | null;

  @Rupees('Highest price.')
  high!: number | null;

  @Rupees('Lowest price.')
  low!: number | null;

  @Rupees('Last price.')
  close!: number | null;

  @Count('Traded within the interval, units.')
  volume!: number;

  @Count('Open interest at the end, units; 0 where the instrument has none.')
  oi!: number;
}

/** Candles of one instrument. */
@ObjectType('Candles', { description: 'Candles of one instrument.' })
export class CandlesView {
  @Maybe(InstrumentView)
  instrument!: InstrumentView | null;

  @OneWordOf(Object.keys(CANDLE_UNITS))
  unit!: string;

  @Count('Units per candle.')
  interval!: number;

  @Word(undefined, { format: 'date' })
  from!: string;

  @Word(undefined, { format: 'date' })
  to!: string;

  @Many(CandleView, 'Oldest first.')
  candles!: CandleView[];

  @Flag('Whether the last candle may still change.')
  last_is_forming!: boolean;
}

/** Instruments that fit a search. */
@ObjectType('Search', { description: 'Instruments that fit a search.' })
export class SearchView {
  @Many(InstrumentView, 'Best first.')
  items!: InstrumentView[];

  @Count('How many fit in all.')
  total!: number;

  @Count('How many were asked for.')
  limit!: number;

  @Count('How many of the best were left out.')
  offset!: number;
}

/** What a connection carries in one mode. */
@ObjectType('ModeLoad', { description: 'What a connection carries in one mode.' })
export class ModeLoadView {
  @Word()
  mode!: string;

  @Count('Instruments carried.')
  subscribed!: number;

  @MaybeCount('Instruments that one connection may carry.')
  limit!: number | null;
}

/** One connection to the broker's feed. */
@ObjectType('Connection', { description: "One connection to the broker's feed." })
export class ConnectionView {
  @Count('Number of the connection.')
  connection!: number;

  @Word('connecting, open, backing-off, waiting-for-token or closed.')
  state!: string;

  @AgeMs('Since the last frame; null before the first.')
  last_frame_age_ms!: number | null;

  @Flag('Whether it is silent although a segment it carries is open.')
  mute!: boolean;

  @Count('Frames read.')
  frames!: number;

  @Count('Instrument states read.')
  entries!: number;

  @Count('Messages equal to the previous one of their instrument.')
  duplicates!: number;

  @Count('Frames that could not be read.')
  garbage!: number;

  @Count('Times it was opened again.')
  reconnects!: number;

  @Many(ModeLoadView)
  modes!: ModeLoadView[];
}

/** The state of the broker's feed. */
@ObjectType('FeedStatus', { description: "The state of the broker's feed." })
export class FeedStatusView {
  @OneWordOf(FEED_STATES)
  state!: string;

  @Words('Why it is not green, for a person.')
  reasons!: string[];

  @Text('live or simulator.')
  market_source!: string | null;

  @Many(ConnectionView)
  connections!: ConnectionView[];

  @Count('Instruments that are streamed.')
  subscribed!: number;

  @Count('Instruments that are wanted and no connection may carry.')
  refused!: number;

  @AgeMs('Since any tick was published; null before the first.')
  last_message_age_ms!: number | null;

  @Count('Ticks published since the start.')
  ticks_published!: number;

  @Count('Messages not published because they equal the previous one of their instrument.')
  duplicates_dropped!: number;

  @Count('Times a connection was lost with instruments on it: changes in between were not seen.')
  gaps!: number;

  @Count('Times connections were opened again.')
  reconnects!: number;

  @IsoTime('When the broker token dies; null without a token.')
  token_expires_at!: string | null;

  @EpochMs('When the broker token dies; null without a token.')
  token_expires_at_ms!: number | null;

  @IsoTime('Market time of the report.')
  market_time!: string | null;

  @EpochMs('Market time of the report.')
  market_time_ms!: number | null;

  @Flag('Whether market time goes on without the feed.')
  market_time_extrapolated!: boolean;

  @MaybeCount('Local clock minus the clock of the feed, milliseconds.')
  clock_skew_ms!: number | null;

  @EpochMs('Wall time of the report.')
  reported_at_ms!: number | null;

  @Text('Process of market-feed that reports.')
  replica!: string | null;

  @Count('Start of the feed; grows with every start.')
  feed_epoch!: number;

  @Many(SessionView)
  sessions!: SessionView[];

  @Text('Date of the instrument master in use, YYYY-MM-DD.')
  master_date!: string | null;

  @Count('Instruments in the master.')
  master_rows!: number;
}
