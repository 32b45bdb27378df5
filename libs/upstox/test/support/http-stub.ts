import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, received: Received) => void;

/** A real HTTP server on a free port whose answers a test scripts. */
export class HttpStub {
  readonly received: Received[] = [];
  answer: Answer = (_request, response) => response.writeHead(404).end();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  static async start(): Promise<HttpStub> {
    const stub = new HttpStub();
    await new Promise<void>((resolve) => stub.server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers every request with a status and a body. */
  reply(status: number, body: string | Uint8Array, type = 'application/json'): void {
    this.answer = (_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
  }

  /** Answers every request with a success envelope around `data`. */
  succeed(data: unknown, beside: object = {}): void {
    this.reply(200, JSON.stringify({ status: 'success', data, ...beside }));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (!this.server.listening) return;
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://stub');
    const received: Received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      authorization: request.headers.authorization,
      body: Buffer.concat(chunks).toString(),
    };
    this.received.push(received);
    this.answer(request, response, received);
  }
}
