/** The bus of a local stack: its users with keys of their own, and the job that makes its streams. */
import { join } from 'node:path';
import { busUsers, readTeams, TEAMS_FILE } from '../bus/bus-users.ts';
import { busKeys } from '../bus/bus-keys.ts';
import { accountsText, natsAccounts } from '../bus/nats-accounts.ts';

/** Users of a stack's bus and their keys. */
export interface StackBus {
  /** Folder of the seeds, one file per user. */
  readonly folder: string;
  /** For the server that is started here; one that is given has users of its own. */
  readonly natsUsers: { readonly accounts: string; readonly probeSeed: string } | undefined;
  /** What a process of the stack is told of its user; empty for one that is not on the bus. */
  environmentOf(service: string): Record<string, string>;
  /** What the provisioner is told. */
  readonly provisioner: Record<string, string>;
}

/**
 * Makes or reads the keys below `state`. `VEGA_BUS_OPEN=1` leaves the server without users, for benches that stand in for
 * several processes; never for anything else.
 */
export function prepareBus(state: string): StackBus {
  const folder = join(state, 'bus');
  const teams = readTeams();
  const users = busUsers(teams);
  const isOpen = process.env['VEGA_BUS_OPEN'] === '1';
  const keys = busKeys(
    folder,
    users.map(({ name }) => name),
  );
  const keyOf = (user: string): { seed: string; publicKey: string } => {
    const key = keys.get(user);
    if (key === undefined) throw new Error(`the bus has no user ${user}`);
    return key;
  };
  return {
    folder,
    natsUsers: isOpen
      ? undefined
      : {
          accounts: accountsText(natsAccounts(users, teams, (user) => keyOf(user).publicKey)),
          probeSeed: keyOf('operator').seed,
        },
    environmentOf: (service): Record<string, string> =>
      keys.has(service) ? { VEGA_NATS_SEED: keyOf(service).seed } : {},
    provisioner: {
      VEGA_NATS_SEED: keyOf('provisioner').seed,
      VEGA_NATS_QUANTS_SEED: keyOf('quants-provisioner').seed,
      VEGA_QUANT_TEAMS_FILE: TEAMS_FILE,
    },
  };
}
