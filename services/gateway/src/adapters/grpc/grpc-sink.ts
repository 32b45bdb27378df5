import type { ServerWritableStream } from '@grpc/grpc-js';
import { toBytes, type Codec } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { Batch } from '../../app/stream/channel.ts';
import type { FrameSink } from '../../app/stream/ports.ts';
import type { ServerFrame } from '../../app/stream/protocol.ts';

/** What a streaming call is answered with. */
export interface GrpcSinkParts<Message> {
  readonly codec: Codec<Message>;
  readonly toMessage: (batch: Batch, timeMs: number) => Message;
  /** Ends the call with an error. */
  readonly fail: (error: unknown) => void;
}

/** A gRPC call as the hub sees a client: it counts what the transport has not taken, so that a slow reader is conflated. */
export class GrpcSink<Message> implements FrameSink {
  bufferedBytes = 0;

  constructor(
    private readonly call: ServerWritableStream<unknown, Message>,
    private readonly parts: GrpcSinkParts<Message>,
  ) {}

  frame(frame: ServerFrame): number {
    if (frame.type === 'bye') {
      this.parts.fail(new OutcomeError('SERVICE_UNAVAILABLE', `the stream ends: ${frame.detail}`, {}, true));
    }
    return 0;
  }

  batches(timeMs: number, batches: readonly Batch[]): number {
    let written = 0;
    for (const batch of batches) written += this.write(this.parts.toMessage(batch, timeMs));
    return written;
  }

  close(): void {
    // The farewell has ended the call.
  }

  terminate(): void {
    this.call.destroy();
  }

  private write(message: Message): number {
    const size = toBytes(this.parts.codec, message).length;
    if (this.call.destroyed || this.call.writableEnded) return 0;
    this.bufferedBytes += size;
    this.call.write(message, () => {
      this.bufferedBytes -= size;
    });
    return size;
  }
}
