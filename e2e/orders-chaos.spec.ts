/**
 * `npm run test:chaos` in short: it holds, and each planted fault of the order path makes it report duplicates. The long
 * run and its figures: docs/benchmarks.md.
 */
import { jest } from '@jest/globals';
import { eventually, seededRandom, seedFromEnvironment } from '@vega/testkit';
import { FAILPOINTS, failpointPicker, strikeAndJudge } from './orders/chaos.ts';
import { pause } from './orders/chaos-faults.ts';
import { countDuplicates } from './orders/chaos-judge.ts';
import { chooseTraded, runGoals, type Goal } from './orders/chaos-load.ts';
import type { Sabotage } from './orders/chaos-replicas.ts';
import { startChaosStage, type ChaosStage } from './orders/chaos-stage.ts';

jest.setTimeout(400_000);

const seed = seedFromEnvironment(20261128);
/** One of each sort: deaths, silences, cut wires, lies. */
const FAULT_NAMES = [
  'kill orders',
  'kill postgres',
  'kill nats',
  'kill redis',
  'kill broker',
  'stop orders',
  'stop postgres',
  'cut off orders',
  'slow broker',
  'broker: accept-late',
  'broker: timeout-after',
  'broker: update-lost',
];

let stage: ChaosStage;

beforeAll(async () => {
  stage = await startChaosStage({ accounts: 3, plan: { failpoints: () => '' } });
}, 400_000);

afterAll(() => stage?.close(), 60_000);

it('sends each intended order at most once while everything dies and lies', async () => {
  const random = seededRandom(seed);
  stage.replicas.plan = { failpoints: failpointPicker(random.fork(), 1, () => stage.replicas.hits()) };
  await stage.replicas.restartAll();
  const result = await strikeAndJudge(stage, random, {
    seed,
    intents: 100,
    orders: 30,
    faults: FAULT_NAMES.length,
    faultNames: FAULT_NAMES,
    failpointHits: 1,
    workers: 2,
    log: (line) => {
      if (process.env['VEGA_CHAOS_KEEP'] !== undefined) process.stderr.write(`${new Date().toISOString()} ${line}\n`);
    },
  });
  expect(result).toMatchObject({
    duplicates: 0,
    lost: 0,
    unresolved: 0,
    sentAfterValidUntil: 0,
    sentOverdue: 0,
    oversized: 0,
    contradicted: 0,
    intentsBalance: true,
    childrenBalance: true,
    positionsEqual: true,
    eventsGapless: true,
    holds: true,
  });
  // Its volume: a run in which nothing happened shows nothing.
  expect(result.intents + result.unrecorded).toBeGreaterThanOrEqual(100);
  expect(result.witnessOrders).toBeGreaterThanOrEqual(20);
  expect(Object.keys(result.faults).sort()).toEqual([...FAULT_NAMES].sort());
  for (const name of FAILPOINTS) expect([name, (result.failpoints[name] ?? 0) > 0]).toEqual([name, true]);
});

/** What brings each planted fault to light soonest. */
const PROVOCATIONS: Readonly<Record<Sabotage, (stage: ChaosStage) => Promise<void>>> = {
  resend: ({ broker }) => broker.fault({ kind: 'timeout-after', path: '/v3/order/place', times: 1 }),
  'no-quarantine': ({ broker }) =>
    broker.fault({ kind: 'accept-late', path: '/v3/order/place', withinMs: 2_500, times: 3 }),
  // What was sent to a writer that stands still waits for it, while another has taken over and answers the same.
  'no-epoch': async ({ replicas }) => {
    for (const { process: running } of replicas.all) {
      running?.kill('SIGSTOP');
      await pause(5_000);
    }
  },
};

// Without its fence the record itself is spoilt, and its writers with it: nothing comes after that on the same stage.
it.each(['resend', 'no-quarantine', 'no-epoch'] as const)('notices what %s would do', async (sabotage) => {
  const plan = { failpoints: () => '', sabotage };
  stage.replicas.plan = plan;
  await stage.broker.clearFaults();
  await stage.replicas.restartAll();
  await stage.writersAreReady(Date.now());
  const goals: Goal[] = [];
  let found = false;
  const provoking = (async () => {
    await eventually(
      async () => {
        await PROVOCATIONS[sabotage](stage);
        await pause(1_000);
        return countDuplicates(stage, goals) > 0;
      },
      { withinMs: 120_000, everyMs: 500, what: 'a duplicate' },
    );
  })().finally(() => (found = true));
  const running = runGoals(stage, seededRandom(seed), await chooseTraded(stage), {
    wantsMore: () => !found,
    validMs: 6_000,
    goals,
    workers: 2,
    patienceMs: 6_000,
  });
  await provoking;
  await running;
  expect(countDuplicates(stage, goals)).toBeGreaterThan(0);
});
