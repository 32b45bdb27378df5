import { seedFromEnvironment, seededRandom } from '@vega/testkit';
import { CHILD_EVENT_KINDS, type Child, type ChildEvent, hasEnded } from './child.ts';
import { stepChild } from './child-step.ts';
import {
  acceptedOrder,
  bearChild,
  fillsOf,
  freeQty,
  lapse,
  nextSlice,
  type OrderBody,
  orderOpenQty,
  resize,
  statusOf,
  withChild,
} from './order.ts';
import { orderIdOf } from './order-id.ts';

const ID = orderIdOf('a');
const PRICE = { pricePaise: 100, triggerPricePaise: 0 };

function event(kind: ChildEvent['kind'], child: Child, filledQty: number): ChildEvent {
  const report = {
    brokerOrderId: `b-${child.childId}`,
    brokerStatus: kind,
    quantity: child.quantity,
    pricePaise: 100,
    triggerPricePaise: 0,
    filledQty,
    filledValuePaise: filledQty * 100,
    message: '',
    settled: false,
  };
  switch (kind) {
    case 'acknowledged':
      return { kind, brokerOrderId: report.brokerOrderId };
    case 'modify-asked':
      return { kind, terms: { ...PRICE, quantity: child.quantity } };
    case 'proven-absent':
    case 'cancel-asked':
      return { kind };
    case 'reported-open':
    case 'reported-filled':
    case 'reported-cancelled':
    case 'reported-rejected':
      return { kind, report };
    case 'refused':
    case 'lost':
    case 'unsent':
    case 'modify-refused':
    case 'cancel-refused':
      return { kind, code: 'X', message: '' };
  }
}

describe('an order', () => {
  it('gives its slices to children one after another and then has none left', () => {
    let order = acceptedOrder(ID, [1800, 1800, 200]);
    const born: number[] = [];
    for (let quantity = nextSlice(order); quantity !== undefined; quantity = nextSlice(order)) {
      const { order: next, child } = bearChild(order, PRICE);
      born.push(child.quantity);
      order = next;
    }
    expect(born).toEqual([1800, 1800, 200]);
    expect(freeQty(order)).toBe(0);
    expect(new Set(order.children.map((child) => child.childId)).size).toBe(3);
    expect(() => bearChild(order, PRICE)).toThrow('no slice left');
  });

  it('does not make up for a slice that ended early', () => {
    const { order, child } = bearChild(acceptedOrder(ID, [10, 10]), PRICE);
    const refused = stepChild(child, { kind: 'refused', code: 'UDAPI100011', message: '' });
    if (!refused.ok) throw new Error('unreachable');
    const after = withChild(order, refused.step.child);
    expect(freeQty(after)).toBe(20);
    expect(nextSlice(after)).toBe(10);
    const lapsed = lapse(after);
    expect([nextSlice(lapsed), lapsed.lapsedQty, orderOpenQty(lapsed), statusOf(lapsed)]).toEqual([
      undefined,
      10,
      0,
      'rejected',
    ]);
  });

  it('is resized with its one child', () => {
    const { order } = bearChild(acceptedOrder(ID, [10]), PRICE);
    expect(freeQty(resize(order, 15))).toBe(5);
    expect(() => resize(acceptedOrder(ID, [5, 5]), 5)).toThrow('one child');
  });
});

it('conserves: over a million seeded events children never sum past the intent, and fills sum to the children', () => {
  const seed = seedFromEnvironment(41);
  const random = seededRandom(seed);
  let events = 0;
  let adopted = 0;
  while (events < 1_000_000) {
    const slices = Array.from({ length: random.integer(1, 5) }, () => random.integer(1, 40));
    const quantity = slices.reduce((sum, one) => sum + one, 0);
    let order: OrderBody = acceptedOrder(ID, slices);
    let summed = 0;
    for (let n = random.integer(5, 60); n > 0; n -= 1) {
      events += 1;
      if (nextSlice(order) !== undefined && random.chance(0.3)) {
        order = bearChild(order, PRICE).order;
        continue;
      }
      if (random.chance(0.02)) order = lapse(order);
      const child = order.children[random.integer(0, Math.max(0, order.children.length - 1))];
      if (child === undefined) continue;
      const kind = CHILD_EVENT_KINDS[random.integer(0, CHILD_EVENT_KINDS.length - 1)] as ChildEvent['kind'];
      const outcome = stepChild(child, event(kind, child, random.integer(0, child.quantity)));
      if (!outcome.ok) continue;
      if (outcome.step.as === 'adopt') adopted += 1;
      summed += outcome.step.fillQty;
      order = withChild(order, outcome.step.child);
      // The naive count: what every child was born with, whatever became of it.
      const bornQty = order.children.reduce((sum, one) => sum + one.quantity, 0);
      const { filledQty } = fillsOf(order);
      const holds =
        bornQty + order.lapsedQty <= quantity &&
        filledQty === summed &&
        filledQty <= bornQty &&
        freeQty(order) >= 0 &&
        orderOpenQty(order) >= 0 &&
        (statusOf(order) !== 'filled' || filledQty === quantity || order.lapsedQty > 0) &&
        (orderOpenQty(order) === 0) ===
          (order.slices.length === order.children.length &&
            order.children.every((one) => hasEnded(one.state) || one.filledQty === one.quantity));
      if (!holds) throw new Error(`seed ${seed}, event ${events}: ${JSON.stringify(order)}`);
    }
  }
  expect(adopted).toBeGreaterThan(1_000);
});
