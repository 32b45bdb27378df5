import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  OrderIntent,
  orderSubmit,
  OrderProduct,
  OrderPurpose,
  OrderSide,
  ordersRpc,
  OrderType,
  OrderValidity,
  type Order,
  type OrderEvent,
  type RpcContract,
  type SubmitReply,
} from '@vega/contracts';
import {
  connectBus,
  createLogger,
  createMetrics,
  createRpcClient,
  runService,
  type Bus,
  type RpcClient,
  type RunningService,
} from '@vega/platform';
import { eventually, testDatabase, testNats, type OwnServer, type TestResource } from '@vega/testkit';
import {
  startBrokerStage,
  startPlatformStage,
  type BrokerStage,
  type BrokerUser,
  type PlatformStage,
  type StagedInstrument,
} from '@vega/testkit/stage';
import { orderIdOf } from '@vega/trading';
import { migrate } from '../src/migrate.ts';
import { orders } from '../src/orders.ts';

export const ALICE = 'usr_alice';
export const BOB = 'usr_bob';
export const ACCOUNT = 'acc_alice';
export const OTHER_ACCOUNT = 'acc_bob';

/** A whole order path on real servers, with one or more replicas of orders in this process. */
export interface OrdersStage {
  readonly broker: BrokerStage;
  readonly platform: PlatformStage;
  readonly users: readonly BrokerUser[];
  readonly rpc: RpcClient;
  readonly postgresUrl: string;
  /** A NIFTY call near the money and its last price on the grid, paise. */
  readonly call: StagedInstrument;
  price(): Promise<number>;
  start(environment?: Readonly<Record<string, string>>): Promise<RunningService>;
  intent(change?: Partial<OrderIntent>): OrderIntent;
  submit(intent: OrderIntent, principal?: string): Promise<SubmitReply>;
  ask<Req, Res>(contract: RpcContract<Req, Res>, request: Req, principal?: string): Promise<Res>;
  order(orderId: string): Promise<Order>;
  timeline(orderId: string): Promise<readonly OrderEvent[]>;
  close(): Promise<void>;
}

let made = 0;

export async function startOrdersStage(): Promise<OrdersStage> {
  const folder = mkdtempSync(join(tmpdir(), 'vega-orders-'));
  const [nats, database, broker] = await Promise.all<[Promise<OwnServer>, Promise<TestResource>, Promise<BrokerStage>]>(
    [testNats(), testDatabase(), startBrokerStage({ folder })] as never,
  );
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  const users = await Promise.all([broker.user(0), broker.user(1)]);
  const platform = await startPlatformStage({
    natsUrl: nats.url,
    broker,
    accounts: [
      { accountId: ACCOUNT, userId: ALICE, user: users[0] as BrokerUser },
      { accountId: OTHER_ACCOUNT, userId: BOB, user: users[1] as BrokerUser },
    ],
  });
  const logger = createLogger({ service: 'orders-test', replica: 'test', level: 'silent' });
  const bus: Bus = await connectBus({ url: nats.url, name: 'orders-test', logger, onFatal: () => undefined });
  const rpc = createRpcClient(bus, createMetrics('orders-test'));
  const call = await nearTheMoney(broker, users[0] as BrokerUser);
  const running: RunningService[] = [];
  const token = platform.token(ALICE);
  const price = async (): Promise<number> => {
    const path = `/v2/market-quote/ltp?instrument_key=${encodeURIComponent(call.instrument_key)}`;
    const { data } = await broker.get(users[0] as BrokerUser, path);
    const [quote] = Object.values(data as Record<string, { last_price: number }>);
    return Math.round((quote?.last_price ?? 0) * 20) * 5;
  };
  const last = await price();
  const ask: OrdersStage['ask'] = (contract, request, principal = token) => rpc.call(contract, request, { principal });
  return {
    broker,
    platform,
    users,
    rpc,
    postgresUrl: database.url,
    call,
    price,
    ask,
    async start(environment = {}) {
      const service = await runService(orders, {
        environment: {
          VEGA_NATS_URL: nats.url,
          VEGA_POSTGRES_URL: database.url,
          VEGA_UPSTOX_SIM_URL: broker.url,
          VEGA_LOG_LEVEL: process.env['ORDERS_LOG'] ?? 'silent',
          VEGA_ORDERS_LEASE_MS: '1500',
          VEGA_ORDERS_QUARANTINE_MS: '2500',
          VEGA_ORDERS_REQUEST_TIMEOUT_MS: '1500',
          VEGA_ORDERS_RECONCILE_MS: '500',
          VEGA_ORDERS_DOUBT_RECONCILE_MS: '200',
          VEGA_ORDERS_PANIC_SECRET: 'a secret of the panic door',
          ...environment,
        },
        exit: () => undefined,
      });
      running.push(service);
      await eventually(
        async () => {
          const status = await ask(ordersRpc.getWriter, { accountId: ACCOUNT });
          return status.reconciledAtMs > 0 && status.marketTimeMs > 0;
        },
        { withinMs: 30_000, everyMs: 50, what: 'a writer that has reconciled' },
      );
      return service;
    },
    intent(change = {}) {
      made += 1;
      return OrderIntent.create({
        orderId: orderIdOf('test', String(process.pid), String(made)),
        accountId: ACCOUNT,
        instrumentKey: call.instrument_key,
        side: OrderSide.BUY,
        quantity: call.lot_size,
        product: OrderProduct.DELIVERY,
        orderType: OrderType.LIMIT,
        // Below the market: it rests.
        pricePaise: Math.max(5, Math.floor((last * 0.8) / 5) * 5 - 5 * (made % 40)),
        validity: OrderValidity.DAY,
        purpose: OrderPurpose.ENTRY,
        validUntilMs: Math.round(platform.marketNow() + 20_000),
        ...change,
      });
    },
    submit: (intent, principal = token) => rpc.call(orderSubmit(intent.accountId), intent, { principal }),
    async order(orderId) {
      const { order } = await ask(ordersRpc.getOrder, { orderId, accountId: '' });
      if (order === undefined) throw new Error('no order');
      return order;
    },
    timeline: async (orderId) => (await ask(ordersRpc.getTimeline, { orderId, accountId: '' })).events,
    async close() {
      for (const service of running) await service.drain().catch(() => undefined);
      await bus.close();
      await platform.close();
      await broker.stop();
      await nats.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function nearTheMoney(broker: BrokerStage, user: BrokerUser): Promise<StagedInstrument> {
  const index = 'NSE_INDEX|Nifty 50';
  const { data } = await broker.get(user, `/v2/market-quote/ltp?instrument_key=${encodeURIComponent(index)}`);
  const spot = Object.values(data as Record<string, { last_price: number }>)[0]?.last_price ?? 0;
  const calls = (await broker.instruments())
    .filter((one) => one.underlying_key === index && one.instrument_type === 'CE')
    .sort((a, b) => (a.expiry ?? 0) - (b.expiry ?? 0));
  const expiry = [...new Set(calls.map((one) => one.expiry))][1];
  const [nearest] = calls
    .filter((one) => one.expiry === expiry)
    .sort((a, b) => Math.abs((a.strike_price ?? 0) - spot) - Math.abs((b.strike_price ?? 0) - spot));
  if (nearest === undefined) throw new Error('the simulator lists no NIFTY call');
  return nearest;
}
