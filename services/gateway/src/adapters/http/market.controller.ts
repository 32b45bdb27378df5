import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Access } from './access.ts';
import { Answers, BROKER_CODES, MARKET_CODES } from './answers.ts';
import { MarketViews } from './market-views.ts';
import {
  candleQuerySchema,
  noQuerySchema,
  searchQuerySchema,
  symbolSchema,
  type CandleQuery,
  type SearchQuery,
} from './requests.ts';
import { CandlesView, FeedStatusView, OverviewView, SearchView } from './views/market.view.ts';
import { DepthView, QuoteView } from './views/quote.view.ts';

const SYMBOL_CODES = ['INSTRUMENT_KEY_INVALID', 'SEGMENT_UNSUPPORTED', 'UNKNOWN_INSTRUMENT'] as const;
const QUOTE_CODES = [...MARKET_CODES, ...BROKER_CODES, ...SYMBOL_CODES, 'QUOTE_UNAVAILABLE'] as const;

const STALE_NOTE =
  'Stale data is answered with `stale: true`, the reason and its ages. When market-feed or the broker cannot be asked, ' +
  'the problem carries what was seen last under `known`.';

/** Documents the path parameter of endpoints about one instrument. */
function SymbolParam(): MethodDecorator {
  return ApiParam({
    name: 'symbol',
    description: 'Instrument key (`SEGMENT|token`, URL-encoded) or trading symbol, at most 80 characters.',
    example: 'NSE_INDEX|Nifty 50',
    schema: { type: 'string', minLength: 1, maxLength: 80 },
  });
}

/** The market as it is: quotes, depth, candles, instruments, the feed. */
@ApiTags('market')
@Access({ scope: 'read' })
@Controller('market')
export class MarketController {
  constructor(@Inject(MarketViews) private readonly market: MarketViews) {}

  @Get('overview')
  @Answers(OverviewView, 'Indices, VIX, sessions and breadth', MARKET_CODES, { known: true, description: STALE_NOTE })
  async overview(@Query({ schema: noQuerySchema }) _query: object): Promise<OverviewView> {
    return this.market.overview();
  }

  @Get('quote/:symbol')
  @SymbolParam()
  @Answers(QuoteView, 'The last state of one instrument', QUOTE_CODES, { known: true, description: STALE_NOTE })
  async quote(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: noQuerySchema }) _query: object,
  ): Promise<QuoteView> {
    return this.market.quote(symbol);
  }

  @Get('depth/:symbol')
  @SymbolParam()
  @Answers(DepthView, 'Five levels of the order book, each side', QUOTE_CODES, { known: true, description: STALE_NOTE })
  async depth(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: noQuerySchema }) _query: object,
  ): Promise<DepthView> {
    return this.market.depth(symbol);
  }

  @Get('historical/:symbol')
  @SymbolParam()
  @Answers(
    CandlesView,
    'Candles of one instrument',
    [
      ...MARKET_CODES,
      ...BROKER_CODES,
      ...SYMBOL_CODES,
      'CANDLE_UNIT_INVALID',
      'CANDLE_INTERVAL_INVALID',
      'CANDLE_SPAN_INVALID',
      'CANDLE_SPAN_TOO_LONG',
      'CALENDAR_NOT_COVERED',
    ],
    {
      description:
        'Longest spans: 1 month for 1 to 15 minutes, 3 months for longer minutes and hours, 10 years for days. Minutes and ' +
        'hours reach back to 2022-01-01, days, weeks and months to 2000-01-01. A refused span tells its limits in `context`.',
    },
  )
  async historical(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: candleQuerySchema }) query: CandleQuery,
  ): Promise<CandlesView> {
    return this.market.candles(symbol, query);
  }

  @Get('search')
  @Answers(SearchView, 'Instruments that fit, ranked', MARKET_CODES)
  async search(@Query({ schema: searchQuerySchema }) query: SearchQuery): Promise<SearchView> {
    return this.market.search(query);
  }

  @Get('market-feed/status')
  @Answers(FeedStatusView, 'Connections, subscriptions against limits, ages, gaps, token', MARKET_CODES, {
    known: true,
  })
  async feedStatus(@Query({ schema: noQuerySchema }) _query: object): Promise<FeedStatusView> {
    return this.market.feedStatus();
  }
}
