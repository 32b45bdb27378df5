import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ClientSocket, SharedFrame } from '../../app/stream/ports.ts';

const SEND_OPTIONS = { binary: false, compress: false };

/** A whole text message (RFC 6455, 5.2): the last fragment of one, opcode 1. */
const WHOLE_TEXT = 0x81;

/** Sockets that were given something in this turn. */
let waiting: WsClientSocket[] = [];

/**
 * A `ws` connection as the hub sees it.
 *
 * What is sent in one turn of the loop is written at its end, for all sockets in a row: between two writes that come
 * apart the receiving side goes to sleep, and to wake it costs more than the write itself.
 */
export class WsClientSocket implements ClientSocket {
  private readonly unwritten: (SharedFrame | string)[] = [];
  private unwrittenBytes = 0;

  /** `socket` is what the connection runs on. */
  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
  ) {}

  get bufferedBytes(): number {
    return this.ws.bufferedAmount + this.unwrittenBytes;
  }

  send(message: SharedFrame | string): void {
    if (this.unwritten.length === 0 && waiting.push(this) === 1) queueMicrotask(writeAll);
    this.unwritten.push(message);
    this.unwrittenBytes += typeof message === 'string' ? message.length : message.head.length + message.body.length;
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
      for (const message of this.unwritten) {
        if (typeof message === 'string') ws.send(message, SEND_OPTIONS);
        else this.writeShared(message);
      }
    }
    this.unwritten.length = 0;
    this.unwrittenBytes = 0;
  }

  /**
   * One message in two buffers, of which the second is every client's: `ws` takes a message in one, and to make one of each
   * filled slabs that the collector had to find. Nothing of `ws` waits in front of it, since nothing is compressed.
   */
  private writeShared({ head, body }: SharedFrame): void {
    const { socket } = this;
    socket.cork();
    socket.write(opening(head, body.length));
    socket.write(body);
    socket.uncork();
  }
}

/** The header of a WebSocket frame from a server, and the head of the message. */
function opening(head: string, bodyLength: number): Buffer {
  const length = head.length + bodyLength;
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const start = Buffer.allocUnsafe(size + head.length);
  start[0] = WHOLE_TEXT;
  if (size === 2) start[1] = length;
  else if (size === 4) {
    start[1] = 126;
    start.writeUInt16BE(length, 2);
  } else {
    start[1] = 127;
    start.writeBigUInt64BE(BigInt(length), 2);
  }
  start.write(head, size, 'latin1');
  return start;
}

function writeAll(): void {
  const sockets = waiting;
  waiting = [];
  for (const socket of sockets) socket.write();
}
