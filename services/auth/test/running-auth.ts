// Auth over a PostgreSQL database, a nats-server and, where wanted, a simulator of the spec's own.
import { randomBytes } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { authPeopleRpc, type ClientFacts, type RpcContract, type UserSession } from '@vega/contracts';
import type { Clock } from '@vega/kernel';
import { createLogger, createMetrics, createRpcClient, runService, type RunningService } from '@vega/platform';
import { testDatabase, testNats, type OwnServer, type TestResource } from '@vega/testkit';
import pg from 'pg';
import { auth } from '../src/auth.ts';
import { migrate } from '../src/migrate.ts';

/** A master key as the configuration takes it. */
export const masterKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

/** A client at an address. */
export const at = (address = '192.0.2.1', deviceToken = ''): ClientFacts => ({
  address,
  userAgent: 'spec',
  deviceToken,
});

/** A password that nobody would guess, for specs. */
export const PASSWORD = 'gravel-lantern-42-quorum';

/** A running auth and how an outsider asks it. */
export interface RunningAuth {
  readonly nats: OwnServer;
  readonly database: TestResource;
  readonly nc: NatsConnection;
  readonly db: pg.Client;
  readonly service: RunningService;
  readonly environment: Record<string, string>;
  readonly exits: number[];
  /** Everything that was logged. */
  readonly logs: string[];
  ask<Req, Res>(contract: RpcContract<Req, Res>, request: Req, principal?: string): Promise<Res>;
  /** Registers a user and signs them in. */
  newUser(email: string, password?: string): Promise<UserSession>;
  login(email: string, password?: string, secondFactor?: string, client?: ClientFacts): Promise<UserSession>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a migrated auth. */
export async function startAuth(environment: Record<string, string> = {}, clock?: Clock): Promise<RunningAuth> {
  const [nats, database] = await Promise.all([testNats(), testDatabase()]);
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  const exits: number[] = [];
  const full = {
    VEGA_NATS_URL: nats.url,
    VEGA_POSTGRES_URL: database.url,
    VEGA_VAULT_KEYS: masterKey('spec1'),
    VEGA_UPSTOX_ENV: 'live',
    VEGA_PUBLIC_URL: 'https://vega.invalid',
    VEGA_AUTH_REGISTRATION: 'open',
    VEGA_LOG_LEVEL: process.env['VEGA_TEST_LOG_LEVEL'] ?? 'silent',
    VEGA_REPLICA: 'auth-under-test',
    ...environment,
  };
  const run = (): Promise<RunningService> =>
    runService(auth, {
      environment: full,
      exit: (code) => exits.push(code),
      ...(clock === undefined ? {} : { clock }),
    });
  let service = await run();
  const bus = { nc, isConnected: () => !nc.isClosed(), close: () => nc.close() };
  const rpc = createRpcClient(bus, createMetrics('spec'));
  const ask: RunningAuth['ask'] = (contract, request, principal) =>
    rpc.call(contract, request, principal === undefined ? {} : { principal });
  const login: RunningAuth['login'] = async (email, password = PASSWORD, secondFactor = '', client = at()) => {
    const { session } = await ask(authPeopleRpc.login, { email, password, secondFactor, client });
    if (session === undefined) throw new Error('the answer has no session');
    return session;
  };
  return {
    nats,
    database,
    nc,
    db,
    get service() {
      return service;
    },
    environment: full,
    exits,
    logs: [],
    ask,
    login,
    async newUser(email, password = PASSWORD) {
      await ask(authPeopleRpc.register, { email, password, client: at() });
      return login(email, password);
    },
    async restart() {
      await service.drain();
      service = await run();
    },
    async stop() {
      await service.drain();
      await Promise.all([nc.close(), db.end()]);
      await Promise.all([nats.close(), database.close()]);
    },
  };
}

/** A logger for parts that specs build themselves. */
export const silent = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });

/** The code of a refusal, or "ok". */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
