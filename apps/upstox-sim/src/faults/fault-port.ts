import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FaultBoard } from './fault-board.ts';
import { FaultSpec } from './fault-spec.ts';

/** The server through which tests plant faults: `POST /faults`, `GET /faults`, `DELETE /faults[/{id}]`. */
export function buildFaultPort(board: FaultBoard): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.post('/faults', (request, reply) => {
    const spec = FaultSpec.safeParse(request.body);
    if (!spec.success) return reply.code(400).send({ error: z.prettifyError(spec.error) });
    const posted = board.post(spec.data);
    if (posted === undefined) return reply.code(409).send({ error: 'too many faults are in force; remove some' });
    return reply.code(201).send({ id: posted.id, spec: posted.spec, struck: posted.struck });
  });
  app.get('/faults', () => ({ faults: board.list() }));
  app.delete('/faults', (_request, reply) => {
    board.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { id: string } }>('/faults/:id', (request, reply) => {
    const removed = board.remove(Number(request.params.id));
    return reply.code(removed ? 204 : 404).send();
  });
  return app;
}
