import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Defect, OutcomeError } from '@vega/kernel';
import type { ServiceContext } from '@vega/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { PROBLEM_TYPE, toProblem, type ToldProblem } from './problem.ts';
import { requestOf, toGraphqlError, type GraphqlContext } from '../graphql/graphql-errors.ts';
import { newTraceId, traceIdOf } from './request-trace.ts';
import type { RouteTable } from './route-table.ts';

/** Seconds after which a client may try again what failed for want of somebody else. */
const RETRY_AFTER_S = 1;

/** Tells every error of a request as problem+json, whoever threw it. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly context: Pick<ServiceContext, 'logger' | 'onDefect'>,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw this.graphqlErrorOf(error, host);
    const http = host.switchToHttp();
    this.tell(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Answers for routes that are not Nest's. */
  tell(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const allowed = isNotFound(error) ? this.routes.methodsOf(request.url) : [];
    if (allowed.length > 0) {
      void reply.header('allow', allowed.join(', '));
      const detail = `${request.method} is not taken here; ${allowed.join(', ')} is`;
      this.answer(request, reply, new OutcomeError('METHOD_NOT_ALLOWED', detail, { allowed: allowed.join(', ') }));
    } else this.answer(request, reply, error);
    if (error instanceof Defect) this.context.onDefect(error);
  }

  private graphqlErrorOf(error: unknown, host: ArgumentsHost): GraphQLError {
    if (error instanceof GraphQLError) return error;
    const request = requestOf(host.getArgByIndex<GraphqlContext>(2));
    const told = toProblem(error, '/graphql', request === undefined ? newTraceId() : traceIdOf(request));
    this.note(error, told);
    if (error instanceof Defect) this.context.onDefect(error);
    return toGraphqlError(told);
  }

  /** Logs what is ours, and that something behind was away. */
  private note(error: unknown, told: ToldProblem): void {
    const { body } = told;
    if (told.isOurs) {
      this.context.logger.error({ err: error, trace_id: body.trace_id, path: body.instance }, 'a request met a defect');
    } else if (body.status >= 500) {
      // No stack: while a service behind is away this is said for every request.
      const { code, detail, trace_id, instance } = body;
      this.context.logger.warn({ problem: code, detail, trace_id, path: instance }, 'a request was not answered');
    }
  }

  private answer(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
    const told: ToldProblem = toProblem(error, pathOf(request.url), traceIdOf(request));
    const { body } = told;
    this.note(error, told);
    const isTemporary = body.status === 503 || body.status === 429;
    if (isTemporary && !reply.hasHeader('retry-after')) void reply.header('retry-after', RETRY_AFTER_S);
    void reply.status(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof HttpException && error.getStatus() === 404;
}

/** The path of a request's address, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
