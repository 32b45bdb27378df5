import { Inject } from '@nestjs/common';
import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { Access } from '../http/access.ts';
import { MarketViews } from '../http/market-views.ts';
import { candleQuerySchema, searchQuerySchema, symbolSchema, validated } from '../http/requests.ts';
import { CandlesView, FeedStatusView, OverviewView, SearchView } from '../http/views/market.view.ts';
import { DepthView, QuoteView } from '../http/views/quote.view.ts';

const SYMBOL = { type: () => String, description: 'Instrument key (`SEGMENT|token`) or trading symbol.' };
const texts = (description: string) => ({ type: () => [String], nullable: true, description });
const text = (description: string) => ({ type: () => String, description });
const count = (defaultValue: number, description: string) => ({ type: () => Int, defaultValue, description });

/** The market's queries: the answers of REST under `/api/v1/market`, where null comes with an error that says why. */
@Access({ scope: 'read' })
@Resolver()
export class MarketResolver {
  constructor(@Inject(MarketViews) private readonly market: MarketViews) {}

  @Query(() => OverviewView, { nullable: true, description: 'Indices, VIX, sessions and breadth.' })
  overview(): Promise<OverviewView> {
    return this.market.overview();
  }

  @Query(() => QuoteView, { nullable: true, description: 'The last state of one instrument.' })
  async quote(@Args('symbol', SYMBOL) symbol: string): Promise<QuoteView> {
    return this.market.quote(await validated(symbolSchema, symbol, 'symbol'));
  }

  @Query(() => DepthView, { nullable: true, description: 'Five levels of the order book, each side.' })
  async depth(@Args('symbol', SYMBOL) symbol: string): Promise<DepthView> {
    return this.market.depth(await validated(symbolSchema, symbol, 'symbol'));
  }

  @Query(() => CandlesView, { nullable: true, description: 'Candles of one instrument.' })
  async candles(
    @Args('symbol', SYMBOL) symbol: string,
    @Args('unit', text('minutes, hours, days, weeks or months.')) unit: string,
    @Args('interval', { type: () => Int, description: 'Units per candle.' }) interval: number,
    @Args('from', text('First day, YYYY-MM-DD (IST), included.')) from: string,
    @Args('to', text('Last day, YYYY-MM-DD (IST), included.')) to: string,
  ): Promise<CandlesView> {
    const query = await validated(candleQuerySchema, { unit, interval, from, to }, 'candles');
    return this.market.candles(await validated(symbolSchema, symbol, 'symbol'), query);
  }

  @Query(() => SearchView, { nullable: true, description: 'Instruments that fit, ranked.' })
  async search(
    @Args('q', text('Words of a trading symbol or name.')) q: string,
    @Args('segments', texts('All when absent.')) segments: string[] | null | undefined,
    @Args('types', texts('EQ, INDEX, FUT, CE, PE, or series of the exchange.')) types: string[] | null | undefined,
    @Args('expiry', { ...text('Expiry date, YYYY-MM-DD.'), nullable: true }) expiry: string | null | undefined,
    @Args('limit', count(20, '1 to 100.')) limit: number,
    @Args('offset', count(0, 'How many of the best to leave out.')) offset: number,
  ): Promise<SearchView> {
    const asked = {
      q,
      limit,
      offset,
      ...(isEmpty(segments) ? {} : { segment: segments.join(',') }),
      ...(isEmpty(types) ? {} : { type: types.join(',') }),
      ...(expiry === undefined || expiry === null ? {} : { expiry }),
    };
    return this.market.search(await validated(searchQuerySchema, asked, 'search'));
  }

  @Query(() => FeedStatusView, {
    nullable: true,
    description: 'Connections, subscriptions against limits, ages, gaps, token.',
  })
  feed_status(): Promise<FeedStatusView> {
    return this.market.feedStatus();
  }
}

function isEmpty(list: readonly string[] | null | undefined): list is null | undefined {
  return list === undefined || list === null || list.length === 0;
}
