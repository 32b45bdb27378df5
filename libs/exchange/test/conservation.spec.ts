/**
 * Money and quantity are conserved, whatever happens: a naive second bookkeeping reads nothing but the trades and
 * settlements of the event stream and must arrive at the same cash, positions and charges.
 */
import { addDays, dayOfWeek, istInstant } from '@vega/kernel';
import { Exchange, netQuantity, type ExchangeEvent, type Order, type OrderTerms } from '../src/index.ts';
import { CALL, FAR_CALL, FUTURE, PaperMarket, PUT, SHARE, SPOT_KEY } from './paper-market.ts';
import { Seeded } from './seeded.ts';

const INSTRUMENTS = [CALL, FAR_CALL, PUT, FUTURE, SHARE];
/** Options are the dearer to margin: shares and futures make most of the million. */
const TRADED = [CALL, FAR_CALL, PUT, FUTURE, FUTURE, FUTURE, ...Array.from({ length: 12 }, () => SHARE)];
const ACCOUNTS = ['A', 'B', 'C'];
const OPENING = 5_000_000_00;

/** Events that the long run reaches; `VEGA_EXCHANGE_EVENTS=1000000` makes it the million of a release. */
const EVENTS = Number(process.env['VEGA_EXCHANGE_EVENTS'] ?? 250_000);

/** Reads events and keeps sums only. */
class NaiveLedger {
  readonly net = new Map<string, number>();
  /** Paid less received for what is still open or was closed, by account. */
  readonly spent = new Map<string, number>();
  private readonly orders = new Map<string, Order['terms'] & { account: string; key: string }>();
  bought = 0;
  sold = 0;
  crossed = 0;

  take(event: ExchangeEvent): void {
    if (event.type === 'order-received') {
      this.orders.set(event.orderId, { ...event.terms, account: event.account, key: event.instrument.key });
    } else if (event.type === 'trade') {
      const order = this.orders.get(event.orderId);
      if (order === undefined) throw new Error('a trade of an order that never came');
      const sign = order.side === 'BUY' ? 1 : -1;
      add(this.net, `${order.account}|${order.key}`, sign * event.quantity);
      add(this.spent, order.account, sign * event.quantity * event.pricePaise);
      if (sign > 0) this.bought += event.quantity;
      else this.sold += event.quantity;
      if (event.counter !== undefined) this.crossed += sign * event.quantity;
    }
  }
}

function add(map: Map<string, number>, key: string, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

interface Run {
  readonly events: number;
  readonly trades: number;
  readonly days: number;
}

/** Random orders of three accounts over many days; checks the books every day. */
function run(seed: number, commands: number, commandsPerDay: number, sabotage = false): Run {
  const random = new Seeded(seed);
  const market = new PaperMarket();
  const exchange = new Exchange(market, { openingPaise: OPENING, brokeragePaise: 2_000, bands: [] });
  const ledger = new NaiveLedger();
  let [events, days] = [0, 0];
  const settled = new Map<string, number>();
  const drain = (): void => {
    for (const event of exchange.drain()) {
      events++;
      if (!(sabotage && event.type === 'trade' && events % 997 === 0)) ledger.take(event);
    }
  };
  exchange.openDay(market.date);
  const living: string[] = [];
  for (let n = 0; n < commands; n++) {
    step(random, market, exchange, living);
    drain();
    if ((n + 1) % commandsPerDay === 0) {
      endDay(random, market, exchange, ledger, settled, drain);
      living.length = 0;
      days++;
    }
  }
  return { events, trades: exchange.state.tradesEver, days };
}

function step(random: Seeded, market: PaperMarket, exchange: Exchange, living: string[]): void {
  const instrument = random.pick(TRADED);
  const last = market.view(instrument.key)?.lastPaise ?? 0;
  const { tickPaise } = instrument;
  const dice = random.unit();
  if (dice < 0.45) {
    const pricePaise = Math.max(tickPaise, last + random.int(-4, 4) * tickPaise);
    const side = random.pick(['BUY', 'SELL'] as const);
    const stop = random.unit() < 0.1;
    const terms: OrderTerms = {
      side,
      type: stop ? 'SL' : random.unit() < 0.1 ? 'MARKET' : 'LIMIT',
      product: random.pick(['I', 'D'] as const),
      validity: stop || random.unit() < 0.9 ? 'DAY' : 'IOC',
      quantity: instrument.lot * random.int(1, 3),
      pricePaise,
      triggerPaise: stop ? pricePaise : 0,
      disclosedQuantity: 0,
      protectionPercent: -1,
    };
    living.push(exchange.place({ account: random.pick(ACCOUNTS), instrument, terms, tag: null }));
    if (living.length > 40) exchange.cancel(living.shift() ?? '');
  } else if (dice < 0.55 && living.length > 0) {
    const id = random.pick(living);
    const order = exchange.state.orders.get(id);
    if (order !== undefined && random.unit() < 0.5) {
      const pricePaise = Math.max(
        order.instrument.tickPaise,
        order.terms.pricePaise + random.int(-2, 2) * order.instrument.tickPaise,
      );
      exchange.modify(id, { ...order.terms, pricePaise });
    } else if (order !== undefined) exchange.cancel(id);
  } else {
    const moved = Math.max(10 * tickPaise, last + random.int(-3, 3) * tickPaise);
    const volume = (market.view(instrument.key)?.volume ?? 0) + random.int(0, 3) * instrument.lot;
    market.show(instrument, moved, random.int(1, 4), volume);
    market.at += 200;
    exchange.step([instrument.key]);
  }
}

function endDay(
  random: Seeded,
  market: PaperMarket,
  exchange: Exchange,
  ledger: NaiveLedger,
  settled: Map<string, number>,
  drain: () => void,
): void {
  const marks = Object.fromEntries(INSTRUMENTS.map(({ key }) => [key, market.view(key)?.lastPaise ?? 0]));
  market.spots.set(SPOT_KEY, 24_500 + random.int(-100, 100));
  // Every account is brought flat first, so that what is left is cash and charges alone.
  const before = new Map(ACCOUNTS.map((id) => [id, exchange.ensureAccount(id).paidCharges.length]));
  exchange.closeDay(market.date, { marks, finals: {} });
  drain();
  for (const id of ACCOUNTS) {
    const account = exchange.state.account(id);
    const paid = account.paidCharges.slice(before.get(id)).reduce((sum, { note }) => sum + note.totalPaise, 0);
    add(settled, id, paid);
    let worth = account.cashPaise + (settled.get(id) ?? 0) - OPENING;
    for (const position of account.positions.values()) {
      const net = netQuantity(position);
      expect(net).toBe(ledger.net.get(`${id}|${position.instrument.key}`) ?? 0);
      // A future's value has been paid to its last mark; an option's value was paid when it was bought or sold.
      if (position.instrument.kind === 'future') worth -= net * (marks[position.instrument.key] ?? 0);
    }
    for (const [key, holding] of account.holdings) expect(holding.quantity).toBe(ledger.net.get(`${id}|${key}`) ?? 0);
    expect(worth).toBe(-(ledger.spent.get(id) ?? 0));
  }
  // What customers traded with each other is nought in sum: nothing is made and nothing lost between them.
  expect(ledger.crossed).toBe(0);
  market.date = addDays(market.date, dayOfWeek(market.date) === 5 ? 3 : 1);
  if (market.date >= (CALL.expiry ?? '')) market.date = addDays(market.date, -7);
  market.at = istInstant(market.date, 10, 0);
  exchange.openDay(market.date);
  drain();
}

describe('conservation', () => {
  it('of money and quantity over hundreds of thousands of events', () => {
    let events = 0;
    let trades = 0;
    for (let seed = 1; events < EVENTS; seed++) {
      const result = run(seed, 30_000, 400);
      events += result.events;
      trades += result.trades;
    }
    expect(trades).toBeGreaterThan(EVENTS / 40);
  }, 900_000);

  it('is checked by a ledger that notices a trade it has not seen', () => {
    expect(() => run(7, 6_000, 300, true)).toThrow();
  });
});
