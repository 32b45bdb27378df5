import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger, type ServiceContext } from '@vega/platform';
import { fastify, type FastifyInstance } from 'fastify';
import { limitGraphqlMessages } from './adapters/graphql/graphql.module.ts';
import { UNPREFIXED } from './adapters/auth/auth-controllers.ts';
import { ACCESS_POLICY, type AccessPolicy } from './adapters/http/access.ts';
import { registerDocs } from './adapters/http/api-docs.ts';
import { answerUnreadable, problemForRouter } from './adapters/http/early-problems.ts';
import { ProblemFilter } from './adapters/http/problem-filter.ts';
import { EdgeValidation } from './adapters/http/requests.ts';
import { requestIdOf, traceRequests } from './adapters/http/request-trace.ts';
import { RouteTable } from './adapters/http/route-table.ts';
import { secureHeaders } from './adapters/http/security-headers.ts';
import { limitRequests, RATE_LIMIT_HEADERS } from './adapters/limits/rate-limit-hook.ts';
import { registerStream, registerWebSockets } from './adapters/stream/stream-route.ts';
import { registerWebApp, WEB_PATTERN } from './adapters/web/web-app.ts';
import { RateLimiter } from './app/rate-limiter.ts';
import { StreamHub } from './app/stream/stream-hub.ts';
import { isDevelopment, RATE_WINDOW_MS, streamLimits, type GatewayConfig } from './config.ts';
import { API_PREFIX, describeApi } from './openapi.ts';

/** Patterns of the web app and of CORS preflights: they say nothing about whether there is something at an address. */
const CATCH_ALL: ReadonlySet<string> = new Set([WEB_PATTERN, '*']);

/** Only GraphQL reads a body; a query is far smaller. */
const MAX_BODY_BYTES = 64 * 1024;

/** Milliseconds within which a request must have come whole. */
const REQUEST_MS = 10_000;

/** Milliseconds a connection without a request is kept; longer than proxies keep theirs, so that they close first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Nest would set its handler of errors after the routes have taken theirs, which the GraphQL plugin makes them do early:
 * the server has had its own from the start, and it tells the same.
 */
class OneErrorHandlerAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance<ReturnType<FastifyAdapter['setErrorHandler']>>();
  }
}

/** Makes the gateway's application and listens. Its `close` takes nothing new, bids stream clients farewell, finishes requests. */
export async function serveHttp(
  root: DynamicModule,
  context: ServiceContext<GatewayConfig>,
): Promise<NestFastifyApplication> {
  const { config, logger, metrics, clock } = context;
  const routes = new RouteTable();
  const server = createServer(config.VEGA_HTTP_TRUSTED_PROXIES ?? []);
  server.addHook('onRoute', ({ method, url }) => {
    if (!CATCH_ALL.has(url)) routes.add(method, url);
  });
  traceRequests(server, metrics);

  const problems = new ProblemFilter(context, routes);
  server.setErrorHandler((error, request, reply) => problems.tell(error, request, reply));
  const adapter = new OneErrorHandlerAdapter(
    server as unknown as ConstructorParameters<typeof OneErrorHandlerAdapter>[0],
  );
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const hub = app.get(StreamHub, { strict: false });
  const allowedOrigins = config.VEGA_HTTP_CORS_ORIGINS ?? [];
  const limits = streamLimits(config);
  await registerWebSockets(server, { hub, logger, clock, heartbeatMs: limits.heartbeatMs });
  limitGraphqlMessages(server.websocketServer, clock, limits.maxMessagesPerSecond);
  await secureHeaders(server, {
    isBehindTls: config.VEGA_UPSTOX_ENV === 'live',
    playground: isDevelopment(config),
  });
  if (allowedOrigins.length > 0) {
    const exposedHeaders = ['x-request-id', 'x-trace-id', 'retry-after', ...RATE_LIMIT_HEADERS];
    app.enableCors({
      origin: [...allowedOrigins],
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      credentials: true,
      exposedHeaders,
      maxAge: 600,
    });
  }
  const limiter = app.get(RateLimiter, { strict: false });
  limitRequests(server, limiter, RATE_WINDOW_MS, metrics, (route) => route.startsWith(`/${API_PREFIX}/health/`));
  app.setGlobalPrefix(API_PREFIX, { exclude: [...UNPREFIXED] });
  app.useGlobalFilters(problems);
  app.useGlobalPipes(new EdgeValidation());
  const access = app.get<AccessPolicy>(ACCESS_POLICY, { strict: false });
  registerStream(server, { hub, access, allowedOrigins });
  registerDocs(server, describeApi(app));
  const hasWebApp = await registerWebApp(server, config.VEGA_WEB_DIR);
  if (!hasWebApp && config.VEGA_WEB_DIR !== undefined) {
    logger.warn({ folder: config.VEGA_WEB_DIR }, 'there is no web app in its folder');
  }
  await app.listen(config.VEGA_HTTP_PORT, config.VEGA_HTTP_HOST);
  const address = server.server.address();
  logger.info({ address }, 'serving HTTP');
  return app;
}

function createServer(trustedProxies: readonly string[]): FastifyInstance {
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: REQUEST_MS },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    genReqId: requestIdOf,
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
