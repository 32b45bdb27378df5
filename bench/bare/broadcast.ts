// The bare fan-out of bench:gateway: `ws` sends every client the same frame, of each tick by itself or of what changed within some time.
// Arguments: NATS address, instrument keys as JSON, the JSON of one quote with received_at_ms of thirteen digits, milliseconds between
// two frames (0: each tick).
import { connect } from '@nats-io/transport-node';
import { subjects } from '@vega/contracts';
import { instrumentKey } from '@vega/kernel';
import { WebSocketServer, type WebSocket } from 'ws';

const [natsUrl = '', keysText = '[]', sample = '', flushText = '0'] = process.argv.slice(2);
const flushMs = Number(flushText);
const nc = await connect({ servers: natsUrl });
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const clients = new Set<WebSocket>();
server.on('connection', (client) => {
  clients.add(client);
  client.on('close', () => clients.delete(client));
  client.send('{"type":"ready"}');
});
const [before = '', after = ''] = sample.split(/(?<="received_at_ms":)\d{13}/);
const changed = new Map<string, number>();
for (const key of JSON.parse(keysText) as string[]) {
  const callback = (): void => {
    changed.set(key, Date.now());
    if (flushMs === 0) broadcast();
  };
  nc.subscribe(subjects.tick(instrumentKey(key)), { callback });
}
if (flushMs > 0) setInterval(broadcast, flushMs);

function broadcast(): void {
  if (changed.size === 0) return;
  const quotes = [...changed.values()].map((atMs) => `${before}${atMs}${after}`).join(',');
  changed.clear();
  const head = `{"type":"quotes","time_ms":${Date.now()},"subscriptions":[{"subscription":"quotes","seq":1,"snapshot":false,"quotes":[`;
  const frame = Buffer.from(`${head}${quotes}]}]}`);
  for (const client of clients) client.send(frame, { binary: false });
}

server.on('listening', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit());
