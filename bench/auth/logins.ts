// Logins per second at the real auth over real servers, against the argon2id hashes per second that this machine can do.
import { randomBytes } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { auth, migrate } from '@vega/auth';
import { authPeopleRpc } from '@vega/contracts';
import { createMetrics, createRpcClient, runService, type RpcClient } from '@vega/platform';
import { bareHashes } from '../bare/argon2.ts';
import { alternate, median, percentile, type BenchResult } from '../measure.ts';

/** Hashes that auth lets run at once. */
const AT_ONCE = 4;
/** People who sign in at the same time; more than hashes run, so that auth is never idle. */
const PEOPLE = 8;
const PASSWORD = 'gravel-lantern-42-quorum';

/** Measures it on servers that are given. */
export async function benchLogins(
  servers: { readonly nats: string; readonly postgres: string },
  size: { readonly rounds: number; readonly roundMs: number },
): Promise<BenchResult> {
  await migrate({ VEGA_POSTGRES_URL: servers.postgres, VEGA_LOG_LEVEL: 'warn' });
  const service = await runService(auth, {
    environment: {
      VEGA_NATS_URL: servers.nats,
      VEGA_POSTGRES_URL: servers.postgres,
      VEGA_VAULT_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      VEGA_UPSTOX_ENV: 'live',
      VEGA_PUBLIC_URL: 'https://vega.invalid',
      VEGA_AUTH_REGISTRATION: 'open',
      VEGA_LOG_LEVEL: 'warn',
    },
    exit: (code) => {
      throw new Error(`auth wanted to end with ${code}`);
    },
  });
  const nc = await connect({ servers: servers.nats });
  const rpc = createRpcClient(
    { nc, isConnected: () => !nc.isClosed(), close: () => nc.close() },
    createMetrics('bench'),
  );
  try {
    const people = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => register(rpc, n)));
    const latencies: number[] = [];
    const ours = (): Promise<number> => logins(rpc, people, size.roundMs, latencies);
    await ours();
    latencies.length = 0;
    const seen = await alternate(size.rounds, ours, () => bareHashes(size.roundMs, AT_ONCE));
    return {
      name: 'auth-login',
      figures: {
        loginsPerSecond: Number(median(seen.ours).toFixed(1)),
        bareHashesPerSecond: Number(median(seen.bare).toFixed(1)),
        p50Ms: Number(percentile(latencies, 0.5).toFixed(1)),
        p99Ms: Number(percentile(latencies, 0.99).toFixed(1)),
        peopleAtOnce: PEOPLE,
      },
      ratio: Number(seen.ratio.toFixed(2)),
      aim: '>= 0.6 of bare argon2id',
      holds: seen.ratio >= 0.6,
    };
  } finally {
    await nc.close();
    await service.drain();
  }
}

/** Somebody at an address of their own. */
interface Someone {
  readonly email: string;
  readonly client: { address: string; userAgent: string; deviceToken: string };
}

async function register(rpc: RpcClient, n: number): Promise<Someone> {
  const email = `bench-${n}@example.invalid`;
  const client = { address: `198.51.100.${n + 1}`, userAgent: 'bench', deviceToken: '' };
  await rpc.call(authPeopleRpc.register, { email, password: PASSWORD, client });
  return { email, client };
}

async function logins(rpc: RpcClient, people: readonly Someone[], roundMs: number, latencies: number[]) {
  const start = performance.now();
  let done = 0;
  const run = async ({ email, client }: Someone): Promise<void> => {
    while (performance.now() - start < roundMs) {
      const begun = performance.now();
      await rpc.call(authPeopleRpc.login, { email, password: PASSWORD, secondFactor: '', client });
      latencies.push(performance.now() - begun);
      done += 1;
    }
  };
  await Promise.all(people.map(run));
  return (done / (performance.now() - start)) * 1_000;
}
