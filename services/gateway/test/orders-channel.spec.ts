import fc from 'fast-check';
import { OrderStatus, type OrderEvent } from '@vega/contracts';
import { OperationalError } from '@vega/kernel';
import { settle } from '@vega/testkit';
import type { OrderEventView, OrderView } from '../src/adapters/orders/order.view.ts';
import { stage, type Stage } from './hub-stage.ts';
import { ACCOUNT, InMemoryOrders } from './in-memory-orders.ts';

interface OrdersFrame {
  readonly type: string;
  readonly seq: number;
  readonly snapshot: boolean;
  readonly account_seq: number;
  readonly orders: readonly OrderView[];
  readonly events: readonly OrderEventView[];
}

const { WORKING, CANCELLED } = OrderStatus;
type Client = ReturnType<Stage['join']>;

const framesOf = ({ socket }: Client): OrdersFrame[] =>
  (socket.frames as unknown as OrdersFrame[]).filter(({ type }) => type === 'orders');

/** What a client knows that does as the protocol says: begins with each snapshot, and takes what changed. */
function told(client: Client): { open: string[]; seqs: number[]; accountSeq: number } {
  const open = new Map<string, string>();
  let seqs: number[] = [];
  let accountSeq = 0;
  for (const frame of framesOf(client)) {
    if (frame.snapshot) {
      open.clear();
      seqs = [];
    }
    for (const order of frame.orders) {
      if (order.status === 'WORKING') open.set(order.order_id, order.status);
      else open.delete(order.order_id);
    }
    seqs.push(...frame.events.map((event) => event.account_seq));
    accountSeq = frame.account_seq;
  }
  return { open: [...open.keys()].sort(), seqs, accountSeq };
}

describe('the channel orders', () => {
  let on: Stage;
  let orders: InMemoryOrders;

  beforeEach(() => {
    orders = new InMemoryOrders();
    on = stage({}, [orders.channel]);
  });

  /** Lets time pass for the board, then for the clients. */
  const pass = async (ms: number): Promise<void> => {
    await orders.clock.advance(ms);
    await on.clock.advance(ms);
  };

  const follow = async (): Promise<Client> => {
    const client = on.join();
    on.say(client.client, { op: 'subscribe', id: 1, channel: 'orders', account_id: ACCOUNT });
    await settle();
    return client;
  };

  it('sends open orders, then each event with the order as it became', async () => {
    orders.record('a', WORKING);
    orders.record('b', CANCELLED);
    const client = await follow();
    expect(framesOf(client)).toMatchObject([{ seq: 1, snapshot: true, account_seq: 2, events: [] }]);
    expect(framesOf(client)[0]?.orders.map(({ order_id }) => order_id)).toEqual(['a']);
    orders.publish(orders.record('c', WORKING));
    orders.publish(orders.record('a', CANCELLED));
    await pass(500);
    expect(told(client)).toEqual({ open: ['c'], seqs: [3, 4], accountSeq: 4 });
    on.say(client.client, { op: 'unsubscribe', id: 2, subscription: 'orders' });
    await settle();
    expect(orders.followers).toBe(0);
  });

  it('tells what nobody published, within seconds or at once after a reconnect', async () => {
    const client = await follow();
    orders.record('a', WORKING);
    await pass(6_000);
    expect(told(client)).toEqual({ open: ['a'], seqs: [1], accountSeq: 1 });
    orders.record('b', WORKING);
    orders.reconnect();
    await pass(200);
    expect(told(client).seqs).toEqual([1, 2]);
  });

  it('begins anew where the record does not reach back', async () => {
    const client = await follow();
    for (const id of ['a', 'b', 'c']) orders.record(id, WORKING);
    orders.firstKept = 3;
    await pass(6_000);
    expect(framesOf(client).at(-1)).toMatchObject({ snapshot: true, account_seq: 3 });
    expect(told(client).open).toEqual(['a', 'b', 'c']);
  });

  it('follows once orders can be asked', async () => {
    orders.record('a', WORKING);
    orders.failure = new OperationalError('SERVICE_UNAVAILABLE', 'orders is away', 'not-sent');
    const client = await follow();
    expect(framesOf(client)).toEqual([]);
    orders.failure = undefined;
    await pass(6_000);
    expect(told(client).open).toEqual(['a']);
  });

  it('tells every event once and in order, whatever is lost, doubled or late on the way', async () => {
    const step = fc.record({
      order: fc.integer({ min: 0, max: 6 }),
      ends: fc.boolean(),
      fate: fc.constantFrom('sent', 'lost', 'twice', 'late'),
      waitMs: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        orders = new InMemoryOrders();
        on = stage({}, [orders.channel]);
        const client = await follow();
        const late: OrderEvent[] = [];
        for (const { order, ends, fate, waitMs } of steps) {
          const event = orders.record(`order-${order}`, ends ? CANCELLED : WORKING);
          if (fate === 'late') late.push(event);
          else if (fate !== 'lost') orders.publish(event);
          if (fate === 'twice') orders.publish(event);
          if (waitMs % 3 === 0) for (const one of late.splice(0)) orders.publish(one);
          await pass(waitMs);
        }
        await pass(12_000);
        const open = [...orders.orders.values()].filter(({ openQty }) => openQty > 0);
        expect(told(client)).toEqual({
          open: open.map(({ intent }) => intent?.orderId).sort(),
          seqs: orders.events.map(({ accountSeq }) => accountSeq),
          accountSeq: orders.events.length,
        });
      }),
      { numRuns: 40 },
    );
  });
});
