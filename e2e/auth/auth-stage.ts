/** People's half of the platform with a market: the simulator beside it, and market-feed on a token of auth. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { marketFeed, migrate } from '@vega/market-feed';
import { runService } from '@vega/platform';
import { stateFolder } from '@vega/testkit';
import { startBrokerStage, type BrokerStage } from '@vega/testkit/stage';
import { startAuthDoors, type AuthDoors } from './auth-doors.ts';
import type { BrokerApp } from './person.ts';

export interface AuthStage extends AuthDoors {
  readonly broker: BrokerStage;
  /** Address of the gateway. */
  readonly gateway: string;
  readonly apps: readonly BrokerApp[];
  /** Sets the wall clock of every service and of the simulator. */
  moveTo(epochMs: number): Promise<void>;
}

/** Starts it at an instant, with an open market. */
export async function startAuthStage(startMs: number): Promise<AuthStage> {
  const parent = process.env['VEGA_TEST_FOLDER'] ?? join(stateFolder(), 'test-runs');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'auth-'));
  const broker = await startBrokerStage({ folder });
  const doors = await startAuthDoors({ startMs, simulator: broker.url });
  const moveTo = async (epochMs: number): Promise<void> => {
    const offsetMs = Math.round(doors.clock.moveTo(epochMs));
    await broker.clearFaults();
    await broker.fault({ kind: 'clock-shift', offsetMs });
  };
  await moveTo(startMs);
  await migrate({ VEGA_POSTGRES_URL: doors.environment['VEGA_POSTGRES_URL'], VEGA_LOG_LEVEL: 'silent' });
  await doors.run((run) => runService(marketFeed, run));
  return {
    ...doors,
    broker,
    gateway: doors.gateways[0] ?? '',
    apps: await appsOf(broker.url),
    moveTo,
    async stop() {
      await doors.stop();
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The simulator's own apps, each with the customer who owns it. */
async function appsOf(simulator: string): Promise<BrokerApp[]> {
  const { apps, users } = (await (await fetch(`${simulator}/sim/apps`)).json()) as {
    apps: { client_id: string; client_secret: string; owner_user_id: string; multi_client: boolean }[];
    users: { user_id: string; pin: string }[];
  };
  return apps
    .filter(({ multi_client }) => !multi_client)
    .map(({ client_id: clientId, client_secret: clientSecret, owner_user_id: customer }) => {
      const pin = users.find(({ user_id }) => user_id === customer)?.pin ?? '';
      return { clientId, clientSecret, customer, pin, simulator };
    });
}
