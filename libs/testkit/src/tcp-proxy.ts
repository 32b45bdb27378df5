/** A wire between a client and a server that a test can cut, stop and slow, and listen in on. */
import { createServer, connect, type Server, type Socket } from 'node:net';

export interface TcpProxyOptions {
  readonly targetPort: number;
  /** A free one is chosen unless given. */
  readonly port?: number;
  /** Told each piece that a client sends, as it comes and before it is passed on, whatever state the wire is in. */
  readonly onSent?: (piece: Buffer) => void;
}

/** Connections from a client's own loopback address go on from that same address: a server that knows clients by it still does. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection with a reset and refuses new ones until {@link mend}. */
  cut(): Promise<void>;
  /** Holds back what is sent in both directions; it goes on when the wire is mended, as after lost packets. */
  stall(): void;
  /** Passes each piece on after a delay, milliseconds. */
  slow(delayMs: number): void;
  /** Passes everything again. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  release(): void;
}

/** Opens a wire on 127.0.0.1. */
export async function startTcpProxy({ targetPort, port = 0, onSent }: TcpProxyOptions): Promise<TcpProxy> {
  const wires = new Set<Wire>();
  let stalled = false;
  let delayMs = 0;
  const accept = (near: Socket): void => {
    const address = near.remoteAddress?.replace(/^::ffff:/, '');
    const far = connect({
      host: '127.0.0.1',
      port: targetPort,
      ...(address === undefined ? {} : { localAddress: address }),
    });
    const toFar = passage(far, { isStalled: () => stalled, delayMs: () => delayMs });
    const toNear = passage(near, { isStalled: () => stalled, delayMs: () => delayMs });
    const wire: Wire = {
      near,
      far,
      release() {
        toFar.release();
        toNear.release();
      },
    };
    wires.add(wire);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', (hadError) => {
        wires.delete(wire);
        const other = socket === near ? far : near;
        if (hadError) other.resetAndDestroy();
        else other.destroy();
      });
    }
    near.on('data', (piece: Buffer) => {
      onSent?.(piece);
      toFar.pass(piece);
    });
    far.on('data', (piece: Buffer) => toNear.pass(piece));
    near.on('end', () => toFar.end());
    far.on('end', () => toNear.end());
  };
  let server = await listen(port, accept);
  const chosen = (server.address() as { port: number }).port;
  const reset = (): void => {
    for (const { near, far } of wires) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  };
  const release = (): void => {
    for (const wire of wires) wire.release();
  };
  return {
    port: chosen,
    async cut() {
      const closed = closeServer(server);
      reset();
      await closed;
    },
    stall() {
      stalled = true;
    },
    slow(ms) {
      delayMs = ms;
    },
    async mend() {
      stalled = false;
      delayMs = 0;
      release();
      if (!server.listening) server = await listen(chosen, accept);
    },
    async close() {
      const closed = closeServer(server);
      for (const { near, far } of wires) {
        near.destroy();
        far.destroy();
      }
      await closed;
    },
  };
}

/** One direction of a wire: keeps the order of pieces, whatever their delays. */
function passage(
  to: Socket,
  state: { isStalled(): boolean; delayMs(): number },
): { pass(piece: Buffer): void; end(): void; release(): void } {
  const held: { piece: Buffer | undefined; dueMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const drain = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (state.isStalled()) return;
    for (let next = held[0]; next !== undefined; next = held[0]) {
      const wait = next.dueMs - performance.now();
      if (wait > 0) {
        timer = setTimeout(drain, wait);
        return;
      }
      held.shift();
      if (to.destroyed) continue;
      if (next.piece === undefined) to.end();
      else to.write(next.piece);
    }
  };
  const put = (piece: Buffer | undefined): void => {
    held.push({ piece, dueMs: performance.now() + state.delayMs() });
    if (timer === undefined) drain();
  };
  return { pass: (piece) => put(piece), end: () => put(undefined), release: drain };
}

function listen(port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accept);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve());
    else resolve();
  });
}
