// The bare parts of an order's way: a request on NATS, one Postgres statement that writes as many bytes to as many rows and is durable, the
// answer, and one HTTP request of the same bytes to the broker. Arguments: NATS address, Postgres address, broker's address, broker's token.
import http from 'node:http';
import { connect } from '@nats-io/transport-node';
import { OrderIntent } from '@vega/contracts';
import { childIdOf } from '@vega/trading';
import pg from 'pg';

const [natsUrl = '', postgresUrl = '', brokerUrl = '', token = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: postgresUrl, max: 4 });
await pool.query(`
  CREATE SCHEMA bench;
  CREATE TABLE bench.orders (id text PRIMARY KEY, intent bytea NOT NULL, snapshot bytea NOT NULL);
  CREATE TABLE bench.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject text NOT NULL, payload bytea NOT NULL)`);
// A recorded order is about 300 bytes, each of its two events, which hold it, about 400.
const snapshot = Buffer.alloc(300, 1);
const event = Buffer.alloc(400, 2);
const write = (id: string, intent: Uint8Array): Promise<unknown> =>
  pool.query({
    name: 'bare order',
    text: `WITH o AS (INSERT INTO bench.orders (id, intent, snapshot) VALUES ($1, $2, $3))
           INSERT INTO bench.outbox (subject, payload) SELECT * FROM unnest($4::text[], $5::bytea[])`,
    values: [id, Buffer.from(intent), snapshot, ['intent', 'accepted', 'born'], [Buffer.from(intent), event, event]],
  });

const agent = new http.Agent({ keepAlive: true, keepAliveMsecs: 10_000, maxSockets: 32, scheduling: 'lifo' });
const target = new URL('/v3/order/place', brokerUrl);

function place(intent: OrderIntent): void {
  const body = Buffer.from(
    JSON.stringify({
      quantity: intent.quantity,
      product: 'D',
      validity: 'DAY',
      price: intent.pricePaise / 100,
      tag: childIdOf(intent.orderId as never, 0),
      instrument_token: intent.instrumentKey,
      order_type: 'LIMIT',
      transaction_type: 'BUY',
      disclosed_quantity: 0,
      trigger_price: 0,
      is_amo: false,
      slice: false,
    }),
  );
  const headers = {
    Accept: 'application/json',
    'User-Agent': 'bare',
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'Content-Length': body.length,
  };
  http
    .request(target, { method: 'POST', headers, agent }, (response) => {
      if (response.statusCode !== 200) throw new Error(`the broker answered ${response.statusCode}`);
      response.resume();
    })
    .end(body);
}

const nc = await connect({ servers: natsUrl });
nc.subscribe('bench.orders.submit', {
  callback: (_error, message) => {
    const intent = OrderIntent.decode(message.data);
    void write(intent.orderId, message.data).then(() => {
      message.respond(snapshot.subarray(0, 60));
      place(intent);
    });
  },
});
let written = 0;
nc.subscribe('bench.orders.commits', {
  callback: (_error, message) => {
    void (async () => {
      const count = Number(message.string());
      const intent = Buffer.alloc(200, 3);
      const started = performance.now();
      for (let n = 0; n < count; n += 1) {
        written += 1;
        await write(`bare ${written}`, intent);
      }
      message.respond(String((count * 1_000) / (performance.now() - started)));
    })();
  },
});
await nc.flush();
process.stdout.write('ready\n');
