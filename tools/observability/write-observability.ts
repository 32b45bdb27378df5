/** Writes deploy/observability/dashboards from the plans in dashboards.ts, and the PrometheusRule from the rule files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@vega/testkit';
import { format, resolveConfig } from 'prettier';
import { DASHBOARDS } from './dashboards.ts';
import { toGrafana } from './grafana.ts';
import { prometheusRuleText } from './prometheus-rule.ts';

const folder = join(projectRoot(), 'deploy/observability');
for (const [file, plan] of Object.entries(DASHBOARDS)) {
  const path = join(folder, 'dashboards', file);
  const options = { ...(await resolveConfig(path)), parser: 'json' };
  writeFileSync(path, await format(JSON.stringify(toGrafana(plan)), options));
}
writeFileSync(join(folder, 'prometheus-rule.yaml'), prometheusRuleText(join(folder, 'alerts')));
