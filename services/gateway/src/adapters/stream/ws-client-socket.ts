import type { WebSocket } from 'ws';
import type { ClientSocket } from '../../app/stream/ports.ts';

const SEND_OPTIONS = { binary: false, compress: false };

/** Sockets that were given something in this turn. */
let waiting: WsClientSocket[] = [];

/**
 * A `ws` connection as the hub sees it.
 *
 * What is sent in one turn of the loop is written at its end, for all sockets in a row: between two writes that come
 * apart the receiving side goes to sleep, and to wake it costs more than the write itself.
 */
export class WsClientSocket implements ClientSocket {
  private readonly unwritten: (Uint8Array | string)[] = [];
  private unwrittenBytes = 0;

  constructor(private readonly ws: WebSocket) {}

  get bufferedBytes(): number {
    return this.ws.bufferedAmount + this.unwrittenBytes;
  }

  send(text: Uint8Array | string): void {
    if (this.unwritten.length === 0 && waiting.push(this) === 1) queueMicrotask(writeAll);
    this.unwritten.push(text);
    this.unwrittenBytes += text.length;
  }

  close(code: number, reason: string): void {
    this.write();
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
  }

  /** Hands over what was sent. Without a callback, which costs a turn of its own: that a socket ends is told by its close event. */
  write(): void {
    const { ws } = this;
    if (ws.readyState === ws.OPEN) {
      for (const text of this.unwritten) ws.send(this.kept(text), SEND_OPTIONS);
    }
    this.unwritten.length = 0;
    this.unwrittenBytes = 0;
  }

  /** A frame that will wait lies in a buffer of its own: in one with others it would keep those too. */
  private kept(text: Uint8Array | string): Uint8Array | string {
    return typeof text === 'string' || this.ws.bufferedAmount === 0 ? text : Buffer.from(text);
  }
}

function writeAll(): void {
  const sockets = waiting;
  waiting = [];
  for (const socket of sockets) socket.write();
}
