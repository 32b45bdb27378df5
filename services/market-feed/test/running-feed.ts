import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { jetstreamManager } from '@nats-io/jetstream';
import { FeedHealth, HealthState, marketFeedRpc, STREAMS, subjects, Tick, type RpcContract } from '@vega/contracts';
import { OperationalError } from '@vega/kernel';
import { createLogger, createMetrics, createRpcClient, runService, type RunningService } from '@vega/platform';
import { eventually, testDatabase, testNats, testRedis, type OwnServer, type TestResource } from '@vega/testkit';
import { marketFeed } from '../src/market-feed.ts';
import { BrokerTokenStandIn } from './broker-token-stand-in.ts';
import { migrate } from '../src/migrate.ts';

/** A tick as a plain subscriber got it. */
export interface Heard {
  readonly subject: string;
  readonly tick: Tick;
  /** As they came. */
  readonly bytes: Uint8Array;
}

/** A market-feed over real servers, and what an outsider sees of it. */
export interface RunningFeed {
  readonly opsUrl: string;
  readonly nats: OwnServer;
  readonly redis: TestResource;
  readonly database: TestResource;
  /** An outsider's own connection. */
  readonly nc: NatsConnection;
  /** Every tick heard since the start, in order. */
  readonly heard: Heard[];
  /** Every health published since the start, in order. */
  readonly healths: FeedHealth[];
  /** Defects that would have ended the process. */
  readonly exits: number[];
  ask<Req, Res>(contract: RpcContract<Req, Res>, request: Req): Promise<Res>;
  health(): Promise<FeedHealth>;
  /** Waits for a state of health; the error tells what it was instead. */
  untilState(state: HealthState, withinMs: number): Promise<FeedHealth>;
  /** The last message of a subject that the status stream keeps. */
  lastOf(subject: string): Promise<Uint8Array | undefined>;
  /** Ends the service in order, as SIGTERM does; {@link start} starts it again over the same servers. */
  drain(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a migrated market-feed against a simulator; resolves when it listens, not yet when it is ready. */
export async function startFeed(simUrl: string, environment: Record<string, string> = {}): Promise<RunningFeed> {
  const [nats, redis, database] = await Promise.all([testNats(), testRedis(), testDatabase()]);
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  const nc = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const heard: Heard[] = [];
  nc.subscribe(subjects.ticksOf(), {
    callback: (_error, message) => {
      heard.push({ subject: message.subject, tick: Tick.decode(message.data), bytes: message.data });
    },
  });
  const healths: FeedHealth[] = [];
  nc.subscribe(subjects.allHealth(), {
    callback: (_error, message) => {
      healths.push(FeedHealth.decode(message.data));
    },
  });
  const tokens = await BrokerTokenStandIn.start(nc, simUrl);
  await nc.flush();
  const exits: number[] = [];
  const run = (): Promise<RunningService> =>
    runService(marketFeed, {
      environment: {
        VEGA_NATS_URL: nats.url,
        VEGA_REDIS_URL: redis.url,
        VEGA_POSTGRES_URL: database.url,
        VEGA_UPSTOX_ENV: 'simulator',
        VEGA_UPSTOX_SIM_URL: simUrl,
        VEGA_REPLICA: 'feed-under-test',
        VEGA_LOG_LEVEL: process.env['VEGA_TEST_LOG_LEVEL'] ?? 'silent',
        ...environment,
      },
      exit: (code) => exits.push(code),
    });
  let service: RunningService | undefined = await run();
  const rpc = createRpcClient(
    { nc, isConnected: () => !nc.isClosed(), close: () => nc.close() },
    createMetrics('spec'),
  );
  const feed: RunningFeed = {
    get opsUrl() {
      return `http://127.0.0.1:${service?.opsPort}`;
    },
    nats,
    redis,
    database,
    nc,
    heard,
    healths,
    exits,
    // On a machine that is busy with other specs an answer may be late once: whoever reads asks again.
    ask: (contract, request) =>
      rpc.call(contract, request).catch((error: unknown) => {
        if (!(error instanceof OperationalError) || error.code !== 'DEADLINE_EXCEEDED') throw error;
        return rpc.call(contract, request);
      }),
    async health() {
      const { health } = await rpc.call(marketFeedRpc.getFeedStatus, {});
      if (health === undefined) throw new Error('the status has no health');
      return health;
    },
    untilState: (state, withinMs) =>
      eventually(
        async () => {
          const health = await feed.health();
          if (health.state === state) return health;
          throw new Error(`state ${health.state}: ${health.reasons.join('; ')}`);
        },
        { withinMs, everyMs: 50, what: `health ${state}` },
      ),
    async lastOf(subject) {
      const manager = await jetstreamManager(nc);
      const message = await manager.streams.getMessage(STREAMS.status.name, { last_by_subj: subject });
      return message?.data;
    },
    async drain() {
      await service?.drain();
      service = undefined;
    },
    async start() {
      service = await run();
    },
    async stop() {
      await feed.drain();
      tokens.stop();
      await nc.close();
      await Promise.all([nats.close(), redis.close(), database.close()]);
    },
  };
  return feed;
}

/** A logger for specs that build parts themselves. */
export const silent = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
