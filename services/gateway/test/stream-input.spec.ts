import { eventually } from '@vega/testkit';
import fc from 'fast-check';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { M_AND_M, NIFTY, OPTION, RELIANCE } from './market-feed-stand-in.ts';
import { StreamProbe } from './stream-probe.ts';

let gateway: GatewayUnderTest;
const probes: StreamProbe[] = [];

async function open(options?: Parameters<typeof StreamProbe.open>[1]): Promise<StreamProbe> {
  const probe = await StreamProbe.open(gateway.url, options);
  probes.push(probe);
  return probe;
}

beforeAll(async () => {
  gateway = await startGateway({
    VEGA_STREAM_FLUSH_MS: '40',
    VEGA_STREAM_MAX_INSTRUMENTS: '4',
    VEGA_STREAM_MAX_CLIENTS: '6',
  });
});

afterEach(async () => {
  for (const probe of probes.splice(0)) probe.close();
  await eventually(async () => (await gateway.metric('vega_stream_clients')) === 0, { withinMs: 3_000 });
});

afterAll(async () => {
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

describe('bad input', () => {
  it.each<[string, string | Buffer, string | number | null]>([
    ['not JSON', '{', null],
    ['not an object', '[]', null],
    ['null', 'null', null],
    ['no op', '{"id":1}', 1],
    ['an unknown op', '{"op":"buy","id":2}', 2],
    ['an unknown channel', '{"op":"subscribe","id":"3","channel":"orders","instruments":["NIFTY"]}', '3'],
    ['no instruments', '{"op":"subscribe","id":"4","channel":"quotes","instruments":[]}', '4'],
    ['instruments of another type', '{"op":"subscribe","id":"5","channel":"quotes","instruments":[1]}', '5'],
    ['a symbol too long', `{"op":"subscribe","id":"6","channel":"quotes","instruments":["${'x'.repeat(81)}"]}`, '6'],
    [
      'a rate not offered',
      '{"op":"subscribe","id":"7","channel":"quotes","instruments":["NIFTY"],"rate_hz":1000}',
      '7',
    ],
    [
      'a name that would break a frame',
      '{"op":"subscribe","id":"8","channel":"quotes","subscription":"\\"","instruments":["A"]}',
      '8',
    ],
    ['a field nobody knows', '{"op":"ping","id":"9","extra":1}', '9'],
    ['an id of another type', '{"op":"ping","id":{"a":1}}', null],
    ['bytes', Buffer.from('{"op":"ping"}'), null],
    ['a message too long', `{"op":"ping","id":"${'x'.repeat(70_000)}"}`, null],
    ['an unknown subscription', '{"op":"resync","id":"10","subscription":"none"}', '10'],
  ])('%s gets an error frame and nothing else happens', async (_name, message, id) => {
    const probe = await open();
    probe.send(message);
    const error = await probe.frame((frame) => frame.type === 'error');
    expect(error).toMatchObject({ id, code: 'STREAM_MESSAGE_INVALID', retryable: false, detail: expect.any(String) });
    probe.send({ op: 'ping', id: 'still here' });
    expect(await probe.reply('still here')).toMatchObject({ type: 'pong' });
  });

  it('refuses another channel under a name in use', async () => {
    const probe = await open();
    await probe.subscribe([NIFTY], 'x');
    probe.send({ op: 'subscribe', id: 'y', channel: 'status', subscription: 'x' });
    expect(await probe.reply('y')).toMatchObject({ type: 'error', code: 'STREAM_MESSAGE_INVALID' });
  });

  it('holds a client to its instruments', async () => {
    const probe = await open();
    await probe.subscribe([OPTION, RELIANCE, NIFTY], 'a');
    probe.send({ op: 'subscribe', id: 'b', channel: 'quotes', subscription: 'b', instruments: [OPTION, M_AND_M] });
    expect(await probe.reply('b')).toMatchObject({
      type: 'error',
      code: 'STREAM_LIMIT',
      context: { max_instruments: 4, held: 3, asked: 2 },
    });
    await probe.subscribe([M_AND_M], 'b');
    probe.send({ op: 'unsubscribe', id: 'u', subscription: 'a' });
    await probe.reply('u');
    await probe.subscribe([OPTION, RELIANCE, NIFTY], 'c');
  });

  it('drops messages beyond the rate with one notice', async () => {
    const probe = await open();
    for (let n = 0; n < 60; n += 1) probe.send({ op: 'ping', id: n });
    await probe.frame((frame) => frame['code'] === 'RATE_LIMITED');
    await eventually(
      () => {
        probe.send({ op: 'ping', id: 'later' });
        return probe.frames.some((frame) => frame['id'] === 'later');
      },
      { withinMs: 5_000, everyMs: 200 },
    );
    const pongs = probe.frames.filter((frame) => frame.type === 'pong' && frame['id'] !== 'later');
    expect(pongs.length).toBeGreaterThanOrEqual(40);
    expect(pongs.length).toBeLessThan(60);
    expect(probe.frames.filter((frame) => frame['code'] === 'RATE_LIMITED').length).toBeLessThanOrEqual(3);
  });

  it('takes no more clients than it may', async () => {
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => open()));
    await expect(StreamProbe.open(gateway.url)).rejects.toThrow(/^503 .*STREAM_FULL/);
  });

  it('refuses pages of other sites', async () => {
    await expect(StreamProbe.open(gateway.url, { headers: { origin: 'https://evil.example' } })).rejects.toThrow(
      /^401 /,
    );
    const own = await open({ headers: { origin: gateway.url } });
    await own.frame((frame) => frame.type === 'hello');
  });

  it('survives whatever frames a client may send', async () => {
    const word = fc.oneof(
      fc.constantFrom('op', 'id', 'channel', 'subscription', 'instruments', 'rate_hz'),
      fc.string(),
    );
    const value = fc.oneof(
      fc.constantFrom('subscribe', 'unsubscribe', 'resync', 'ping', 'quotes', 'status', NIFTY, 10, 2, null),
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(fc.constantFrom(NIFTY, OPTION, 'NOBODY', '|', ''), { maxLength: 3 }),
    );
    const message = fc.oneof(
      fc.dictionary(word, value).map((fields) => JSON.stringify(fields)),
      fc.string(),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        const probe = await StreamProbe.open(gateway.url);
        for (const one of messages) probe.send(one);
        probe.send({ op: 'ping', id: 'end' });
        await probe.reply('end');
        for (const frame of probe.frames) {
          expect(['hello', 'subscribed', 'unsubscribed', 'resyncing', 'pong', 'status', 'error', 'quotes']).toContain(
            frame.type,
          );
          if (frame.type === 'error') expect(frame['code']).not.toBe('INTERNAL');
        }
        probe.close();
      }),
      { numRuns: 40 },
    );
  });
});
