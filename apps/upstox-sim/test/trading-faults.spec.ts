import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@vega/testkit';
import WebSocket from 'ws';
import { ATM_CALL } from './fixture-market.ts';
import { startHarness, type Harness } from './harness.ts';
import { onGrid, orderBody, placed, readBook } from './trading-client.ts';

const SOON = { withinMs: 15_000, everyMs: 20 };

describe('faults of the trading half', () => {
  let harness: Harness;
  let token: string;
  beforeEach(async () => {
    harness = await startHarness({ config: { limitFactor: 100 } });
    token = await harness.token();
  });
  afterEach(() => harness.stop());

  const place = (change: Record<string, unknown> = {}) =>
    harness.request('POST', '/v3/order/place', { token, json: orderBody({ price: 120, ...change }) });

  it('carries an order out and loses the answer, as often as asked and for the user asked', async () => {
    await harness.fault({ kind: 'timeout-after', path: '/v3/order/place', times: 1, userId: 'VG1001' });
    const answer = await place({ tag: 'lost' });
    expect(answer.status).toBe(504);
    expect(answer.text).toContain('<html>');
    expect(await readBook(harness, token)).toMatchObject([{ tag: 'lost', status: 'open' }]);
    expect((await place({ tag: 'next' })).status).toBe(200);
  });

  it('accepts an order after the client has been told of a timeout', async () => {
    await harness.fault({ kind: 'accept-late', path: '/v3/order/place', times: 1, withinMs: 300, seed: 7 });
    expect((await place({ tag: 'late' })).status).toBe(504);
    await eventually(async () => (await readBook(harness, token)).some((order) => order.tag === 'late'), {
      ...SOON,
      what: 'the late order',
    });
    expect(await readBook(harness, token)).toHaveLength(1);
  });

  it('accepts it although the client has hung up meanwhile, and its connection tells no address any more', async () => {
    await harness.fault({ kind: 'accept-late', path: '/v3/order/place', times: 1, withinMs: 300, seed: 7 });
    const asked = request(`${harness.sim.url}/v3/order/place`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
    });
    asked.end(JSON.stringify(orderBody({ price: 120, tag: 'gone' })));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(504);
    answer.destroy();
    await eventually(async () => (await readBook(harness, token)).some((order) => order.tag === 'gone'), {
      ...SOON,
      what: 'the late order',
    });
  });

  it('hides young orders, cuts the book, takes the tag', async () => {
    const id = await placed(harness, token, { price: 120, tag: 'seen' });
    const hiding = await harness.fault({ kind: 'hide-order', forMs: 600_000 });
    expect(await readBook(harness, token)).toEqual([]);
    expect((await harness.get(`/v2/order/details?order_id=${id}`, token)).body.errors?.[0]?.['errorCode']).toBe(
      'UDAPI100010',
    );
    expect(harness.sim.context.faults.remove(hiding)).toBe(true);
    await placed(harness, token, { price: 120, tag: 'second' });
    await harness.fault({ kind: 'truncate-book', keep: 1, times: 1 });
    expect(await readBook(harness, token)).toHaveLength(1);
    await harness.fault({ kind: 'null-tag', times: 2 });
    expect((await readBook(harness, token)).map((order) => order.tag)).toEqual([null, null]);
    expect((await readBook(harness, token)).map((order) => order.tag)).toEqual(['seen', 'second']);
  });

  it('refuses with 429 and with a page of HTML', async () => {
    await harness.fault({ kind: '429', path: '/v3/order', times: 1 });
    expect((await place()).body.errors?.[0]?.['errorCode']).toBe('UDAPI10005');
    await harness.fault({ kind: 'html403', path: '/v3/order', times: 1 });
    expect((await place()).text).toContain('Error 1010');
    expect(await readBook(harness, token)).toEqual([]);
  });

  describe('on the stream and on postbacks', () => {
    const messages: Record<string, unknown>[] = [];
    let socket: WebSocket;
    beforeEach(async () => {
      messages.length = 0;
      socket = new WebSocket(
        `${harness.sim.url.replace('http', 'ws')}/v2/feed/portfolio-stream-feed?update_types=order,position`,
        {
          headers: { authorization: `Bearer ${token}` },
          followRedirects: true,
        },
      );
      socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Record<string, unknown>));
      await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    });
    afterEach(() => socket.terminate());

    const orderStates = (): unknown[] =>
      messages.filter((one) => one['update_type'] === 'order').map((one) => one['status']);
    const LIFE = ['put order req received', 'validation pending', 'open pending', 'open', 'complete'];

    it('tells each state as flat text, and the position', async () => {
      const price = onGrid((harness.market.quote(ATM_CALL)?.ltp ?? 0) + 0.1);
      await place({ price });
      await eventually(() => orderStates().length >= 5, { ...SOON, what: 'five states' });
      expect(orderStates()).toEqual(LIFE);
      expect(messages.find((one) => one['update_type'] === 'position')).toMatchObject({
        quantity: 65,
        instrument_key: ATM_CALL,
      });
      expect(messages[0]).toMatchObject({
        user_id: 'VG1001',
        userId: 'VG1001',
        variety: 'SIMPLE',
        order_request_id: '1',
      });
    });

    it.each([
      ['update-duplicate', {}, (states: unknown[]) => states.length === 8 && states[0] === states[1]],
      ['update-lost', { times: 1 }, (states: unknown[]) => states.length === 3 && states[0] === LIFE[1]],
      [
        'update-reorder',
        { times: 1 },
        (states: unknown[]) => states.length === 4 && states[0] === LIFE[1] && states[1] === LIFE[0],
      ],
      [
        'update-late',
        { times: 1, delayMs: 50 },
        (states: unknown[]) => states.length === 4 && states.at(-1) === LIFE[0],
      ],
    ])('%s', async (kind, more, holds) => {
      await harness.fault({ kind, way: 'stream', ...more });
      await place();
      await eventually(() => holds(orderStates()), { ...SOON, what: kind });
    });

    it('posts every state to the webhook of the app', async () => {
      const bodies: Record<string, unknown>[] = [];
      const hook: Server = createServer((request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          bodies.push(JSON.parse(text) as Record<string, unknown>);
          response.end('ok');
        });
      });
      await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
      const app = harness.sim.context.directory.listApps().find((one) => one.ownerUserId === 'VG1001');
      const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
      await harness.request('PATCH', `/sim/apps/${app?.clientId ?? ''}`, { json: { webhook_url: url } });
      await place({ tag: 'posted' });
      await eventually(() => bodies.length >= 4, { ...SOON, what: 'four postbacks' });
      expect(bodies.every((body) => body['update_type'] === 'order' && body['tag'] === 'posted')).toBe(true);
      hook.closeAllConnections();
      hook.close();
    });
  });
});
