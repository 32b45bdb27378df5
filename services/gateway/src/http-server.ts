import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger, type ServiceContext } from '@vega/platform';
import { fastify, type FastifyInstance } from 'fastify';
import { ACCESS_POLICY, type AccessPolicy } from './adapters/http/access.ts';
import { registerDocs } from './adapters/http/api-docs.ts';
import { answerUnreadable, problemForRouter } from './adapters/http/early-problems.ts';
import { ProblemFilter } from './adapters/http/problem-filter.ts';
import { EdgeValidation } from './adapters/http/requests.ts';
import { traceRequests } from './adapters/http/request-trace.ts';
import { RouteTable } from './adapters/http/route-table.ts';
import { registerStream } from './adapters/stream/stream-route.ts';
import { StreamHub } from './app/stream/stream-hub.ts';
import { streamLimits, type GatewayConfig } from './config.ts';
import { API_PREFIX, describeApi } from './openapi.ts';

/** No endpoint reads a body yet; what comes is refused early. */
const MAX_BODY_BYTES = 64 * 1024;

/** Makes the gateway's application and listens. Its `close` takes nothing new, bids stream clients farewell, finishes requests. */
export async function serveHttp(
  root: DynamicModule,
  context: ServiceContext<GatewayConfig>,
): Promise<NestFastifyApplication> {
  const { config, logger, metrics, clock } = context;
  const routes = new RouteTable();
  const server = createServer();
  server.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  traceRequests(server, metrics);

  const adapter = new FastifyAdapter(server as unknown as ConstructorParameters<typeof FastifyAdapter>[0]);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const allowedOrigins = config.VEGA_HTTP_CORS_ORIGINS ?? [];
  await registerStream(server, {
    hub: app.get(StreamHub, { strict: false }),
    access: app.get<AccessPolicy>(ACCESS_POLICY, { strict: false }),
    limits: streamLimits(config),
    clock,
    logger,
    allowedOrigins,
  });
  // Security headers and inbound rate limits belong here, before the first route of Nest.
  if (allowedOrigins.length > 0) app.enableCors({ origin: [...allowedOrigins], methods: ['GET'] });
  app.setGlobalPrefix(API_PREFIX);
  app.useGlobalFilters(new ProblemFilter(context, routes));
  app.useGlobalPipes(new EdgeValidation());
  registerDocs(server, describeApi(app));
  await app.listen(config.VEGA_HTTP_PORT, config.VEGA_HTTP_HOST);
  const address = server.server.address();
  logger.info({ address }, 'serving HTTP');
  return app;
}

function createServer(): FastifyInstance {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    // Requests in hand are finished; a new one on a connection that is kept alive is answered and then closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Percent-encoding triples a symbol of 80 characters; what it decodes to is checked with the rest.
    routerOptions: { maxParamLength: 400 },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: problemForRouter,
  });
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  // A connection whose request was in hand when the server began to close would otherwise be kept alive, and the server with it.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  return server;
}
