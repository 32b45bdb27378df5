/** What holds when the writer of an account changes: on real servers, with the broker's journal and the wires to it as witnesses. */
import { jest } from '@jest/globals';
import pg from 'pg';
import {
  ChildState,
  type Order,
  OrderIntent,
  OrderProduct,
  OrderPurpose,
  OrderSide,
  ordersRpc,
  OrderStatus,
  orderSubmit,
  OrderType,
  OrderValidity,
} from '@vega/contracts';
import { eventually } from '@vega/testkit';
import { orderIdOf, UPSTOX_ORDER_RATES } from '@vega/trading';
import { prepare } from './orders/chaos.ts';
import { chooseTraded, type Traded } from './orders/chaos-load.ts';
import type { Replica, ReplicaPlan } from './orders/chaos-replicas.ts';
import { startChaosStage, type ChaosAccount, type ChaosStage } from './orders/chaos-stage.ts';

jest.setTimeout(200_000);

/** Most lots of one NIFTY order: the freeze quantity of 1,800. */
const FREEZE_QTY = 1_800;
const SLICES = 24;
const patience = { withinMs: 60_000, everyMs: 50 };
/** How long both replicas are stopped; longer than the validity of what was decided before. VEGA_STOP_MS=60000 for the long one. */
const STOP_MS = Number(process.env['VEGA_STOP_MS'] ?? 9_000);
const QUIET: ReplicaPlan = { failpoints: () => '' };
/** The broker's rates as they are, and a lease that outlasts a busy machine: what waits for a rate lapses as the writer changes. */
const AT_THE_BROKERS_RATES = { VEGA_ORDERS_RATE_FACTOR: '1', VEGA_ORDERS_LEASE_MS: '5000' };

let stage: ChaosStage;
let account: ChaosAccount;
let call: Traded;
let made = 0;

beforeAll(async () => {
  stage = await startChaosStage({ accounts: 1, plan: QUIET });
  await prepare(stage);
  [call] = (await chooseTraded(stage)) as [Traded, Traded];
  [account] = stage.accounts as [ChaosAccount];
}, 400_000);

afterAll(() => stage?.close(), 60_000);

function intent(change: Partial<OrderIntent> = {}, validMs = 20_000): OrderIntent {
  made += 1;
  return OrderIntent.create({
    orderId: orderIdOf('takeover', String(made)),
    accountId: account.accountId,
    instrumentKey: call.key,
    side: OrderSide.BUY,
    quantity: call.lot,
    product: OrderProduct.DELIVERY,
    orderType: OrderType.LIMIT,
    pricePaise: 5 * (1 + (made % 40)),
    validity: OrderValidity.DAY,
    purpose: OrderPurpose.ENTRY,
    validUntilMs: stage.platform.marketNow() + validMs,
    ...change,
  });
}

const submit = (wanted: OrderIntent) => stage.ask(account, orderSubmit(account.accountId), wanted, 5_000);
const writer = () => stage.ask(account, ordersRpc.getWriter, { accountId: account.accountId }, 1_000);
type Writer = Awaited<ReturnType<typeof writer>>;
const arrived = (tag: string) => stage.broker.witness().filter((order) => order.tag === tag);

async function accept(wanted: OrderIntent): Promise<string> {
  const { result } = await submit(wanted);
  if (result?.$case !== 'accepted') throw new Error(`the intent was ${result?.value.code ?? 'not answered'}`);
  return wanted.orderId;
}

async function orderOf(orderId: string): Promise<Order> {
  const { order } = await stage.ask(account, ordersRpc.getOrder, { orderId, accountId: '' });
  if (order === undefined) throw new Error('the order is not recorded');
  return order;
}

async function orderBecomes(orderId: string, status: OrderStatus): Promise<Order> {
  return eventually(
    async () => {
      const order = await orderOf(orderId);
      return order.status === status ? order : undefined;
    },
    { ...patience, what: `order status ${status}` },
  );
}

/** Waits until so many of its slices were born; the error of one that lapsed says so. */
async function orderHasChildren(orderId: string, count: number): Promise<void> {
  await eventually(async () => {
    const { children, lapsedQty, status } = await orderOf(orderId);
    if (children.length >= count) return true;
    throw new Error(
      `${children.length} of ${count} children, ${lapsedQty} lapsed, status ${status}, ${JSON.stringify(await writer())}`,
    );
  }, patience);
}

/** Waits until a replica writes the account and has read the broker's books, and more where that is asked for. */
function writtenBy({ name }: Replica, isSo: (now: Writer) => boolean = () => true): Promise<Writer> {
  return eventually(async () => {
    const now = await writer();
    if (now.replica.startsWith(name) && now.reconciledAtMs > 0 && isSo(now)) return now;
    throw new Error(`wanted ${name}, the writer is ${JSON.stringify(now)}`);
  }, patience);
}

/** The replica that writes the account, and the one that waits. */
async function roles(): Promise<{ active: Replica; waiting: Replica }> {
  const { replica } = await eventually(writer, patience);
  const active = stage.replicas.all.find(({ name }) => replica.startsWith(name));
  const waiting = stage.replicas.all.find((one) => one !== active);
  if (active === undefined || waiting === undefined) throw new Error(`nobody is ${replica}`);
  return { active, waiting };
}

async function restart(plan: ReplicaPlan): Promise<void> {
  stage.replicas.plan = plan;
  await stage.replicas.restartAll();
  await stage.writersAreReady(Date.now());
}

it('has one order at the broker of a writer that stood still between insert and send while another took over', async () => {
  const environment = { VEGA_ORDERS_REQUEST_TIMEOUT_MS: '10000' };
  const armed = 'orders-a';
  await restart({ ...QUIET, environment });
  stage.replicas.plan = {
    environment,
    failpoints: ({ name }) => (name === armed ? 'after-commit-before-send=stop:1' : ''),
  };
  // The armed one takes over from the other: it is the one that writes when the order comes.
  const [a, b] = stage.replicas.all as [Replica, Replica];
  const startA = await stage.replicas.takeDown(a);
  await writtenBy(b);
  startA();
  await stage.replicas.isReady(a);
  const startB = await stage.replicas.takeDown(b);
  const before = await writtenBy(a);
  startB();
  await stage.replicas.isReady(b);
  const wanted = intent();
  // Nobody answers while it stands: its owner repeats the id, and is told by the one that takes over.
  await eventually(() => accept(wanted), patience);
  const order = await eventually(async () => {
    const now = await orderOf(wanted.orderId);
    return now.status === OrderStatus.WORKING ? now : undefined;
  }, patience);
  const after = await writer();
  expect(after.epoch).toBeGreaterThan(before.epoch);
  expect(after.replica.startsWith(b.name)).toBe(true);
  expect(stage.replicas.hits()['after-commit-before-send']).toBe(1);
  expect(order.children).toHaveLength(1);
  expect(arrived(order.children[0]?.childId ?? '')).toHaveLength(1);
  expect(stage.replicas.heard.filter(({ tag }) => tag === order.children[0]?.childId)).toMatchObject([
    { replica: a.name },
  ]);
});

it('serves within seconds after the active replica was killed under load', async () => {
  await restart(QUIET);
  const { active, waiting } = await roles();
  await stage.replicas.isReady(waiting);
  let stopped = false;
  const sent: OrderIntent[] = [];
  const load = (async () => {
    while (!stopped) {
      const wanted = intent();
      sent.push(wanted);
      // Accepted or denied: an answer is an answer. What is not answered is asked again under the same id.
      await eventually(() => submit(wanted), { ...patience, everyMs: 20 });
    }
  })();
  await eventually(() => sent.length > 10, patience);
  const killedMs = performance.now();
  const startAgain = await stage.replicas.takeDown(active);
  await eventually(
    async () => {
      const now = await writer();
      return now.replica.startsWith(waiting.name) && (await accept(intent()));
    },
    { ...patience, everyMs: 20, what: 'an accepted order' },
  );
  // Its lease of 1.5 s, the books, and what a busy machine adds.
  expect(performance.now() - killedMs).toBeLessThan(30_000);
  startAgain();
  stopped = true;
  await load;
  for (const { orderId } of sent) {
    const [child] = (await orderOf(orderId)).children;
    expect(arrived(child?.childId ?? '').length).toBeLessThanOrEqual(1);
  }
});

it('sends nothing of what was decided before it was stopped for longer than its validity', async () => {
  await restart({ ...QUIET, environment: AT_THE_BROKERS_RATES, standsMs: STOP_MS });
  // Twenty-four slices at eight a second: most of them wait for the limiter when it is stopped, decided and not yet sent.
  const lots = Math.floor(FREEZE_QTY / call.lot);
  const big = intent({ quantity: SLICES * lots * call.lot }, 5_000);
  const heardBefore = stage.replicas.heard.length;
  await accept(big);
  const heardOf = async () => {
    const tags = new Set((await orderOf(big.orderId)).children.map((child) => child.childId));
    return stage.replicas.heard.filter(({ tag }) => tags.has(tag));
  };
  await eventually(() => stage.replicas.heard.length - heardBefore >= 8, { ...patience, everyMs: 2 });
  for (const { process: running } of stage.replicas.all) running?.kill('SIGSTOP');
  const stoppedAtMs = Date.now();
  // What comes meanwhile waits in the bus, and its time runs out as well.
  const meanwhile = [intent({}, 2_000), intent({}, 2_000)];
  const unanswered = meanwhile.map((wanted) => submit(wanted).catch(() => undefined));
  const order = await eventually(
    async () => {
      const now = await orderOf(big.orderId);
      return now.lapsedQty > 0 ? now : undefined;
    },
    { ...patience, withinMs: STOP_MS + patience.withinMs, what: 'a remainder that lapsed' },
  );
  await Promise.all(unanswered);
  expect(stage.platform.marketNow()).toBeGreaterThan(big.validUntilMs);
  expect(order.children.length).toBeLessThan(SLICES);
  expect(order.lapsedQty).toBeGreaterThan(0);
  await eventually(async () => (await writer()).reconciledAtMs > stoppedAtMs, patience);
  const [fresh] = [intent()];
  await eventually(() => accept(fresh), patience);
  await orderBecomes(fresh.orderId, OrderStatus.WORKING);
  const late = (await heardOf()).filter(({ wallMs }) => wallMs > stoppedAtMs + STOP_MS / 3);
  expect(late).toEqual([]);
  for (const { orderId } of meanwhile) {
    const recorded = await orderOf(orderId).catch(() => undefined);
    expect(recorded?.children ?? []).toEqual([]);
  }
});

it('keeps the rates of user and segment across a change of the writer, exits first', async () => {
  await restart({ ...QUIET, environment: AT_THE_BROKERS_RATES });
  const bought = await eventually(() => accept(intent({ pricePaise: call.pricePaise + 2_000 })), patience);
  await orderBecomes(bought, OrderStatus.FILLED);
  const { active, waiting } = await roles();
  await stage.replicas.isReady(waiting);
  const lots = Math.floor(FREEZE_QTY / call.lot);
  const first = await accept(intent({ quantity: 20 * lots * call.lot }));
  await orderHasChildren(first, 8);
  const startAgain = await stage.replicas.takeDown(active);
  // An exit is known as one once the positions have been read, and nothing is opened while a child is in doubt.
  await writtenBy(waiting, ({ unknownOrders }) => unknownOrders === 0);
  startAgain();
  const [opening, leaving] = [
    intent({ quantity: 20 * lots * call.lot }, 60_000),
    intent(
      { side: OrderSide.SELL, pricePaise: Math.max(5, call.pricePaise - 2_000), purpose: OrderPurpose.EXIT },
      60_000,
    ),
  ];
  const openingAccepted = eventually(() => accept(opening), patience);
  // It comes while slices of the opening wait for the limiter, and is not made to wait for them.
  const [second, exit] = await Promise.all([openingAccepted, eventually(() => accept(leaving), patience)]);
  const sold = await orderBecomes(exit, OrderStatus.FILLED);
  expect(sold.reducing).toBe(true);
  const done = await eventually(async () => {
    const now = await orderOf(second);
    return now.children.length === 20 && now.children.every((child) => child.state === ChildState.OPEN)
      ? now
      : undefined;
  }, patience);
  const exitBornMs = sold.children[0]?.bornAtMs ?? 0;
  expect(done.children.filter((child) => child.bornAtMs > exitBornMs).length).toBeGreaterThan(0);
  const births = await birthTimes();
  const [perSecond] = UPSTOX_ORDER_RATES.user;
  expect(new Set(births.map((birth) => birth.epoch)).size).toBeGreaterThan(1);
  const calls = births.map((birth) => birth.atMs).sort((one, other) => one - other);
  const most = Math.max(...calls.map((from) => calls.filter((at) => at >= from && at < from + 1_000).length));
  expect(most).toBeLessThanOrEqual(perSecond?.max ?? 0);
  // An opening leaves a fifth free: eight of ten.
  const openings = births.filter((birth) => birth.orderId !== exit && birth.orderId !== bought).map(({ atMs }) => atMs);
  const mostOpenings = Math.max(
    ...openings.map((from) => openings.filter((at) => at >= from && at < from + 1_000).length),
  );
  expect(mostOpenings).toBeLessThanOrEqual(8);
  expect(mostOpenings).toBeGreaterThanOrEqual(2);

  async function birthTimes(): Promise<{ orderId: string; epoch: string; atMs: number }[]> {
    const client = new pg.Client({ connectionString: stage.servers.postgresUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ order_id: string; epoch: string; born_at_ms: string }>(
        'SELECT order_id, epoch, born_at_ms FROM orders.children WHERE order_id = ANY($1)',
        [[bought, first, second, exit]],
      );
      return rows.map((row) => ({ orderId: row.order_id, epoch: row.epoch, atMs: Number(row.born_at_ms) }));
    } finally {
      await client.end();
    }
  }
});
