// The bare second hop: each message of the followed instruments to one WebSocket client, in as many bytes as the gateway writes for a
// quote. Arguments: NATS address, bytes of a message, places of the followed instruments with commas. Prints its port.
import { once } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { WebSocketServer, type WebSocket } from 'ws';
import { bareSubject, STAMP_BYTES } from './bursts.ts';

const [url = '', bytes = '', instruments = ''] = process.argv.slice(2);
const nc = await connect({ servers: url });
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
await once(server, 'listening');
const clients = new Set<WebSocket>();
server.on('connection', (client) => {
  clients.add(client);
  client.on('close', () => clients.delete(client));
});
for (const instrument of instruments.split(',')) {
  nc.subscribe(bareSubject(Number(instrument)), {
    callback: (_error, message) => {
      const out = Buffer.alloc(Number(bytes));
      out.set(message.data.subarray(0, STAMP_BYTES));
      for (const client of clients) client.send(out);
    },
  });
}
await nc.flush();
const address = server.address();
process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
