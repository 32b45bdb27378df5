import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Codec } from '@vega/contracts';
import type { Batch, Resolved, StreamChannel } from '../../app/stream/channel.ts';
import type { StreamClient } from '../../app/stream/stream-client.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import type { GrpcCalls } from './grpc-calls.ts';
import { GrpcSink } from './grpc-sink.ts';

/** One channel of the stream as a server-streaming method. */
export interface FollowedChannel<Req, Body, Res> {
  readonly method: string;
  readonly channel: StreamChannel<never, Resolved, Body>;
  readonly response: Codec<Res>;
  /** What `subscribe` of the stream would carry for this request, with `rate_hz`. */
  readonly toAsked: (request: Req) => Readonly<Record<string, unknown>>;
  readonly toMessage: (batch: Batch<Body>, timeMs: number) => Res;
}

/** Serves one streaming call from the hub until either side ends it; failures go out as its status. */
export async function followChannel<Req, Body, Res>(
  calls: GrpcCalls,
  hub: StreamHub,
  call: ServerWritableStream<Req, Res>,
  followed: FollowedChannel<Req, Body, Res>,
): Promise<void> {
  const admitted = calls.begin(followed.method, call);
  let client: StreamClient | undefined;
  const leave = (): void => {
    if (client !== undefined) hub.leave(client);
    admitted.done();
  };
  const fail = (error: unknown): void => {
    const failure = admitted.fail(error);
    if (client !== undefined) hub.leave(client);
    call.emit('error', failure);
  };
  // Cancelled by the client, by its deadline, or by the loss of its connection.
  call.on('cancelled', () => {
    leave();
    call.end();
  });
  call.on('close', leave);
  try {
    const principal = await calls.admit(call, followed.channel.access);
    const asked = followed.toAsked(call.request);
    if (call.cancelled) return;
    const toMessage = followed.toMessage as (batch: Batch, timeMs: number) => Res;
    const sink = new GrpcSink(call, { codec: followed.response, toMessage, fail });
    await hub.follow(sink, principal, followed.channel, asked, (joined) => (client = joined));
  } catch (error) {
    fail(error);
  }
}
