import { expect, it } from '@jest/globals';
import { Order, OrderIntent } from '@vega/contracts';
import {
  acceptedOrder,
  bearChild,
  type ChildEvent,
  lapse,
  type OrderBody,
  orderIdOf,
  resize,
  stepChild,
  withChild,
} from '@vega/trading';
import { termsOf, toWireOrder, type TrackedOrder, unbornQty, undecided } from './tracked-order.ts';

const ID = orderIdOf('tracked');
const PRICE = { pricePaise: 10_000, triggerPricePaise: 0 };

/** As it is read back from the record. */
function recorded(body: OrderBody, quantity: number): Order {
  const intent = OrderIntent.create({ orderId: ID, instrumentKey: 'NSE_FO|1', quantity, ...PRICE });
  const terms = termsOf(intent);
  if (terms === undefined) throw new Error('the intent has no terms');
  const order: TrackedOrder = { ...undecided(intent, terms, new Uint8Array(), '', '', 0, 0), body };
  return Order.decode(Order.encode(toWireOrder(order)).finish());
}

/** The order with its first child after some events. */
function after(body: OrderBody, ...events: ChildEvent[]): OrderBody {
  return events.reduce((now, event) => {
    const [child] = now.children;
    if (child === undefined) throw new Error('no child was born');
    const outcome = stepChild(child, event);
    if (!outcome.ok) throw new Error(outcome.fault.message);
    return withChild(now, outcome.step.child);
  }, body);
}

const told = (quantity: number, filledQty: number): ChildEvent => ({
  kind: 'reported-open',
  report: {
    ...{ brokerOrderId: 'b1', brokerStatus: 'open', quantity, filledQty, filledValuePaise: filledQty * 10_000 },
    ...{ ...PRICE, message: '', settled: true },
  },
});
const acknowledged: ChildEvent = { kind: 'acknowledged', brokerOrderId: 'b1' };
const asked = (quantity: number): ChildEvent => ({ kind: 'modify-asked', terms: { quantity, ...PRICE } });
const one = (quantity: number): OrderBody => bearChild(acceptedOrder(ID, [quantity]), PRICE).order;

it.each<[string, OrderBody, number, number]>([
  ['no child was born yet', acceptedOrder(ID, [60, 60]), 120, 120],
  ['one of two slices was born', bearChild(acceptedOrder(ID, [60, 60]), PRICE).order, 120, 60],
  ['it was born and filled in part', after(one(60), acknowledged, told(60, 20)), 60, 0],
  ['its rest has lapsed', lapse(bearChild(acceptedOrder(ID, [60, 60]), PRICE).order), 120, 0],
  ['it was made smaller', resize(after(one(120), acknowledged, told(120, 0), asked(60), told(60, 0)), 60), 120, 0],
  ['it was made larger', resize(after(one(60), acknowledged, told(60, 0), asked(120), told(120, 20)), 120), 60, 0],
  ['it is asked to become larger', resize(after(one(60), acknowledged, told(60, 0), asked(120)), 120), 60, 0],
])('a new writer lets lapse what no child was born for: %s', (_what, body, intended, unborn) => {
  expect(unbornQty(recorded(body, intended))).toBe(unborn);
});
