import {
  Client,
  credentials,
  Metadata,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';

/** A gRPC client that calls methods by their definitions. */
export class GrpcProbe {
  readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure());
  }

  /** One request, one answer; rejects with the `ServiceError`. */
  call<Req, Res>(method: MethodDefinition<Req, Res>, request: Req, deadlineMs = 5_000, token?: string): Promise<Res> {
    const { path, requestSerialize, responseDeserialize } = method;
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          if (error === null && response !== undefined) resolve(response);
          else reject(error ?? new Error('no answer'));
        },
      );
    });
  }

  /** One request, many answers, kept as they come. */
  stream<Req, Res>(method: MethodDefinition<Req, Res>, request: Req, deadlineMs?: number): GrpcStream<Res> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    return new GrpcStream(
      this.client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        options,
      ),
    );
  }

  close(): void {
    this.client.close();
  }
}

/** What a server streamed. */
export class GrpcStream<Res> {
  readonly messages: Res[] = [];
  error: ServiceError | undefined;
  hasEnded = false;

  constructor(readonly call: ClientReadableStream<Res>) {
    call.on('data', (message: Res) => this.messages.push(message));
    call.on('error', (error: ServiceError) => {
      this.error = error;
    });
    call.on('end', () => {
      this.hasEnded = true;
    });
  }
}
