// Intent to broker request, one after the other, so that neither path queues; and as many at once as keep the writer busy.
import { median, percentile, warnIfUnfit, type BenchResult } from '../measure.ts';
import type { OrderPath, OrdersBench } from './stage.ts';

const ROUNDS = 7;
const INTENTS = 80;
const AT_ONCE = 32;
const BURST = 300;
/** Of the bare parts on a quiet machine of two cores, ms. */
const KNOWN_BARE_P50_MS = 5.5;
/** Of the bare statement on the same. */
const KNOWN_COMMITS = 1_400;

const round2 = (value: number): number => Math.round(value * 100) / 100;

export async function benchIntentToBroker({ ours, bare }: OrdersBench): Promise<BenchResult> {
  await oneByOne(ours);
  await oneByOne(bare);
  const seen = { ours: [] as number[][], bare: [] as number[][] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
    for (const name of order) seen[name].push(await oneByOne(name === 'ours' ? ours : bare));
  }
  const ratio = median(seen.ours.map((values, n) => median(values) / median(seen.bare[n] ?? [])));
  const bareP50 = median(seen.bare.flat());
  warnIfUnfit('order parts p50', 1 / bareP50, 1 / KNOWN_BARE_P50_MS);
  return {
    name: 'orders-intent-to-broker',
    figures: {
      p50_ms: round2(median(seen.ours.flat())),
      p99_ms: round2(percentile(seen.ours.flat(), 0.99)),
      bare_p50_ms: round2(bareP50),
      bare_p99_ms: round2(percentile(seen.bare.flat(), 0.99)),
      ratio_p99: round2(percentile(seen.ours.flat(), 0.99) / percentile(seen.bare.flat(), 0.99)),
      intents: seen.ours.flat().length,
    },
    ratio: round2(ratio),
    aim: '<= 1.5 times its bare parts at p50',
    holds: ratio <= 1.5,
  };
}

async function oneByOne(path: OrderPath): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < INTENTS; n += 1) {
    times.push((await path.send()).heardMs);
    // What the order brings after it (its outcome, the stream, the bus) is over before the next one comes.
    await new Promise((resume) => setTimeout(resume, 8));
  }
  return times;
}

/** An order is at least two commits: its birth and what became of it; a bare commit is one. */
export async function benchThroughput({ ours, commitsPerSecond }: OrdersBench): Promise<BenchResult> {
  await atOnce(ours, BURST / 3);
  const seen = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < 5; round += 1) {
    if (round % 2 === 0) seen.ours.push(await atOnce(ours, BURST));
    seen.bare.push(await commitsPerSecond(BURST));
    if (round % 2 === 1) seen.ours.push(await atOnce(ours, BURST));
  }
  const ratio = median(seen.ours.map((value, n) => value / (seen.bare[n] ?? Number.NaN)));
  warnIfUnfit('commits', median(seen.bare), KNOWN_COMMITS);
  return {
    name: 'orders-throughput',
    figures: {
      orders_per_second: Math.round(median(seen.ours)),
      bare_commits_per_second: Math.round(median(seen.bare)),
      at_once: AT_ONCE,
    },
    ratio: round2(ratio),
    aim: '>= 0.3 of bare commits',
    holds: ratio >= 0.3,
  };
}

async function atOnce(path: OrderPath, count: number): Promise<number> {
  let left = count;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await path.send();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (count * 1_000) / (performance.now() - started);
}
