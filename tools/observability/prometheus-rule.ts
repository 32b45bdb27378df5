import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** The groups of every rule file of a folder, in the order of the files' names. */
export function ruleGroups(folder: string): unknown[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => (parse(readFileSync(join(folder, name), 'utf8')) as { groups: unknown[] }).groups);
}

/** The rule files of a folder as one PrometheusRule of the Prometheus operator, which cannot read files. */
export function prometheusRuleText(folder: string): string {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'vega', labels: { 'app.kubernetes.io/part-of': 'vega' } },
    spec: { groups: ruleGroups(folder) },
  };
  return `# Written from alerts/ by "npm run generate"; change the rules there.\n${stringify(rule)}`;
}
