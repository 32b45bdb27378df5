/**
 * `npm run test:chaos -- --seed 1 --intents 2000 --faults 100 --hits 20 --sabotage resend|no-epoch|no-quarantine`: kills, stops, cuts off
 * and deceives the order path on real servers and compares the outcome with the simulator's journal. The last line is one
 * JSON object; the exit code says whether it is as it must be, which for a sabotaged run means duplicates.
 */
import { parseArgs } from 'node:util';
import { runChaos } from '../e2e/orders/chaos.ts';
import type { Sabotage } from '../e2e/orders/chaos-replicas.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    intents: { type: 'string', default: '2000' },
    faults: { type: 'string', default: '100' },
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
const [seed = 1, intents = 0, faults = 0, failpointHits = 0] = [
  values.seed,
  values.intents,
  values.faults,
  values.hits,
].map((text) => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`"${text}" is not a whole number\n`);
  return process.exit(2);
});
const result = await runChaos({
  seed,
  intents,
  faults,
  failpointHits,
  sabotage: values.sabotage as Sabotage | undefined,
  log: (line) => {
    if (!values.quiet) process.stdout.write(`${line}\n`);
  },
});
const width = Math.max(...Object.keys(result.failpoints).map((name) => name.length), 0);
for (const [name, count] of Object.entries(result.failpoints))
  process.stdout.write(`${name.padEnd(width)} ${String(count).padStart(4)} ${'#'.repeat(Math.min(count, 60))}\n`);
process.stdout.write(`${JSON.stringify(result)}\n`);
const asItMustBe = values.sabotage === undefined ? result.holds : result.duplicates > 0;
process.exit(asItMustBe ? 0 : 1);
