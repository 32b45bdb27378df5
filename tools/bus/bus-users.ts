/** Every user of the bus and what it may do: from the contracts and the list of quant teams, nothing by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  operatorPermissions,
  parseQuantTeams,
  PARTIES,
  permissionsOf,
  provisionerPermissions,
  quantProvisionerPermissions,
  teamPermissions,
  teamUser,
  type BusContracts,
  type BusPermissions,
  type QuantTeam,
} from '@vega/contracts';

/** NATS accounts: subjects of one do not exist in another, but for what is exported and imported. */
export type BusAccount = 'VEGA' | 'QUANTS';

/** A user of the bus. */
export interface BusUser {
  readonly name: string;
  readonly account: BusAccount;
  readonly permissions: BusPermissions;
}

/** The teams of this installation. */
export const TEAMS_FILE = join(import.meta.dirname, '../../deploy/k8s/base/quant-teams.json');

/** Reads the teams of this installation. Throws an Error that names every fault. */
export function readTeams(): QuantTeam[] {
  return parseQuantTeams(JSON.parse(readFileSync(TEAMS_FILE, 'utf8')));
}

/** All users. `contracts` are the platform's own unless a test gives others. */
export function busUsers(teams: readonly QuantTeam[], contracts?: BusContracts): BusUser[] {
  const user = (account: BusAccount) => (name: string, permissions: BusPermissions) => ({ name, account, permissions });
  const vega = user('VEGA');
  const quants = user('QUANTS');
  return [
    ...PARTIES.map((party) => vega(party, permissionsOf(party, contracts))),
    vega('operator', operatorPermissions(contracts)),
    vega('provisioner', provisionerPermissions(contracts)),
    ...teams.map((team) => quants(teamUser(team), teamPermissions(team, contracts))),
    quants('quants-provisioner', quantProvisionerPermissions(teams, contracts)),
  ];
}
