import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@vega/kernel';
import { WebSocketServer, type WebSocket } from 'ws';
import type { FaultBoard } from '../faults/fault-board.ts';
import { bearerToken, type Grant, type TokenKind, type TokenVault } from '../server/auth/token-vault.ts';
import { PROXY_REFUSAL_HTML } from '../faults/rest-faults.ts';
import { errorBody } from '../server/envelope.ts';
import type { FeedHub } from './feed-hub.ts';
import type { OneTimeCodes } from './one-time-codes.ts';

/** Where a client with a bearer token connects; it is redirected from here. */
export const FEED_PATH = '/v3/feed/market-data-feed';
/** Where a one-time code connects. */
export const FEEDER_PATH = '/market-data-feeder/v3/upstox-developer-api/feeds';

const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

/** The address a code may connect to, on the host that the client used. The client's own parameters go along. */
export function redirectUrl(
  feederPath: string,
  request: IncomingMessage,
  { requestId, code }: { readonly requestId: string; readonly code: string },
  query: URLSearchParams = new URLSearchParams(),
): string {
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'wss' : 'ws';
  const rest = new URLSearchParams(query);
  for (const name of ['requestId', 'code']) rest.delete(name);
  const more = rest.size === 0 ? '' : `&${rest.toString()}`;
  return `${scheme}://${request.headers.host ?? 'localhost'}${feederPath}?requestId=${requestId}&code=${code}${more}`;
}

/** The market feed's address for a code. */
export function feederUrl(request: IncomingMessage, requestId: string, code: string): string {
  return redirectUrl(FEEDER_PATH, request, { requestId, code });
}

/** A stream that is entered by a bearer token, a redirect and a one-time code. */
export interface StreamDoor {
  /** Where a client with a bearer token connects; it is redirected from here. */
  readonly path: string;
  /** Where a one-time code connects. */
  readonly feederPath: string;
  readonly tokens: readonly TokenKind[];
  hasRoom(userId: string): boolean;
  /** Whether the parameters are understood. */
  isRequest(query: URLSearchParams): boolean;
  accept(socket: WebSocket, grant: Grant, query: URLSearchParams): void;
}

/** The handshake of the market feed. */
export function marketDoor(hub: FeedHub): StreamDoor {
  return {
    path: FEED_PATH,
    feederPath: FEEDER_PATH,
    tokens: ['access', 'analytics'],
    hasRoom: (userId) => hub.hasRoom(userId),
    isRequest: () => true,
    accept: (socket, grant) => hub.accept(socket, grant),
  };
}

/** Answers WebSocket handshakes: 302 for a bearer, 101 for a one-time code, 401 and 403 for the rest. */
export class FeedHandshake {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: MAX_REQUEST_BYTES,
  });

  constructor(
    private readonly doors: readonly StreamDoor[],
    private readonly codes: OneTimeCodes,
    private readonly tokens: TokenVault,
    private readonly faults: FaultBoard,
    private readonly clock: Clock,
  ) {}

  /** Serves the upgrades of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.receive(request, socket, head);
    });
  }

  private receive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    let delayMs = 0;
    for (const { spec: fault } of this.faults.strikeRequest(url.pathname)) {
      if (fault.kind === 'latency') delayMs += fault.delayMs;
      else if (fault.kind === 'refuse-connections' && fault.status === undefined) {
        socket.destroy();
        return;
      } else {
        if (fault.kind === 'html403') respond(socket, 403, 'text/html; charset=UTF-8', PROXY_REFUSAL_HTML);
        else refuse(socket, faultStatus(fault), 'UDAPI100500', 'Refused.');
        return;
      }
    }
    if (delayMs > 0) this.clock.after(delayMs, () => this.answer(request, url, socket, head));
    else this.answer(request, url, socket, head);
  }

  private answer(request: IncomingMessage, url: URL, socket: Duplex, head: Buffer): void {
    const door = this.doors.find(({ path, feederPath }) => url.pathname === path || url.pathname === feederPath);
    if (door === undefined) refuse(socket, 404, 'UDAPI100060', 'Resource not Found.');
    else if (!door.isRequest(url.searchParams)) refuse(socket, 400, 'UDAPI100036', 'Invalid Input');
    else if (url.pathname === door.path) this.redirect(door, request, url, socket);
    else this.upgrade(door, request, url, socket, head);
  }

  private redirect(door: StreamDoor, request: IncomingMessage, url: URL, socket: Duplex): void {
    const grant = this.tokens.verify(bearerToken(request.headers.authorization));
    if (grant === undefined) {
      refuse(socket, 401, 'UDAPI100050', 'Invalid token used to access API');
    } else if (!door.tokens.includes(grant.kind)) {
      refuse(
        socket,
        403,
        'UDAPI100067',
        `The API you are trying to access is not permitted with an ${grant.kind} token`,
      );
    } else if (!door.hasRoom(grant.userId)) {
      refuse(socket, 403, 'UDAPI10005', 'Too many feed connections of this user');
    } else {
      const location = redirectUrl(door.feederPath, request, this.codes.issue(grant), url.searchParams);
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  }

  private upgrade(door: StreamDoor, request: IncomingMessage, url: URL, socket: Duplex, head: Buffer): void {
    const grant = this.codes.redeem(url.searchParams.get('requestId'), url.searchParams.get('code'));
    if (grant === undefined || !this.tokens.isAlive(grant)) {
      refuse(socket, 403, 'UDAPI100050', 'The feed address was used, has expired or never existed');
    } else if (!door.hasRoom(grant.userId)) {
      refuse(socket, 403, 'UDAPI10005', 'Too many feed connections of this user');
    } else {
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        // A client's pings are answered by the feed itself, which faults may silence; other streams answer them here.
        if (door.path !== FEED_PATH) client.on('ping', (data: Buffer) => client.pong(data));
        door.accept(client, grant, url.searchParams);
      });
    }
  }
}

function faultStatus(fault: { kind: string; status?: number | undefined }): number {
  if (fault.kind === '401') return 401;
  if (fault.kind === '429') return 429;
  return fault.status ?? 500;
}

function refuse(socket: Duplex, status: number, code: string, message: string): void {
  respond(socket, status, 'application/json', JSON.stringify(errorBody([{ code, message }])));
}

function respond(socket: Duplex, status: number, type: string, body: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
