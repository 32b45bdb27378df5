import websocket from '@fastify/websocket';
import { OutcomeError, repeat, type Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { StreamHub } from '../../app/stream/stream-hub.ts';
import type { StreamLimits } from '../../app/stream/limits.ts';
import type { AccessPolicy } from '../http/access.ts';
import { WsClientSocket } from './ws-client-socket.ts';

/** A frame beyond this ends the connection with 1009 before it is in memory; a smaller one too large gets an error frame. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** What the route stands on. */
export interface StreamRouteParts {
  readonly hub: StreamHub;
  readonly access: AccessPolicy;
  readonly limits: StreamLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Origins of browser pages that may open a stream, besides the gateway's own. */
  readonly allowedOrigins: readonly string[];
}

/**
 * Registers the WebSocket plugin and `GET /stream`. Call it before anything else is registered: a plugin that comes
 * earlier would take the upgrades.
 */
export async function registerStream(fastify: FastifyInstance, parts: StreamRouteParts): Promise<void> {
  const { hub, access, limits, clock, logger } = parts;
  await fastify.register(websocket, {
    options: { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false, clientTracking: true },
    errorHandler: (error, socket) => {
      logger.debug({ err: error }, 'a stream connection failed');
      socket.terminate();
    },
    // Runs as the server begins to close: farewells first, then no further upgrade.
    preClose(done) {
      hub.drain().then(
        () => this.websocketServer.close(() => done()),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  fastify.route({
    method: 'GET',
    url: '/stream',
    preValidation: (request, _reply, done) => {
      refuseForeignPage(request, parts.allowedOrigins);
      access.admit(request);
      if (!hub.hasRoom) {
        throw new OutcomeError('STREAM_FULL', 'this gateway takes no further stream client now', {}, true);
      }
      done();
    },
    handler: () => {
      throw new OutcomeError('BAD_REQUEST', 'this address speaks WebSocket: ask for an upgrade');
    },
    wsHandler: (socket) => serve(socket, hub, limits, clock),
  });
}

function serve(ws: WebSocket, hub: StreamHub, limits: StreamLimits, clock: Clock): void {
  const client = hub.join(new WsClientSocket(ws));
  let alive = true;
  const heartbeat = repeat(clock, limits.heartbeatMs, () => {
    if (!alive) return ws.terminate();
    alive = false;
    ws.ping();
  });
  ws.on('pong', () => {
    alive = true;
  });
  ws.on('message', (data: RawData, isBinary: boolean) => {
    alive = true;
    void hub.receive(client, isBinary ? undefined : textOf(data));
  });
  ws.on('close', () => {
    heartbeat.cancel();
    hub.leave(client);
  });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}

/** A page of another site may not open a stream with what the browser knows of the user; programs send no origin. */
function refuseForeignPage(request: FastifyRequest, allowed: readonly string[]): void {
  const { origin, host } = request.headers;
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new OutcomeError('UNAUTHENTICATED', 'pages of this origin may not open a stream', {
    origin: origin.slice(0, 200),
  });
}
