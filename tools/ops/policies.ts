// What must hold of every overlay beside being valid: one small function per rule, each a list of broken cases.
import { asList, asObject, at, nameOf, type Manifest, type Overlay } from './manifests.ts';
import { busPolicy } from './bus-policy.ts';
import { selects, workloadsOf, type Workload } from './workloads.ts';

/** A rule over a rendered overlay. */
export interface Policy {
  readonly name: string;
  /** The cases that break it, one sentence each. */
  check(manifests: readonly Manifest[], overlay: Overlay): string[];
}

type WorkloadRule = (workload: Workload) => (string | false)[];

function forWorkloads(name: string, rule: WorkloadRule): Policy {
  return {
    name,
    check: (manifests) =>
      workloadsOf(manifests).flatMap((workload) =>
        rule(workload)
          .filter((problem) => problem !== false)
          .map((problem) => `${workload.id}: ${problem}`),
      ),
  };
}

const restricted: WorkloadRule = ({ pod, containers }) => [
  at(pod, 'securityContext', 'runAsNonRoot') !== true && 'may run as root',
  Number(at(pod, 'securityContext', 'runAsUser') ?? 0) < 1 && 'has no user id of its own',
  at(pod, 'securityContext', 'seccompProfile', 'type') !== 'RuntimeDefault' && 'has no seccomp profile',
  (['hostNetwork', 'hostPID', 'hostIPC'] as const).some((name) => pod[name] === true) && 'uses the host',
  asList(pod['volumes']).some((volume) => asObject(volume)['hostPath'] !== undefined) && 'mounts a host path',
  ...containers.flatMap((container) => {
    const security = asObject(container['securityContext']);
    return [
      security['allowPrivilegeEscalation'] !== false && `${String(container['name'])} may escalate privileges`,
      security['readOnlyRootFilesystem'] !== true && `${String(container['name'])} may write its root file system`,
      security['privileged'] === true && `${String(container['name'])} is privileged`,
      !asList(at(security, 'capabilities', 'drop')).includes('ALL') &&
        `${String(container['name'])} keeps capabilities`,
      asList(at(security, 'capabilities', 'add')).length > 0 && `${String(container['name'])} adds capabilities`,
    ] as (string | false)[];
  }),
];

const identities: WorkloadRule = ({ pod, name }) => [
  typeof pod['serviceAccountName'] !== 'string' && 'runs under the default service account',
  pod['automountServiceAccountToken'] !== false && 'mounts an API token it does not need',
  !name.startsWith(String(pod['serviceAccountName'])) && `borrows the identity of ${String(pod['serviceAccountName'])}`,
];

const pinned: WorkloadRule = ({ containers }) =>
  containers.map((container) => {
    const image = String(container['image']);
    const tag = /(?::([^:/@]+))?(@sha256:[0-9a-f]{64})?$/.exec(image);
    const ok = tag?.[2] !== undefined || (tag?.[1] !== undefined && tag[1] !== 'latest');
    return !ok && `image ${image} is not pinned`;
  });

const resources: WorkloadRule = ({ containers }) =>
  containers.flatMap((container) =>
    (['requests', 'limits'] as const).flatMap((side) =>
      (['cpu', 'memory'] as const).map(
        (unit) =>
          at(container, 'resources', side, unit) === undefined && `${String(container['name'])} has no ${unit} ${side}`,
      ),
    ),
  );

const probes: WorkloadRule = ({ kind, pod, containers }) => {
  if (kind === 'Job') return [];
  const grace = Number(pod['terminationGracePeriodSeconds'] ?? 0);
  return containers.flatMap((container) => {
    const preStop = Number(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds') ?? 0);
    return [
      ...(['startupProbe', 'livenessProbe', 'readinessProbe'] as const).map(
        (probe) => container[probe] === undefined && `${String(container['name'])} has no ${probe}`,
      ),
      preStop <= 0 && 'does not wait before it stops',
      grace < preStop + DRAIN_SECONDS &&
        `is killed after ${grace} s, before preStop ${preStop} s and a drain of ${DRAIN_SECONDS} s`,
    ];
  });
};

/** VEGA_DRAIN_MS of base/config.yaml. */
const DRAIN_SECONDS = 10;

const SECRET_NAME = /(_URL|PASSWORD|SECRET|TOKEN|KEYS?|SEED)$/;
/** Names that look secret and are addresses or paths. */
const NOT_SECRET = new Set(['VEGA_UPSTOX_SIM_URL', 'VEGA_UPSTOX_TOKEN_FILE', 'VEGA_PUBLIC_URL']);

const secretsByReference: Policy = {
  name: 'secrets by reference only',
  check: (manifests) => [
    ...manifests
      .filter((manifest) => manifest.kind === 'Secret')
      .map((manifest) => `${nameOf(manifest)} stands in the tree`),
    ...workloadsOf(manifests).flatMap((workload) =>
      workload.containers.flatMap((container) =>
        asList(container['env'])
          .map(asObject)
          .filter((variable) => SECRET_NAME.test(String(variable['name'])) && !NOT_SECRET.has(String(variable['name'])))
          .filter((variable) => at(variable, 'valueFrom', 'secretKeyRef', 'name') === undefined)
          .map((variable) => `${workload.id}: ${String(variable['name'])} is a literal`),
      ),
    ),
    ...manifests
      .filter((manifest) => manifest.kind === 'ConfigMap')
      .flatMap((manifest) =>
        Object.keys(asObject(manifest['data']))
          .filter((name) => SECRET_NAME.test(name) && !NOT_SECRET.has(name))
          .map((name) => `${nameOf(manifest)}: ${name} belongs into a Secret`),
      ),
  ],
};

const disruption: Policy = {
  name: 'disruption budgets and spread',
  check: (manifests) =>
    workloadsOf(manifests)
      .filter((workload) => workload.kind !== 'Job')
      .flatMap((workload) => {
        const budget = manifests.some(
          (manifest) =>
            manifest.kind === 'PodDisruptionBudget' && selects(at(manifest, 'spec', 'selector'), workload.labels),
        );
        const spread = asList(workload.pod['topologySpreadConstraints']).length > 0;
        return [
          ...(budget ? [] : [`${workload.id} has no disruption budget`]),
          ...(spread ? [] : [`${workload.id} is not spread`]),
        ];
      }),
};

const prodIsLive: Policy = {
  name: 'prod has no simulator and no fault port',
  check: (manifests, overlay) => {
    if (overlay !== 'prod') return [];
    const text = JSON.stringify(manifests);
    return [/upstox-sim/, /VEGA_SIM_/, /FAULT_PORT/, /"simulator"/]
      .filter((pattern) => pattern.test(text))
      .map((pattern) => `${pattern.source} occurs`);
  },
};

const restrictedNamespace: Policy = {
  name: 'restricted Pod Security',
  check: (manifests) => {
    const namespaces = manifests.filter((manifest) => manifest.kind === 'Namespace');
    const outside = manifests.filter(
      (manifest) => manifest.kind !== 'Namespace' && manifest.metadata['namespace'] !== 'vega',
    );
    return [
      ...(namespaces.length === 1 ? [] : [`${namespaces.length} namespaces`]),
      ...namespaces
        .filter((manifest) => at(manifest, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce') !== 'restricted')
        .map((manifest) => `${nameOf(manifest)} does not enforce it`),
      ...outside.map((manifest) => `${nameOf(manifest)} is outside the namespace`),
    ];
  },
};

/** Every rule that `npm run ops:verify` checks beside the network's arrows. */
export const POLICIES: readonly Policy[] = [
  restrictedNamespace,
  forWorkloads('restricted containers', restricted),
  forWorkloads('identities of their own, no API token', identities),
  forWorkloads('pinned images', pinned),
  forWorkloads('requests and limits', resources),
  forWorkloads('probes, preStop, grace', probes),
  secretsByReference,
  busPolicy,
  disruption,
  prodIsLive,
];
