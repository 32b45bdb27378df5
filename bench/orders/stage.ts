// What bench:orders measures on: durable servers, the simulator as the broker behind a wire that tells when an order is on it, orders as a
// process of its own, and beside it the bare parts in another.
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { headers as natsHeaders } from '@nats-io/nats-core';
import {
  OrderIntent,
  OrderProduct,
  OrderPurpose,
  OrderSide,
  ordersRpc,
  orderSubmit,
  OrderType,
  OrderValidity,
} from '@vega/contracts';
import { eventually, startTcpProxy } from '@vega/testkit';
import { startBrokerStage, startPlatformStage } from '@vega/testkit/stage';
import { childIdOf, orderIdOf } from '@vega/trading';
import { startChaosServers } from '../../e2e/orders/chaos-servers.ts';

const ACCOUNT = 'acc_bench';
const OWNER = 'usr_bench';
const ROOT = join(import.meta.dirname, '../..');
const TAGGED = /"tag":"([a-z2-7]{26})"/g;
export const BARE_SUBJECT = 'bench.orders.submit';

/** One way from an intent to the broker's wire. */
export interface OrderPath {
  /** Sends an intent; when it was answered and when its order was heard on the wire, milliseconds after it was sent. */
  send(): Promise<{ readonly answeredMs: number; readonly heardMs: number }>;
}

export interface OrdersBench {
  readonly ours: OrderPath;
  readonly bare: OrderPath;
  /** Commits a second of the bare statement, one after the other on one connection. */
  commitsPerSecond(count: number): Promise<number>;
  close(): Promise<void>;
}

export async function startOrdersBench(folder: string): Promise<OrdersBench> {
  mkdirSync(folder, { recursive: true });
  const [servers, broker] = await Promise.all([startChaosServers(folder), startBrokerStage({ folder })]);
  const user = await broker.user(0);
  const heard = new Map<string, (atMs: number) => void>();
  const wire = await startTcpProxy({
    targetPort: Number(new URL(broker.url).port),
    onSent: (piece) => {
      for (const [, tag = ''] of piece.toString('latin1').matchAll(TAGGED)) heard.get(tag)?.(performance.now());
    },
  });
  const platform = await startPlatformStage({
    natsUrl: servers.natsUrl,
    broker,
    accounts: [{ accountId: ACCOUNT, userId: OWNER, user }],
  });
  const brokerUrl = `http://127.0.0.1:${wire.port}`;
  const environment = {
    VEGA_NATS_URL: servers.natsUrl,
    VEGA_POSTGRES_URL: servers.postgresUrl,
    VEGA_UPSTOX_SIM_URL: brokerUrl,
    VEGA_LOG_LEVEL: 'silent',
    VEGA_ORDERS_RATE_FACTOR: '10000',
  };
  const migrated = start('services/orders/dist/migrate.js', [], environment);
  await once(migrated, 'exit');
  const orders = start('services/orders/dist/main.js', [], environment);
  const parts = start('bench/bare/order-parts.ts', [servers.natsUrl, servers.postgresUrl, brokerUrl, user.token], {});
  await once(parts.stdout as NodeJS.ReadableStream, 'data');
  const { nc } = platform;
  const ask = async (subject: string, payload: Uint8Array): Promise<Uint8Array> => {
    const headers = natsHeaders();
    headers.set('Vega-Principal', token);
    const reply = await nc.request(subject, payload, { timeout: 10_000, headers });
    const code = reply.headers?.get('Nats-Service-Error-Code');
    if (code) throw new Error(code);
    return reply.data;
  };
  const token = platform.token(OWNER);
  await eventually(
    async () => {
      const { subject, request, response } = ordersRpc.getWriter;
      const writer = response.decode(await ask(subject, request.encode({ accountId: ACCOUNT }).finish()));
      return writer.reconciledAtMs > 0 && writer.marketTimeMs > 0;
    },
    { withinMs: 60_000, everyMs: 100, what: 'a writer' },
  );
  await openLimits(ask);
  const call = (await broker.instruments()).filter(
    (one) => one.underlying_key === 'NSE_INDEX|Nifty 50' && one.instrument_type === 'CE',
  )[40];
  if (call === undefined) throw new Error('nothing to trade');
  let made = 0;
  const intent = (): OrderIntent => {
    made += 1;
    return OrderIntent.create({
      orderId: orderIdOf('bench', String(made)),
      accountId: ACCOUNT,
      instrumentKey: call.instrument_key,
      side: OrderSide.BUY,
      quantity: call.lot_size,
      product: OrderProduct.DELIVERY,
      orderType: OrderType.LIMIT,
      pricePaise: 5 * (1 + (made % 10)),
      validity: OrderValidity.DAY,
      purpose: OrderPurpose.ENTRY,
      validUntilMs: platform.marketNow() + 60_000,
    });
  };
  const path = (subject: string, isFine: (reply: Uint8Array) => boolean): OrderPath => ({
    async send() {
      const wanted = intent();
      const tag = childIdOf(wanted.orderId as never, 0);
      const payload = OrderIntent.encode(wanted).finish();
      const started = performance.now();
      const arrives = new Promise<number>((resolve) => heard.set(tag, resolve));
      const reply = await ask(subject, payload);
      const answeredMs = performance.now() - started;
      if (!isFine(reply)) throw new Error('the intent was not accepted');
      const heardMs = (await arrives) - started;
      heard.delete(tag);
      return { answeredMs, heardMs };
    },
  });
  const submit = orderSubmit(ACCOUNT);
  return {
    ours: path(submit.subject, (reply) => submit.response.decode(reply).result?.$case === 'accepted'),
    bare: path(BARE_SUBJECT, () => true),
    async commitsPerSecond(count) {
      const reply = await nc.request('bench.orders.commits', String(count), { timeout: 60_000 });
      return Number(reply.string());
    },
    async close() {
      for (const child of [orders, parts]) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      await platform.close();
      await wire.close();
      await broker.stop();
      await servers.stop();
    },
  };
}

async function openLimits(ask: (subject: string, payload: Uint8Array) => Promise<Uint8Array>): Promise<void> {
  const limits = {
    accountId: ACCOUNT,
    strategy: '',
    maxPriceDistanceBp: 100_000,
    duplicateWindowMs: 0,
    maxOpenOrders: 1_000_000,
    maxOrdersPerSecond: 1_000_000,
    maxOrdersPerDay: 1_000_000,
    allowedInstruments: [],
    allowedProducts: [],
    revision: 0,
    changedBy: '',
    changedAtMs: 0,
  };
  const { subject, request } = ordersRpc.setLimits;
  await ask(subject, request.encode({ limits }).finish());
}

function start(file: string, args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const isSource = file.endsWith('.ts');
  const options = isSource ? ['--no-warnings', '--experimental-transform-types'] : [];
  return spawn(process.execPath, [...options, join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...environment },
  });
}
