// The bare routes of bench:gateway: Fastify, the same bytes, and the same hop: one NATS request that is answered by the same
// process. Arguments: NATS address, symbol, payload of REST, payload of GraphQL. `/still` answers without the hop.
import { connect } from '@nats-io/transport-node';
import { marketFeedRpc } from '@vega/contracts';
import { fastify } from 'fastify';

const [natsUrl = '', symbol = '', rest = '', graphql = ''] = process.argv.slice(2);
const nc = await connect({ servers: natsUrl });
const { subject, request: codec } = marketFeedRpc.getQuotes;
const asked = codec.encode({ symbols: [symbol] }).finish();
const server = fastify({ forceCloseConnections: true });
const JSON_TYPE = 'application/json; charset=utf-8';
server.get('/quote', async (_request, reply) => {
  await nc.request(subject, asked, { timeout: 2_000 });
  return reply.type(JSON_TYPE).send(rest);
});
server.post('/graphql', async (_request, reply) => {
  await nc.request(subject, asked, { timeout: 2_000 });
  return reply.type(JSON_TYPE).send(graphql);
});
server.get('/still', (_request, reply) => reply.type(JSON_TYPE).send(rest));
await server.listen({ port: 0, host: '127.0.0.1' });
const address = server.server.address();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
