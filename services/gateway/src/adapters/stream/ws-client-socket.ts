import type { WebSocket } from 'ws';
import type { ClientSocket } from '../../app/stream/ports.ts';

/** A `ws` connection as the hub sees it. */
export class WsClientSocket implements ClientSocket {
  constructor(private readonly ws: WebSocket) {}

  get bufferedBytes(): number {
    return this.ws.bufferedAmount;
  }

  send(text: Uint8Array | string): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    // The callback takes the error of a socket that ends meanwhile; its close event tells the rest.
    this.ws.send(text, { binary: false, compress: false }, ignoreError);
  }

  close(code: number, reason: string): void {
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
  }
}

function ignoreError(): void {
  // Nothing to do: a message to a client that is gone is lost with the client.
}
