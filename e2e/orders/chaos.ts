/**
 * Goal: show that at most one broker order comes of each intended one while everything dies, stands still, is cut off and lies.
 *
 * Method: owners pursue goals through orders on real servers while seeded faults and failpoints strike; in the end every
 * child of the record is compared with the simulator's journal, the witness that nothing of the platform writes, and with
 * what was heard on the wires to it.
 *
 * Invariants checked: intents = accepted + denied; children = witness orders + absent + unsent + rejected; no duplicate, none
 * lost, nothing unresolved, nothing sent after its time, positions equal, events gapless. A sabotaged run must show duplicates.
 */
import { ordersRpc } from '@vega/contracts';
import { eventually, seededRandom, type SeededRandom } from '@vega/testkit';
import { FAULTS, type Fault } from './chaos-faults.ts';
import { countOutbox, isDoubtful, judge, readRecord, type Verdict } from './chaos-judge.ts';
import { chooseTraded, runGoals } from './chaos-load.ts';
import type { Replica, Sabotage } from './chaos-replicas.ts';
import { startChaosStage, type ChaosStage } from './chaos-stage.ts';

export const FAILPOINTS = [
  'before-commit',
  'after-commit-before-send',
  'after-send-before-reply',
  'after-reply-before-commit',
  'after-commit-before-publish',
  'at-lease-loss',
] as const;

export interface ChaosOptions {
  readonly seed: number;
  readonly intents: number;
  /** Orders that must have left before the run ends, however slow the machine is. */
  readonly orders?: number;
  readonly faults: number;
  /** Each failpoint has taken effect this often before the run ends; 0 runs without them. */
  readonly failpointHits: number;
  /** Owners of each account at work at once; four unless given. */
  readonly workers?: number;
  /** Names of the faults to choose from; all of them unless given. */
  readonly faultNames?: readonly string[];
  readonly sabotage?: Sabotage | undefined;
  readonly log: (line: string) => void;
}

export interface ChaosResult extends Verdict {
  readonly seed: number;
  readonly goals: number;
  readonly restarts: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failpoints: Readonly<Record<string, number>>;
  /** From the end of an interruption until every account's books have been read again, milliseconds. */
  readonly recoveryMs: Readonly<Record<string, { readonly count: number; readonly p50: number; readonly max: number }>>;
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

const ACCOUNTS = 3;
/** A run that has not seen all of its faults and failpoints by then ends, and does not hold. */
const LIMIT_MS = 45 * 60_000;

/** Runs chaos to its verdict. Servers are gone when it resolves or rejects. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = seededRandom(options.seed);
  const hits: { of: () => Readonly<Record<string, number>> } = { of: () => ({}) };
  const failpoints = failpointPicker(random.fork(), options.failpointHits, () => hits.of());
  const stage = await startChaosStage({ accounts: ACCOUNTS, plan: { failpoints, sabotage: options.sabotage } });
  hits.of = () => stage.replicas.hits();
  try {
    return await strikeAndJudge(stage, random, options);
  } finally {
    await stage.close();
  }
}

/** A whole run on a stage that stands: load and faults until there were enough of either, then the verdict. */
export async function strikeAndJudge(
  stage: ChaosStage,
  random: SeededRandom,
  options: ChaosOptions,
): Promise<ChaosResult> {
  await prepare(stage);
  const traded = await chooseTraded(stage);
  const started = performance.now();
  const strikes = new Strikes(stage, random.fork(), options);
  const striking = strikes.run();
  let told = 0;
  const goals = await runGoals(stage, random.fork(), traded, {
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    wantsMore: (intents) => {
      if (intents - told >= 100) {
        told = intents;
        options.log(
          `${intents} intents, ${stage.replicas.restarts()} restarts, ${JSON.stringify(stage.replicas.hits())}`,
        );
      }
      if (performance.now() - started > LIMIT_MS) return false;
      const isShort = intents < options.intents || stage.replicas.heard.length < (options.orders ?? 0);
      return isShort || !strikes.isDone || !hasHits(stage, options.failpointHits);
    },
  });
  strikes.stop();
  await striking;
  const failpoints = stage.replicas.hits();
  const restarts = stage.replicas.restarts();
  options.log(`${goals.length} goals are over; every fault ends`);
  await settle(stage, options.sabotage);
  const verdict = await judge(stage, goals);
  const enough = strikes.isDone && FAILPOINTS.every((name) => (failpoints[name] ?? 0) >= options.failpointHits);
  return {
    seed: options.seed,
    goals: goals.length,
    ...verdict,
    restarts,
    faults: strikes.struck,
    failpoints,
    recoveryMs: strikes.recoveries(),
    holds: verdict.holds && enough,
  };
}

function hasHits(stage: ChaosStage, wanted: number): boolean {
  const hits = stage.replicas.hits();
  return FAILPOINTS.every((name) => (hits[name] ?? 0) >= wanted);
}

/** Passages of a failpoint until it takes effect: many commits are made for each order that leaves. */
const PASSAGES: Readonly<Record<string, readonly [number, number]>> = {
  'before-commit': [4, 16],
  'after-commit-before-publish': [4, 16],
};

/** Chooses failpoints for processes as they start: of the places that want hits yet, one that was hit least. */
export function failpointPicker(
  random: SeededRandom,
  wanted: number,
  hits: () => Readonly<Record<string, number>>,
): () => string {
  const at = (name: string): number => random.integer(...(PASSAGES[name] ?? [1, 4]));
  return () => {
    const counts = FAILPOINTS.map((name) => hits()[name] ?? 0);
    const least = Math.min(...counts);
    if (least >= wanted) return '';
    const chosen = random.pick(FAILPOINTS.filter((_, n) => counts[n] === least));
    if (chosen !== 'at-lease-loss') return `${chosen}=${random.chance(0.2) ? 'stop' : 'kill'}:${at(chosen)}`;
    // Who stands still for longer than its lease loses it.
    const place = random.pick(FAILPOINTS.filter((name) => name !== 'at-lease-loss'));
    return `${place}=stop:${at(place)},at-lease-loss=kill:1`;
  };
}

/** Waits for writers and opens their limits. */
export async function prepare(stage: ChaosStage): Promise<void> {
  await stage.writersAreReady();
  for (const account of stage.accounts) {
    const limits = {
      accountId: account.accountId,
      strategy: '',
      maxPriceDistanceBp: 100_000,
      duplicateWindowMs: 0,
      maxOpenOrders: 1_000_000,
      maxOrdersPerSecond: 1_000_000,
      maxOrdersPerDay: 1_000_000,
      allowedInstruments: [],
      allowedProducts: [],
      revision: 0,
      changedBy: '',
      changedAtMs: 0,
    };
    await eventually(
      async () => {
        const { limits: now } = await stage.ask(account, ordersRpc.getLimits, { accountId: account.accountId });
        if (now.some((one) => one.maxOrdersPerDay === 1_000_000)) return true;
        await stage.ask(account, ordersRpc.setLimits, { limits });
        return true;
      },
      { withinMs: 60_000, everyMs: 200, what: 'limits that are set' },
    );
  }
}

/** Strikes one fault after the other, each after the service has recovered from the one before. */
class Strikes {
  readonly struck: Record<string, number> = {};
  private readonly took = new Map<string, number[]>();
  private count = 0;
  private stopped = false;
  private order: Fault[] = [];

  private readonly stage: ChaosStage;
  private readonly random: SeededRandom;
  private readonly options: ChaosOptions;

  constructor(stage: ChaosStage, random: SeededRandom, options: ChaosOptions) {
    this.stage = stage;
    this.random = random;
    this.options = options;
  }

  get isDone(): boolean {
    return this.count >= this.options.faults;
  }

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    while (!this.isDone && !this.stopped) await this.next();
  }

  private async next(): Promise<void> {
    const { stage, random, options } = this;
    const { faultNames } = options;
    if (this.order.length === 0) {
      this.order = random.shuffle(FAULTS.filter(({ name }) => faultNames?.includes(name) ?? true));
    }
    const fault = this.order.pop();
    if (fault === undefined) return;
    await pause(random.integer(200, 1_000));
    options.log(`fault ${this.count + 1}: ${fault.name}`);
    // Lies of the broker end before the next fault: together they could outlast the quarantine.
    await stage.broker.clearFaults();
    await fault.strike(stage, random);
    if (fault.interrupts) {
      const over = { wallMs: Date.now(), ms: performance.now() };
      await stage.writersAreReady(over.wallMs);
      this.took.set(fault.name, [...(this.took.get(fault.name) ?? []), Math.round(performance.now() - over.ms)]);
    }
    this.struck[fault.name] = (this.struck[fault.name] ?? 0) + 1;
    this.count += 1;
  }

  recoveries(): ChaosResult['recoveryMs'] {
    return Object.fromEntries(
      [...this.took].map(([name, values]) => {
        const sorted = values.sort((a, b) => a - b);
        return [name, { count: sorted.length, p50: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 }];
      }),
    );
  }
}

/** Ends every fault and waits until nothing is in doubt or untold any more. */
async function settle(stage: ChaosStage, sabotage: Sabotage | undefined): Promise<void> {
  stage.replicas.plan = { failpoints: (_: Replica) => '', sabotage };
  await stage.replicas.restartAll();
  await stage.broker.clearFaults();
  await stage.writersAreReady(Date.now());
  await eventually(
    async () => {
      for (const account of stage.accounts) {
        const { accountId } = account;
        await stage.ask(account, ordersRpc.reconcile, { accountId }, 10_000);
        const writer = await stage.ask(account, ordersRpc.getWriter, { accountId });
        if (writer.unknownOrders > 0) return false;
      }
      const { orders } = await readRecord(stage);
      if (orders.some((order) => order.children.some(isDoubtful))) return false;
      return (await countOutbox(stage)) === 0;
    },
    { withinMs: 60_000, everyMs: 500, what: 'an end of every doubt' },
  ).catch(() => undefined);
}
