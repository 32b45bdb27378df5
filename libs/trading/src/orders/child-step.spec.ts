import { seededRandom, withSeed, type SeededRandom } from '@vega/testkit';
import {
  bornChild,
  CHILD_EVENT_KINDS,
  CHILD_STATES,
  type BrokerReport,
  type Child,
  type ChildEvent,
  type ChildEventKind,
  type ChildState,
  hasEnded,
  worstCaseQty,
} from './child.ts';
import { CHILD_TABLE } from './child-table.ts';
import { stepChild } from './child-step.ts';
import { base32, childIdOf, isChildTag, orderIdOf, parseOrderId } from './order-id.ts';

const ORDER = orderIdOf('usr_a', 'acc_a', 'key-1');
const TERMS = { quantity: 100, pricePaise: 5_000, triggerPricePaise: 0 };

function child(state: ChildState, more: Partial<Child> = {}): Child {
  return { ...bornChild(ORDER, childIdOf(ORDER, 0), 0, TERMS), state, ...more };
}

function reportOf(more: Partial<BrokerReport> = {}): BrokerReport {
  return {
    brokerOrderId: '240108010918222',
    brokerStatus: 'open',
    ...TERMS,
    filledQty: 0,
    filledValuePaise: 0,
    message: '',
    settled: false,
    ...more,
  };
}

function eventOf(kind: ChildEventKind, report = reportOf()): ChildEvent {
  switch (kind) {
    case 'acknowledged':
      return { kind, brokerOrderId: report.brokerOrderId };
    case 'refused':
    case 'lost':
    case 'unsent':
    case 'modify-refused':
    case 'cancel-refused':
      return { kind, code: 'UDAPI100500', message: 'said the broker' };
    case 'modify-asked':
      return { kind, terms: { ...TERMS, pricePaise: 5_100 } };
    case 'reported-open':
    case 'reported-filled':
    case 'reported-cancelled':
    case 'reported-rejected':
      return { kind, report };
    case 'proven-absent':
    case 'cancel-asked':
      return { kind };
  }
}

function take(before: Child, event: ChildEvent): Child {
  const outcome = stepChild(before, event);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.step.child;
}

describe('ids', () => {
  it('are 128 bits in 26 characters, spelt in one way', () => {
    // RFC 4648: the bytes of "foobar" are MZXW6YTBOI.
    expect(base32(new TextEncoder().encode('foobar'))).toBe('mzxw6ytboi');
    expect(ORDER).toMatch(/^[a-z2-7]{26}$/);
    expect(parseOrderId(ORDER)).toBe(ORDER);
    expect(isChildTag(childIdOf(ORDER, 3))).toBe(true);
    for (const bad of [
      '',
      'A'.repeat(26),
      `${ORDER}a`,
      ORDER.slice(1),
      `${ORDER.slice(0, 25)}b`,
      `${ORDER.slice(0, 25)}1`,
    ]) {
      expect(parseOrderId(bad)).toBeUndefined();
    }
  });

  it('differ by every part and by where parts are divided', () => {
    const ids = new Set([
      orderIdOf('a', 'b'),
      orderIdOf('ab', ''),
      orderIdOf('', 'ab'),
      orderIdOf('ab'),
      orderIdOf('a', 'b', ''),
    ]);
    expect(ids.size).toBe(5);
    expect(new Set(Array.from({ length: 1_000 }, (_, n) => childIdOf(ORDER, n))).size).toBe(1_000);
  });
});

describe('the table', () => {
  it('lists every state, and an event that is not listed changes nothing', () => {
    expect(Object.keys(CHILD_TABLE).sort()).toEqual([...CHILD_STATES].sort());
    for (const state of CHILD_STATES) {
      for (const kind of CHILD_EVENT_KINDS) {
        const before = child(state, state === 'rejected' ? {} : { brokerOrderId: '240108010918222' });
        const outcome = stepChild(before, eventOf(kind));
        expect([state, kind, outcome.ok]).toEqual([state, kind, CHILD_TABLE[state][kind] !== undefined]);
      }
    }
  });

  it('lets nothing leave an end but by what the broker shows', () => {
    for (const state of CHILD_STATES.filter(hasEnded)) {
      for (const [kind, cell] of Object.entries(CHILD_TABLE[state])) {
        if (cell.to !== state)
          expect([state, kind, cell.as]).toEqual([state, kind, cell.as === 'adopt' ? 'adopt' : 'oddity']);
        if (cell.to !== state) expect(kind.startsWith('reported-') || kind === 'acknowledged').toBe(true);
      }
    }
  });
});

describe('a child', () => {
  it('is taken over when its tag shows up after it was proven absent', () => {
    const outcome = stepChild(
      child('absent'),
      eventOf('reported-open', reportOf({ filledQty: 40, filledValuePaise: 200_000 })),
    );
    expect(outcome).toMatchObject({
      ok: true,
      step: { as: 'adopt', fillQty: 40, child: { state: 'open', adopted: true } },
    });
  });

  it('counts a fill after its cancelling, and says that it is odd', () => {
    const cancelled = child('cancelled', {
      brokerOrderId: '240108010918222',
      filledQty: 40,
      filledValuePaise: 200_000,
    });
    const full = stepChild(
      cancelled,
      eventOf('reported-filled', reportOf({ filledQty: 100, filledValuePaise: 500_000 })),
    );
    expect(full).toMatchObject({ ok: true, step: { as: 'oddity', fillQty: 60, fillValuePaise: 300_000 } });
    const more = stepChild(
      cancelled,
      eventOf('reported-cancelled', reportOf({ filledQty: 60, filledValuePaise: 300_000 })),
    );
    expect(more).toMatchObject({ ok: true, step: { as: 'oddity', fillQty: 20, child: { state: 'cancelled' } } });
  });

  it('learns nothing from what it knew', () => {
    const open = take(child('acknowledged', { brokerOrderId: '240108010918222' }), eventOf('reported-open'));
    expect(stepChild(open, eventOf('reported-open'))).toMatchObject({ ok: true, step: { changed: false, fillQty: 0 } });
  });

  it('stays in its modify until the terms asked for are seen, or what is seen is settled', () => {
    const asking = take(child('open', { brokerOrderId: '240108010918222' }), eventOf('modify-asked'));
    expect(take(asking, eventOf('reported-open')).state).toBe('modifying');
    expect(take(asking, eventOf('reported-open', reportOf({ pricePaise: 5_100 })))).toMatchObject({
      state: 'open',
      pricePaise: 5_100,
    });
    expect(take(asking, eventOf('reported-open', reportOf({ settled: true })))).toMatchObject({
      state: 'open',
      pricePaise: 5_000,
    });
    expect(take(asking, eventOf('modify-refused'))).toMatchObject({
      state: 'open',
      pricePaise: 5_000,
      asked: undefined,
    });
  });

  it('refuses fills beyond its quantity and the name of another order', () => {
    const open = child('open', { brokerOrderId: '240108010918222' });
    expect(stepChild(open, eventOf('reported-open', reportOf({ filledQty: 101 })))).toMatchObject({
      ok: false,
      fault: { code: 'OVERFILL' },
    });
    expect(stepChild(open, eventOf('reported-open', reportOf({ brokerOrderId: '1' })))).toMatchObject({
      ok: false,
      fault: { code: 'OTHER_BROKER_ORDER' },
    });
  });
});

/** The naive oracle: keeps every message it was ever given and derives the outcome from the whole pile. */
function oracleFill(taken: readonly ChildEvent[]): number {
  return Math.max(0, ...taken.flatMap((event) => ('report' in event ? [event.report.filledQty] : [])));
}

/** A broker that executes the order in some way, and a network that repeats, delays and reorders what it says. */
function brokerStory(random: SeededRandom): ChildEvent[] {
  const said: ChildEvent[] = [];
  let filled = 0;
  const say = (kind: 'reported-open' | 'reported-filled' | 'reported-cancelled'): void => {
    said.push(eventOf(kind, reportOf({ filledQty: filled, filledValuePaise: filled * 5_000 })));
  };
  say('reported-open');
  const end = random.pick(['filled', 'cancelled', 'open'] as const);
  for (let n = random.integer(0, 3); n > 0; n -= 1) {
    filled = random.integer(filled, 99);
    say('reported-open');
  }
  if (end === 'filled') filled = 100;
  if (end !== 'open') say(end === 'filled' ? 'reported-filled' : 'reported-cancelled');
  const repeated = said.flatMap((event) => (random.chance(0.3) ? [event, event] : [event]));
  const mixed = random.chance(0.5) ? random.shuffle(repeated) : repeated;
  const reply = random.pick(['acknowledged', 'lost'] as const);
  mixed.splice(random.integer(0, mixed.length), 0, eventOf(reply));
  return mixed;
}

it('ends as the broker ended it and with its fills, in whatever order and however often it is told', async () => {
  await withSeed(20261128, (random) => {
    for (let round = 0; round < 20_000; round += 1) {
      const story = brokerStory(random);
      let now = child('sending');
      let summed = 0;
      for (const event of story) {
        const outcome = stepChild(now, event);
        if (!outcome.ok) throw new Error(`round ${round}: ${outcome.fault.message}`);
        summed += outcome.step.fillQty;
        now = outcome.step.child;
        expect(now.filledQty).toBeLessThanOrEqual(now.quantity);
      }
      const final = story
        .map((event) => event.kind)
        .filter((kind) => kind === 'reported-filled' || kind === 'reported-cancelled');
      const expected =
        final[0] === 'reported-filled' ? 'filled' : final[0] === 'reported-cancelled' ? 'cancelled' : 'open';
      const fill = oracleFill(story);
      if ([now.state, now.filledQty, summed].join() !== [expected, fill, fill].join()) {
        throw new Error(`round ${round}: ${now.state} ${now.filledQty} ${summed}, the oracle says ${expected} ${fill}`);
      }
    }
  });
});

it('never throws and never fills more than its worst case, whatever is thrown at it', async () => {
  await withSeed(7, (seeded) => {
    const random = seededRandom(seeded.seed);
    for (let round = 0; round < 5_000; round += 1) {
      let now = child('sending');
      for (let n = 0; n < 20; n += 1) {
        const filledQty = random.integer(0, 120);
        const worst = worstCaseQty(now);
        const event = eventOf(
          random.pick(CHILD_EVENT_KINDS),
          reportOf({ filledQty, filledValuePaise: filledQty * 5_000, settled: random.chance(0.2) }),
        );
        const outcome = stepChild(now, event);
        if (!outcome.ok) continue;
        // Only what shows up where nothing was expected passes the worst case, and it is told.
        const surprise = outcome.step.as === 'adopt' || outcome.step.as === 'oddity';
        if (outcome.step.child.filledQty > worst && !surprise) throw new Error(`${now.state}: ${event.kind}`);
        now = outcome.step.child;
      }
    }
  });
});
