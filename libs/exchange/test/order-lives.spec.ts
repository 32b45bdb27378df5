import { istDate, istInstant } from '@vega/kernel';
import { Exchange, type Order, type OrderTerms, type TradedInstrument } from '../src/index.ts';
import { CALL, DAY, FAR_CALL, FUTURE, PaperMarket, PUT, SHARE, SPOT_KEY } from './paper-market.ts';

describe('an exchange', () => {
  let market: PaperMarket;
  let exchange: Exchange;
  beforeEach(() => {
    market = new PaperMarket();
    exchange = new Exchange(market, { openingPaise: 25_00_000_00, brokeragePaise: 2_000, bands: [] });
    exchange.openDay(DAY);
  });

  const terms = (change: Partial<OrderTerms> = {}): OrderTerms => ({
    side: 'BUY',
    type: 'LIMIT',
    product: 'D',
    validity: 'DAY',
    quantity: 65,
    pricePaise: 15_005,
    triggerPaise: 0,
    disclosedQuantity: 0,
    ...change,
  });
  const place = (change: Partial<OrderTerms> = {}, instrument: TradedInstrument = CALL, account = 'A'): Order =>
    exchange.state.order(exchange.place({ account, instrument, terms: terms(change), tag: null }));
  const lives = (order: Order): string => order.history.map((row) => row.status).join(' > ');
  const TAKEN = 'put order req received > validation pending > open pending';

  it('fills what the depth holds and lets the rest wait', () => {
    const order = place({ quantity: 65 * 6 });
    expect(lives(order)).toBe(`${TAKEN} > open > open`);
    expect(order).toMatchObject({ filled: 65 * 4, status: 'open' });
    market.show(CALL, 14_995, 10);
    exchange.step([CALL.key]);
    expect(order).toMatchObject({ status: 'complete', filledValuePaise: 65 * 6 * 15_005 });
  });

  it('cancels what an IOC order does not get', () => {
    const order = place({ quantity: 65 * 6, validity: 'IOC' });
    expect(order).toMatchObject({ status: 'cancelled', filled: 65 * 4 });
    expect(place({ pricePaise: 14_990, validity: 'IOC' })).toMatchObject({ status: 'cancelled', filled: 0 });
  });

  it('keeps a stop behind its trigger and then trades it as a limit order', () => {
    const stop = place({ type: 'SL', triggerPaise: 15_100, pricePaise: 15_150 });
    expect(lives(stop)).toBe(`${TAKEN} > trigger pending`);
    market.show(CALL, 15_095);
    exchange.step([CALL.key]);
    expect(stop.status).toBe('trigger pending');
    market.show(CALL, 15_100);
    exchange.step([CALL.key]);
    expect(lives(stop)).toBe(`${TAKEN} > trigger pending > open > complete`);
    expect(stop.filledValuePaise).toBe(65 * 15_105);
  });

  it('protects market orders: automatic or a percentage, never beyond it', () => {
    expect(place({ type: 'MARKET', pricePaise: 0, protectionPercent: -1 })).toMatchObject({ limitPaise: 15_300 });
    expect(place({ type: 'MARKET', pricePaise: 0, protectionPercent: 25, side: 'SELL' })).toMatchObject({
      limitPaise: 11_250,
    });
  });

  it.each<[string, Partial<OrderTerms>, TradedInstrument, RegExp]>([
    ['lot', { quantity: 64 }, CALL, /lot size 65/],
    ['tick', { pricePaise: 15_003 }, CALL, /tick size 0.05/],
    ['freeze', { quantity: 65 * 28 }, CALL, /at most 1755 per order/],
    ['trigger', { type: 'SL', triggerPaise: 15_200 }, CALL, /not above its limit/],
    ['disclosed', { disclosedQuantity: 65 }, CALL, /Disclosed/],
    ['holdings', { side: 'SELL', quantity: 5, pricePaise: 142_500 }, SHARE, /Holdings/],
    ['margin', { quantity: 1755, pricePaise: 200_000 }, CALL, /Insufficient funds/],
    ['product', { product: 'MTF' }, CALL, /MTF/],
  ])('rejects by %s', (_name, change, instrument, message) => {
    const order = place(change, instrument);
    expect(order.status).toBe('rejected');
    expect(order.message).toMatch(message);
    expect(exchange.state.account('A').cashPaise).toBe(25_00_000_00);
  });

  it('rejects beyond circuits and, at the BSE, beyond limit price protection', () => {
    market.views.set(CALL.key, { ...market.view(CALL.key)!, lowerCircuitPaise: 10_000, upperCircuitPaise: 20_000 });
    expect(place({ pricePaise: 20_005 }).message).toMatch(/circuit/);
    const sensex: TradedInstrument = { ...CALL, key: 'BSE_FO|1', segment: 'BSE_FO', lot: 20 };
    market.show(sensex, 15_000);
    expect(place({ quantity: 20, pricePaise: 21_000 }, sensex).status).not.toBe('rejected');
    expect(place({ quantity: 20, pricePaise: 21_005 }, sensex).message).toMatch(/limit price protection/);
  });

  it('keeps an after-market order for the next session, changed and cancelled in its own words', () => {
    market.phaseNow = 'closed';
    const order = place({ pricePaise: 15_010 });
    const other = place({ pricePaise: 14_000 });
    expect(order).toMatchObject({ variety: 'AMO', status: 'after market order req received' });
    exchange.modify(order.id, terms({ pricePaise: 15_015 }));
    exchange.cancel(other.id);
    expect(other.status).toBe('cancelled after market order');
    market.phaseNow = 'continuous';
    market.at += 60_000;
    exchange.step([]);
    expect(lives(order)).toBe(
      `after market order req received > modify after market order req received > ${TAKEN} > open > complete`,
    );
  });

  it('shows a change that is refused and goes on', () => {
    const order = place({ pricePaise: 14_900 });
    exchange.modify(order.id, terms({ pricePaise: 14_903 }));
    expect(lives(order)).toBe(`${TAKEN} > open > modify validation pending > not modified > open`);
    exchange.modify(order.id, terms({ pricePaise: 15_005 }));
    expect(lives(order)).toMatch(/modify pending > modified > open > complete$/);
    expect(exchange.modify(order.id, terms())).toBe(false);
    expect(exchange.cancel(order.id)).toBe(false);
  });

  it('blocks margin for a short option, less when it is hedged, and frees it', () => {
    const blocked = (): number => {
      const { spanPaise, exposurePaise } = exchange.funds(exchange.state.account('A'));
      return spanPaise + exposurePaise;
    };
    place({ side: 'SELL', pricePaise: 14_995 });
    const naked = blocked();
    expect(naked).toBeGreaterThan(1_20_000_00);
    expect(naked).toBeLessThan(2_20_000_00);
    place({ pricePaise: 8_005 }, FAR_CALL);
    expect(blocked()).toBeLessThan(naked / 2);
    place({ pricePaise: 15_005 });
    place({ side: 'SELL', pricePaise: 7_995 }, FAR_CALL);
    expect(blocked()).toBe(0);
  });

  it('lets an exit through when there is no money for anything else', () => {
    place({ side: 'SELL', quantity: 65 * 4, pricePaise: 14_995 }, CALL);
    const { availablePaise } = exchange.funds(exchange.state.account('A'));
    exchange.moveCash('A', -availablePaise, 'NEFT');
    expect(place({ quantity: 65, pricePaise: 8_005 }, FAR_CALL).status).toBe('rejected');
    expect(place({ quantity: 65 * 4, pricePaise: 15_005 }).status).toBe('complete');
  });

  it('switches a segment off: needs it flat, cancels what waits, stays off for twelve hours', () => {
    const waiting = place({ pricePaise: 14_000 });
    place({ pricePaise: 15_005 });
    const off = [{ segment: 'NSE_FO', enabled: true }];
    expect(exchange.setKillSwitch('A', off)).toBe('OPEN_POSITION');
    expect(waiting.status).toBe('open');
    place({ side: 'SELL', pricePaise: 14_995 });
    expect(exchange.setKillSwitch('A', off)).toBeUndefined();
    expect(waiting.status).toBe('cancelled');
    expect(place().message).toMatch(/kill switch/);
    const on = [{ segment: 'NSE_FO', enabled: false }];
    expect(exchange.setKillSwitch('A', on)).toBe('COOLING_DOWN');
    market.at += 12 * 3_600_000;
    expect(exchange.setKillSwitch('A', on)).toBeUndefined();
  });

  it('settles options in cash at their end and carries the rest', () => {
    place({ pricePaise: 15_005 });
    place({ side: 'SELL', pricePaise: 13_995 }, PUT);
    place({ pricePaise: 2_455_010 }, FUTURE);
    const cash = exchange.state.account('A').cashPaise;
    market.date = istDate('2026-08-11');
    market.at = istInstant(market.date, 15, 45);
    exchange.closeDay(market.date, { marks: { [FUTURE.key]: 2_465_010 }, finals: { [SPOT_KEY]: 2_460_000 } });
    const account = exchange.state.account('A');
    const charges = account.paidCharges.reduce((sum, { note }) => sum + note.totalPaise, 0);
    // The call ends 100 points in the money, the put worthless; the future gains 100 points.
    expect(account.cashPaise).toBe(cash + 65 * 10_000 + 65 * 10_000 - charges);
    expect([...account.positions.keys()]).toEqual([`${FUTURE.key}#D`]);
    expect(account.paidCharges[0]?.note.sttPaise).toBeGreaterThanOrEqual(900);
  });

  it('charges as the table of the day says', () => {
    place({ pricePaise: 15_005 });
    place({ side: 'SELL', pricePaise: 14_995 });
    exchange.closeDay(DAY, { marks: {}, finals: {} });
    // Turnover 9,753.25 + 9,746.75: STT 0.15 % of the sale, 3,553 per crore, Rs 10 per crore, stamp 0.003 % of the purchase.
    expect(exchange.state.account('A').paidCharges[0]?.note).toEqual({
      brokeragePaise: 4_000,
      sttPaise: 1_500,
      transactionPaise: 693,
      sebiPaise: 2,
      stampPaise: 0,
      gstPaise: 845,
      totalPaise: 7_040,
    });
  });

  it('is the fold of its events: a replay knows the same', () => {
    place({ pricePaise: 15_005 });
    place({ pricePaise: 14_900 });
    place({ side: 'SELL', pricePaise: 15_200, quantity: 65 }, CALL, 'B');
    const copy = new Exchange(market, { openingPaise: 25_00_000_00, brokeragePaise: 2_000, bands: [] });
    for (const event of JSON.parse(JSON.stringify(exchange.drain())) as never[]) copy.replay(event);
    copy.resume();
    expect([...copy.state.orders.values()]).toEqual([...exchange.state.orders.values()]);
    expect(copy.state.account('A').cashPaise).toBe(exchange.state.account('A').cashPaise);
    market.show(CALL, 14_890);
    for (const one of [exchange, copy]) one.step([CALL.key]);
    expect([...copy.state.orders.values()].map((order) => order.filled)).toEqual(
      [...exchange.state.orders.values()].map((order) => order.filled),
    );
  });

  it('arms target and stop of a GTT when its entry has traded, and lets one cancel the other', () => {
    const rule = (strategy: 'ENTRY' | 'TARGET' | 'STOPLOSS', triggerPaise: number) =>
      ({ strategy, trigger: strategy === 'ENTRY' ? 'ABOVE' : 'IMMEDIATE', triggerPaise }) as const;
    const id = exchange.placeGtt({
      ...{ account: 'A', type: 'MULTIPLE', instrument: CALL, side: 'BUY', product: 'D', quantity: 65 },
      rules: [rule('ENTRY', 15_100), rule('TARGET', 15_500), rule('STOPLOSS', 14_800)],
    });
    const statuses = (): string[] => exchange.state.gtts.get(id)?.rules.map((one) => one.status) ?? [];
    expect(statuses()).toEqual(['SCHEDULED', 'PENDING', 'PENDING']);
    for (const price of [15_100, 15_080]) {
      market.show(CALL, price);
      exchange.step([CALL.key]);
    }
    expect(statuses()).toEqual(['COMPLETED', 'OPEN', 'OPEN']);
    for (const price of [15_500, 15_510]) {
      market.show(CALL, price);
      exchange.step([CALL.key]);
    }
    expect(statuses()).toEqual(['COMPLETED', 'COMPLETED', 'CANCELLED']);
    expect(exchange.state.account('A').trades).toHaveLength(2);
  });
});
