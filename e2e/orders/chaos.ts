/**
 * Goal: show that at most one broker order comes of each intended one while everything dies and lies.
 *
 * Method: an owner pursues goals through orders on real servers while seeded faults and failpoints strike; in the end every
 * child of the record is compared with the simulator's journal, the witness that nothing of the platform writes.
 *
 * Invariants checked: intents = accepted + denied; children = witness orders + absent + unsent + rejected; no duplicate, none
 * lost, nothing unresolved, nothing sent after its time, positions equal. A sabotaged run must show duplicates.
 */
import pg from 'pg';
import { ChildState, type ChildOrder, Order, ordersRpc, OrderStatus } from '@vega/contracts';
import { eventually, seededRandom } from '@vega/testkit';
import { isChildTag } from '@vega/trading';
import { FAULTS, SLOWEST_ACCEPTANCE_MS } from './chaos-faults.ts';
import { ask, runGoals, type Goal } from './chaos-load.ts';
import { ACCOUNT, FAILPOINTS, OWNER, startChaosStage, type ChaosStage, type Sabotage } from './chaos-stage.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly intents: number;
  readonly faults: number;
  /** Each failpoint has taken effect this often before the run ends; 0 runs without them. */
  readonly failpointHits: number;
  readonly sabotage?: Sabotage | undefined;
  readonly log: (line: string) => void;
}

export interface ChaosResult {
  readonly seed: number;
  readonly goals: number;
  readonly intents: number;
  readonly accepted: number;
  readonly denied: number;
  readonly children: number;
  readonly witnessOrders: number;
  readonly absent: number;
  readonly unsent: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly unresolved: number;
  readonly sentAfterValidUntil: number;
  readonly positionsEqual: boolean;
  readonly balanced: boolean;
  readonly restarts: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failpoints: Readonly<Record<string, number>>;
  readonly recoveryMs: { readonly p50: number; readonly max: number };
  readonly holds: boolean;
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** Runs chaos to its verdict. Servers are gone when it resolves or rejects. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = seededRandom(options.seed);
  const stage = await startChaosStage({
    random: random.fork(),
    sabotage: options.sabotage,
    failpoints: options.failpointHits > 0,
  });
  try {
    const instrument = await prepare(stage);
    const recoveries: number[] = [];
    const struck: Record<string, number> = {};
    let done = false;
    const strikes = strike(stage, random.fork(), options, struck, recoveries, () => done);
    const goals = await pursueAll(stage, random.fork(), options, instrument);
    done = true;
    await strikes;
    await settle(stage);
    return await judge(stage, options.seed, goals, struck, recoveries);
  } finally {
    await stage.close();
  }
}

async function pursueAll(
  stage: ChaosStage,
  random: ReturnType<typeof seededRandom>,
  options: ChaosOptions,
  instrument: Awaited<ReturnType<typeof prepare>>,
): Promise<Goal[]> {
  const goals: Goal[] = [];
  const enough = (): boolean => FAILPOINTS.every((name) => (stage.hits()[name] ?? 0) >= options.failpointHits);
  let offset = 0;
  do {
    const batch = await runGoals(stage, random, options.intents, instrument, offset, (done) => {
      if (done % 50 === 0)
        options.log(`${offset + done} goals, ${stage.restarts()} restarts, ${JSON.stringify(stage.hits())}`);
    });
    goals.push(...batch);
    offset += options.intents;
  } while (!enough() && offset < options.intents * 40);
  return goals;
}

/** Waits for a writer, opens its limits, and chooses what is traded. */
async function prepare(stage: ChaosStage): Promise<{ key: string; lot: number; pricePaise: number }> {
  const token = stage.platform.token(OWNER);
  await writerIsReady(stage);
  const limits = {
    accountId: ACCOUNT,
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
  await eventually(() => ask(stage.platform.nc, ordersRpc.setLimits, { limits }, token), {
    withinMs: 60_000,
    everyMs: 200,
    what: 'limits that are set',
  });
  const index = 'NSE_INDEX|Nifty 50';
  const spot = await lastPrice(stage, index);
  const calls = (await stage.broker.instruments()).filter(
    (one) => one.underlying_key === index && one.instrument_type === 'CE',
  );
  const expiry = [...new Set(calls.map((one) => one.expiry ?? 0))].sort((a, b) => a - b)[1];
  const [call] = calls
    .filter((one) => one.expiry === expiry)
    .sort((a, b) => Math.abs((a.strike_price ?? 0) - spot) - Math.abs((b.strike_price ?? 0) - spot));
  if (call === undefined) throw new Error('nothing to trade');
  const pricePaise = Math.round((await lastPrice(stage, call.instrument_key)) * 20) * 5;
  return { key: call.instrument_key, lot: call.lot_size, pricePaise };
}

async function lastPrice(stage: ChaosStage, key: string): Promise<number> {
  const { data } = await stage.broker.get(stage.user, `/v2/market-quote/ltp?instrument_key=${encodeURIComponent(key)}`);
  return Object.values(data as Record<string, { last_price: number }>)[0]?.last_price ?? 0;
}

async function writerIsReady(stage: ChaosStage): Promise<number> {
  const started = performance.now();
  const token = stage.platform.token(OWNER);
  await eventually(
    async () => {
      const writer = await ask(stage.platform.nc, ordersRpc.getWriter, { accountId: ACCOUNT }, token, 1_000);
      return writer.reconciledAtMs > 0;
    },
    { withinMs: 120_000, everyMs: 100, what: 'a writer that has reconciled' },
  );
  return Math.round(performance.now() - started);
}

async function strike(
  stage: ChaosStage,
  random: ReturnType<typeof seededRandom>,
  { faults, log }: ChaosOptions,
  struck: Record<string, number>,
  recoveries: number[],
  isDone: () => boolean,
): Promise<void> {
  let order = random.shuffle(FAULTS);
  for (let n = 0; n < faults && !isDone(); n += 1) {
    if (order.length === 0) order = random.shuffle(FAULTS);
    const fault = order.pop();
    if (fault === undefined) continue;
    await pause(random.integer(300, 1_500));
    log(`fault ${n + 1}: ${fault.name}`);
    struck[fault.name] = (struck[fault.name] ?? 0) + 1;
    await fault.strike(stage, random).catch((error: unknown) => log(`  ${String(error)}`));
    if (/^(kill|stop)/.test(fault.name)) recoveries.push(await writerIsReady(stage));
  }
}

/** Ends every fault and waits until nothing is in doubt any more. */
async function settle(stage: ChaosStage): Promise<void> {
  stage.disarm();
  for (const { process: running } of stage.replicas) running?.kill('SIGKILL');
  await stage.broker.clearFaults();
  await writerIsReady(stage);
  const token = stage.platform.token(OWNER);
  await eventually(
    async () => {
      await ask(stage.platform.nc, ordersRpc.reconcile, { accountId: ACCOUNT }, token, 10_000);
      const writer = await ask(stage.platform.nc, ordersRpc.getWriter, { accountId: ACCOUNT }, token);
      const orders = await recordOf(stage);
      return writer.unknownOrders === 0 && orders.every((order) => order.children.every((child) => !isDoubtful(child)));
    },
    { withinMs: 90_000, everyMs: 500, what: 'an end of every doubt' },
  ).catch(() => undefined);
}

const isDoubtful = ({ state }: ChildOrder): boolean => state === ChildState.SENDING || state === ChildState.UNKNOWN;

async function recordOf(stage: ChaosStage): Promise<readonly Order[]> {
  const client = new pg.Client({ connectionString: stage.postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ snapshot: Buffer }>(
      'SELECT snapshot FROM orders.orders WHERE NOT is_foreign',
    );
    return rows.map((row) => Order.decode(row.snapshot));
  } finally {
    await client.end();
  }
}

async function judge(
  stage: ChaosStage,
  seed: number,
  goals: readonly Goal[],
  struck: Readonly<Record<string, number>>,
  recoveries: readonly number[],
): Promise<ChaosResult> {
  const orders = await recordOf(stage);
  const witness = stage.broker.witness().filter((order) => isChildTag(order.tag));
  const byTag = new Map<string, number>();
  for (const { tag } of witness) byTag.set(tag, (byTag.get(tag) ?? 0) + 1);
  const children = orders.flatMap((order) => order.children.map((child) => ({ order, child })));
  const known = new Map(children.map((one) => [one.child.childId, one]));
  const of = (...states: number[]) =>
    children.filter(({ child }) => states.includes(child.state) && child.brokerOrderId === '');
  const sentTwice = [...byTag.values()].reduce((sum, count) => sum + count - 1, 0);
  // A goal is one intended order, in however many intents: what was taken for absent was decided anew.
  const byOrder = new Map(orders.map((order) => [order.intent?.orderId ?? '', order]));
  const goalTwice = goals.reduce((sum, goal) => {
    const sent = goal.orderIds
      .flatMap((id) => byOrder.get(id)?.children ?? [])
      .filter((child) => byTag.has(child.childId));
    return sum + Math.max(0, sent.length - 1);
  }, 0);
  const atBroker = children.filter(({ child }) => child.brokerOrderId !== '');
  const lost =
    atBroker.filter(({ child }) => !byTag.has(child.childId)).length +
    [...byTag.keys()].filter((tag) => !known.has(tag)).length;
  const late = witness.filter(({ tag, marketMs }) => {
    const limit = known.get(tag)?.order.intent?.validUntilMs ?? Number.POSITIVE_INFINITY;
    return marketMs > limit + SLOWEST_ACCEPTANCE_MS;
  }).length;
  const [absent, unsent, rejected] = [
    of(ChildState.ABSENT).length,
    of(ChildState.FAILED).length,
    of(ChildState.REJECTED).length,
  ];
  const unresolved = children.filter(({ child }) => isDoubtful(child)).length;
  const denied = orders.filter((order) => order.status === OrderStatus.DENIED).length;
  const duplicates = sentTwice + goalTwice;
  const balanced = children.length === byTag.size + absent + unsent + rejected + unresolved;
  const positionsEqual = await comparePositions(stage, orders);
  const sorted = [...recoveries].sort((a, b) => a - b);
  return {
    seed,
    goals: goals.length,
    intents: orders.length,
    accepted: orders.length - denied,
    denied,
    children: children.length,
    witnessOrders: witness.length,
    absent,
    unsent,
    rejected,
    duplicates,
    lost,
    unresolved,
    sentAfterValidUntil: late,
    positionsEqual,
    balanced,
    restarts: stage.restarts(),
    faults: struck,
    failpoints: stage.hits(),
    recoveryMs: { p50: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 },
    holds: duplicates === 0 && lost === 0 && unresolved === 0 && late === 0 && positionsEqual && balanced,
  };
}

/** What the broker holds against what the fills of the record sum to. */
async function comparePositions(stage: ChaosStage, orders: readonly Order[]): Promise<boolean> {
  const ours = new Map<string, number>();
  for (const { intent, filledQty } of orders) {
    if (intent === undefined || filledQty === 0) continue;
    const key = intent.instrumentKey;
    ours.set(key, (ours.get(key) ?? 0) + (intent.side === 1 ? filledQty : -filledQty));
  }
  const { data } = await stage.broker.get(stage.user, '/v2/portfolio/short-term-positions');
  const theirs = new Map(
    (data as { instrument_token: string; quantity: number }[]).map((row) => [row.instrument_token, row.quantity]),
  );
  return [...new Set([...ours.keys(), ...theirs.keys()])].every(
    (key) => (ours.get(key) ?? 0) === (theirs.get(key) ?? 0),
  );
}
