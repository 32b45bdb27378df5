// All checks over one rendered overlay, as rows of a table.
import { nameOf, type Manifest, type Overlay } from './manifests.ts';
import { arrowProblems } from './network-arrows.ts';
import { monitoringProblems } from './monitoring.ts';
import { POLICIES } from './policies.ts';
import { validateManifest } from './validate-manifest.ts';

/** One check and what broke it. */
export interface CheckRow {
  readonly overlay: Overlay;
  readonly check: string;
  readonly problems: readonly string[];
}

/** Validates every object and runs every policy. `manifests` is the rendered overlay. */
export async function verifyOverlay(overlay: Overlay, manifests: readonly Manifest[]): Promise<CheckRow[]> {
  const invalid: string[] = [];
  for (const manifest of manifests) {
    for (const problem of await validateManifest(manifest)) invalid.push(`${nameOf(manifest)} ${problem}`);
  }
  return [
    { overlay, check: `${manifests.length} objects fit their schemas, no unknown field`, problems: invalid },
    ...POLICIES.map((policy) => ({ overlay, check: policy.name, problems: policy.check(manifests, overlay) })),
    {
      overlay,
      check: 'every process scraped; alerts and dashboards as committed, with runbooks and metrics that exist',
      problems: monitoringProblems(manifests, overlay),
    },
    { overlay, check: 'network arrows are exactly the designed ones', problems: arrowProblems(manifests, overlay) },
  ];
}
