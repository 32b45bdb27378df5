// Answers what the gateway asks orders, from memory: each intent once, the events of an account in one sequence.
import { connect } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import {
  ChildOrder,
  ChildState,
  Denial,
  GetWriterResponse,
  KillSwitch,
  Order,
  OrderEvent,
  OrderEventKind,
  OrderIntent,
  OrderStatus,
  ordersRpc,
  orderSubmit,
  PreviewResponse,
  RiskLimits,
  RiskUsage,
  subjects,
  SwitchStops,
  toBytes,
  type RpcContract,
  type SubmitReply,
} from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { encodeError, PRINCIPAL_HEADER } from '@vega/platform';
import type { AuthStandIn } from './auth-stand-in.ts';

/** What the next intents are answered with. */
export type SubmitBehaviour = 'accept' | 'deny' | 'accept and say nothing' | 'in doubt';

/** What every check of a denial looks like here. */
export const DENIAL = Denial.create({
  code: 'FAT_FINGER_PRICE',
  message: 'the price is 40 % from the last one',
  retryable: true,
  checks: [
    { code: 'KILL_SWITCH_ENGAGED', passed: true, applied: true, unit: '', detail: '' },
    { code: 'TICK_SIZE_MISMATCH', passed: true, applied: true, value: 12_345, limit: 5, unit: 'paise', detail: '' },
    { code: 'FAT_FINGER_PRICE', passed: false, applied: true, value: 4_000, limit: 3_000, unit: 'bp', detail: 'far' },
  ],
});

/** A stand-in for orders. */
export class OrdersStandIn {
  readonly intents = new Map<string, OrderIntent>();
  readonly orders = new Map<string, Order>();
  readonly events: OrderEvent[] = [];
  /** Names of the requests that came, and what they asked. */
  readonly asked: { readonly method: string; readonly request: unknown }[] = [];
  readonly switches = new Map<string, KillSwitch>();
  limits: RiskLimits | undefined;
  /** Taken in turn; `accept` when none is left. */
  readonly behaviours: SubmitBehaviour[] = [];
  /** Whether events go out on the bus; a lost one can still be asked for. */
  publishes = true;
  private constructor(
    private readonly nc: NatsConnection,
    private readonly auth: AuthStandIn,
  ) {}

  static async start(natsUrl: string, auth: AuthStandIn): Promise<OrdersStandIn> {
    const one = new OrdersStandIn(await connect({ servers: natsUrl }), auth);
    one.answerAll();
    await one.nc.flush();
    return one;
  }

  /** Begins to write an account, as its one writer would. */
  async write(accountId: string): Promise<void> {
    this.answer(orderSubmit(accountId), (intent, message) => this.submit(intent, userOf(message)));
    await this.nc.flush();
  }

  /** Something happens to an order. */
  happen(orderId: string, kind: OrderEventKind, change: Partial<Order> = {}): OrderEvent {
    const before = this.orders.get(orderId) ?? Order.create();
    const accountId = before.intent?.accountId ?? '';
    const accountSeq = this.seqOf(accountId) + 1;
    const order = { ...before, ...change, accountSeq, updatedAtMs: Date.now() };
    this.orders.set(orderId, order);
    const event = OrderEvent.create({
      accountId,
      accountSeq,
      kind,
      orderId,
      order,
      atMs: Date.now(),
      source: 'stream',
    });
    this.events.push(event);
    if (this.publishes) this.publish(event);
    return event;
  }

  publish(event: OrderEvent): void {
    this.nc.publish(subjects.orderEvent(event.accountId), toBytes(OrderEvent, event));
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  private seqOf(accountId: string): number {
    return this.events.findLast((event) => event.accountId === accountId)?.accountSeq ?? 0;
  }

  private submit(intent: OrderIntent, userId: string): SubmitReply | undefined {
    const behaviour = this.behaviours.shift() ?? 'accept';
    if (behaviour === 'in doubt')
      throw new OutcomeError('ORDER_STORE_UNAVAILABLE', 'not recorded, or perhaps', {}, true);
    const known = this.intents.get(intent.orderId);
    if (known !== undefined && !Buffer.from(toBytes(OrderIntent, known)).equals(toBytes(OrderIntent, intent))) {
      throw new OutcomeError('ORDER_ID_REUSED', 'this id was used for another order');
    }
    if (known === undefined) this.record(intent, userId, behaviour);
    if (behaviour === 'accept and say nothing') return undefined;
    const order = this.orders.get(intent.orderId);
    if (order?.denial !== undefined) return { result: { $case: 'denied', value: order.denial } };
    const { orderId } = intent;
    const accepted = { orderId, accountSeq: order?.accountSeq ?? 0, slices: [intent.quantity], validUntilMs: 77 };
    return { result: { $case: 'accepted', value: accepted } };
  }

  private record(intent: OrderIntent, userId: string, behaviour: SubmitBehaviour): void {
    this.intents.set(intent.orderId, intent);
    const denied = behaviour === 'deny';
    const child = ChildOrder.create({ childId: `child${intent.orderId.slice(5)}`, state: ChildState.SENDING });
    const order = Order.create({
      intent,
      userId,
      tradingSymbol: 'NIFTY CALL',
      status: denied ? OrderStatus.DENIED : OrderStatus.PENDING,
      denial: denied ? DENIAL : undefined,
      openQty: denied ? 0 : intent.quantity,
      children: denied ? [] : [{ ...child, quantity: intent.quantity, pricePaise: intent.pricePaise }],
      createdAtMs: Date.now(),
    });
    this.orders.set(intent.orderId, order);
    this.happen(intent.orderId, denied ? OrderEventKind.DENIED : OrderEventKind.ACCEPTED);
  }

  /** The order, when it is of whoever asks: another's is as unknown as one that never was. */
  private own(orderId: string, message: Msg): Order {
    const order = this.orders.get(orderId);
    if (order === undefined || !this.owns(order.intent?.accountId ?? '', message)) {
      throw new OutcomeError('ORDER_UNKNOWN', 'there is no such order');
    }
    return order;
  }

  private owns(accountId: string, message: Msg): boolean {
    return this.auth.accounts.some((one) => one.accountId === accountId && one.userId === userOf(message));
  }

  private requireOwn(accountId: string, message: Msg): void {
    if (!this.owns(accountId, message)) throw new OutcomeError('ACCOUNT_NOT_FOUND', 'there is no such account');
  }

  private answerAll(): void {
    const { getOrder, getBook, getEvents, getTimeline, getTrades, modify, cancel, cancelAll } = ordersRpc;
    this.answer(getOrder, ({ orderId }, message) => ({ order: this.own(orderId, message) }));
    this.answer(getTimeline, ({ orderId }, message) => ({
      order: this.own(orderId, message),
      events: this.events.filter((event) => event.orderId === orderId),
    }));
    this.answer(getBook, ({ accountId, workingOnly, limit, cursor }, message) => {
      this.requireOwn(accountId, message);
      const all = [...this.orders.values()]
        .filter((order) => order.intent?.accountId === accountId && (!workingOnly || order.openQty > 0))
        .reverse();
      const from = cursor === '' ? 0 : Number(cursor);
      const nextCursor = from + limit < all.length ? String(from + limit) : '';
      return { orders: all.slice(from, from + limit), nextCursor, accountSeq: this.seqOf(accountId) };
    });
    this.answer(getEvents, ({ accountId, fromSeq, limit }, message) => {
      this.requireOwn(accountId, message);
      const events = this.events.filter((one) => one.accountId === accountId && one.accountSeq >= fromSeq);
      return { events: events.slice(0, limit), lastSeq: this.seqOf(accountId) };
    });
    this.answer(getTrades, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      const fills = this.events.flatMap((event) => (event.fill === undefined ? [] : [event.fill]));
      return { fills, nextCursor: '' };
    });
    this.answer(modify, (request, message) => {
      const order = this.own(request.orderId, message);
      const intent = { ...(order.intent ?? OrderIntent.create()), pricePaise: request.pricePaise ?? 0 };
      this.happen(request.orderId, OrderEventKind.MODIFIED, { intent });
      return { order: this.orders.get(request.orderId) };
    });
    this.answer(cancel, ({ orderId }, message) => {
      const order = this.own(orderId, message);
      if (order.openQty === 0) throw new OutcomeError('ORDER_NOT_WORKING', 'the order has ended');
      this.happen(orderId, OrderEventKind.CHILD_CANCELLED, { status: OrderStatus.CANCELLED, openQty: 0 });
      return { order: this.orders.get(orderId) };
    });
    this.answer(cancelAll, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return { orderIds: ['one', 'two'] };
    });
    this.answer(ordersRpc.preview, ({ intent }, message) => {
      this.requireOwn(intent?.accountId ?? '', message);
      const estimatedMarginPaise = 1_234_50;
      return PreviewResponse.create({ wouldAccept: true, slices: [intent?.quantity ?? 0], estimatedMarginPaise });
    });
    this.answerRisk();
  }

  private answerRisk(): void {
    const { getLimits, setLimits, engage, release, getSwitches, getBrokerSwitch, setBrokerSwitch } = ordersRpc;
    this.answer(getLimits, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return { limits: this.limits === undefined ? [] : [this.limits], usage: RiskUsage.create({ openOrders: 3 }) };
    });
    this.answer(setLimits, ({ limits }, message) => {
      this.requireOwn(limits?.accountId ?? '', message);
      if (limits?.revision !== (this.limits?.revision ?? 0)) {
        throw new OutcomeError('REVISION_CONFLICT', 'the limits were changed since they were read');
      }
      this.limits = { ...(limits ?? RiskLimits.create()), revision: (limits?.revision ?? 0) + 1 };
      return { limits: this.limits };
    });
    const turn = (scope: string, stops: SwitchStops, reason: string, message: Msg): KillSwitch => {
      const one = KillSwitch.create({ scope, stops, reason, engagedBy: userOf(message), atMs: 1, revision: 1 });
      this.switches.set(scope, one);
      return one;
    };
    this.answer(engage, ({ scope, stops, reason, cancelOrders }, message) => ({
      switch: turn(scope, stops, reason, message),
      cancelling: cancelOrders ? [scope.split(':')[1] ?? ''] : [],
    }));
    this.answer(release, ({ scope, reason }, message) => ({
      switch: turn(scope, SwitchStops.NOTHING, reason, message),
    }));
    this.answer(getSwitches, () => ({ switches: [...this.switches.values()] }));
    const segments = [{ segment: 'NSE_FO', active: true, killSwitchEnabled: false }];
    this.answer(getBrokerSwitch, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return { segments };
    });
    this.answer(setBrokerSwitch, ({ accountId, enable }, message) => {
      this.requireOwn(accountId, message);
      return { segments: segments.map((one) => ({ ...one, killSwitchEnabled: enable })) };
    });
    this.answer(ordersRpc.reconcile, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return { unknownOrders: 0, resolved: 1, foreignOrders: 2, readAtMs: 5 };
    });
    this.answer(ordersRpc.getWriter, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return GetWriterResponse.create({ accountId, replica: 'orders-1', epoch: 4 });
    });
    this.answer(ordersRpc.resume, ({ accountId }, message) => {
      this.requireOwn(accountId, message);
      return { halted: false };
    });
  }

  private answer<Req, Res>(
    contract: RpcContract<Req, Res>,
    make: (request: Req, message: Msg) => Res | undefined,
  ): void {
    this.nc.subscribe(contract.subject, {
      callback: (_error, message) => {
        try {
          const request = contract.request.decode(message.data);
          this.asked.push({ method: contract.method, request });
          const answer = make(request, message);
          if (answer !== undefined) message.respond(toBytes(contract.response, answer));
        } catch (error) {
          const { headers, body } = encodeError(error);
          message.respond(body, { headers });
        }
      },
    });
  }
}

/** Who asks: orders verifies the token, here its claims are read. */
function userOf(message: Msg): string {
  const [, claims = ''] = (message.headers?.get(PRINCIPAL_HEADER) ?? '').split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as { sub?: string }).sub ?? '';
}
