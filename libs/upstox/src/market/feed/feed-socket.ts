import { WebSocket, type RawData } from 'ws';

/** How a WebSocket ended. */
export type SocketEnd =
  /** The handshake was answered with something else than an upgrade. */
  | { readonly kind: 'refused'; readonly httpStatus: number }
  /** The transport failed, by the operating system's or library's name of the failure. */
  | { readonly kind: 'failed'; readonly code: string }
  /** The peer, or we, closed it. */
  | { readonly kind: 'closed'; readonly code: number };

/** What a {@link FeedSocket} tells. `onEnd` comes exactly once and last. */
export interface FeedSocketListener {
  onOpen(): void;
  onMessage(data: Uint8Array, isBinary: boolean): void;
  /** A ping or pong of the peer; pings are answered by the socket itself. */
  onSign(): void;
  onEnd(end: SocketEnd): void;
}

/** The WebSocket as the feed client needs it. */
export interface FeedSocket {
  /** Sends one binary frame; a failure shows as the end of the socket. */
  send(data: Uint8Array): void;
  ping(): void;
  /** Begins an orderly close. */
  close(): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** Opens a WebSocket, following redirects; the URL may be a secret. */
export type FeedSocketFactory = (
  url: string,
  headers: Readonly<Record<string, string>>,
  listener: FeedSocketListener,
) => FeedSocket;

/** The largest message taken: 5,000 instruments in full mode are about 2.5 MB. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_REDIRECTS = 3;

/** Opens sockets with the `ws` library. A redirect to another host loses the Authorization header, as it should. */
export const openFeedSocket: FeedSocketFactory = (url, headers, listener) => {
  const socket = new WebSocket(url, {
    headers: { ...headers, Accept: '*/*' },
    followRedirects: true,
    maxRedirects: MAX_REDIRECTS,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let ended = false;
  let failure: string | undefined;
  const end = (how: SocketEnd): void => {
    if (ended) return;
    ended = true;
    listener.onEnd(how);
  };
  socket.on('open', () => listener.onOpen());
  socket.on('message', (data: RawData, isBinary: boolean) => listener.onMessage(bytesOf(data), isBinary));
  socket.on('ping', () => listener.onSign());
  socket.on('pong', () => listener.onSign());
  socket.on('unexpected-response', (_request, response) => {
    response.resume();
    const httpStatus = response.statusCode ?? 0;
    socket.terminate();
    end({ kind: 'refused', httpStatus });
  });
  socket.on('error', (error) => {
    failure = codeOf(error);
  });
  socket.on('close', (code) =>
    end(failure === undefined ? { kind: 'closed', code } : { kind: 'failed', code: failure }),
  );
  return {
    send: (data) => socket.send(data, { binary: true }, () => undefined),
    ping: () => socket.ping(undefined, undefined, () => undefined),
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  };
};

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** Only the code is kept: an error's text may quote the URL. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'SOCKET_ERROR';
}
