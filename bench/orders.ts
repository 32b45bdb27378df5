// `npm run bench:orders`: from an intent on the bus to the order on the wire to the broker, durable first, against its bare parts; orders
// a second against bare commits; what all checks together cost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish } from './measure.ts';
import { benchChecks } from './orders/checks.ts';
import { benchIntentToBroker, benchThroughput } from './orders/paths.ts';
import { startOrdersBench } from './orders/stage.ts';

const checks = benchChecks();
const folder = mkdtempSync(join(tmpdir(), 'vega-bench-orders-'));
const bench = await startOrdersBench(folder);
try {
  finish([await benchIntentToBroker(bench), await benchThroughput(bench), checks]);
} finally {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
