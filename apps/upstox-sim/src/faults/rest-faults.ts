import type { FastifyReply } from 'fastify';
import { errorBody } from '../server/envelope.ts';
import { ERROR_CODES } from '../server/error-codes.ts';
import type { SimContext } from '../server/sim-context.ts';
import { isUncertain, type RefusingFault, type UncertainFault } from './fault-spec.ts';

/** A page such as a proxy in front of the broker sends: HTML where JSON is expected. */
export const PROXY_REFUSAL_HTML = `<!DOCTYPE html>
<html lang="en-US"><head><title>Access denied</title></head>
<body><h1>Error 1010</h1><p>The owner of this website has banned your access based on your browser's signature.</p>
<p>Ray ID: 0000000000000000</p></body></html>
`;

/** What the faults did to a request: it has been answered, or it goes on, perhaps to an answer that gets lost. */
export interface RestStrike {
  readonly answered?: FastifyReply;
  readonly uncertain?: UncertainFault;
  /** 0 to 1, seeded: where within its time an uncertain fault strikes. */
  readonly draw?: number;
}

/** Lets the faults in force strike a request. */
export async function strikeRest(
  context: SimContext,
  path: string,
  userId: string | undefined,
  reply: FastifyReply,
): Promise<RestStrike> {
  let strike: RestStrike = {};
  for (const { spec, draw } of context.faults.strikeRequest(path, userId)) {
    if (spec.kind === 'latency') await new Promise<void>((resolve) => context.clock.after(spec.delayMs, resolve));
    else if (isUncertain(spec)) strike = { uncertain: spec, draw };
    else return { answered: refuse(spec, reply) };
  }
  return strike;
}

/** The answer of a gateway that gave up waiting. */
export function gatewayTimeout(reply: FastifyReply, status = 504): FastifyReply {
  return reply.code(status).type('text/html; charset=UTF-8').send(GATEWAY_TIMEOUT_HTML);
}

const GATEWAY_TIMEOUT_HTML = `<html><head><title>504 Gateway Time-out</title></head>
<body><center><h1>504 Gateway Time-out</h1></center></body></html>
`;

function refuse(fault: Exclude<RefusingFault, { kind: 'latency' }>, reply: FastifyReply): FastifyReply {
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
