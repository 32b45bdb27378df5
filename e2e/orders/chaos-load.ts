/** The owners of intents in a chaos run: they decide goals, submit until they know, and decide anew what never arrived. */
import {
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
import { orderIdOf } from '@vega/trading';
import { type SeededRandom } from '@vega/testkit';
import { Refused, type ChaosAccount, type ChaosStage } from './chaos-stage.ts';

/** One intent of a goal and the answer its owner got. */
export interface Intended {
  readonly orderId: string;
  readonly validUntilMs: number;
  answer: 'accepted' | 'denied' | 'none';
  /** Its owner has not waited for its end, and must not decide anew. */
  isGivenUp: boolean;
}

/** What somebody wants once, in as many intents as it takes. */
export interface Goal {
  readonly account: ChaosAccount;
  readonly intents: Intended[];
}

/** What is traded, with a price that is kept fresh. */
export interface Traded {
  readonly key: string;
  readonly lot: number;
  pricePaise: number;
}

const ATTEMPTS = 3;
const WORKERS_PER_ACCOUNT = 4;
const PRICE_EVERY_MS = 3_000;
const PATIENCE_MS = 60_000;
/** Time in which a recorded order is found: a commit ends within its own limit. */
const RECORDED_WITHIN_MS = 12_000;
const KNOWN: ReadonlySet<number> = new Set([
  OrderStatus.DENIED,
  OrderStatus.FILLED,
  OrderStatus.CANCELLED,
  OrderStatus.REJECTED,
  OrderStatus.FAILED,
  OrderStatus.WORKING,
]);

/** Goals of this process so far: no two runs on one stage share an id. */
let made = 0;

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

interface Wish {
  readonly kind: 'rest' | 'take' | 'exit';
  readonly traded: Traded;
  readonly restPaise: number;
  readonly validMs: number;
  readonly cancel: boolean;
}

/** Options near the money of NIFTY's second expiry: a call and a put. */
export async function chooseTraded(stage: ChaosStage): Promise<Traded[]> {
  const index = 'NSE_INDEX|Nifty 50';
  const spot = (await lastPaise(stage, index)) / 100;
  const contracts = (await stage.broker.instruments()).filter((one) => one.underlying_key === index);
  const expiry = [
    ...new Set(contracts.filter((one) => one.instrument_type === 'CE').map((one) => one.expiry ?? 0)),
  ].sort((a, b) => a - b)[1];
  return Promise.all(
    ['CE', 'PE'].map(async (type) => {
      const [nearest] = contracts
        .filter((one) => one.instrument_type === type && one.expiry === expiry)
        .sort((a, b) => Math.abs((a.strike_price ?? 0) - spot) - Math.abs((b.strike_price ?? 0) - spot));
      if (nearest === undefined) throw new Error(`no ${type} to trade`);
      const { instrument_key: key, lot_size: lot } = nearest;
      return { key, lot, pricePaise: await lastPaise(stage, key) };
    }),
  );
}

async function lastPaise({ broker, accounts }: ChaosStage, key: string): Promise<number> {
  const [first] = accounts;
  if (first === undefined) throw new Error('a stage has an account');
  const path = `/v2/market-quote/ltp?instrument_key=${encodeURIComponent(key)}`;
  const { data } = await broker.get(first.user, path);
  const [quote] = Object.values(data as Record<string, { last_price: number }>);
  if (quote === undefined) throw new Error(`no price of ${key}`);
  return Math.round(quote.last_price * 20) * 5;
}

/** Works off goals until `wantsMore` says no; the goals, each known or given up. */
export async function runGoals(
  stage: ChaosStage,
  random: SeededRandom,
  traded: readonly Traded[],
  options: {
    readonly wantsMore: (intents: number) => boolean;
    /** Of every intent; two and six seconds by turns unless given. */
    readonly validMs?: number;
    /** How long an owner waits for the end of a doubt before it leaves the order to the judge. */
    readonly patienceMs?: number;
    /** Owners of each account at work at once. */
    readonly workers?: number;
    /** Where goals are kept, for who looks at them meanwhile. */
    readonly goals?: Goal[];
  },
): Promise<Goal[]> {
  const goals = options.goals ?? [];
  let intents = 0;
  const nextGoal = (account: ChaosAccount): Goal => {
    const goal: Goal = { account, intents: [] };
    goals.push(goal);
    return goal;
  };
  const worker = async (account: ChaosAccount): Promise<void> => {
    while (options.wantsMore(intents)) {
      const wish: Wish = {
        kind: random.pick(['rest', 'rest', 'rest', 'take', 'exit'] as const),
        traded: random.pick(traded),
        restPaise: random.integer(1, 60) * 5,
        validMs: options.validMs ?? random.pick([2_000, 6_000]),
        cancel: random.chance(0.8),
      };
      const goal = nextGoal(account);
      made += 1;
      await pursue(stage, goal, wish, {
        name: `${stage.folder} ${made}`,
        patienceMs: options.patienceMs ?? PATIENCE_MS,
        isOver: () => !options.wantsMore(intents),
      });
      intents += goal.intents.length;
      await pause(random.integer(20, 300));
    }
  };
  const pricing = setInterval(() => {
    for (const one of traded) {
      lastPaise(stage, one.key).then(
        (pricePaise) => (one.pricePaise = pricePaise),
        () => undefined,
      );
    }
  }, PRICE_EVERY_MS);
  try {
    await Promise.all(
      stage.accounts.flatMap((account) =>
        Array.from({ length: options.workers ?? WORKERS_PER_ACCOUNT }, () => worker(account)),
      ),
    );
  } finally {
    clearInterval(pricing);
  }
  return goals;
}

interface Pursuit {
  readonly name: string;
  readonly patienceMs: number;
  readonly isOver: () => boolean;
}

async function pursue(stage: ChaosStage, goal: Goal, wish: Wish, pursuit: Pursuit): Promise<void> {
  const { name, patienceMs, isOver } = pursuit;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const intent = intentOf(stage, goal.account, wish, `${name} ${attempt}`);
    const { orderId, validUntilMs } = intent;
    const intended: Intended = { orderId, validUntilMs, answer: 'none', isGivenUp: false };
    goal.intents.push(intended);
    const order = await submitUntilKnown(stage, goal.account, intent, intended, patienceMs);
    if (order?.status === OrderStatus.WORKING && wish.cancel) {
      const request = { orderId, accountId: goal.account.accountId, requestId: '' };
      await stage.ask(goal.account, ordersRpc.cancel, request, 5_000).catch(() => undefined);
    }
    if (order?.status === OrderStatus.DENIED) await pause(150);
    // What is in doubt is waited for; what never arrived is decided anew, as its owner may.
    const mayAgain =
      order === undefined
        ? intended.answer === 'none' && !intended.isGivenUp
        : order.status === OrderStatus.FAILED || order.denial?.retryable === true;
    if (!mayAgain || isOver()) return;
  }
}

function intentOf(stage: ChaosStage, account: ChaosAccount, wish: Wish, name: string): OrderIntent {
  const { traded, kind } = wish;
  const price = { rest: wish.restPaise, take: traded.pricePaise + 1_000, exit: Math.max(5, traded.pricePaise - 1_000) };
  return OrderIntent.create({
    orderId: orderIdOf('chaos', account.accountId, name),
    accountId: account.accountId,
    instrumentKey: traded.key,
    side: kind === 'exit' ? OrderSide.SELL : OrderSide.BUY,
    quantity: traded.lot,
    product: OrderProduct.DELIVERY,
    orderType: OrderType.LIMIT,
    pricePaise: price[kind],
    validity: OrderValidity.DAY,
    purpose: kind === 'exit' ? OrderPurpose.EXIT : OrderPurpose.ENTRY,
    validUntilMs: stage.platform.marketNow() + wish.validMs,
  });
}

/** Repeats the same id until its deadline, then asks; the order once it is out of doubt, undefined when it is not known. */
async function submitUntilKnown(
  stage: ChaosStage,
  account: ChaosAccount,
  intent: OrderIntent,
  intended: Intended,
  patienceMs: number,
): Promise<Order | undefined> {
  while (intended.answer === 'none' && stage.platform.marketNow() < intent.validUntilMs) {
    try {
      const { result } = await stage.ask(account, orderSubmit(account.accountId), intent);
      intended.answer = result?.$case ?? 'none';
    } catch {
      await pause(100);
    }
  }
  const askedMs = performance.now();
  let recorded = intended.answer !== 'none';
  let waitMs = 80;
  while (performance.now() - askedMs < patienceMs) {
    try {
      const { order } = await stage.ask(account, ordersRpc.getOrder, { orderId: intent.orderId, accountId: '' });
      if (order !== undefined && KNOWN.has(order.status)) return order;
      recorded = true;
    } catch (error) {
      const unknown = error instanceof Refused && error.code === 'ORDER_UNKNOWN';
      if (unknown && !recorded && performance.now() - askedMs > Math.min(RECORDED_WITHIN_MS, patienceMs))
        return undefined;
    }
    await pause(waitMs);
    waitMs = Math.min(800, waitMs * 1.5);
  }
  intended.isGivenUp = true;
  return undefined;
}
