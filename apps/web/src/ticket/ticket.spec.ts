import { GatewayProblem, GatewayUnreachable, type PlacedOrderView, type Problem } from '@vega/client';
import fc from 'fast-check';
import { outcomeOfAnswer, outcomeOfError } from './place-outcome.ts';
import { faultsOf, readPrice, stepPrice, toTerms, type TicketForm } from './ticket-form.ts';
import { ticketClosed, ticketOpened, ticketReducer } from './ticket-slice.ts';

const FORM: TicketForm = {
  side: 'BUY',
  lots: 2,
  orderType: 'LIMIT',
  product: 'INTRADAY',
  validity: 'DAY',
  price: '100.05',
  trigger: '',
};
const TICK = { tickSize: 0.05 };

describe('a ticket', () => {
  const wanted = { instrument: 'NSE_FO|1', symbol: 'A', side: 'BUY' } as const;

  it('has a key from its opening on, and another when it is opened anew', () => {
    const first = ticketReducer(undefined, ticketOpened(wanted));
    expect(first.open).toMatchObject(wanted);
    const second = ticketReducer(ticketReducer(first, ticketClosed()), ticketOpened(wanted));
    expect(first.open?.key).toMatch(/^[\x21-\x7e]{1,128}$/);
    expect(second.open?.key).not.toBe(first.open?.key);
  });

  it('is not replaced while it is open', () => {
    const first = ticketReducer(undefined, ticketOpened(wanted));
    expect(ticketReducer(first, ticketOpened({ ...wanted, side: 'SELL' }))).toEqual(first);
  });
});

describe('the form', () => {
  it.each<[string, Partial<TicketForm>, object]>([
    ['an order', {}, {}],
    ['no lots', { lots: 0 }, { lots: expect.anything() }],
    ['a part of a lot', { lots: 1.5 }, { lots: expect.anything() }],
    ['no price', { price: '' }, { price: expect.anything() }],
    ['a price off the grid', { price: '100.03' }, { price: expect.stringContaining('0.05') }],
    ['a market order, whatever its price', { orderType: 'MARKET', price: 'x' }, {}],
    ['a stop without trigger', { orderType: 'SL' }, { trigger: expect.anything() }],
    ['a buying stop', { orderType: 'SL', trigger: '99.95' }, {}],
    ['a buying stop above its limit', { orderType: 'SL', trigger: '100.10' }, { trigger: expect.anything() }],
    ['a selling stop', { side: 'SELL', orderType: 'SL', trigger: '100.10' }, {}],
    [
      'a selling stop below its limit',
      { side: 'SELL', orderType: 'SL', trigger: '99' },
      { trigger: expect.anything() },
    ],
  ])('%s', (_what, change, faults) => expect(faultsOf({ ...FORM, ...change }, TICK)).toEqual(faults));

  it('is sent in units and rupees, with what its type needs and nothing else', () => {
    const target = { account: 'acc', instrument: 'NSE_FO|1', lastPrice: 99.5 };
    expect(toTerms(FORM, { lotSize: 65 }, target)).toEqual({
      account_id: 'acc',
      instrument_key: 'NSE_FO|1',
      side: 'BUY',
      quantity: 130,
      product: 'INTRADAY',
      order_type: 'LIMIT',
      validity: 'DAY',
      price: 100.05,
      decided_price: 99.5,
    });
    const market = toTerms({ ...FORM, orderType: 'MARKET' }, { lotSize: 65 }, { ...target, lastPrice: null });
    expect([market.price, market.trigger_price, market.decided_price]).toEqual([undefined, undefined, undefined]);
    expect(toTerms({ ...FORM, orderType: 'SL', trigger: '99.5' }, { lotSize: 1 }, target).trigger_price).toBe(99.5);
  });

  it.each([
    ['1,234.50', 1_234.5],
    [' 7 ', 7],
    ['', undefined],
    ['0', undefined],
    ['-1', undefined],
    ['1e999', undefined],
    ['12a', undefined],
  ])('%j is the price %s', (text, price) => expect(readPrice(text)).toBe(price));

  it('steps by ticks, onto the grid, and back to where it was', () => {
    expect(stepPrice('100.03', 0.05, 1)).toBe('100.05');
    expect(stepPrice('100.03', 0.05, -1)).toBe('100.00');
    expect(stepPrice('0.05', 0.05, -1)).toBe('0.05');
    expect(stepPrice('', 0.05, 1)).toBe('0.05');
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000 }), fc.constantFrom(0.01, 0.05, 0.1), (ticks, tick) => {
        const text = (ticks * tick).toFixed(2);
        expect(stepPrice(stepPrice(text, tick, 1), tick, -1)).toBe(text);
        expect(faultsOf({ ...FORM, price: stepPrice(text, tick, 1) }, { tickSize: tick })).toEqual({});
      }),
    );
  });
});

describe('what became of an order', () => {
  const problem = (status: number, code: string, more: object = {}): GatewayProblem =>
    new GatewayProblem('placeOrder', { status, code, title: 'T', detail: 'D', retryable: false, ...more } as Problem);
  const placed = (outcome: string, more: object = {}): PlacedOrderView =>
    ({ order_id: 'o', outcome, detail: null, denial: null, slices: [], ...more }) as unknown as PlacedOrderView;

  it.each([
    [outcomeOfAnswer(placed('ACCEPTED')), 'accepted'],
    [outcomeOfAnswer(placed('UNKNOWN')), 'unknown'],
    [outcomeOfAnswer(placed('SOMETHING_NEW')), 'unknown'],
    [outcomeOfAnswer(placed('DENIED', { denial: { code: 'C', message: 'M', checks: [] } })), 'denied'],
    [outcomeOfError(problem(422, 'LOT_SIZE_MISMATCH', { checks: [] })), 'denied'],
    [outcomeOfError(problem(400, 'BAD_REQUEST')), 'refused'],
    [outcomeOfError(problem(409, 'ORDER_ID_REUSED')), 'refused'],
    [outcomeOfError(problem(429, 'RATE_LIMITED')), 'refused'],
    [outcomeOfError(problem(503, 'WRITER_UNAVAILABLE')), 'refused'],
    [outcomeOfError(problem(503, 'ORDER_STORE_UNAVAILABLE')), 'unknown'],
    [outcomeOfError(problem(504, 'DEADLINE_EXCEEDED')), 'unknown'],
    [outcomeOfError(problem(500, 'INTERNAL')), 'unknown'],
    [outcomeOfError(new GatewayUnreachable('placeOrder', 'no answer in time')), 'unknown'],
    [outcomeOfError(new TypeError('fetch failed')), 'unknown'],
  ])('%j is %s', (outcome, kind) => expect(outcome.kind).toBe(kind));
});
