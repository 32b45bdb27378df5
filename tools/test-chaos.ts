/**
 * `npm run test:chaos -- --seed 1 --intents 1000 --faults 200 --hits 20 --sabotage resend|no-epoch|no-quarantine`: kills, stops and deceives the
 * order path on real servers and compares the outcome with the simulator's journal. The last line is one JSON object; the
 * exit code says whether it is as it must be, which for a sabotaged run means duplicates.
 */
import { parseArgs } from 'node:util';
import { runChaos } from '../e2e/orders/chaos.ts';
import type { Sabotage } from '../e2e/orders/chaos-stage.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    intents: { type: 'string', default: '500' },
    faults: { type: 'string', default: '200' },
    hits: { type: 'string', default: '20' },
    sabotage: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});
const SABOTAGES = ['resend', 'no-epoch', 'no-quarantine'];
if (values.sabotage !== undefined && !SABOTAGES.includes(values.sabotage)) {
  process.stderr.write(`--sabotage is one of ${SABOTAGES.join(', ')}\n`);
  process.exit(2);
}
const result = await runChaos({
  seed: Number(values.seed),
  intents: Number(values.intents),
  faults: Number(values.faults),
  failpointHits: Number(values.hits),
  sabotage: values.sabotage as Sabotage | undefined,
  log: (line) => {
    if (!values.quiet) process.stdout.write(`${line}\n`);
  },
});
for (const [name, count] of Object.entries(result.failpoints))
  process.stdout.write(`failpoint ${name.padEnd(28)} ${count}\n`);
process.stdout.write(`${JSON.stringify(result)}\n`);
const asItMustBe = values.sabotage === undefined ? result.holds : result.duplicates > 0;
process.exit(asItMustBe ? 0 : 1);
