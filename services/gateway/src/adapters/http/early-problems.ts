import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '@vega/contracts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { pathOf } from './problem-filter.ts';
import { newTraceId, traceIdOf } from './request-trace.ts';

/** Answers what the HTTP parser could not read: there is no request yet, so the answer is written to the socket itself. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const code: ErrorCode = tooLong ? 'URL_TOO_LONG' : 'BAD_REQUEST';
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const unread = late ? 'the request did not come whole in time' : 'this is not an HTTP/1.1 request';
  const detail = tooLong ? 'the address and headers are larger than what is read' : unread;
  const body = problemOf(code, detail, '', newTraceId());
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.status} ${body.title}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** Answers what the router refuses before any hook runs, such as an address with a broken percent-encoding. */
export function problemForRouter(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const detail = error.code === 'FST_ERR_BAD_URL' ? 'the address is not well encoded' : error.message;
  const body = problemOf('BAD_REQUEST', detail, pathOf(request.url), traceIdOf(request));
  void reply.status(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}
