import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { gatewayApi } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { MarketQueries } from '../../app/market-queries.ts';
import { MAX_INSTRUMENTS_ASKED, RATES_HZ } from '../../app/stream/protocol.ts';
import type { StreamClient } from '../../app/stream/stream-client.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { GrpcSink } from './grpc-sink.ts';

type QuotesCall = ServerUnaryCall<gatewayApi.GetQuotesRequest, gatewayApi.GetQuotesResponse>;
type StreamCall = ServerWritableStream<gatewayApi.StreamQuotesRequest, gatewayApi.StreamQuotesResponse>;

/** `vega.gateway.v1.MarketData` over the same use-cases and the same hub as the other doors. */
export class MarketDataCalls {
  constructor(
    private readonly calls: GrpcCalls,
    private readonly market: MarketQueries,
    private readonly hub: StreamHub,
  ) {}

  /** Answers one call; failures go out as its status. */
  getQuotes(call: QuotesCall, answer: sendUnaryData<gatewayApi.GetQuotesResponse>): void {
    void this.answerQuotes(call, answer);
  }

  /** Serves one stream until either side ends it. */
  streamQuotes(call: StreamCall): void {
    void this.openStream(call);
  }

  private async answerQuotes(call: QuotesCall, answer: sendUnaryData<gatewayApi.GetQuotesResponse>): Promise<void> {
    const admitted = this.calls.begin('GetQuotes', call);
    try {
      await this.calls.admit(call);
      const { quotes, unavailable } = await this.calls.within(admitted, () => this.market.quotes(call.request.symbols));
      admitted.done();
      answer(null, { quotes, unavailable });
    } catch (error) {
      answer(admitted.fail(error));
    }
  }

  private async openStream(call: StreamCall): Promise<void> {
    const admitted = this.calls.begin('StreamQuotes', call);
    let client: StreamClient | undefined;
    const leave = (): void => {
      if (client !== undefined) this.hub.leave(client);
      admitted.done();
    };
    const fail = (error: unknown): void => {
      const failure = admitted.fail(error);
      if (client !== undefined) this.hub.leave(client);
      call.emit('error', failure);
    };
    // Cancelled by the client, by its deadline, or by the loss of its connection.
    call.on('cancelled', () => {
      leave();
      call.end();
    });
    call.on('close', leave);
    try {
      await this.calls.admit(call);
      const { symbols, rateHz: asked } = call.request;
      const rateHz = asked === 0 ? RATES_HZ[0] : RATES_HZ.find((one) => one === asked);
      if (rateHz === undefined) throw new OutcomeError('BAD_REQUEST', `rate_hz is one of ${RATES_HZ.join(', ')}`);
      if (symbols.length === 0 || symbols.length > MAX_INSTRUMENTS_ASKED) {
        throw new OutcomeError('BAD_REQUEST', `symbols are 1 to ${MAX_INSTRUMENTS_ASKED}`);
      }
      if (call.cancelled) return;
      client = this.hub.follow(new GrpcSink(call, fail));
      await this.hub.subscribeQuotes(client, symbols, rateHz);
    } catch (error) {
      fail(error);
    }
  }
}
