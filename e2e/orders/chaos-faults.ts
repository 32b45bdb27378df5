/** The faults of a chaos run: deaths, silences, cut and slow wires, and lies, each with a name for the report. */
import type { SeededRandom, TcpProxy } from '@vega/testkit';
import type { WireName } from './chaos-replicas.ts';
import type { ServerName } from './chaos-servers.ts';
import type { ChaosStage } from './chaos-stage.ts';

export interface Fault {
  readonly name: string;
  /** Whether it interrupts the service, so that there is a recovery to be timed. */
  readonly interrupts: boolean;
  /** Resolves when the fault is over; what it has left broken is to recover by itself. */
  readonly strike: (stage: ChaosStage, random: SeededRandom) => Promise<void>;
}

const ORDER_PATH = '/v3/order/place';
/** The longest a strike holds back what was sent, milliseconds: well below request timeout and quarantine together. */
const SILENCE_MS = 1_800;
/** Lets time pass where its passing is the fault itself: how long something stands still. */
export const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

const kill = (what: string, strike: Fault['strike']): Fault => ({ name: `kill ${what}`, interrupts: true, strike });

const stop = (what: string, stand: (stage: ChaosStage) => void, goOn: (stage: ChaosStage) => void): Fault => ({
  name: `stop ${what}`,
  interrupts: true,
  strike: async (stage) => {
    stand(stage);
    await pause(SILENCE_MS);
    goOn(stage);
  },
});

type Chosen = (stage: ChaosStage, random: SeededRandom) => readonly TcpProxy[];

const oneReplica: Chosen = (stage, random) => Object.values(random.pick(stage.replicas.all).wires);
const wiresTo =
  (name: WireName): Chosen =>
  (stage) =>
    stage.replicas.all.map(({ wires }) => wires[name]);

const onWires = (
  name: string,
  choose: Chosen,
  lastsMs: number,
  harm: (wire: TcpProxy) => Promise<void> | void,
): Fault => ({
  name,
  interrupts: true,
  strike: async (stage, random) => {
    const wires = choose(stage, random);
    await Promise.all(wires.map(harm));
    await pause(lastsMs);
    await Promise.all(wires.map((wire) => wire.mend()));
  },
});
const cut = (what: string, choose: Chosen): Fault =>
  onWires(`cut off ${what}`, choose, SILENCE_MS, (wire) => wire.cut());
const slow = (what: string, choose: Chosen, delayMs: number): Fault =>
  onWires(`slow ${what}`, choose, 2_500, (wire) => wire.slow(delayMs));

const lie = (kind: string, spec: Readonly<Record<string, string | number | boolean>>): Fault => ({
  name: `broker: ${kind}`,
  interrupts: false,
  strike: (stage) => stage.broker.fault({ kind, ...spec }),
});

const killServer = (name: ServerName): Fault => kill(name, ({ servers }) => servers.kill(name));
const stopServer = (name: ServerName): Fault =>
  stop(
    name,
    ({ servers }) => servers.stand(name),
    ({ servers }) => servers.goOn(name),
  );

/** Every fault. Of Redis orders holds nothing and asks nothing: it dies and stands still all the same. */
export const FAULTS: readonly Fault[] = [
  kill('orders', async ({ replicas }, random) => random.pick(replicas.all).process?.kill('SIGKILL')),
  killServer('postgres'),
  killServer('nats'),
  killServer('redis'),
  kill('broker', async ({ broker }) => {
    await broker.kill('SIGKILL');
    await broker.restart();
  }),
  // Woken by its keeper once its lease is over.
  {
    ...kill('', async ({ replicas }, random) => random.pick(replicas.all).process?.kill('SIGSTOP')),
    name: 'stop orders',
  },
  stopServer('postgres'),
  stopServer('nats'),
  stopServer('redis'),
  stop(
    'broker',
    ({ broker }) => void broker.kill('SIGSTOP'),
    ({ broker }) => void broker.kill('SIGCONT'),
  ),
  cut('orders', oneReplica),
  cut('postgres', wiresTo('postgres')),
  cut('nats', wiresTo('nats')),
  cut('broker', wiresTo('broker')),
  onWires('silence broker', wiresTo('broker'), SILENCE_MS, (wire) => wire.stall()),
  slow('orders', oneReplica, 60),
  slow('postgres', wiresTo('postgres'), 60),
  slow('nats', wiresTo('nats'), 100),
  slow('broker', wiresTo('broker'), 300),
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
  lie('401', { path: ORDER_PATH, times: 1 }),
  lie('5xx', { path: ORDER_PATH, times: 2, status: 504 }),
  lie('latency', { path: ORDER_PATH, delayMs: 1_000, times: 3 }),
];
