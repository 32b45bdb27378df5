import { marketFeedRpc, type CandleSpan, type Interest, type SearchInstrumentsRequest } from '@vega/contracts';
import type { RpcClient } from '@vega/platform';
import type { MarketData } from '../app/ports.ts';

/** market-feed over the bus. */
export class RpcMarketData implements MarketData {
  constructor(private readonly rpc: RpcClient) {}

  fetchQuotes(symbols: readonly string[]): ReturnType<MarketData['fetchQuotes']> {
    return this.rpc.call(marketFeedRpc.getQuotes, { symbols: [...symbols] });
  }

  fetchOverview(): ReturnType<MarketData['fetchOverview']> {
    return this.rpc.call(marketFeedRpc.getOverview, {});
  }

  fetchCandles(symbol: string, span: CandleSpan): ReturnType<MarketData['fetchCandles']> {
    return this.rpc.call(marketFeedRpc.getCandles, { symbol, ...span });
  }

  searchInstruments(request: SearchInstrumentsRequest): ReturnType<MarketData['searchInstruments']> {
    return this.rpc.call(marketFeedRpc.searchInstruments, request);
  }

  fetchInstruments(symbols: readonly string[]): ReturnType<MarketData['fetchInstruments']> {
    return this.rpc.call(marketFeedRpc.getInstruments, { symbols: [...symbols] });
  }

  fetchFeedStatus(): ReturnType<MarketData['fetchFeedStatus']> {
    return this.rpc.call(marketFeedRpc.getFeedStatus, {});
  }

  renewInterest(holder: string, interests: readonly Interest[]): ReturnType<MarketData['renewInterest']> {
    return this.rpc.call(marketFeedRpc.renewInterest, { holder, interests: [...interests] });
  }
}
