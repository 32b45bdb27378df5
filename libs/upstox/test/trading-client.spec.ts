import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@vega/kernel';
import {
  createAgents,
  type EgressAgents,
  type OrderToPlace,
  parseEgress,
  simulatorTrading,
  TradingClient,
  TradingHttp,
  UpstoxError,
} from '../src/trading/index.ts';
import { HttpStub } from './support/http-stub.ts';
import { TestTokens } from './support/tokens.ts';

const ORDER: OrderToPlace = {
  tag: 'abcdefghijklmnopqrstuvwxya',
  instrumentKey: 'NSE_FO|51414',
  side: 'BUY',
  quantity: 65,
  product: 'D',
  orderType: 'LIMIT',
  validity: 'DAY',
  pricePaise: 10_005,
  triggerPricePaise: 0,
  disclosedQty: 0,
};

let stub: HttpStub;
let agents: EgressAgents;
const tokens = new TestTokens('secret-token');

beforeEach(async () => {
  stub = await HttpStub.start();
  agents = createAgents({ kind: 'address', localAddress: '127.0.0.3' });
});

afterEach(async () => {
  agents.close();
  await stub.stop();
});

function client(origin = stub.origin, orderMs = 5_000): TradingClient {
  const http = new TradingHttp({ tokens, agents, clock: systemClock });
  return new TradingClient(http, simulatorTrading(origin), { orderMs, readMs: 5_000 });
}

async function failure(work: Promise<unknown>): Promise<UpstoxError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (caught: unknown) => caught,
  );
  if (error instanceof UpstoxError) return error;
  throw error;
}

describe('placing', () => {
  it('sends the documented fields once, from the egress of the account', async () => {
    let from = '';
    stub.answer = (request, response) => {
      from = request.socket.remoteAddress ?? '';
      response.end(
        JSON.stringify({ status: 'success', data: { order_ids: ['240108010918222'] }, metadata: { latency: 3 } }),
      );
    };
    let sent = 0;
    expect(await client().place(ORDER, { onSent: () => (sent += 1) })).toBe('240108010918222');
    expect([from, sent, stub.received.length]).toEqual(['127.0.0.3', 1, 1]);
    expect(stub.received[0]).toMatchObject({
      method: 'POST',
      path: '/v3/order/place',
      authorization: 'Bearer secret-token',
    });
    expect(JSON.parse(stub.received[0]?.body ?? '')).toEqual({
      quantity: 65,
      product: 'D',
      validity: 'DAY',
      price: 100.05,
      tag: ORDER.tag,
      instrument_token: 'NSE_FO|51414',
      order_type: 'LIMIT',
      transaction_type: 'BUY',
      disclosed_quantity: 0,
      trigger_price: 0,
      is_amo: false,
      slice: false,
    });
  });

  const refusal = { status: 'error', errors: [{ errorCode: 'UDAPI1154', message: 'static ip' }] };
  it.each([
    ['a refusal in the envelope of Upstox', 400, JSON.stringify(refusal), 'rejected'],
    [
      'a dead token',
      401,
      JSON.stringify({ status: 'error', errors: [{ errorCode: 'UDAPI100050', message: 'x' }] }),
      'rejected',
    ],
    [
      'a rate limit',
      429,
      JSON.stringify({ status: 'error', errors: [{ errorCode: 'UDAPI10005', message: 'x' }] }),
      'unknown',
    ],
    ['a 504', 504, '', 'unknown'],
    [
      'a 500 in the envelope',
      500,
      JSON.stringify({ status: 'error', errors: [{ errorCode: 'UDAPI100500', message: 'x' }] }),
      'unknown',
    ],
    ['an HTML page of the proxy before it', 403, '<html>no</html>', 'unknown'],
    ['a success without an order', 200, JSON.stringify({ status: 'success', data: { order_ids: [] } }), 'unknown'],
    ['two orders for one', 200, JSON.stringify({ status: 'success', data: { order_ids: ['1', '2'] } }), 'unknown'],
    ['no JSON', 200, 'ok', 'unknown'],
  ])('tells %s by its evidence', async (_name, status, body, outcome) => {
    stub.reply(status, body);
    expect((await failure(client().place(ORDER))).outcome).toBe(outcome);
    expect(stub.received).toHaveLength(1);
  });

  it('never repeats, also on a kept connection that the server has just closed', async () => {
    stub.succeed({ order_ids: ['1'] });
    const subject = client();
    await subject.place(ORDER);
    let accepted = 0;
    stub.answer = (request) => {
      accepted += 1;
      request.socket.destroy();
    };
    expect((await failure(subject.place(ORDER))).outcome).toBe('unknown');
    expect(accepted).toBe(1);
    expect((await failure(subject.cancel('1'))).outcome).toBe('unknown');
    expect(accepted).toBe(2);
  });

  it('knows that nothing left where nobody listens', async () => {
    const { origin } = stub;
    await stub.stop();
    expect(await failure(client(origin).place(ORDER))).toMatchObject({
      code: 'UPSTOX_UNREACHABLE',
      outcome: 'not-sent',
    });
  });

  it('knows nothing after a deadline', async () => {
    stub.answer = () => undefined;
    expect(await failure(client(stub.origin, 50).place(ORDER))).toMatchObject({
      code: 'UPSTOX_TIMEOUT',
      outcome: 'unknown',
    });
  });

  it('sends nothing when the last look forbids it', async () => {
    const error = await failure(client().place(ORDER, { lastLook: () => 'its time has passed' }));
    expect([error.outcome, stub.received.length]).toEqual(['not-sent', 0]);
  });

  it('sends nothing without a token that lives', async () => {
    const http = new TradingHttp({ tokens: new TestTokens('t', 1), agents, clock: systemClock });
    const error = await failure(new TradingClient(http, simulatorTrading(stub.origin)).place(ORDER));
    expect([error.code, error.outcome, stub.received.length]).toEqual(['UPSTOX_TOKEN_MISSING', 'not-sent', 0]);
  });
});

describe('the book', () => {
  const row = {
    order_id: '240108010918222',
    tag: null,
    status: 'Open',
    instrument_token: 'NSE_FO|51414',
    transaction_type: 'SELL',
    product: 'D',
    order_type: 'LIMIT',
    validity: 'DAY',
    quantity: 130,
    price: 100.05,
    trigger_price: 0,
    filled_quantity: 65,
    average_price: 100.1,
    order_timestamp: '2024-01-08 09:15:01',
  };

  it('reads quantities as totals and money as paise, and names rows that it cannot read', async () => {
    stub.succeed([row, { ...row, quantity: -1 }, { ...row, status: 'a new word' }]);
    const book = await client().fetchBook();
    expect(book.invalid).toHaveLength(1);
    expect(book.rows[0]).toMatchObject({
      tag: null,
      stage: 'open',
      quantity: 130,
      pricePaise: 10_005,
      filledQty: 65,
      filledValuePaise: 650_650,
      orderedAtMs: Date.parse('2024-01-08T03:45:01Z'),
    });
    expect(book.rows[1]?.stage).toBe('open');
  });

  it('tells an unknown tag from a failure', async () => {
    stub.reply(400, JSON.stringify({ status: 'error', errors: [{ errorCode: 'UDAPI100010', message: 'unknown' }] }));
    expect(await client().fetchIdsByTag('x')).toEqual([]);
    expect(await client().fetchOrder('1')).toBeUndefined();
    stub.reply(500, '');
    await expect(client().fetchIdsByTag('x')).rejects.toThrow(UpstoxError);
  });
});

describe('egress', () => {
  it.each([
    ['', { kind: 'default' }],
    ['127.0.0.2', { kind: 'address', localAddress: '127.0.0.2' }],
    ['http://proxy.test:3128', { kind: 'proxy', url: 'http://proxy.test:3128' }],
    ['ftp://x', undefined],
    ['somewhere', undefined],
  ])('reads %j', (text, egress) => expect(parseEgress(text)).toEqual(egress));

  it('goes through a tunnel of a proxy, and knows that nothing left when that refuses', async () => {
    const asked: string[] = [];
    let refuse = false;
    const proxy: Server = createServer((near) => {
      near.once('data', (head) => {
        asked.push(head.toString().split('\r\n')[0] ?? '');
        if (refuse) return near.end('HTTP/1.1 403 no\r\n\r\n');
        near.write('HTTP/1.1 200 ok\r\n\r\n');
        const [host = '', port = ''] = new URL(stub.origin).host.split(':');
        void import('node:net').then(({ connect }) => {
          const far = connect(Number(port), host);
          near.pipe(far).pipe(near);
          far.on('error', () => near.destroy());
          near.on('error', () => far.destroy());
        });
      });
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    agents.close();
    agents = createAgents({ kind: 'proxy', url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    stub.succeed({ order_ids: ['7'] });
    expect(await client().place(ORDER)).toBe('7');
    expect(asked).toEqual([`CONNECT ${new URL(stub.origin).host} HTTP/1.1`]);
    agents.close();
    agents = createAgents({ kind: 'proxy', url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    refuse = true;
    expect((await failure(client().place(ORDER))).outcome).toBe('not-sent');
    await new Promise((closed) => proxy.close(closed));
  });
});
