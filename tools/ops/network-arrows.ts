// Who may open a connection to whom, as the NetworkPolicies of an overlay say it, against the table the design gives.
import { asList, asObject, at, type Manifest, type Overlay, type Yaml } from './manifests.ts';
import { selects, workloadsOf, type Workload } from './workloads.ts';

/** The arrows of docs/ARCHITECTURE.md, `from -> to:port`. Anything else is denied. */
export const DESIGNED_ARROWS: Record<Overlay, readonly string[]> = {
  prod: [
    'auth -> nats:4222',
    'bus-provision -> nats:4222',
    'gateway -> nats:4222',
    'market-feed -> nats:4222',
    'market-feed-archiver -> nats:4222',
    'options -> nats:4222',
    'orders -> nats:4222',
    'auth -> postgres:5432',
    'auth-migrate -> postgres:5432',
    'market-feed -> postgres:5432',
    'market-feed-migrate -> postgres:5432',
    'options -> postgres:5432',
    'options-migrate -> postgres:5432',
    'orders -> postgres:5432',
    'orders-migrate -> postgres:5432',
    'gateway -> redis:6379',
    'market-feed -> redis:6379',
    'options -> redis:6379',
    'auth -> internet:443',
    'market-feed -> internet:443',
    'orders -> internet:443',
    'nats -> nats:6222',
    'ns/ingress-nginx -> gateway:8080',
    'ns/ingress-nginx -> gateway:50051',
    'ns/monitoring -> auth:9090',
    'ns/monitoring -> gateway:9090',
    'ns/monitoring -> market-feed:9090',
    'ns/monitoring -> market-feed-archiver:9090',
    'ns/monitoring -> options:9090',
    'ns/monitoring -> orders:9090',
  ],
  dev: [
    'auth -> nats:4222',
    'bus-provision -> nats:4222',
    'gateway -> nats:4222',
    'market-feed -> nats:4222',
    'market-feed-archiver -> nats:4222',
    'options -> nats:4222',
    'orders -> nats:4222',
    'auth -> postgres:5432',
    'auth-migrate -> postgres:5432',
    'market-feed -> postgres:5432',
    'market-feed-migrate -> postgres:5432',
    'options -> postgres:5432',
    'options-migrate -> postgres:5432',
    'orders -> postgres:5432',
    'orders-migrate -> postgres:5432',
    'gateway -> redis:6379',
    'market-feed -> redis:6379',
    'options -> redis:6379',
    'auth -> upstox-sim:9080',
    'market-feed -> upstox-sim:9080',
    'orders -> upstox-sim:9080',
    'nats -> nats:6222',
    'ns/ingress-nginx -> gateway:8080',
    'ns/ingress-nginx -> gateway:50051',
    'ns/monitoring -> auth:9090',
    'ns/monitoring -> gateway:9090',
    'ns/monitoring -> market-feed:9090',
    'ns/monitoring -> market-feed-archiver:9090',
    'ns/monitoring -> options:9090',
    'ns/monitoring -> orders:9090',
  ],
};

interface Party {
  readonly name: string;
  readonly labels: Record<string, Yaml | undefined>;
}

/** Engines that an overlay references but does not contain (their charts do). */
const ENGINES: readonly Party[] = [
  { name: 'nats', labels: { 'app.kubernetes.io/name': 'nats' } },
  { name: 'postgres', labels: { 'cnpg.io/cluster': 'vega-postgres' } },
  { name: 'redis', labels: { 'app.kubernetes.io/name': 'redis' } },
];

function partiesOf(workloads: readonly Workload[]): Party[] {
  const own = workloads.map((workload) => ({ name: workload.name, labels: workload.labels }));
  return [...own, ...ENGINES.filter((engine) => !own.some((party) => party.name === engine.name))];
}

/** Parties a peer of a rule names. DNS is left out: everyone may resolve names. */
function peerNames(peer: Yaml, parties: readonly Party[]): string[] {
  const { podSelector, namespaceSelector, ipBlock } = asObject(peer);
  if (ipBlock !== undefined) return ['internet'];
  if (namespaceSelector !== undefined) {
    const namespace = String(at(namespaceSelector, 'matchLabels', 'kubernetes.io/metadata.name') ?? '*');
    return namespace === 'kube-system' ? [] : [`ns/${namespace}`];
  }
  return parties.filter((party) => selects(podSelector, party.labels)).map((party) => party.name);
}

interface Rules {
  readonly isolated: ReadonlySet<string>;
  readonly allowed: ReadonlySet<string>;
}

function rulesOf(policies: readonly Manifest[], parties: readonly Party[], direction: 'Ingress' | 'Egress'): Rules {
  const isolated = new Set<string>();
  const allowed = new Set<string>();
  for (const policy of policies) {
    if (!asList(at(policy, 'spec', 'policyTypes')).includes(direction)) continue;
    const selected = parties.filter((party) => selects(at(policy, 'spec', 'podSelector'), party.labels));
    for (const party of selected) isolated.add(party.name);
    for (const rule of asList(at(policy, 'spec', direction.toLowerCase()))) {
      const peers = asList(asObject(rule)[direction === 'Ingress' ? 'from' : 'to']);
      const ports = asList(asObject(rule)['ports']).map((port) => String(asObject(port)['port'] ?? '*'));
      for (const self of selected) {
        for (const peer of peers.length === 0 ? ['*'] : peers.flatMap((one) => peerNames(one, parties))) {
          for (const port of ports.length === 0 ? ['*'] : ports) {
            allowed.add(
              direction === 'Ingress' ? `${peer} -> ${self.name}:${port}` : `${self.name} -> ${peer}:${port}`,
            );
          }
        }
      }
    }
  }
  return { isolated, allowed };
}

/**
 * The connections that can really be opened: between pods both sides must allow it; from another namespace the
 * receiver, to the internet the sender.
 */
export function openArrows(manifests: readonly Manifest[]): Set<string> {
  const workloads = workloadsOf(manifests);
  const parties = partiesOf(workloads);
  const policies = manifests.filter((manifest) => manifest.kind === 'NetworkPolicy');
  const ingress = rulesOf(policies, parties, 'Ingress');
  const egress = rulesOf(policies, parties, 'Egress');
  const open = new Set<string>();
  const names = parties.map((party) => party.name);
  for (const arrow of new Set([...ingress.allowed, ...egress.allowed])) {
    const [from = '', to = ''] = arrow.split(' -> ');
    const target = to.slice(0, to.lastIndexOf(':'));
    const sent = !names.includes(from) || !egress.isolated.has(from) || egress.allowed.has(arrow);
    const received = !names.includes(target) || !ingress.isolated.has(target) || ingress.allowed.has(arrow);
    if (sent && received) open.add(arrow);
  }
  for (const name of names) {
    if (!egress.isolated.has(name)) open.add(`${name} -> anything:*`);
    if (!ingress.isolated.has(name)) open.add(`anything -> ${name}:*`);
  }
  return open;
}

/** Differences between the arrows that are open and those designed, one sentence each. */
export function arrowProblems(manifests: readonly Manifest[], overlay: Overlay): string[] {
  const open = openArrows(manifests);
  const designed = new Set(DESIGNED_ARROWS[overlay]);
  return [
    ...[...open].filter((arrow) => !designed.has(arrow)).map((arrow) => `open but not designed: ${arrow}`),
    ...[...designed].filter((arrow) => !open.has(arrow)).map((arrow) => `designed but closed: ${arrow}`),
  ];
}
