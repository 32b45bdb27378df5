/** The verdict of a chaos run: the record of orders against the broker's journal, the wires to it, and what owners were told. */
import { jetstream } from '@nats-io/jetstream';
import pg from 'pg';
import { ChildState, type ChildOrder, Order, OrderEvent, OrderEventKind, OrderStatus, STREAMS } from '@vega/contracts';
import { childIdOf, isChildTag, type OrderId } from '@vega/trading';
import type { Goal } from './chaos-load.ts';
import type { ChaosStage } from './chaos-stage.ts';

export interface Verdict {
  readonly intents: number;
  readonly accepted: number;
  readonly denied: number;
  /** Ids that were submitted and never recorded: nobody was told that they were. */
  readonly unrecorded: number;
  readonly children: number;
  /** Children that the broker's journal holds. */
  readonly witnessOrders: number;
  /** Orders heard on the wires to the broker, whatever became of them. */
  readonly heardOrders: number;
  readonly absent: number;
  /** Children that never left, by evidence of their own writer. */
  readonly unsent: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly unresolved: number;
  readonly sentAfterValidUntil: number;
  /** Orders that left longer after their birth than whoever finds them in the record counts on. */
  readonly sentOverdue: number;
  /** Orders whose children sum past their intent. */
  readonly oversized: number;
  /** Owners that were told other than what is recorded. */
  readonly contradicted: number;
  readonly intentsBalance: boolean;
  readonly childrenBalance: boolean;
  readonly positionsEqual: boolean;
  /** Every account's events are numbered from 1 on without a gap, and all of them are on the bus. */
  readonly eventsGapless: boolean;
  readonly holds: boolean;
}

/** How much later than it was sent the wire may hear an order on a busy machine, milliseconds. */
const WIRE_LAG_MS = 1_000;

/** How much later than its market time tells a replica may think it is: ticks of the feed and a slow wire, milliseconds. */
const CLOCK_LAG_MS = 1_000;

export const isDoubtful = ({ state }: ChildOrder): boolean =>
  state === ChildState.SENDING || state === ChildState.UNKNOWN;

interface Recorded {
  readonly orders: readonly Order[];
  /** Events of the record by kind. */
  readonly events: Readonly<Record<number, number>>;
  readonly heads: ReadonlyMap<string, { readonly lastSeq: number; readonly count: number }>;
}

/** Reads the whole record of the accounts of a stage. */
export async function readRecord(stage: ChaosStage): Promise<Recorded> {
  const client = new pg.Client({ connectionString: stage.servers.postgresUrl });
  await client.connect();
  try {
    const orders = await client.query<{ snapshot: Buffer }>('SELECT snapshot FROM orders.orders WHERE NOT is_foreign');
    const kinds = await client.query<{ kind: number; count: string }>(
      'SELECT kind, count(*) FROM orders.order_events GROUP BY kind',
    );
    const heads = await client.query<{ account_id: string; last_seq: string; count: string }>(
      `SELECT w.account_id, w.last_seq, (SELECT count(DISTINCT account_seq) FROM orders.order_events e
         WHERE e.account_id = w.account_id AND e.account_seq BETWEEN 1 AND w.last_seq) AS count FROM orders.writers w`,
    );
    return {
      orders: orders.rows.map((row) => Order.decode(row.snapshot)),
      events: Object.fromEntries(kinds.rows.map((row) => [row.kind, Number(row.count)])),
      heads: new Map(
        heads.rows.map((row) => [row.account_id, { lastSeq: Number(row.last_seq), count: Number(row.count) }]),
      ),
    };
  } finally {
    await client.end();
  }
}

/** Messages that wait in the outbox. */
export async function countOutbox(stage: ChaosStage): Promise<number> {
  const client = new pg.Client({ connectionString: stage.servers.postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM orders.outbox');
    return Number(rows[0]?.count ?? 0);
  } finally {
    await client.end();
  }
}

/** Compares. Every doubt is over when it is asked, or counts against the run. */
export async function judge(stage: ChaosStage, goals: readonly Goal[]): Promise<Verdict> {
  const { orders, events, heads } = await readRecord(stage);
  const children = orders.flatMap((order) => order.children.map((child) => ({ order, child })));
  const told = judgeIntents(goals, orders);
  const sent = judgeSending(stage, goals, children);
  const [accepted, denied] = [events[OrderEventKind.ACCEPTED] ?? 0, events[OrderEventKind.DENIED] ?? 0];
  const withoutName = (state: ChildState): number =>
    children.filter(({ child }) => child.state === state && child.brokerOrderId === '').length;
  const [absent, unsent, rejected] = [
    withoutName(ChildState.ABSENT),
    withoutName(ChildState.FAILED),
    withoutName(ChildState.REJECTED),
  ];
  const unresolved = children.filter(({ child }) => isDoubtful(child)).length;
  const oversized = orders.filter(
    (order) => order.children.reduce((sum, child) => sum + child.quantity, 0) > (order.intent?.quantity ?? 0),
  ).length;
  const childrenBalance = children.length === sent.witnessOrders + absent + unsent + rejected;
  const intentsBalance = told.intents === accepted + denied && orders.length === told.intents;
  const positionsEqual = await comparePositions(stage, orders);
  const eventsGapless = await compareEvents(stage, heads);
  const faultless =
    [
      sent.duplicates,
      sent.lost,
      sent.sentAfterValidUntil,
      sent.sentOverdue,
      unresolved,
      oversized,
      told.contradicted,
    ].every((count) => count === 0) && [childrenBalance, intentsBalance, positionsEqual, eventsGapless].every(Boolean);
  return {
    ...told,
    accepted,
    denied,
    children: children.length,
    ...sent,
    absent,
    unsent,
    rejected,
    unresolved,
    oversized,
    intentsBalance,
    childrenBalance,
    positionsEqual,
    eventsGapless,
    holds: faultless,
  };
}

function judgeIntents(
  goals: readonly Goal[],
  orders: readonly Order[],
): Pick<Verdict, 'intents' | 'unrecorded' | 'contradicted'> {
  const byId = new Map(orders.map((order) => [order.intent?.orderId ?? '', order]));
  let [intents, unrecorded, contradicted] = [0, 0, 0];
  for (const { orderId, answer } of goals.flatMap((goal) => goal.intents)) {
    const order = byId.get(orderId);
    if (order === undefined) unrecorded += 1;
    else intents += 1;
    const recorded = order === undefined ? 'none' : order.status === OrderStatus.DENIED ? 'denied' : 'accepted';
    // Who had no answer contradicts nothing; who had one finds it in the record for good.
    if (answer !== 'none' && answer !== recorded) contradicted += 1;
  }
  return { intents, unrecorded, contradicted };
}

/** What left and what arrived, by the tags that orders carry. */
function judgeSending(
  stage: ChaosStage,
  goals: readonly Goal[],
  children: readonly { readonly order: Order; readonly child: ChildOrder }[],
): Pick<Verdict, 'witnessOrders' | 'heardOrders' | 'duplicates' | 'lost' | 'sentAfterValidUntil' | 'sentOverdue'> {
  const arrived = countTags(stage.broker.witness().map((order) => order.tag));
  const left = countTags(stage.replicas.heard.map((order) => order.tag));
  const known = new Map(children.map((one) => [one.child.childId, one]));
  const tags = new Set([...arrived.keys(), ...left.keys()]);
  const duplicates = countDuplicates(stage, goals);
  const lost =
    children.filter(({ child }) => child.brokerOrderId !== '' && !arrived.has(child.childId)).length +
    [...tags].filter((tag) => !known.has(tag)).length;
  const offset = stage.platform.marketNow() - Date.now();
  const sentAfterValidUntil = stage.replicas.heard.filter(({ tag, wallMs }) => {
    const limit = known.get(tag)?.order.intent?.validUntilMs ?? Number.POSITIVE_INFINITY;
    return wallMs + offset > limit + CLOCK_LAG_MS;
  }).length;
  const sentOverdue = stage.replicas.heard.filter(({ tag, wallMs }) => {
    const born = known.get(tag)?.child.bornAtMs ?? Number.POSITIVE_INFINITY;
    return wallMs > born + stage.replicas.requestTimeoutMs + WIRE_LAG_MS;
  }).length;
  return { sentOverdue, witnessOrders: arrived.size, heardOrders: left.size, duplicates, lost, sentAfterValidUntil };
}

/**
 * Orders that left or arrived beyond one for each intended one: a tag that was sent twice, and a goal that has an order of
 * more than one of its intents at the broker, as when what was taken for absent was decided anew and then came after all.
 */
export function countDuplicates(stage: ChaosStage, goals: readonly Goal[]): number {
  const arrived = countTags(stage.broker.witness().map((order) => order.tag));
  const left = countTags(stage.replicas.heard.map((order) => order.tag));
  let duplicates = 0;
  for (const goal of goals) {
    // What is traded is below the freeze quantity: an intent has one child.
    const tags = goal.intents.map(({ orderId }) => childIdOf(orderId as OrderId, 0));
    for (const tag of tags) duplicates += Math.max(0, Math.max(arrived.get(tag) ?? 0, left.get(tag) ?? 0) - 1);
    duplicates += Math.max(0, tags.filter((tag) => arrived.has(tag)).length - 1);
  }
  return duplicates;
}

function countTags(tags: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tag of tags) if (isChildTag(tag)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return counts;
}

/** What the broker holds against what the fills of the record sum to. */
async function comparePositions(stage: ChaosStage, orders: readonly Order[]): Promise<boolean> {
  const same = await Promise.all(
    stage.accounts.map(async ({ accountId, user }) => {
      const ours = new Map<string, number>();
      for (const { intent, filledQty } of orders) {
        if (intent === undefined || filledQty === 0 || intent.accountId !== accountId) continue;
        const signed = intent.side === 1 ? filledQty : -filledQty;
        ours.set(intent.instrumentKey, (ours.get(intent.instrumentKey) ?? 0) + signed);
      }
      const { data } = await stage.broker.get(user, '/v2/portfolio/short-term-positions');
      const rows = data as { instrument_token: string; quantity: number }[];
      const theirs = new Map(rows.map((row) => [row.instrument_token, row.quantity]));
      return [...new Set([...ours.keys(), ...theirs.keys()])].every(
        (key) => (ours.get(key) ?? 0) === (theirs.get(key) ?? 0),
      );
    }),
  );
  return same.every(Boolean);
}

/** Whether record and bus both hold each event from 1 to the last. */
async function compareEvents(stage: ChaosStage, heads: Recorded['heads']): Promise<boolean> {
  const seen = new Map<string, Set<number>>();
  const consumer = await jetstream(stage.platform.nc).consumers.get(STREAMS.orderEvents.name);
  for (;;) {
    let count = 0;
    for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
      count += 1;
      const { accountId, accountSeq } = OrderEvent.decode(message.data);
      const numbers = seen.get(accountId) ?? new Set<number>();
      seen.set(accountId, numbers.add(accountSeq));
    }
    if (count === 0) break;
  }
  return [...heads].every(([accountId, { lastSeq, count }]) => {
    const numbers = seen.get(accountId) ?? new Set<number>();
    return count === lastSeq && numbers.size === lastSeq && (lastSeq === 0 || Math.max(...numbers) === lastSeq);
  });
}
