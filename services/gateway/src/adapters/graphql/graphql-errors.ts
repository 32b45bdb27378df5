import { isErrorCode, type ErrorCode } from '@vega/contracts';
import type { Logger } from '@vega/platform';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../app/principal.ts';
import { GraphQLError } from 'graphql';
import { toProblem, type ToldProblem } from '../http/problem.ts';
import { codeOfStatus, PROBLEM_KINDS } from '../http/problem-table.ts';
import { newTraceId, traceIdOf } from '../http/request-trace.ts';

/** What resolvers and hooks are given: the request of a query, or that of the connection of a subscription. */
export interface GraphqlContext {
  readonly req?: FastifyRequest;
  readonly request?: FastifyRequest;
  readonly reply?: { readonly request?: FastifyRequest };
  /** Who opened the connection of a subscription, by the token of its first message. */
  readonly principal?: Principal;
}

/** The request behind a context. */
export function requestOf(context: GraphqlContext): FastifyRequest | undefined {
  return context.req ?? context.request ?? context.reply?.request;
}

/** An error as GraphQL tells it: the same code and facts as the problem of REST, in `extensions`. */
export function toGraphqlError(told: ToldProblem, source?: GraphQLError): GraphQLError {
  const { code, retryable, detail, trace_id, context, errors, known } = told.body;
  return new GraphQLError(detail, {
    ...(source?.nodes === undefined ? {} : { nodes: source.nodes }),
    ...(source?.path === undefined ? {} : { path: source.path }),
    extensions: {
      code,
      retryable,
      trace_id,
      context,
      ...(errors === undefined ? {} : { errors }),
      ...(known === undefined ? {} : { known }),
    },
  });
}

/** Failed executions and refused requests, as the library hands them over. */
interface Failure {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

/** Makes the library's formatter of errors: every error has a code of the table, and nothing of our own inside goes out. */
export function errorFormatter(logger: Logger) {
  return (failure: Failure, context: object): { statusCode: number; response: { data: never; errors: never } } => {
    const request = requestOf(context as GraphqlContext);
    const traceId = request === undefined ? newTraceId() : traceIdOf(request);
    const errors = (failure.errors ?? []).flatMap(innerErrors).map((error) => tellable(error, traceId, logger));
    const data = failure.data ?? null;
    const code = errors[0]?.extensions['code'];
    const status = data === null && typeof code === 'string' && isErrorCode(code) ? PROBLEM_KINDS[code].status : 200;
    const response = { data, errors: errors.map((error) => error.toJSON()) };
    return { statusCode: status, response: response as { data: never; errors: never } };
  };
}

/** A refusal of validation holds the errors it stands for. */
function innerErrors(error: unknown): unknown[] {
  const original =
    error instanceof GraphQLError ? (error.originalError as { errors?: unknown } | undefined) : undefined;
  return Array.isArray(original?.errors) ? (original.errors as unknown[]) : [error];
}

function tellable(error: unknown, traceId: string, logger: Logger): GraphQLError {
  const told = error instanceof GraphQLError ? error : new GraphQLError(String(error));
  const { code } = told.extensions;
  if (typeof code === 'string' && isErrorCode(code)) return told;
  const clients = codeOfClients(told);
  if (clients !== undefined) {
    return new GraphQLError(told.message, {
      ...(told.nodes === undefined ? {} : { nodes: told.nodes }),
      ...(told.source === undefined ? {} : { source: told.source }),
      ...(told.positions === undefined ? {} : { positions: told.positions }),
      extensions: { code: clients, retryable: false, trace_id: traceId, context: {} },
    });
  }
  const original = told.originalError ?? error;
  const problem = toProblem(original, '/graphql', traceId);
  if (problem.isOurs) logger.error({ err: original, trace_id: traceId }, 'a query met a defect');
  return toGraphqlError(problem, told);
}

/**
 * The code of an error that the client made: of syntax, validation or variables, which GraphQL tells without a path and
 * with no other error behind it, or of the request, which has a status. What went wrong at a path is ours.
 */
function codeOfClients(error: GraphQLError): ErrorCode | undefined {
  if (error.path !== undefined) return undefined;
  const original = error.originalError as { name?: unknown; statusCode?: unknown } | null | undefined;
  if (original === undefined || original === null || original.name === 'GraphQLError') return 'BAD_REQUEST';
  const status = original.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? codeOfStatus(status) : undefined;
}
