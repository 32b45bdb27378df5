import type { OrderEventView, OrderTimelineView, OrderView } from '@vega/client';
import fc from 'fast-check';
import { checkNumber } from './check-number.ts';
import { hopsOf } from './hops.ts';
import { countsOf, filterOrders } from './order-filters.ts';
import { ORDER_STATUSES, presentPrice, presentQuantity, presentTrigger, reasonOf } from './order-words.ts';
import { OrdersBook } from './orders-book.ts';

const order = (id: string, seq: number, more: Partial<OrderView> = {}): OrderView =>
  ({
    order_id: id,
    account_seq: seq,
    status: 'WORKING',
    created_at_ms: 1_000,
    trading_symbol: `NIFTY ${id}`,
    instrument_key: 'NSE_FO|1',
    side: 'BUY',
    strategy: null,
    denial: null,
    children: [],
    ...more,
  }) as OrderView;

describe('the book of the day', () => {
  it('ends in the same state whatever the order in which REST and the stream tell it', () => {
    const states = Array.from({ length: 12 }, (_, n) => order(`o${n % 3}`, n + 1, { created_at_ms: n % 3 }));
    fc.assert(
      fc.property(fc.shuffledSubarray(states, { minLength: 12 }), fc.integer({ min: 1, max: 12 }), (told, size) => {
        const book = new OrdersBook(() => undefined);
        for (let at = 0; at < told.length; at += size) book.take(told.slice(at, at + size));
        expect(book.all().map(({ order_id: id, account_seq: seq }) => [id, seq])).toEqual([
          ['o2', 12],
          ['o1', 11],
          ['o0', 10],
        ]);
      }),
    );
  });

  it('keeps its list while nothing comes, and tells what happened last', () => {
    const book = new OrdersBook(() => undefined);
    book.take([order('a', 1)]);
    const ids = book.ids.get();
    const event = { account_seq: 2, kind: 'CHILD_FILL' } as OrderEventView;
    book.takeFrame({ snapshot: false, account_seq: 2, orders: [order('a', 2, { status: 'FILLED' })], events: [event] });
    expect(book.ids.get()).toBe(ids);
    expect([book.rows.get('a')?.status, book.news.get()[0]?.kind, book.revision.get()]).toEqual([
      'FILLED',
      'CHILD_FILL',
      2,
    ]);
    book.take([order('a', 1)]);
    expect([book.rows.get('a')?.status, book.revision.get()]).toEqual(['FILLED', 2]);
  });
});

describe('filters', () => {
  const all = ORDER_STATUSES.map((status, n) => order(status, n, { status }));

  it('leave no order out: each is open, filled or ended', () => {
    const { all: count, open, filled, ended } = countsOf(all);
    expect([count, open, filled, ended]).toEqual([8, 3, 1, 4]);
    expect(filterOrders(all, 'open', '').map(({ status }) => status)).toEqual(['UNKNOWN', 'PENDING', 'WORKING']);
    expect(filterOrders(all, 'ended', '')).toHaveLength(4);
  });

  it.each([
    ['nifty fill', 1],
    ['', 8],
    ['buy', 8],
    ['sell', 0],
    ['bank', 0],
  ])('%j finds %s', (text, count) => expect(filterOrders(all, 'all', text)).toHaveLength(count));
});

describe('the way of an order', () => {
  const event = (kind: string, at_ms: number): OrderEventView => ({ kind, at_ms }) as OrderEventView;
  const timeline = (more: object, events: OrderEventView[]): OrderTimelineView =>
    ({ order: { ...order('a', 1), created_at_ms: 100, children: [more] }, events }) as unknown as OrderTimelineView;

  it('is told hop by hop as far as it came', () => {
    const child = { sent_at_ms: 105, answered_at_ms: 140 };
    const events = [
      event('ACCEPTED', 103),
      event('CHILD_OPEN', 150),
      event('CHILD_FILL', 900),
      event('CHILD_FILL', 950),
    ];
    expect(hopsOf(timeline(child, events))).toEqual([
      { name: 'recorded', ms: 3 },
      { name: 'sent', ms: 2 },
      { name: 'answered', ms: 35 },
      { name: 'open', ms: 10 },
      { name: 'first fill', ms: 750 },
    ]);
  });

  it('ends where nothing is known, and clocks that disagree give no time below zero', () => {
    expect(hopsOf(timeline({ sent_at_ms: null, answered_at_ms: null }, [event('DENIED', 99)]))).toEqual([
      { name: 'recorded', ms: 0 },
    ]);
    expect(hopsOf(timeline({}, []))).toEqual([]);
  });
});

it('tells of a working order what it is now, not what was once asked for', () => {
  const child = { price: 89.9, trigger_price: null } as OrderView['children'][number];
  const moved = order('a', 1, {
    price: 90.4,
    trigger_price: 91,
    quantity: 65,
    filled_quantity: 65,
    open_quantity: 65,
    lapsed_quantity: 0,
    children: [child],
  });
  expect([presentPrice(moved), presentTrigger(moved), presentQuantity(moved)]).toEqual([89.9, 91, 130]);
  expect(presentQuantity({ ...moved, status: 'CANCELLED' })).toBe(65);
  expect(presentPrice({ price: 90.4, children: [] })).toBe(90.4);
});

it('says why an order ended: the denial, else the last word about a child', () => {
  const denial = { code: 'LOT_SIZE_MISMATCH', message: 'not a multiple', retryable: false, checks: [] };
  expect(reasonOf({ denial, children: [] })).toBe('LOT_SIZE_MISMATCH: not a multiple');
  const child = (code: string | null, message: string | null): OrderView['children'][number] =>
    ({ code, message }) as OrderView['children'][number];
  expect(reasonOf({ denial: null, children: [child('A', 'first'), child('UDAPI1', 'last'), child(null, null)] })).toBe(
    'UDAPI1: last',
  );
  expect(reasonOf({ denial: null, children: [child(null, null)] })).toBe('');
});

it.each([
  [null, 'units', ''],
  [130, 'units', '130 units'],
  [1_234.5, 'rupees', '₹ 1,234.50'],
  [250, 'bp', '2.50%'],
  [1_500, 'ms', '1,500 ms'],
  [12, null, '12'],
])('%s %s is printed as %j', (value, unit, words) => expect(checkNumber(value, unit)).toBe(words));
