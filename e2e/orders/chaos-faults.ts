/** The faults of a chaos run: deaths, silences and lies, each with a name for the report and a seeded moment. */
import type { SeededRandom } from '@vega/testkit';
import type { ChaosStage } from './chaos-stage.ts';

interface Fault {
  readonly name: string;
  readonly strike: (stage: ChaosStage, random: SeededRandom) => Promise<void>;
}

const ORDER_PATH = '/v3/order/place';
const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

const lie = (name: string, spec: Readonly<Record<string, string | number | boolean>>): Fault => ({
  name,
  strike: (stage) => stage.broker.fault({ kind: name, ...spec }).catch(() => undefined),
});

/** Late acceptance and slowness stay well below the quarantine of the stage. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'kill a replica',
    strike: async (stage, random) => random.pick(stage.replicas).process?.kill('SIGKILL'),
  },
  {
    name: 'stop a replica',
    strike: async (stage, random) => random.pick(stage.replicas).process?.kill('SIGSTOP'),
  },
  { name: 'kill postgres', strike: (stage) => stage.killServer('postgres') },
  { name: 'kill nats', strike: (stage) => stage.killServer('nats') },
  {
    name: 'kill the broker',
    strike: async (stage) => {
      await stage.broker.kill('SIGKILL');
      await stage.broker.restart();
    },
  },
  {
    name: 'stop the broker',
    strike: async (stage) => {
      await stage.broker.kill('SIGSTOP');
      await pause(2_000);
      await stage.broker.kill('SIGCONT');
    },
  },
  lie('timeout-after', { path: ORDER_PATH, times: 2 }),
  lie('accept-late', { path: ORDER_PATH, withinMs: 1_000, times: 2 }),
  lie('hide-order', { forMs: 1_200, durationMs: 3_000 }),
  lie('truncate-book', { keep: 1, durationMs: 1_500 }),
  lie('null-tag', { durationMs: 2_000 }),
  lie('update-duplicate', { durationMs: 3_000 }),
  lie('update-late', { delayMs: 700, durationMs: 3_000 }),
  lie('update-reorder', { durationMs: 3_000 }),
  lie('update-lost', { durationMs: 3_000 }),
  lie('429', { path: ORDER_PATH, times: 2 }),
  lie('html403', { path: ORDER_PATH, times: 1 }),
  lie('5xx', { path: ORDER_PATH, times: 2, status: 504 }),
  lie('latency', { path: ORDER_PATH, delayMs: 1_000, times: 3 }),
];

/** The longest that the broker takes an order after it was sent, milliseconds: late acceptance, slowness, a stop. */
export const SLOWEST_ACCEPTANCE_MS = 5_000;
