import { Module, type DynamicModule } from '@nestjs/common';
import { KillSwitch, STREAMS, subjects } from '@vega/contracts';
import { jetstream } from '@nats-io/jetstream';
import {
  createBrokerAccounts,
  createBrokerTokens,
  createPrincipalVerifier,
  ensureStreams,
  type ServiceContext,
} from '@vega/platform';
import { UPSTOX_ORDER_RATES, type OrderRateLimits } from '@vega/trading';
import { openPanicDoor } from './adapters/http/panic-door.ts';
import { openMarketFacts } from './adapters/nats/nats-market-source.ts';
import { OutboxAnnouncer } from './adapters/nats/outbox-announcer.ts';
import { NatsWriterDoors } from './adapters/nats/writer-doors.ts';
import { createPool } from './adapters/pg/pool.ts';
import { PgOrderQueries } from './adapters/pg/pg-order-queries.ts';
import { PgOrderStore } from './adapters/pg/pg-order-store.ts';
import { PgRiskStore } from './adapters/pg/pg-risk-store.ts';
import { ACCOUNT_ACCESS, AccountAccess } from './adapters/rpc/account-access.ts';
import { MARKET_DATE, marketDate, OrdersController } from './adapters/rpc/orders.controller.ts';
import { RISK_PARTS, RiskController, type RiskParts } from './adapters/rpc/risk.controller.ts';
import { connectAccount } from './adapters/upstox/connect-account.ts';
import { brokerSwitches, quoteCosts } from './adapters/upstox/broker-services.ts';
import { KillSwitches } from './app/kill-switches.ts';
import { RiskDesk } from './app/risk-desk.ts';
import { createWriterMetrics } from './app/writer-metrics.ts';
import { registerWriterGauges } from './app/writer-gauges.ts';
import { Writers } from './app/writers.ts';
import type { OrdersConfig } from './config.ts';

/** Switches are read again this often besides being told, milliseconds. */
const DESK_REFRESH_MS = 2_000;

/** The service as one Nest module; the only file that knows every room of it. */
@Module({})
export class OrdersModule {
  /** Opens everything in the order in which it leans on each other; it ends in the reverse one. */
  static async open(context: ServiceContext<OrdersConfig>): Promise<DynamicModule> {
    const { config, clock, logger, bus, rpc, metrics, health, replica } = context;
    await ensureStreams(bus, [STREAMS.orderIntents, STREAMS.orderEvents, STREAMS.killSwitches], {
      replicas: config.VEGA_NATS_REPLICAS,
    });
    const database = { url: config.VEGA_POSTGRES_URL, name: replica, logger, statementTimeoutMs: 5_000 };
    const pool = createPool({ ...database, maxConnections: 12 });
    context.onDrain('postgres', () => pool.end());
    // What is published and still in the outbox after a crash of the server is published again, under the same id.
    const outboxPool = createPool({ ...database, maxConnections: 2, durable: false });
    context.onDrain('postgres, outbox', () => outboxPool.end());
    const riskStore = new PgRiskStore(pool);
    const desk = new RiskDesk(riskStore);
    await desk.refresh();
    const market = openMarketFacts(context);
    const accounts = createBrokerAccounts(context);
    const verifier = await createPrincipalVerifier(context);
    const tokens = createBrokerTokens(context);
    const announcer = new OutboxAnnouncer(context, outboxPool);
    context.onDrain('outbox', () => announcer.stop());
    announcer.start();
    const connect = {
      tokens,
      clock,
      logger,
      simulatorUrl: config.VEGA_UPSTOX_SIM_URL,
      orderTimeoutMs: config.VEGA_ORDERS_REQUEST_TIMEOUT_MS,
      readTimeoutMs: config.VEGA_ORDERS_REQUEST_TIMEOUT_MS,
    };
    const writers = new Writers({
      replica,
      clock,
      logger,
      store: new PgOrderStore(pool, { fenced: config.VEGA_ORDERS_SABOTAGE !== 'no-epoch' }),
      accounts: () => accounts.all(),
      account: (accountId) => accounts.get(accountId),
      connect: (account) => connectAccount(account, connect),
      market,
      desk,
      announcer,
      metrics: createWriterMetrics(metrics),
      doors: new NatsWriterDoors(context, verifier, accounts, market, { replica, market, quoteCosts }),
      rates: scaledRates(config.VEGA_ORDERS_RATE_FACTOR),
      leaseTtlMs: config.VEGA_ORDERS_LEASE_MS,
      quarantineMs: config.VEGA_ORDERS_QUARANTINE_MS,
      requestTimeoutMs: config.VEGA_ORDERS_REQUEST_TIMEOUT_MS,
      timings: { everyMs: config.VEGA_ORDERS_RECONCILE_MS, inDoubtEveryMs: config.VEGA_ORDERS_DOUBT_RECONCILE_MS },
      onDefect: context.onDefect,
      sabotage: config.VEGA_ORDERS_SABOTAGE === 'no-epoch' ? undefined : config.VEGA_ORDERS_SABOTAGE,
    });
    registerWriterGauges(metrics, writers, desk, clock);
    health.register({ name: 'postgres', check: () => writers.problem });
    context.onDrain('writers', () => writers.stop());
    const js = jetstream(bus.nc, { timeout: 3_000 });
    const switches = new KillSwitches({
      store: riskStore,
      desk,
      clock,
      tell: (change) => {
        js.publish(subjects.killSwitch(change.scope), KillSwitch.encode(change).finish()).catch((error: unknown) =>
          logger.warn(
            { err: error, scope: change.scope },
            'a kill switch was not told on the bus; it is in the record',
          ),
        );
      },
    });
    followSwitches(context, desk);
    if (config.VEGA_ORDERS_PANIC_SECRET !== undefined) {
      const door = await openPanicDoor({
        host: config.VEGA_ORDERS_HOST,
        port: config.VEGA_ORDERS_PORT,
        secret: config.VEGA_ORDERS_PANIC_SECRET,
        switches,
        logger,
      });
      context.onDrain('panic door', () => door.close());
      logger.info({ port: door.port }, 'the panic door is open');
    }
    writers.start();
    const risk: RiskParts = {
      switches,
      desk,
      store: riskStore,
      brokerSwitches: brokerSwitches((accountId) => accounts.get(accountId), connect),
    };
    return {
      module: OrdersModule,
      controllers: [OrdersController, RiskController],
      providers: [
        { provide: PgOrderQueries, useValue: new PgOrderQueries(pool) },
        { provide: ACCOUNT_ACCESS, useValue: new AccountAccess(verifier, accounts, rpc) },
        { provide: MARKET_DATE, useValue: marketDate(() => market.nowMs(), clock) },
        { provide: RISK_PARTS, useValue: risk },
      ],
    };
  }
}

/** Every process looks at a switch when it is told of it, and now and then without being told. */
function followSwitches(context: ServiceContext<OrdersConfig>, desk: RiskDesk): void {
  const { bus, clock, logger } = context;
  const look = (): void => {
    desk.refresh().catch((error: unknown) => logger.warn({ err: error }, 'switches and limits could not be read'));
  };
  const subscription = bus.nc.subscribe(subjects.allKillSwitches(), { callback: look });
  let timer = clock.after(DESK_REFRESH_MS, again);
  function again(): void {
    look();
    timer = clock.after(DESK_REFRESH_MS, again);
  }
  context.onDrain('kill switches', () => {
    subscription.unsubscribe();
    timer.cancel();
  });
}

function scaledRates(factor: number): OrderRateLimits {
  const scale = (max: number): number => Math.max(1, Math.floor(max * factor));
  const { user, segment, ...rest } = UPSTOX_ORDER_RATES;
  return {
    ...rest,
    user: user.map(({ max, windowMs }) => ({ max: scale(max), windowMs })),
    segment: { ...segment, max: scale(segment.max) },
  };
}
