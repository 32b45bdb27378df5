import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { ChainUpdate, subjects } from '@vega/contracts';
import { createMetrics, createRpcClient, type RpcClient } from '@vega/platform';
import {
  eventually,
  freePorts,
  projectRoot,
  runCommand,
  startProcess,
  stateFolder,
  testDatabase,
  testNats,
  testRedis,
  withLock,
  type ManagedProcess,
  type OwnServer,
  type TestResource,
} from '@vega/testkit';
import { migrate } from '../src/migrate.ts';
import { MarketFeedStandIn } from './market-feed-stand-in.ts';

/** The platform around replicas of options, and what an outsider sees of them. */
export interface Surroundings {
  readonly nats: OwnServer;
  readonly redis: TestResource;
  readonly database: TestResource;
  readonly feed: MarketFeedStandIn;
  readonly nc: NatsConnection;
  readonly rpc: RpcClient;
  /** Every update published since the start, in order. */
  readonly updates: ChainUpdate[];
  /** Starts a process of the service; resolves when it is ready. */
  launch(replica: string, environment?: Record<string, string>): Promise<ManagedProcess>;
  close(): Promise<void>;
}

/** Starts servers, a stand-in for market-feed, and the schema. */
export async function surroundings(): Promise<Surroundings> {
  const root = projectRoot();
  await withLock(join(stateFolder(root), 'build.lock'), 300_000, async () => {
    const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
    const built = await runCommand(process.execPath, [compiler, '-b', join(root, 'services/options')], {
      timeoutMs: 240_000,
    });
    if (built.code !== 0) throw new Error(`options does not build: ${built.stdout}${built.stderr}`);
  });
  const [nats, redis, database] = await Promise.all([testNats(), testRedis(), testDatabase()]);
  await migrate({ VEGA_POSTGRES_URL: database.url, VEGA_LOG_LEVEL: 'silent' });
  const feed = await MarketFeedStandIn.start(nats.url);
  const nc = await connect({ servers: nats.url });
  const updates: ChainUpdate[] = [];
  nc.subscribe(subjects.chains(), {
    callback: (_error, message) => void updates.push(ChainUpdate.decode(message.data)),
  });
  await nc.flush();
  const rpc = createRpcClient(
    { nc, isConnected: () => !nc.isClosed(), close: () => nc.close() },
    createMetrics('spec'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'vega-options-'));
  const running: ManagedProcess[] = [];
  return {
    nats,
    redis,
    database,
    feed,
    nc,
    rpc,
    updates,
    async launch(replica, environment = {}) {
      const [ops] = await freePorts(1);
      const started = await startProcess({
        name: replica,
        command: process.execPath,
        args: [join(root, 'services/options/dist/main.js')],
        logFile: join(folder, `${replica}.log`),
        env: {
          PATH: process.env['PATH'],
          VEGA_NATS_URL: nats.url,
          VEGA_REDIS_URL: redis.url,
          VEGA_POSTGRES_URL: database.url,
          VEGA_REPLICA: replica,
          VEGA_OPS_PORT: String(ops),
          VEGA_LOG_LEVEL: 'warn',
          VEGA_OPTIONS_BEAT_MS: '200',
          VEGA_OPTIONS_DEAD_MS: '1500',
          VEGA_OPTIONS_ALWAYS: 'NIFTY:1,BANKNIFTY:1',
          ...environment,
        },
      });
      running.push(started);
      await eventually(
        async () => {
          if (started.end() !== undefined) throw new Error(`it ended: ${readFileSync(started.logFile, 'utf8')}`);
          return (await fetch(`http://127.0.0.1:${ops}/health/ready`)).ok;
        },
        { withinMs: 90_000, everyMs: 100, what: `${replica} ready` },
      );
      return started;
    },
    async close() {
      for (const one of running) {
        const end = one.end();
        // One that ended by itself has said why.
        if (end !== undefined && end.signal === null) process.stderr.write(readFileSync(one.logFile, 'utf8'));
        one.kill('SIGKILL');
        await one.ended;
      }
      await feed.close();
      await nc.close();
      await Promise.all([nats.close(), redis.close(), database.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
