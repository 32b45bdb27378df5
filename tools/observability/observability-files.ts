import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { DASHBOARDS } from './dashboards.ts';
import { toGrafana } from './grafana.ts';
import { prometheusRuleText } from './prometheus-rule.ts';

const FOLDER = 'deploy/observability';

/**
 * The generated files of deploy/observability by path: dashboards from their plans, the PrometheusRule from the rule files,
 * and the Kustomize base that hands them to a cluster. `root` is the project's folder.
 */
export async function observabilityFiles(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [file, plan] of Object.entries(DASHBOARDS)) {
    const path = join(FOLDER, 'dashboards', file);
    const options = { ...(await resolveConfig(join(root, path))), parser: 'json' };
    files.set(path, await format(JSON.stringify(toGrafana(plan)), options));
  }
  files.set(join(FOLDER, 'prometheus-rule.yaml'), prometheusRuleText(join(root, FOLDER, 'alerts')));
  files.set(join(FOLDER, 'kustomization.yaml'), kustomizationText());
  return files;
}

function kustomizationText(): string {
  return [
    '# Written by "npm run generate". For a cluster with the Prometheus operator and the sidecar of Grafana, such as',
    '# kube-prometheus-stack in namespace "monitoring".',
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'namespace: vega',
    'resources:',
    '  - pod-monitor.yaml',
    '  - prometheus-rule.yaml',
    'generatorOptions:',
    '  disableNameSuffixHash: true',
    "  labels: { grafana_dashboard: '1', app.kubernetes.io/part-of: vega }",
    'configMapGenerator:',
    '  - name: vega-dashboards',
    '    files:',
    ...Object.keys(DASHBOARDS)
      .sort()
      .map((file) => `      - dashboards/${file}`),
    '',
  ].join('\n');
}
