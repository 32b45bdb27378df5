// The bare second hop: every n-th message of a subject to one WebSocket client. Arguments: NATS address, subject, n.
import { connect } from '@nats-io/transport-node';
import { WebSocketServer, type WebSocket } from 'ws';

const [url = '', subject = '', every = '10'] = process.argv.slice(2);
const nc = await connect({ servers: url });
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const clients = new Set<WebSocket>();
server.on('connection', (client) => {
  clients.add(client);
  client.on('close', () => clients.delete(client));
});
nc.subscribe(subject, {
  callback: (_error, message) => {
    if (Buffer.from(message.data.buffer, message.data.byteOffset).readUInt32LE(8) % Number(every) !== 0) return;
    for (const client of clients) client.send(message.data);
  },
});
server.on('listening', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
