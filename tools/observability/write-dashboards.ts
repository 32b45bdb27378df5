/** Writes deploy/observability/dashboards from the plans in dashboards.ts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@vega/testkit';
import { format, resolveConfig } from 'prettier';
import { DASHBOARDS } from './dashboards.ts';
import { toGrafana } from './grafana.ts';

for (const [file, plan] of Object.entries(DASHBOARDS)) {
  const path = join(projectRoot(), 'deploy/observability/dashboards', file);
  const options = { ...(await resolveConfig(path)), parser: 'json' };
  writeFileSync(path, await format(JSON.stringify(toGrafana(plan)), options));
}
