/** The owner of intents in a chaos run: decides goals, submits them until it knows, and decides anew what never arrived. */
import { headers as natsHeaders, type NatsConnection } from '@nats-io/nats-core';
import {
  ErrorDetail,
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
  type RpcContract,
} from '@vega/contracts';
import { orderIdOf } from '@vega/trading';
import type { SeededRandom } from '@vega/testkit';
import { ACCOUNT, OWNER, type ChaosStage } from './chaos-stage.ts';

/** What somebody wants once, in as many intents as it takes. */
export interface Goal {
  readonly number: number;
  readonly orderIds: string[];
  readonly validUntilMs: number[];
  outcome: 'accepted' | 'denied' | 'unrecorded' | 'open';
}

const VALID_MS = 6_000;
const ATTEMPTS = 3;
const ENDED: ReadonlySet<number> = new Set([
  OrderStatus.DENIED,
  OrderStatus.FILLED,
  OrderStatus.CANCELLED,
  OrderStatus.REJECTED,
  OrderStatus.FAILED,
]);

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** A refusal of the service, with its code. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks a service on the bus as its owner would. */
export async function ask<Req, Res>(
  nc: NatsConnection,
  contract: RpcContract<Req, Res>,
  request: Req,
  token: string,
  timeoutMs = 2_000,
): Promise<Res> {
  const headers = natsHeaders();
  headers.set('Vega-Principal', token);
  const reply = await nc.request(contract.subject, contract.request.encode(request).finish(), {
    timeout: timeoutMs,
    headers,
  });
  const code = reply.headers?.get('Nats-Service-Error-Code');
  if (code) throw new Refused(code, ErrorDetail.decode(reply.data).message);
  return contract.response.decode(reply.data);
}

/** Works off goals, a few at a time. */
export async function runGoals(
  stage: ChaosStage,
  random: SeededRandom,
  count: number,
  instrument: { readonly key: string; readonly lot: number; pricePaise: number },
  firstNumber: number,
  onProgress: (done: number) => void,
): Promise<Goal[]> {
  const goals: Goal[] = Array.from({ length: count }, (_, n) => ({
    number: firstNumber + n,
    orderIds: [],
    validUntilMs: [],
    outcome: 'open',
  }));
  const queue = goals.map((goal) => ({
    goal,
    marketable: random.chance(0.25),
    sell: random.chance(0.5),
    low: random.integer(1, 60),
  }));
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await pursue(stage, next.goal, next, instrument);
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return goals;
}

async function pursue(
  stage: ChaosStage,
  goal: Goal,
  wish: { readonly marketable: boolean; readonly sell: boolean; readonly low: number },
  instrument: { readonly key: string; readonly lot: number; readonly pricePaise: number },
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const validUntilMs = stage.platform.marketNow() + VALID_MS;
    const intent = OrderIntent.create({
      orderId: orderIdOf('chaos', stage.folder, String(goal.number), String(attempt)),
      accountId: ACCOUNT,
      instrumentKey: instrument.key,
      side: OrderSide.BUY,
      quantity: instrument.lot,
      product: OrderProduct.DELIVERY,
      orderType: OrderType.LIMIT,
      pricePaise: wish.marketable ? instrument.pricePaise + 1_000 : wish.low * 5,
      validity: OrderValidity.DAY,
      purpose: OrderPurpose.ENTRY,
      validUntilMs,
    });
    goal.orderIds.push(intent.orderId);
    goal.validUntilMs.push(validUntilMs);
    const order = await submitUntilKnown(stage, intent);
    if (order === undefined) {
      goal.outcome = 'unrecorded';
      continue;
    }
    goal.outcome = order.status === OrderStatus.DENIED ? 'denied' : 'accepted';
    // What is in doubt is waited for; what never arrived is decided anew, as its owner may.
    if (order.status === OrderStatus.FAILED) continue;
    if (order.status === OrderStatus.DENIED && order.denial?.retryable === true && attempt + 1 < ATTEMPTS) {
      await pause(300);
      continue;
    }
    return;
  }
}

/** Repeats the same id until its deadline, then asks; the order once it is out of doubt. */
async function submitUntilKnown(stage: ChaosStage, intent: OrderIntent): Promise<Order | undefined> {
  const { nc } = stage.platform;
  const token = stage.platform.token(OWNER);
  let answered = false;
  while (!answered && stage.platform.marketNow() < intent.validUntilMs) {
    try {
      await ask(nc, orderSubmit(ACCOUNT), intent, token);
      answered = true;
    } catch {
      await pause(100);
    }
  }
  // Nothing of it can be recorded long after its deadline: a commit takes no longer than its own time limit.
  const giveUpMs = Date.now() + 40_000;
  let missing = 0;
  while (Date.now() < giveUpMs) {
    try {
      const { order } = await ask(nc, ordersRpc.getOrder, { orderId: intent.orderId, accountId: '' }, token);
      if (order !== undefined && (ENDED.has(order.status) || order.status === OrderStatus.WORKING)) return order;
    } catch (error) {
      missing = error instanceof Refused && error.code === 'ORDER_UNKNOWN' ? missing + 1 : missing;
      if (missing > 60) return undefined;
    }
    await pause(150);
  }
  return undefined;
}
