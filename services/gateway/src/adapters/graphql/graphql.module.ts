import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { OutcomeError, type Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule, specifiedRules, validate, type ValidationRule } from 'graphql';
import type { WebSocket, WebSocketServer } from 'ws';
import type { AccessPolicy } from '../../app/access.ts';
import type { Principal } from '../../app/principal.ts';
import { MessageBudget } from '../../app/stream/message-budget.ts';
import { refuseForeignPage } from '../stream/stream-route.ts';
import { errorFormatter } from './graphql-errors.ts';
import { QUERY_LIMITS, queryLimitRule } from './query-limits.ts';

/** Where GraphQL is served, over HTTP and WebSocket. */
export const GRAPHQL_PATH = '/graphql';

/** Tokens of one document; a sensible query has a hundred. */
const MAX_TOKENS = 2_000;

/** Documents whose compiled form is kept. */
const MAX_CACHED = 500;

/** Media types of forms. */
const SIMPLE_TYPES = /^(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)/i;

/** Close code (of graphql-transport-ws) for a client that sends too many messages. */
const TOO_MANY_MESSAGES = 4429;

/** What the GraphQL door stands on. */
export interface GraphqlParts {
  readonly logger: Logger;
  readonly allowedOrigins: readonly string[];
  /** Whether there is a playground and the schema may be asked for. */
  readonly isDevelopment: boolean;
  readonly access: AccessPolicy;
}

/** Closes GraphQL connections that send more messages a second than a client may. */
export function limitGraphqlMessages(sockets: WebSocketServer, clock: Clock, perSecond: number): void {
  sockets.on('connection', (socket, request) => {
    if (request.url?.startsWith(GRAPHQL_PATH) !== true) return;
    const budget = new MessageBudget(clock, perSecond);
    socket.on('message', () => {
      if (!budget.take()) socket.close(TOO_MANY_MESSAGES, 'too many messages');
    });
  });
}

/** Who a `connection_init` names by its `token` (or `authorization`, as for HTTP); undefined for whoever is not let in. */
async function principalOfInit(access: AccessPolicy, data: unknown): Promise<Principal | undefined> {
  const payload = (data as { payload?: Record<string, unknown> | null } | null)?.payload;
  const { token, authorization } = payload ?? {};
  if (token === undefined && authorization === undefined) return access.anonymous;
  try {
    if (typeof token === 'string') return await access.verify(token, '');
    const header = typeof authorization === 'string' ? authorization : '';
    return await access.admit({ headers: { authorization: header }, address: '' });
  } catch {
    return undefined;
  }
}

/** Nest's GraphQL module over Mercurius; its resolvers are providers of the module that imports it. */
export function graphqlModule(parts: GraphqlParts): DynamicModule {
  const { logger, allowedOrigins, isDevelopment, access } = parts;
  const rules: ValidationRule[] = [queryLimitRule(QUERY_LIMITS)];
  if (!isDevelopment) rules.push(NoSchemaIntrospectionCustomRule);
  return GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    path: GRAPHQL_PATH,
    autoSchemaFile: true,
    sortSchema: true,
    jit: 1,
    cache: MAX_CACHED,
    graphiql: isDevelopment,
    graphql: { parseOptions: { maxTokens: MAX_TOKENS } },
    validationRules: rules,
    allowBatchedQueries: false,
    errorFormatter: errorFormatter(logger),
    context: (request: FastifyRequest) => ({ req: request }),
    additionalRouteOptions: {
      preValidation: (request, _reply, done) => {
        if (request.ws) refuseForeignPage(request, allowedOrigins);
        // Any page may have a browser post these without asking first.
        const type = request.headers['content-type'];
        if (request.method === 'POST' && (type === undefined || SIMPLE_TYPES.test(type))) {
          throw new OutcomeError('MEDIA_TYPE_UNSUPPORTED', 'a query is application/json or application/graphql');
        }
        done();
      },
    },
    subscription: {
      // The first message says who opens the connection.
      onConnect: async (data) => {
        const principal = await principalOfInit(access, data);
        return principal === undefined ? false : { principal };
      },
      context: (socket: WebSocket, request: FastifyRequest) => ({ socket, request }),
    },
    hooks: {
      // The library runs subscriptions without validating them.
      preSubscriptionExecution: (schema, document) => {
        const [error] = validate(schema, document, [...specifiedRules, ...rules]);
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
    },
  });
}
