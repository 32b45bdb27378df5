import {
  asList,
  asObject,
  at,
  canRender,
  OVERLAYS,
  renderOverlay,
  type Manifest,
  type Overlay,
  type Yaml,
  type YamlObject,
} from './manifests.ts';
import { verifyOverlay } from './verify-overlay.ts';

const describeRendered = canRender() ? describe : describe.skip;

function find(manifests: Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

function container(manifests: Manifest[], name: string): YamlObject {
  return asObject(at(find(manifests, 'Deployment', name), 'spec', 'template', 'spec', 'containers', 0));
}

function pod(manifests: Manifest[], name: string): YamlObject {
  return asObject(at(find(manifests, 'Deployment', name), 'spec', 'template', 'spec'));
}

function alertOf(manifests: Manifest[], alert: string): Yaml {
  const groups = asList(at(find(manifests, 'PrometheusRule', 'vega'), 'spec', 'groups'));
  const rule = groups.flatMap((group) => asList(at(group, 'rules'))).find((one) => at(one, 'alert') === alert);
  if (rule === undefined) throw new Error(`no alert ${alert}`);
  return rule;
}

async function problems(overlay: 'dev' | 'prod', manifests: Manifest[]): Promise<string[]> {
  return (await verifyOverlay(overlay, manifests)).flatMap((row) => [...row.problems]);
}

// Skipped only where kubectl is not installed: rendering needs it.
describeRendered('manifests', () => {
  const rendered = new Map<Overlay, Manifest[]>();
  const manifestsOf = (overlay: Overlay): Manifest[] => {
    const present = rendered.get(overlay) ?? renderOverlay(overlay);
    rendered.set(overlay, present);
    return structuredClone(present);
  };

  it.each(OVERLAYS)('%s is valid and keeps every policy', async (overlay) => {
    const manifests = manifestsOf(overlay);
    expect(manifests.length).toBeGreaterThan(20);
    expect(await problems(overlay, manifests)).toEqual([]);
  });

  const faults: [string, RegExp, (manifests: Manifest[]) => void][] = [
    [
      'an unknown field',
      /terminationGraceSeconds is not a field/,
      (all) => void (pod(all, 'gateway')['terminationGraceSeconds'] = 1),
    ],
    [
      'an unknown field deep down',
      /httpGet\/scheem is not a field/,
      (all) => void (asObject(at(container(all, 'gateway'), 'livenessProbe', 'httpGet'))['scheem'] = 'x'),
    ],
    [
      'a wrong type',
      /replicas must be integer|\/spec\/replicas/,
      (all) => void (asObject(find(all, 'Deployment', 'gateway')['spec'])['replicas'] = 'three'),
    ],
    [
      'a missing selector',
      /Deployment\/gateway/,
      (all) => void delete asObject(find(all, 'Deployment', 'gateway')['spec'])['selector'],
    ],
    [
      'root',
      /may run as root/,
      (all) => void (asObject(pod(all, 'gateway')['securityContext'])['runAsNonRoot'] = false),
    ],
    [
      'a writable root file system',
      /may write its root/,
      (all) => void (asObject(container(all, 'market-feed')['securityContext'])['readOnlyRootFilesystem'] = false),
    ],
    ['a floating image', /is not pinned/, (all) => void (container(all, 'gateway')['image'] = 'vega/gateway:latest')],
    [
      'an untagged image behind a port',
      /is not pinned/,
      (all) => void (container(all, 'gateway')['image'] = 'registry:5000/gateway'),
    ],
    [
      'no memory limit',
      /has no memory limits/,
      (all) => void delete asObject(at(container(all, 'gateway'), 'resources', 'limits'))['memory'],
    ],
    ['no readiness probe', /has no readinessProbe/, (all) => void delete container(all, 'gateway')['readinessProbe']],
    [
      'a grace shorter than the drain',
      /is killed after 16 s/,
      (all) => void (pod(all, 'gateway')['terminationGracePeriodSeconds'] = 16),
    ],
    [
      'a literal secret',
      /VEGA_REDIS_URL is a literal/,
      (all) => {
        const variable = asList(container(all, 'gateway')['env'])
          .map(asObject)
          .find((one) => one['name'] === 'VEGA_REDIS_URL');
        if (variable === undefined) throw new Error('the variable is gone');
        delete variable['valueFrom'];
        variable['value'] = 'redis://:hunter2@redis';
      },
    ],
    [
      "another user's seed",
      /Deployment\/gateway has not the seed of its own user/,
      (all) => {
        const seed = asList(container(all, 'gateway')['env'])
          .map(asObject)
          .find((one) => one['name'] === 'VEGA_NATS_SEED');
        asObject(at(seed, 'valueFrom', 'secretKeyRef'))['name'] = 'orders-nats';
      },
    ],
    [
      'no disruption budget',
      /has no disruption budget/,
      (all) => void all.splice(all.indexOf(find(all, 'PodDisruptionBudget', 'gateway')), 1),
    ],
    [
      'the simulator in prod',
      /upstox-sim occurs/,
      (all) => void (asObject(find(all, 'ConfigMap', 'market-feed')['data'])['VEGA_UPSTOX_SIM_HOST'] = 'upstox-sim'),
    ],
    [
      'an arrow too many',
      /open but not designed: gateway -> postgres:5432/,
      (all) => {
        for (const name of ['services-to-postgres', 'postgres-from-services']) {
          const expression = name.startsWith('services')
            ? at(find(all, 'NetworkPolicy', name), 'spec', 'podSelector', 'matchExpressions', 0, 'values')
            : at(
                find(all, 'NetworkPolicy', name),
                'spec',
                'ingress',
                0,
                'from',
                0,
                'podSelector',
                'matchExpressions',
                0,
                'values',
              );
          asList(expression).push('gateway');
        }
      },
    ],
    [
      'an arrow cut',
      /designed but closed: market-feed -> nats:4222/,
      (all) => void all.splice(all.indexOf(find(all, 'NetworkPolicy', 'nats-from-services')), 1),
    ],
    [
      'an alert without a runbook',
      /GatewayErrors has no runbook/,
      (all) => void delete asObject(at(alertOf(all, 'GatewayErrors'), 'annotations'))['runbook'],
    ],
    [
      'an alert on a metric that nobody has',
      /GatewayErrors reads vega_http_requests_total, which nothing declares/,
      (all) => void (asObject(alertOf(all, 'GatewayErrors'))['expr'] = 'rate(vega_http_requests_total[5m]) > 1'),
    ],
    [
      'an alert that is not the committed one',
      /PrometheusRule\/vega is not what deploy\/observability\/alerts says/,
      (all) => void (asObject(alertOf(all, 'GatewayErrors'))['for'] = '9m'),
    ],
    [
      'a process that nobody scrapes',
      /Deployment\/gateway is scraped by no monitor/,
      (all) => void (asObject(asList(container(all, 'gateway')['ports'])[2])['name'] = 'metrics'),
    ],
    [
      'a dashboard that is not the committed one',
      /gateway.json is not the one of/,
      (all) => void (asObject(find(all, 'ConfigMap', 'vega-dashboards')['data'])['gateway.json'] = '{}'),
    ],
    [
      'a dashboard that is left out',
      /platform.json is handed to Grafana by nobody/,
      (all) => void delete asObject(find(all, 'ConfigMap', 'vega-dashboards')['data'])['platform.json'],
    ],
    [
      'a field that the operator does not know',
      /Unrecognized key: "podMetricEndpoints"/,
      (all) => void (asObject(find(all, 'PodMonitor', 'vega')['spec'])['podMetricEndpoints'] = []),
    ],
    [
      'no default deny',
      /open but not designed: (gateway|anything) ->/,
      (all) => void all.splice(all.indexOf(find(all, 'NetworkPolicy', 'default-deny')), 1),
    ],
  ];

  it('a permission that was widened by hand is caught', async () => {
    const manifests = renderOverlay('dev');
    const config = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('nats-config'),
    );
    const data = asObject(config?.['data']);
    data['nats.conf'] = String(data['nats.conf']).replace(
      '"_INBOX_gateway.>"',
      '"_INBOX_gateway.>", "_INBOX_orders.>"',
    );
    expect((await problems('dev', manifests)).join('\n')).toMatch(/nats-config\S* is not what is generated/);
  });

  it.each(faults)('a planted fault is caught: %s', async (_name, expected, plant) => {
    const manifests = manifestsOf('prod');
    plant(manifests);
    const found = await problems('prod', manifests);
    expect(found.join('\n')).toMatch(expected);
  });
});
