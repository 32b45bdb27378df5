import type { FastifyReply } from 'fastify';
import { errorBody } from '../server/envelope.ts';
import { ERROR_CODES } from '../server/error-codes.ts';
import type { SimContext } from '../server/sim-context.ts';
import type { RestFault } from './fault-spec.ts';

/** A page such as a proxy in front of the broker sends: HTML where JSON is expected. */
export const PROXY_REFUSAL_HTML = `<!DOCTYPE html>
<html lang="en-US"><head><title>Access denied</title></head>
<body><h1>Error 1010</h1><p>The owner of this website has banned your access based on your browser's signature.</p>
<p>Ray ID: 0000000000000000</p></body></html>
`;

/** Lets the faults in force strike a request. The reply, when one of them has answered; undefined when it may go on. */
export async function strikeRest(
  context: SimContext,
  path: string,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  for (const fault of context.faults.strikeRequest(path)) {
    if (fault.kind === 'latency') {
      await new Promise<void>((resolve) => context.clock.after(fault.delayMs, resolve));
    } else {
      return refuse(fault, reply);
    }
  }
  return undefined;
}

function refuse(fault: Exclude<RestFault, { kind: 'latency' }>, reply: FastifyReply): FastifyReply {
  switch (fault.kind) {
    case 'refuse-connections':
      if (fault.status !== undefined) return refuseWith(reply, fault.status, 'UDAPI100500', 'Refused');
      reply.hijack();
      reply.raw.socket?.destroy();
      return reply;
    case 'html403':
      return reply.code(403).type('text/html; charset=UTF-8').send(PROXY_REFUSAL_HTML);
    case '401':
      return refuseWith(reply, 401, 'UDAPI100050', ERROR_CODES.UDAPI100050.message);
    case '429':
      return refuseWith(reply, 429, 'UDAPI10005', ERROR_CODES.UDAPI10005.message);
    case '5xx':
      return refuseWith(reply, fault.status, 'UDAPI100500', ERROR_CODES.UDAPI100500.message);
  }
}

function refuseWith(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody([{ code, message }])));
}
