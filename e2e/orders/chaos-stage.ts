/** What a chaos run plays on: real servers, the simulator as the broker, and two replicas of orders behind wires of their own. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { headers as natsHeaders } from '@nats-io/nats-core';
import { ErrorDetail, ordersRpc, type RpcContract } from '@vega/contracts';
import { eventually, projectRoot, runCommand, stateFolder } from '@vega/testkit';
import {
  startBrokerStage,
  startPlatformStage,
  type BrokerStage,
  type BrokerUser,
  type PlatformStage,
} from '@vega/testkit/stage';
import { startReplicas, type ReplicaPlan, type Replicas } from './chaos-replicas.ts';
import { startChaosServers, type ChaosServers } from './chaos-servers.ts';

/** An account, whose it is, and the user of the broker behind it. */
export interface ChaosAccount {
  readonly accountId: string;
  readonly userId: string;
  readonly user: BrokerUser;
}

export interface ChaosStage {
  readonly folder: string;
  readonly servers: ChaosServers;
  readonly broker: BrokerStage;
  readonly platform: PlatformStage;
  readonly replicas: Replicas;
  readonly accounts: readonly ChaosAccount[];
  /** Asks orders as the owner of an account. Throws {@link Refused} with the code of a refusal. */
  ask<Req, Res>(account: ChaosAccount, contract: RpcContract<Req, Res>, request: Req, timeoutMs?: number): Promise<Res>;
  /** Waits until each account's writer has read the broker's books after a moment (wall ms). */
  writersAreReady(sinceMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** A refusal of the service, with its code. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export async function startChaosStage(options: {
  readonly accounts: number;
  readonly plan: ReplicaPlan;
}): Promise<ChaosStage> {
  const parent = process.env['VEGA_TEST_FOLDER'] ?? join(stateFolder(), 'test-runs');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'chaos-'));
  const closing: (() => Promise<void>)[] = [async () => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const end of closing.reverse().splice(0)) await end();
  };
  try {
    const [servers, broker] = await Promise.all([startChaosServers(folder), startBrokerStage({ folder }), build()]);
    closing.push(() => servers.stop());
    closing.push(() => broker.stop());
    await migrate(servers.postgresUrl);
    const accounts = await Promise.all(
      Array.from({ length: options.accounts }, async (_, n) => ({
        accountId: `acc_chaos${n + 1}`,
        userId: `usr_chaos${n + 1}`,
        user: await broker.user(n),
      })),
    );
    const platform = await startPlatformStage({ natsUrl: servers.natsUrl, broker, accounts });
    closing.push(() => platform.close());
    const replicas = await startReplicas({
      folder,
      names: ['orders-a', 'orders-b'],
      ports: {
        postgres: servers.port('postgres'),
        nats: servers.port('nats'),
        broker: Number(new URL(broker.url).port),
      },
      plan: options.plan,
    });
    closing.push(() => replicas.close());
    const ask = asker(platform);
    return {
      folder,
      servers,
      broker,
      platform,
      replicas,
      accounts,
      ask,
      writersAreReady: (sinceMs = 0) => writersAreReady(ask, accounts, sinceMs),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function removeFolder(folder: string): void {
  if (process.env['VEGA_CHAOS_KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
}

async function build(): Promise<void> {
  const root = projectRoot();
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const built = await runCommand(process.execPath, [compiler, '-b', join(root, 'services/orders/tsconfig.json')], {
    timeoutMs: 300_000,
  });
  if (built.code !== 0) throw new Error(`orders does not build: ${built.stdout}${built.stderr}`);
}

async function migrate(postgresUrl: string): Promise<void> {
  const migrated = await runCommand(process.execPath, [join(projectRoot(), 'services/orders/dist/migrate.js')], {
    timeoutMs: 60_000,
    env: { ...process.env, VEGA_POSTGRES_URL: postgresUrl, VEGA_LOG_LEVEL: 'warn' },
  });
  if (migrated.code !== 0) throw new Error(`the migration failed: ${migrated.stderr}`);
}

function asker({ nc, token }: PlatformStage): ChaosStage['ask'] {
  return async (account, contract, request, timeoutMs = 2_000) => {
    const headers = natsHeaders();
    headers.set('Vega-Principal', token(account.userId));
    const payload = contract.request.encode(request).finish();
    const reply = await nc.request(contract.subject, payload, { timeout: timeoutMs, headers });
    const code = reply.headers?.get('Nats-Service-Error-Code');
    if (code) throw new Refused(code, ErrorDetail.decode(reply.data).message);
    return contract.response.decode(reply.data);
  };
}

async function writersAreReady(
  ask: ChaosStage['ask'],
  accounts: readonly ChaosAccount[],
  sinceMs: number,
): Promise<void> {
  await Promise.all(
    accounts.map((account) =>
      eventually(
        async () => {
          const { accountId } = account;
          const writer = await ask(account, ordersRpc.getWriter, { accountId }, 1_000);
          return writer.reconciledAtMs > sinceMs && writer.marketTimeMs > 0;
        },
        { withinMs: 120_000, everyMs: 100, what: `a writer of ${account.accountId} that has reconciled` },
      ),
    ),
  );
}
