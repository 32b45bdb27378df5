/** Auth and gateways in this process over real servers, with a wall clock that a test sets: people's half of the platform. */
import { randomBytes } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { auth, migrate } from '@vega/auth';
import { gatewayService } from '@vega/gateway';
import { runService, type RunningService } from '@vega/platform';
import { eventually, freePort, testDatabase, testNats, testRedis } from '@vega/testkit';
import pg from 'pg';
import { Person } from './person.ts';
import { SteppedClock } from './stepped-clock.ts';

/** Begins a service with what it is given. */
type Begin = (run: NonNullable<Parameters<typeof runService>[1]>) => Promise<RunningService>;

export interface AuthDoors {
  readonly clock: SteppedClock;
  /** Addresses of the gateways. */
  readonly gateways: readonly string[];
  readonly nc: NatsConnection;
  readonly db: pg.Client;
  /** Codes with which a service wanted to end its process. */
  readonly exits: number[];
  /** What every service of the platform is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs one more service under the same clock; it ends before the others. */
  run(begin: Begin): Promise<void>;
  /** Registers somebody and signs them in at the first gateway. */
  newPerson(email: string): Promise<Person>;
  stop(): Promise<void>;
}

/** Starts them at an instant; resolves when every gateway knows the keys of auth. */
export async function startAuthDoors(asked: {
  readonly startMs: number;
  readonly gateways?: number;
  readonly simulator?: string;
}): Promise<AuthDoors> {
  const [nats, database, redis] = await Promise.all([testNats(), testDatabase(), testRedis()]);
  const ports = await Promise.all(Array.from({ length: asked.gateways ?? 1 }, () => freePort()));
  const gateways = ports.map((port) => `http://127.0.0.1:${port}`);
  const clock = new SteppedClock(asked.startMs);
  const environment = {
    VEGA_NATS_URL: nats.url,
    VEGA_POSTGRES_URL: database.url,
    VEGA_REDIS_URL: redis.url,
    VEGA_LOG_LEVEL: process.env['VEGA_TEST_LOG_LEVEL'] ?? 'silent',
    ...(asked.simulator === undefined
      ? { VEGA_UPSTOX_ENV: 'live' }
      : { VEGA_UPSTOX_ENV: 'simulator', VEGA_UPSTOX_SIM_URL: asked.simulator }),
  };
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  const exits: number[] = [];
  const services: RunningService[] = [];
  const start = async (begin: Begin, more: Record<string, string>): Promise<void> => {
    const exit = (code: number): void => void exits.push(code);
    services.push(await begin({ clock, exit, environment: { ...environment, ...more } }));
  };
  await start((run) => runService(auth, run), {
    VEGA_PUBLIC_URL: gateways[0] ?? '',
    VEGA_AUTH_REGISTRATION: 'open',
    VEGA_VAULT_KEYS: `stage:${randomBytes(32).toString('base64')}`,
  });
  for (const port of ports) {
    await start((run) => runService(gatewayService, run), { VEGA_HTTP_PORT: String(port), VEGA_GRPC_PORT: '0' });
  }
  for (const gateway of gateways) {
    await eventually(async () => (await fetch(`${gateway}/api/v1/auth/jwks.json`)).ok, {
      withinMs: 60_000,
      what: 'a gateway that knows the keys of auth',
    });
  }
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  return {
    clock,
    gateways,
    nc,
    db,
    exits,
    environment,
    run: (begin) => start(begin, {}),
    newPerson: (email) => Person.join(gateways[0] ?? '', email),
    async stop() {
      for (const service of services.reverse()) await service.drain();
      await Promise.all([nc.close(), db.end()]);
      await Promise.all([nats.close(), database.close(), redis.close()]);
    },
  };
}
