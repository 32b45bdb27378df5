import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { gatewayTimeout, strikeRest, type RestStrike } from '../faults/rest-faults.ts';
import { bearerToken, type Grant } from './auth/token-vault.ts';
import { ApiError, errorBody, RawReply } from './envelope.ts';
import { apiError } from './error-codes.ts';
import type { Call, Route } from './route.ts';
import type { RouteModule, SimContext } from './sim-context.ts';

const METHODS: readonly Route['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const MAX_BODY_BYTES = 1024 * 1024;

/** Builds the HTTP server out of route modules. Every answer of a broker path has Upstox's form, also the refusals. */
export function buildHttpApp(context: SimContext, modules: readonly RouteModule[]): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });
  acceptBodies(app);
  const routes = modules.flatMap((module) => module(context));
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => serve(context, route, request, reply),
    });
  }
  refuseOtherMethods(app, context, routes);
  app.setNotFoundHandler((request, reply) => {
    context.census.note(request.method, 'elsewhere', 404);
    return sendError(context, reply, apiError('UDAPI100060'));
  });
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    if (error instanceof ApiError) return sendError(context, reply, error);
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendError(context, reply, apiError('UDAPI100036'));
    context.log.error({ path: request.routeOptions.url, error: error.stack }, 'request failed');
    return sendError(context, reply, apiError('UDAPI100500'));
  });
  return app;
}

function acceptBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(body.toString()));
    } catch {
      done(apiError('UDAPI100036'));
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });
}

function refuseOtherMethods(app: FastifyInstance, context: SimContext, routes: readonly Route[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const known = new Set(routes.filter((route) => route.path === path).map((route) => route.method));
    app.route({
      method: METHODS.filter((method) => !known.has(method)),
      url: path,
      handler: (_request, reply) => sendError(context, reply, apiError('UDAPI10000')),
    });
  }
}

async function serve(
  context: SimContext,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const started = context.clock.monotonicMs();
  const address = addressOf(request);
  try {
    const url = new URL(request.url, 'http://localhost');
    const strike =
      route.broker === false ? {} : await strikeRest(context, url.pathname, userOf(context, request), reply);
    if (strike.answered !== undefined) return strike.answered;
    const work = (): unknown => answer(context, route, request, { query: url.searchParams, address });
    return strike.uncertain === undefined
      ? await send(reply, await work())
      : await leaveUncertain(context, strike, reply, work);
  } catch (error) {
    if (error instanceof ApiError) return await sendError(context, reply, error);
    context.log.error(
      { path: route.path, error: error instanceof Error ? error.stack : String(error) },
      'request failed',
    );
    return await sendError(context, reply, apiError('UDAPI100500'));
  } finally {
    const ms = Math.round((context.clock.monotonicMs() - started) * 10) / 10;
    if (route.broker !== false) context.census.note(route.method, route.path, reply.statusCode);
    context.log.debug({ method: route.method, path: route.path, status: reply.statusCode, ms }, 'request');
  }
}

/** The request is carried out, now or later, and its answer is lost on the way. */
async function leaveUncertain(
  context: SimContext,
  { uncertain, draw = 1 }: RestStrike,
  reply: FastifyReply,
  work: () => unknown,
): Promise<FastifyReply> {
  const carryOut = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };
  if (uncertain?.kind === 'accept-late') {
    context.clock.after(uncertain.withinMs * draw, () => void carryOut());
    return gatewayTimeout(reply);
  }
  await carryOut();
  return gatewayTimeout(reply, uncertain?.status);
}

/** Whose request it is, as far as a fault must know. */
function userOf(context: SimContext, request: FastifyRequest): string | undefined {
  if (context.faults.isQuiet) return undefined;
  return context.tokens.verify(bearerToken(request.headers.authorization))?.userId;
}

/** Asked for at once: a request that is carried out after its sender gave up has no connection left to tell it. */
function addressOf({ ip }: { readonly ip: string | undefined }): string {
  return ip ?? '';
}

function answer(
  context: SimContext,
  route: Route,
  request: FastifyRequest,
  from: Pick<Call, 'query' | 'address'>,
): unknown {
  const call = { params: request.params as Record<string, string>, ...from, body: request.body, request };
  if (route.accepts === 'anyone') {
    if (route.broker !== false) admit(context, route, from.address);
    return route.handle(call);
  }
  const grant = authenticate(context, route.accepts, request);
  checkVersion(request);
  admit(context, route, grant.userId);
  return route.handle({ ...call, grant });
}

function authenticate(context: SimContext, accepts: readonly string[], request: FastifyRequest): Grant {
  const grant = context.tokens.verify(bearerToken(request.headers.authorization));
  if (grant === undefined) throw apiError('UDAPI100050');
  if (!accepts.includes(grant.kind)) throw apiError('UDAPI100067');
  return grant;
}

function checkVersion(request: FastifyRequest): void {
  const version = request.headers['api-version'];
  if (version !== undefined && version !== '2.0' && version !== '3.0') throw apiError('UDAPI100015');
}

function admit(context: SimContext, route: Route, who: string): void {
  const granted =
    route.limits === 'orders'
      ? context.limiter.admit(who, 'orders', 'orders')
      : context.limiter.admit(who, `${route.method} ${route.path}`);
  if (!granted) throw apiError('UDAPI10005');
}

function send(reply: FastifyReply, body: unknown): FastifyReply {
  if (body instanceof RawReply) return reply.code(body.status).headers(body.headers).send(body.body);
  return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

function sendError(context: SimContext, reply: FastifyReply, error: ApiError): FastifyReply {
  const status = context.faults.sabotaged('error-status') ? 200 : error.status;
  const body = errorBody(error.items, context.faults.sabotaged('snake-only'));
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}
