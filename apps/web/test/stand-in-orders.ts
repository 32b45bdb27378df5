import type { OrderEventView, OrderPreviewView, OrderView, PlaceOrderRequest, RiskCheckView } from '@vega/client';

type Terms = PlaceOrderRequest['body'];

/** The account of whoever looks. */
export const ACCOUNT = {
  account_id: 'acc_seeded',
  label: 'Seeded account',
  environment: 'simulator',
  broker_user_id: 'SEED01',
  enabled: true,
  trading_allowed: true,
  token_state: 'valid',
};

const AT_MS = Date.parse('2026-11-23T06:00:00.120Z');
/** Larger orders are denied by a check, as a limit of the account would. */
const MAX_UNITS = 1_300;

const check = (code: string, passed: boolean, value: number | null, limit: number | null): RiskCheckView => ({
  code,
  passed,
  applied: true,
  value,
  limit,
  unit: value === null ? null : 'units',
  detail: null,
});

function checksOf({ quantity }: Terms): RiskCheckView[] {
  return [
    check('KILL_SWITCH_ENGAGED', true, null, null),
    check('FAT_FINGER_QUANTITY', quantity <= MAX_UNITS, quantity, MAX_UNITS),
    { ...check('POSITION_LIMIT', true, null, null), applied: false },
  ];
}

/** What orders would do, in memory: each order works until it is cancelled or filled by the spec. */
export class StandInOrders {
  readonly orders = new Map<string, OrderView>();
  readonly events: OrderEventView[] = [];
  /** Keys under which `place` was asked, one for each request. */
  readonly placedKeys: string[] = [];
  /** While true, `place` records the order and its answer is lost. */
  losesAnswers = false;
  engaged: { scope: string; stops: string; reason: string | null }[] = [];
  private readonly byKey = new Map<string, string>();
  private seq = 0;

  private readonly symbolOf: (key: string) => string;
  private readonly onChange: (orders: readonly OrderView[], events: readonly OrderEventView[]) => void;

  constructor(symbolOf: StandInOrders['symbolOf'], onChange: StandInOrders['onChange']) {
    this.symbolOf = symbolOf;
    this.onChange = onChange;
  }

  get accountSeq(): number {
    return this.seq;
  }

  /** The body of an answer, or a problem; undefined for another path; `lost` when no answer comes. */
  answer(method: string, path: string, query: URLSearchParams, body: unknown, key: string): Reply | undefined {
    const [area, name, more] = path.split('/');
    if (area === 'risk') return this.risk(method, body);
    if (area !== 'orders') return undefined;
    switch (name) {
      case 'book':
        return ok({ orders: [...this.orders.values()].toReversed(), next_cursor: null, account_seq: this.seq });
      case 'trades':
        return ok({ trades: this.events.flatMap(({ fill }) => fill ?? []).toReversed(), next_cursor: null });
      case 'preview':
        return ok(this.preview(body as Terms));
      case 'place':
        return this.place(body as Terms, key);
      case 'modify':
        return this.modify(body as { order_id: string; price?: number; quantity?: number });
      case 'cancel':
        this.move(query.get('order_id') ?? '', 'CANCELLED', 'CHILD_CANCELLED');
        return ok({ outcome: 'DONE', order: this.orders.get(query.get('order_id') ?? '') ?? null });
      case 'cancel-all':
        for (const { order_id, status } of this.orders.values()) {
          if (status === 'WORKING') this.move(order_id, 'CANCELLED', 'CHILD_CANCELLED');
        }
        return ok({ outcome: 'DONE', order_ids: [] });
      default:
        return more === 'timeline' ? this.timeline(name ?? '') : undefined;
    }
  }

  /** Fills what is open of an order at its price. */
  fill(orderId: string): void {
    const order = this.orders.get(orderId);
    if (order === undefined) return;
    const { quantity, price } = order;
    this.move(orderId, 'FILLED', 'CHILD_FILL', { filled_quantity: quantity, average_price: price, open_quantity: 0 });
  }

  /** Moves an order on, as its broker's word does. */
  move(orderId: string, status: string, kind: string, more: Partial<OrderView> = {}): void {
    const order = this.orders.get(orderId);
    if (order === undefined) return;
    this.seq += 1;
    const moved = { ...order, ...more, status, account_seq: this.seq } as OrderView;
    this.orders.set(orderId, moved);
    const fill = kind === 'CHILD_FILL' ? fillOf(moved, this.seq) : null;
    const event = { ...eventOf(moved, kind, this.seq), fill } as OrderEventView;
    this.events.push(event);
    this.onChange([moved], [event]);
  }

  private place(terms: Terms, key: string): Reply {
    this.placedKeys.push(key);
    const checks = checksOf(terms);
    const failed = checks.find(({ passed }) => !passed);
    if (failed !== undefined) {
      const problem = { status: 422, code: failed.code, title: 'Too large a quantity', detail: 'over the limit' };
      return { ...problem, more: { checks, context: { order_id: key } } };
    }
    const known = this.byKey.get(key);
    const orderId = known ?? `order${this.byKey.size + 1}`;
    if (known === undefined) this.record(orderId, terms, key);
    if (this.losesAnswers) return 'lost';
    const slices = [terms.quantity];
    return {
      ...ok({ order_id: orderId, outcome: 'ACCEPTED', account_seq: this.seq, slices, detail: null, denial: null }),
    };
  }

  private record(orderId: string, terms: Terms, key: string): void {
    this.byKey.set(key, orderId);
    const order = orderOf(orderId, terms, this.symbolOf(terms.instrument_key));
    this.orders.set(orderId, order);
    this.move(orderId, 'PENDING', 'ACCEPTED');
    this.move(orderId, 'WORKING', 'CHILD_OPEN');
  }

  private modify({
    order_id: orderId,
    price,
    quantity,
  }: {
    order_id: string;
    price?: number;
    quantity?: number;
  }): Reply {
    // As orders tells it: what was asked for stays, its order at the broker is moved.
    const children = (this.orders.get(orderId)?.children ?? []).map((child) => ({
      ...child,
      ...(price === undefined ? {} : { price }),
    }));
    const change = { children, ...(quantity === undefined ? {} : { open_quantity: quantity }) };
    this.move(orderId, 'WORKING', 'MODIFIED', change);
    return ok({ outcome: 'DONE', order: this.orders.get(orderId) ?? null });
  }

  private preview(terms: Terms): OrderPreviewView {
    const checks = checksOf(terms);
    const failed = checks.find(({ passed }) => !passed);
    const book = { delta: 12, gamma: 0.01, vega: 300, theta: -120, worst_scenario: -45_000 };
    const denial =
      failed === undefined ? null : { code: failed.code, message: 'over the limit', retryable: false, checks };
    return {
      would_accept: denial === null,
      denial,
      checks,
      slices: [terms.quantity],
      price: terms.price ?? 101.5,
      reducing: false,
      estimated_margin: 9_500,
      broker_margin: 9_876.5,
      available_margin: 1_000_000,
      charges: { total: 26.54, brokerage: 20, taxes: 4.23, other: 2.31 },
      book_before: book,
      book_after: { ...book, delta: 44.5, worst_scenario: -51_250 },
    };
  }

  private timeline(orderId: string): Reply | undefined {
    const order = this.orders.get(orderId);
    const events = this.events.filter(({ order_id: id }) => id === orderId);
    return order === undefined ? undefined : ok({ order, events });
  }

  private risk(method: string, body: unknown): Reply {
    const shown = (one: { scope: string; stops: string; reason: string | null }): object => ({
      ...one,
      engaged_by: 'usr_seeded',
      at_ms: AT_MS,
      revision: 1,
    });
    if (method === 'GET') return ok({ switches: this.engaged.map(shown) });
    const { action, scope, stops = 'OPENING', reason } = body as Record<string, string>;
    const name = scope === 'user' ? 'user:usr_seeded' : `account:${ACCOUNT.account_id}`;
    this.engaged = this.engaged.filter((one) => one.scope !== name);
    if (action === 'engage') this.engaged.push({ scope: name, stops, reason: reason || null });
    return ok({
      switch: shown({ scope: name, stops: action === 'engage' ? stops : 'NOTHING', reason: null }),
      cancelling: [],
    });
  }
}

/** An answer, a problem, or none at all. */
export type Reply =
  | 'lost'
  | { readonly body: object }
  | {
      readonly status: number;
      readonly code: string;
      readonly title: string;
      readonly detail: string;
      readonly more: object;
    };

const ok = (body: object): { readonly body: object } => ({ body });

function orderOf(orderId: string, terms: Terms, symbol: string): OrderView {
  const child = {
    child_id: `${orderId}-1`,
    slice: 0,
    state: 'OPEN',
    quantity: terms.quantity,
    price: terms.price ?? null,
    trigger_price: null,
    broker_order_id: `2611230000${orderId.slice(5)}`,
    broker_status: 'open',
    code: null,
    message: null,
    filled_quantity: 0,
    average_price: null,
    born_at_ms: AT_MS + 2,
    sent_at_ms: AT_MS + 4,
    answered_at_ms: AT_MS + 41,
    ended_at_ms: null,
    adopted: false,
  };
  return {
    ...terms,
    order_id: orderId,
    user_id: 'usr_seeded',
    trading_symbol: symbol,
    price: terms.price ?? null,
    trigger_price: terms.trigger_price ?? null,
    validity: terms.validity ?? 'DAY',
    disclosed_quantity: 0,
    purpose: 'ENTRY',
    strategy: null,
    status: 'PENDING',
    reducing: false,
    foreign: false,
    filled_quantity: 0,
    open_quantity: terms.quantity,
    lapsed_quantity: 0,
    average_price: null,
    valid_until_ms: AT_MS + 2_000,
    decided_price: terms.decided_price ?? null,
    created_at_ms: AT_MS,
    decided_at_ms: AT_MS,
    updated_at_ms: AT_MS,
    account_seq: 0,
    denial: null,
    children: [child],
  } as unknown as OrderView;
}

function eventOf(order: OrderView, kind: string, seq: number): object {
  return {
    account_seq: seq,
    kind,
    order_id: order.order_id,
    child_id: null,
    at_ms: AT_MS + 3 * seq,
    market_time_ms: AT_MS,
    status: order.status,
    code: null,
    message: null,
    source: kind === 'ACCEPTED' ? 'submit' : 'stream',
    epoch: 1,
  };
}

function fillOf(order: OrderView, seq: number): object {
  return {
    fill_id: `fill${seq}`,
    order_id: order.order_id,
    child_id: `${order.order_id}-1`,
    broker_order_id: order.children[0]?.broker_order_id ?? null,
    account_id: ACCOUNT.account_id,
    instrument_key: order.instrument_key,
    side: order.side,
    product: order.product,
    quantity: order.quantity,
    price: order.price,
    value: order.quantity * (order.price ?? 0),
    at_ms: AT_MS + 3 * seq,
    market_time_ms: AT_MS,
    strategy: null,
  };
}
