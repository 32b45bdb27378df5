import type { ServerWritableStream } from '@grpc/grpc-js';
import { gatewayApi, toBytes } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { FrameSink } from '../../app/stream/ports.ts';
import type { QuotesBatch, ServerFrame } from '../../app/stream/protocol.ts';

/** A gRPC call as the hub sees a client: it counts what the transport has not taken, so that a slow reader is conflated. */
export class GrpcSink implements FrameSink {
  bufferedBytes = 0;

  constructor(
    private readonly call: ServerWritableStream<gatewayApi.StreamQuotesRequest, gatewayApi.StreamQuotesResponse>,
    /** Ends the call with an error. */
    private readonly fail: (error: unknown) => void,
  ) {}

  frame(frame: ServerFrame): number {
    if (frame.type === 'bye') {
      this.fail(new OutcomeError('SERVICE_UNAVAILABLE', `the stream ends: ${frame.detail}`, {}, true));
    }
    return 0;
  }

  quotes(timeMs: number, batches: readonly QuotesBatch[]): number {
    let written = 0;
    for (const { seq, snapshot, states, unavailable } of batches) {
      const quotes = states.map((state) => {
        const { key, tradingSymbol, tick, staleReason } = state;
        return {
          instrumentKey: key,
          tradingSymbol,
          tick,
          stale: staleReason !== null,
          staleReason: staleReason ?? '',
        };
      });
      const message = { seq, snapshot, timeMs, quotes, unavailable: [...unavailable] };
      written += this.write(message);
    }
    return written;
  }

  close(): void {
    // The farewell has ended the call.
  }

  terminate(): void {
    this.call.destroy();
  }

  private write(message: gatewayApi.StreamQuotesResponse): number {
    const size = toBytes(gatewayApi.StreamQuotesResponse, message).length;
    if (this.call.destroyed || this.call.writableEnded) return 0;
    this.bufferedBytes += size;
    this.call.write(message, () => {
      this.bufferedBytes -= size;
    });
    return size;
  }
}
