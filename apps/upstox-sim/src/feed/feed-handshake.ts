import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@vega/kernel';
import { WebSocketServer } from 'ws';
import type { FaultBoard } from '../faults/fault-board.ts';
import { bearerToken, type TokenVault } from '../server/auth/token-vault.ts';
import { PROXY_REFUSAL_HTML } from '../faults/rest-faults.ts';
import { errorBody } from '../server/envelope.ts';
import type { FeedHub } from './feed-hub.ts';
import type { OneTimeCodes } from './one-time-codes.ts';

/** Where a client with a bearer token connects; it is redirected from here. */
export const FEED_PATH = '/v3/feed/market-data-feed';
/** Where a one-time code connects. */
export const FEEDER_PATH = '/market-data-feeder/v3/upstox-developer-api/feeds';

const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

/** The address a code may connect to, on the host that the client used. */
export function feederUrl(request: IncomingMessage, requestId: string, code: string): string {
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'wss' : 'ws';
  return `${scheme}://${request.headers.host ?? 'localhost'}${FEEDER_PATH}?requestId=${requestId}&code=${code}`;
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
    private readonly hub: FeedHub,
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
    for (const fault of this.faults.strikeRequest(url.pathname)) {
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
    if (url.pathname === FEED_PATH) this.redirect(request, socket);
    else if (url.pathname === FEEDER_PATH) this.upgrade(request, url, socket, head);
    else refuse(socket, 404, 'UDAPI100060', 'Resource not Found.');
  }

  private redirect(request: IncomingMessage, socket: Duplex): void {
    const grant = this.tokens.verify(bearerToken(request.headers.authorization));
    if (grant === undefined) {
      refuse(socket, 401, 'UDAPI100050', 'Invalid token used to access API');
    } else if (grant.kind === 'extended') {
      refuse(socket, 403, 'UDAPI100067', 'The API you are trying to access is not permitted with an extended token');
    } else if (!this.hub.hasRoom(grant.userId)) {
      refuse(socket, 403, 'UDAPI10005', 'Too many feed connections of this user');
    } else {
      const { requestId, code } = this.codes.issue(grant);
      socket.end(
        `HTTP/1.1 302 Found\r\nLocation: ${feederUrl(request, requestId, code)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    }
  }

  private upgrade(request: IncomingMessage, url: URL, socket: Duplex, head: Buffer): void {
    const grant = this.codes.redeem(url.searchParams.get('requestId'), url.searchParams.get('code'));
    if (grant === undefined || !this.tokens.isAlive(grant)) {
      refuse(socket, 403, 'UDAPI100050', 'The feed address was used, has expired or never existed');
    } else if (!this.hub.hasRoom(grant.userId)) {
      refuse(socket, 403, 'UDAPI10005', 'Too many feed connections of this user');
    } else {
      this.sockets.handleUpgrade(request, socket, head, (client) => this.hub.accept(client, grant));
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
