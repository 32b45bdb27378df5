import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { gatewayApi } from '@vega/contracts';
import type { MarketQueries } from '../../app/market-queries.ts';
import type { Batch } from '../../app/stream/channel.ts';
import type { QuotesChannel } from '../../app/stream/quotes/quotes-channel.ts';
import type { QuotesBody } from '../../app/stream/quotes/quotes-subscription.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { MARKET_DATA_ACCESS } from './definitions.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { followChannel, type FollowedChannel } from './grpc-follow.ts';

type QuotesCall = ServerUnaryCall<gatewayApi.GetQuotesRequest, gatewayApi.GetQuotesResponse>;
type StreamCall = ServerWritableStream<gatewayApi.StreamQuotesRequest, gatewayApi.StreamQuotesResponse>;

/** `vega.gateway.v1.MarketData` over the same use-cases and the same hub as the other doors. */
export class MarketDataCalls {
  private readonly quotesStream: FollowedChannel<
    gatewayApi.StreamQuotesRequest,
    QuotesBody,
    gatewayApi.StreamQuotesResponse
  >;

  constructor(
    private readonly calls: GrpcCalls,
    private readonly market: MarketQueries,
    private readonly hub: StreamHub,
    quotes: QuotesChannel,
  ) {
    this.quotesStream = {
      method: 'StreamQuotes',
      channel: quotes,
      response: gatewayApi.StreamQuotesResponse,
      toAsked: ({ symbols, rateHz }) => ({ instruments: symbols, ...(rateHz === 0 ? {} : { rate_hz: rateHz }) }),
      toMessage: toQuotesMessage,
    };
  }

  /** Answers one call; failures go out as its status. */
  getQuotes(call: QuotesCall, answer: sendUnaryData<gatewayApi.GetQuotesResponse>): void {
    void this.answerQuotes(call, answer);
  }

  /** Serves one stream until either side ends it. */
  streamQuotes(call: StreamCall): void {
    void followChannel(this.calls, this.hub, call, this.quotesStream);
  }

  private async answerQuotes(call: QuotesCall, answer: sendUnaryData<gatewayApi.GetQuotesResponse>): Promise<void> {
    const admitted = this.calls.begin('GetQuotes', call);
    try {
      await this.calls.admit(call, MARKET_DATA_ACCESS.GetQuotes);
      const { quotes, unavailable } = await this.calls.within(admitted, () => this.market.quotes(call.request.symbols));
      admitted.done();
      answer(null, { quotes, unavailable });
    } catch (error) {
      answer(admitted.fail(error));
    }
  }
}

function toQuotesMessage({ seq, snapshot, body }: Batch<QuotesBody>, timeMs: number): gatewayApi.StreamQuotesResponse {
  const quotes = body.states.map(({ key, tradingSymbol, tick, staleReason }) => ({
    instrumentKey: key,
    tradingSymbol,
    tick,
    stale: staleReason !== null,
    staleReason: staleReason ?? '',
  }));
  return { seq, snapshot, timeMs, quotes, unavailable: [...body.unavailable] };
}
