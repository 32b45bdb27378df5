import { Module, type DynamicModule } from '@nestjs/common';
import { STREAMS } from '@vega/contracts';
import { createPrincipalVerifier, ensureStreams, type ServiceContext } from '@vega/platform';
import { createPool } from './adapters/pg/pool.ts';
import { OutboxPublisher } from './adapters/pg/pg-outbox.ts';
import { AccountsController } from './adapters/rpc/accounts.controller.ts';
import { LoginsController } from './adapters/rpc/logins.controller.ts';
import { PeopleController } from './adapters/rpc/people.controller.ts';
import { ProgramsController } from './adapters/rpc/programs.controller.ts';
import { ServicesController } from './adapters/rpc/services.controller.ts';
import { SimulatorBrowser } from './adapters/upstox/simulator-login.ts';
import { upstoxBrokers } from './adapters/upstox/upstox-broker-door.ts';
import { DemoDesk } from './app/demo-desk.ts';
import { authCounters, registerAccountGauges, registerKeyGauge } from './auth-metrics.ts';
import type { AuthConfig } from './config.ts';
import { Callers } from './adapters/rpc/callers.ts';
import { makeRooms } from './rooms.ts';

/** Injection token of the {@link Rooms}. */
export { ROOMS } from './adapters/rpc/rooms-token.ts';
import { ROOMS } from './adapters/rpc/rooms-token.ts';

/** The service as one Nest module; the only file that knows every room of it. */
@Module({})
export class AuthModule {
  /** Opens database, keys and watches. Rejects when PostgreSQL or the bus cannot be used. */
  static async open(context: ServiceContext<AuthConfig>): Promise<DynamicModule> {
    const { config, clock, logger, bus, metrics, health } = context;
    await ensureStreams(bus, [STREAMS.authState, STREAMS.revocations], { replicas: config.VEGA_NATS_REPLICAS });
    const pool = createPool({ url: config.VEGA_POSTGRES_URL, name: context.replica, logger });
    context.onDrain('postgres', () => pool.end());
    health.register({ name: 'postgres', check: async () => void (await pool.query('SELECT 1')) });
    const outbox = new OutboxPublisher(pool, bus, clock, logger);
    const desk: { demo?: DemoDesk } = {};
    const counters = authCounters(metrics);
    const rooms = makeRooms({
      pool,
      masterKeys: config.VEGA_VAULT_KEYS,
      brokers: upstoxBrokers(config.VEGA_UPSTOX_SIM_URL, clock),
      clock,
      logger,
      isRegistrationOpen: config.VEGA_AUTH_REGISTRATION === 'open',
      onCommit: () => void outbox.flush(),
      ...counters,
      onTokenEnded: (accountId) => desk.demo?.tokenEnded(accountId),
    });
    await rooms.keys.start();
    context.onDrain('signing keys', () => rooms.keys.stop());
    outbox.start();
    context.onDrain('outbox', () => outbox.stop());
    rooms.tokens.start();
    context.onDrain('broker tokens', () => rooms.tokens.stop());
    registerAccountGauges(metrics, rooms.store, clock);
    registerKeyGauge(metrics, rooms.keys, clock);
    const demo = demoOf(context, rooms);
    if (demo !== undefined) {
      desk.demo = demo;
      context.onDrain('demo', () => demo.stop());
      await demo.start();
    }
    // Auth checks callers like any other service, with its own keys at hand.
    const verifier = await createPrincipalVerifier({ ...context, rpc: ownKeys(rooms, clock) });
    return {
      module: AuthModule,
      controllers: [ServicesController, PeopleController, ProgramsController, AccountsController, LoginsController],
      providers: [
        { provide: ROOMS, useValue: rooms },
        { provide: Callers, useValue: new Callers(verifier) },
      ],
    };
  }
}

function demoOf(context: ServiceContext<AuthConfig>, rooms: ReturnType<typeof makeRooms>): DemoDesk | undefined {
  const { config, clock, logger } = context;
  const { VEGA_UPSTOX_SIM_URL: simulator, VEGA_DEMO_EMAIL: email, VEGA_DEMO_PASSWORD: password } = config;
  if (simulator === undefined || email === undefined || password === undefined) return undefined;
  return new DemoDesk({
    ...rooms,
    browser: new SimulatorBrowser(simulator),
    clock,
    logger,
    publicUrl: config.VEGA_PUBLIC_URL,
    email,
    password,
  });
}

/** What other services ask by `get-keys`, answered in process. */
function ownKeys(rooms: ReturnType<typeof makeRooms>, clock: ServiceContext['clock']): ServiceContext['rpc'] {
  const answer = async (): Promise<never> => {
    const atMs = clock.wallNow();
    const revocations = [...(await rooms.store.now.revocations.list(atMs))];
    return { keys: rooms.keys.verificationKeys(), revocations, atMs } as never;
  };
  return { call: () => answer() };
}
