import type { MethodDefinition } from '@grpc/grpc-js';
import { toBytes, type Codec } from '@vega/contracts';

/** The definition of one method from the codecs of its messages. */
export function method<Req, Res>(
  path: string,
  request: Codec<Req>,
  response: Codec<Res>,
  streams: { readonly request?: boolean; readonly response?: boolean } = {},
): MethodDefinition<Req, Res> {
  return {
    path,
    requestStream: streams.request === true,
    responseStream: streams.response === true,
    requestSerialize: (value) => Buffer.from(toBytes(request, value)),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (value) => Buffer.from(toBytes(response, value)),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}
