import { marketFeedRpc, type Interest } from '@vega/contracts';
import type { RpcClient } from '@vega/platform';
import type { MarketData } from '../../app/ports.ts';

/** market-feed over the bus. */
export class RpcMarketData implements MarketData {
  constructor(
    private readonly rpc: RpcClient,
    private readonly replica: string,
  ) {}

  listUnderlyings(): ReturnType<MarketData['listUnderlyings']> {
    return this.rpc.call(marketFeedRpc.listDerivativeUnderlyings, {});
  }

  fetchContracts(underlyingKey: string, expiryDate: string): ReturnType<MarketData['fetchContracts']> {
    return this.rpc.call(marketFeedRpc.getDerivatives, { underlyingKey, expiryDate });
  }

  fetchPreviousOi(underlyingKey: string, expiryDate: string): ReturnType<MarketData['fetchPreviousOi']> {
    return this.rpc.call(marketFeedRpc.getPreviousOi, { underlyingKey, expiryDate });
  }

  fetchQuotes(keys: readonly string[]): ReturnType<MarketData['fetchQuotes']> {
    return this.rpc.call(marketFeedRpc.getQuotes, { symbols: [...keys] });
  }

  fetchCandles(
    symbol: string,
    unit: string,
    interval: number,
    fromDate: string,
    toDate: string,
  ): ReturnType<MarketData['fetchCandles']> {
    return this.rpc.call(marketFeedRpc.getCandles, { symbol, unit, interval, fromDate, toDate });
  }

  async findInstrument(symbol: string): ReturnType<MarketData['findInstrument']> {
    const { instruments } = await this.rpc.call(marketFeedRpc.getInstruments, { symbols: [symbol] });
    return instruments[0];
  }

  fetchFeedStatus(): ReturnType<MarketData['fetchFeedStatus']> {
    return this.rpc.call(marketFeedRpc.getFeedStatus, {});
  }

  renewInterest(interests: readonly Interest[]): ReturnType<MarketData['renewInterest']> {
    return this.rpc.call(marketFeedRpc.renewInterest, { holder: this.replica, interests: [...interests] });
  }
}
