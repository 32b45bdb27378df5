// The bus in the manifests against the contracts: the server's users as generated, each process with its own user's seed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTIES } from '@vega/contracts';
import { NATS_FILES, natsManifests } from '../bus/nats-manifests.ts';
import { asList, asObject, at, type Manifest } from './manifests.ts';
import type { Policy } from './policies.ts';
import { workloadsOf } from './workloads.ts';

const root = join(import.meta.dirname, '../..');

/** What the container `vega` of a workload is told under a name. */
function variable(container: ReturnType<typeof asObject>, name: string): ReturnType<typeof asObject> | undefined {
  return asList(container['env'])
    .map(asObject)
    .find((one) => one['name'] === name);
}

/** Whether the text that a server would read differs from what the contracts make. */
function configProblems(manifests: readonly Manifest[]): string[] {
  const wanted = natsManifests();
  const problems: string[] = [];
  const chart = readFileSync(join(root, NATS_FILES.chartValues), 'utf8');
  if (chart !== wanted.get(NATS_FILES.chartValues)) problems.push(`${NATS_FILES.chartValues} is not what is generated`);
  const server = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('nats-config'),
  );
  const text = at(server, 'data', 'nats.conf');
  if (server !== undefined && text !== wanted.get(NATS_FILES.serverConfig)) {
    problems.push(`ConfigMap/${server.metadata.name} is not what is generated`);
  }
  return problems;
}

function seedProblems(manifests: readonly Manifest[]): string[] {
  const parties: readonly string[] = PARTIES;
  return workloadsOf(manifests).flatMap(({ id, name, containers }) =>
    containers.flatMap((container) => {
      if (variable(container, 'VEGA_NATS_URL') === undefined) return [];
      const user = name === 'bus-provision' ? 'provisioner' : name;
      if (user === name && !parties.includes(name)) return [`${id} is on the bus and no party of the contracts`];
      const from = at(variable(container, 'VEGA_NATS_SEED'), 'valueFrom', 'secretKeyRef', 'name');
      return from === `${user}-nats` ? [] : [`${id} has not the seed of its own user, ${user}-nats`];
    }),
  );
}

/** The bus's users and seeds. */
export const busPolicy: Policy = {
  name: 'users of the bus as the contracts make them, each process with its own',
  check: (manifests) => [...configProblems(manifests), ...seedProblems(manifests)],
};
