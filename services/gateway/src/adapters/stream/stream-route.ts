import websocket from '@fastify/websocket';
import { OutcomeError, repeat, type Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../../app/principal.ts';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import { CLOSE_CODES } from '../../app/stream/limits.ts';
import { streamFull } from '../../app/stream/stream-errors.ts';
import type { AccessPolicy } from '../../app/access.ts';
import { WsClientSocket } from './ws-client-socket.ts';

/** A frame beyond this ends the connection with 1009 before it is in memory; a smaller one too large gets an error frame. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Milliseconds within which a client must answer a farewell. */
const CLOSE_GRACE_MS = 1_000;

/** What all WebSockets stand on. */
export interface WebSocketParts {
  readonly hub: StreamHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly heartbeatMs: number;
}

/** What the route stands on. */
export interface StreamRouteParts {
  readonly hub: StreamHub;
  readonly access: AccessPolicy;
  /** Origins of browser pages that may open a stream, besides the gateway's own. */
  readonly allowedOrigins: readonly string[];
}

/** Registers the WebSocket plugin. Call it before anything else is registered: a plugin that comes earlier would take the upgrades. */
export async function registerWebSockets(fastify: FastifyInstance, parts: WebSocketParts): Promise<void> {
  const { hub, logger, clock, heartbeatMs } = parts;
  await fastify.register(websocket, {
    // Without compression a message is whole in one frame, which WsClientSocket writes by itself.
    options: { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false, clientTracking: true },
    errorHandler: (error, socket) => {
      logger.debug({ err: error }, 'a stream connection failed');
      socket.terminate();
    },
    // Runs as the server begins to close: farewells first, then no further upgrade.
    preClose(done) {
      hub.drain().then(
        () => {
          bidFarewell(this.websocketServer.clients, clock);
          this.websocketServer.close(() => done());
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  fastify.websocketServer.on('connection', (ws) => keepAlive(ws, heartbeatMs, clock));
}

/** Ends the connections that hold no stream, which the hub does not know; those that do not answer are cut. */
function bidFarewell(sockets: Iterable<WebSocket>, clock: Clock): void {
  for (const socket of sockets) {
    socket.close(CLOSE_CODES.GOING_AWAY, 'GOING_AWAY');
    clock.after(CLOSE_GRACE_MS, () => socket.terminate());
  }
}

/** Pings a connection of whatever protocol, and cuts it when nothing came since the last ping. */
function keepAlive(ws: WebSocket, heartbeatMs: number, clock: Clock): void {
  let alive = true;
  const heard = (): void => {
    alive = true;
  };
  const heartbeat = repeat(clock, heartbeatMs, () => {
    if (!alive) return ws.terminate();
    alive = false;
    ws.ping();
  });
  ws.on('pong', heard).on('message', heard);
  ws.on('close', () => heartbeat.cancel());
}

/** Registers `GET /stream`. */
export function registerStream(fastify: FastifyInstance, parts: StreamRouteParts): void {
  const { hub, access } = parts;
  fastify.route({
    method: 'GET',
    url: '/stream',
    // Who it is comes with the first message: an address may be logged, and a page cannot send headers here.
    preValidation: (request, _reply, done) => {
      refuseForeignPage(request, parts.allowedOrigins);
      if (!hub.hasRoom) throw streamFull();
      done();
    },
    handler: () => {
      throw new OutcomeError('BAD_REQUEST', 'this address speaks WebSocket: ask for an upgrade');
    },
    wsHandler: (socket, request) => serve(socket, request, hub, access.anonymous),
  });
}

function serve(ws: WebSocket, request: FastifyRequest, hub: StreamHub, principal: Principal | undefined): void {
  const client = hub.join(new WsClientSocket(ws, request.raw.socket), principal, request.ip);
  ws.on('message', (data: RawData, isBinary: boolean) => {
    void hub.receive(client, isBinary ? undefined : textOf(data));
  });
  ws.on('close', () => {
    hub.leave(client);
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}

/** A page of another site may not open a stream with what the browser knows of the user; programs send no origin. */
export function refuseForeignPage(request: FastifyRequest, allowed: readonly string[]): void {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new OutcomeError('UNAUTHENTICATED', 'pages of this origin may not open a stream', {
    origin: origin.slice(0, 200),
  });
}
