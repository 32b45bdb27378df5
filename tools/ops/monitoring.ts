// What must hold of the monitoring objects: every process is scraped, the rules are those of deploy/observability, and what
// they name exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { declaredMetrics, isDeclared } from '../observability/declared-metrics.ts';
import { metricNamesOf } from '../observability/metric-names.ts';
import { ruleGroups } from '../observability/prometheus-rule.ts';
import { asList, asObject, at, nameOf, type Manifest, type Overlay, type Yaml } from './manifests.ts';
import { selects, workloadsOf } from './workloads.ts';

const root = join(import.meta.dirname, '../..');

const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
});

/** The kinds of the Prometheus operator with those of their fields that are used here: any other is refused. */
export const OPERATOR_KINDS: Readonly<Record<string, z.ZodType>> = {
  'monitoring.coreos.com/v1 PodMonitor': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      jobLabel: z.string(),
      selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
      podMetricsEndpoints: z
        .array(z.strictObject({ port: z.string(), path: z.string(), interval: z.string().regex(/^\d+s$/) }))
        .min(1),
    }),
  }),
  'monitoring.coreos.com/v1 PrometheusRule': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    spec: z.strictObject({
      groups: z
        .array(
          z.strictObject({
            name: z.string(),
            rules: z.array(
              z.strictObject({
                alert: z.string(),
                expr: z.string(),
                for: z.string().optional(),
                labels: z.record(z.string(), z.string()),
                annotations: z.record(z.string(), z.string()),
              }),
            ),
          }),
        )
        .min(1),
    }),
  }),
};

/** Prod is watched; dev has no operator and may be. */
export function monitoringProblems(manifests: readonly Manifest[], overlay: Overlay): string[] {
  const rules = manifests.filter(({ kind }) => kind === 'PrometheusRule');
  const monitors = manifests.filter(({ kind }) => kind === 'PodMonitor');
  if (overlay !== 'prod' && rules.length === 0 && monitors.length === 0) return [];
  return [
    ...(rules.length === 1 ? rules.flatMap(ruleProblems) : [`${rules.length} PrometheusRules`]),
    ...unscraped(manifests, monitors),
    ...dashboardProblems(manifests),
  ];
}

function ruleProblems(rule: Manifest): string[] {
  const declared = declaredMetrics(root);
  const groups = at(rule, 'spec', 'groups');
  const problems: string[] = [];
  if (inOrder(groups) !== inOrder(ruleGroups(join(root, 'deploy/observability/alerts')) as Yaml)) {
    problems.push(`${nameOf(rule)} is not what deploy/observability/alerts says`);
  }
  for (const one of asList(groups).flatMap((group) => asList(at(group, 'rules')))) {
    const alert = String(at(one, 'alert'));
    const runbook = at(one, 'annotations', 'runbook');
    if (typeof runbook !== 'string' || !existsSync(join(root, runbook))) problems.push(`${alert} has no runbook`);
    problems.push(...unknownMetrics(alert, at(one, 'expr'), declared));
  }
  return problems;
}

/** The value as text that does not depend on the order of names, which Kustomize changes. */
function inOrder(value: Yaml | undefined): string {
  return JSON.stringify(value, (_name, inner: Yaml) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}

function unknownMetrics(where: string, expression: Yaml | undefined, declared: ReadonlySet<string>): string[] {
  return metricNamesOf(String(expression))
    .filter((name) => !isDeclared(name, declared))
    .map((name) => `${where} reads ${name}, which nothing declares`);
}

/** Processes with an operations port that no monitor takes, and monitors that ask for a job the alerts do not look for. */
function unscraped(manifests: readonly Manifest[], monitors: readonly Manifest[]): string[] {
  const wrongJob = monitors
    .filter((monitor) => at(monitor, 'spec', 'jobLabel') !== 'app.kubernetes.io/part-of')
    .map((monitor) => `${nameOf(monitor)} does not name the job after app.kubernetes.io/part-of`);
  const alone = workloadsOf(manifests)
    .filter(({ kind, labels }) => kind !== 'Job' && labels['app.kubernetes.io/part-of'] === 'vega')
    .filter(({ labels, containers }) => {
      const ports = containers.flatMap((container) => asList(container['ports']).map((port) => asObject(port)['name']));
      return !monitors.some(
        (monitor) =>
          selects(at(monitor, 'spec', 'selector'), labels) &&
          asList(at(monitor, 'spec', 'podMetricsEndpoints')).some((end) => ports.includes(asObject(end)['port'])),
      );
    })
    .map(({ id }) => `${id} is scraped by no monitor`);
  return [...wrongJob, ...alone];
}

/** Dashboards come as ConfigMaps that Grafana's sidecar finds by their label. */
function dashboardProblems(manifests: readonly Manifest[]): string[] {
  const declared = declaredMetrics(root);
  const maps = manifests.filter(({ kind, metadata: { labels } }) => {
    return kind === 'ConfigMap' && asObject(labels)['grafana_dashboard'] === '1';
  });
  const given = new Set(maps.flatMap((map) => Object.keys(asObject(map['data']))));
  const left = readdirSync(join(root, 'deploy/observability/dashboards')).filter((file) => !given.has(file));
  const missing = left.map((file) => `${file} is handed to Grafana by nobody`);
  const wrong = maps.flatMap((map) =>
    Object.entries(asObject(map['data'])).flatMap(([file, text]) => {
      const source = readFileSync(join(root, 'deploy/observability/dashboards', file), 'utf8');
      const differs = text === source ? [] : [`${file} is not the one of deploy/observability/dashboards`];
      const expressions = [...source.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(([, expr = '']) => expr);
      return [
        ...differs,
        ...expressions.flatMap((expr) => unknownMetrics(file, JSON.parse(`"${expr}"`) as string, declared)),
      ];
    }),
  );
  return [...missing, ...wrong];
}
