// `npm run ops:verify`: renders the overlays, validates them, checks policies and network arrows, prints a table.
import { canRender, OVERLAYS, renderOverlay } from './ops/manifests.ts';
import { verifyOverlay } from './ops/verify-overlay.ts';

if (!canRender()) {
  process.stderr.write('kubectl with "kustomize" is needed to render the manifests and is not on PATH.\n');
  process.exit(1);
}
let failed = 0;
for (const overlay of OVERLAYS) {
  for (const row of await verifyOverlay(overlay, renderOverlay(overlay))) {
    process.stdout.write(
      `${row.problems.length === 0 ? 'ok    ' : 'FAILED'}  ${row.overlay.padEnd(4)}  ${row.check}\n`,
    );
    for (const problem of row.problems) process.stdout.write(`              ${problem}\n`);
    failed += row.problems.length === 0 ? 0 : 1;
  }
}
process.exitCode = failed === 0 ? 0 : 1;
