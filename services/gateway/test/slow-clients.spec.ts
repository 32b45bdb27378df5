// Clients that do not read, and the end of the service: the bounds hold and nobody else notices.
import { connect, type Socket } from 'node:net';
import { eventually } from '@vega/testkit';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { OPTION, RELIANCE, sampleTick } from './market-feed-stand-in.ts';
import { StreamProbe } from './stream-probe.ts';

const SOFT_BYTES = 32 * 1024;
const STALL_MS = 1_500;

/** A client that asks for a stream, subscribes, and then reads nothing more. */
class SilentReader {
  readonly socket: Socket;
  ended = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('close', () => {
      this.ended = true;
    });
    this.socket.on('error', () => undefined);
  }

  async join(instruments: readonly string[]): Promise<void> {
    const key = Buffer.alloc(16, 1).toString('base64');
    this.socket.write(
      `GET /stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    );
    await eventually(() => this.read(), { withinMs: 3_000, what: 'the upgrade' });
    this.frame(JSON.stringify({ op: 'subscribe', channel: 'quotes', instruments }));
    this.socket.pause();
  }

  /** Sends one masked text frame of less than 64 KiB. */
  frame(text: string): void {
    const body = Buffer.from(text);
    const head = Buffer.alloc(8);
    head[0] = 0x81;
    head[1] = 0xfe;
    head.writeUInt16BE(body.length, 2);
    this.socket.write(Buffer.concat([head, body]));
  }

  private read(): string | undefined {
    const chunk = this.socket.read() as Buffer | null;
    return chunk?.toString('latin1').includes('101 Switching Protocols') ? 'upgraded' : undefined;
  }
}

describe('slow clients', () => {
  let gateway: GatewayUnderTest;
  const keys = Array.from({ length: 200 }, (_item, at) => `NSE_FO|${90_000 + at}`);

  beforeAll(async () => {
    gateway = await startGateway({
      VEGA_STREAM_FLUSH_MS: '20',
      VEGA_STREAM_SOFT_BUFFER_BYTES: String(SOFT_BYTES),
      VEGA_STREAM_STALL_MS: String(STALL_MS),
    });
    const model = gateway.feed.instruments.get(OPTION);
    for (const key of keys) {
      if (model !== undefined)
        gateway.feed.instruments.set(key, { ...model, instrumentKey: key, tradingSymbol: key.slice(7) });
      gateway.feed.ticks.set(key, sampleTick(key));
    }
  });

  afterAll(async () => {
    expect(gateway.exits).toEqual([]);
    await gateway.close();
  });

  it('one that does not read is conflated, never holds more than its bound, and is closed; others are not touched', async () => {
    const reader = await StreamProbe.open(gateway.url);
    await reader.subscribe([RELIANCE, ...keys.slice(0, 20)]);
    const silent = new SilentReader(gateway.url);
    await silent.join(keys);
    await eventually(async () => (await gateway.metric('vega_stream_clients')) === 2, { withinMs: 3_000 });
    let price = 10_000;
    const memoryBefore = process.memoryUsage().arrayBuffers;
    let memoryPeak = memoryBefore;
    await eventually(
      () => {
        price += 5;
        for (const key of [RELIANCE, ...keys]) gateway.feed.publish(key, { lastPricePaise: price });
        memoryPeak = Math.max(memoryPeak, process.memoryUsage().arrayBuffers);
        return gateway.metric('vega_stream_slow_clients_closed_total').then((count) => count === 1);
      },
      { withinMs: 40_000, everyMs: 15, what: 'the end of the silent client' },
    );
    expect(await gateway.metric('vega_stream_flushes_skipped_total')).toBeGreaterThan(2);
    // What a flush of 200 instruments weighs comes on top of the soft bound, and what others allocate meanwhile.
    expect(memoryPeak - memoryBefore).toBeLessThan(24 * 1024 * 1024);
    silent.socket.resume();
    await eventually(() => silent.ended, { withinMs: 5_000, what: 'the end of the connection' });
    await eventually(async () => (await gateway.metric('vega_stream_clients')) === 1, { withinMs: 3_000 });
    await reader.quote(RELIANCE, (quote) => quote.last_price === price / 100);
    expect(reader.closed).toBeUndefined();
    const batches = reader.batches();
    expect(batches.map((batch) => batch.seq)).toEqual(batches.map((_batch, at) => at + 1));
    reader.close();
  }, 60_000);

  it('one that answers no ping is cut', async () => {
    const watched = await startGateway({ VEGA_STREAM_HEARTBEAT_MS: '150' });
    try {
      const deaf = await StreamProbe.open(watched.url, { autoPong: false });
      const alive = await StreamProbe.open(watched.url);
      expect((await deaf.ended()).code).toBe(1006);
      alive.send({ op: 'ping', id: 1 });
      expect(await alive.reply(1)).toMatchObject({ type: 'pong' });
      alive.close();
    } finally {
      await watched.close();
    }
  });

  it('a frame beyond a mebibyte ends the connection and nothing else', async () => {
    const probe = await StreamProbe.open(gateway.url);
    probe.send('x'.repeat(1_100_000));
    expect((await probe.ended()).code).toBe(1009);
    expect((await gateway.get('/api/v1/health/live')).status).toBe(200);
  });
});

describe('the end of the service', () => {
  it('bids stream clients farewell with 1001, gives the lease back and finishes requests', async () => {
    const gateway = await startGateway();
    const probe = await StreamProbe.open(gateway.url);
    await probe.subscribe([RELIANCE]);
    await eventually(() => gateway.feed.interest.length === 1, { withinMs: 3_000 });
    gateway.feed.silent.add('getOverview');
    const inHand = gateway.get('/api/v1/market/overview');
    await eventually(() => gateway.feed.callsOf('getOverview').length === 1, { withinMs: 3_000 });
    const draining = gateway.service.drain();
    expect((await inHand).body['code']).toBe('DEADLINE_EXCEEDED');
    await draining;
    expect(await probe.ended()).toEqual({ code: 1001, reason: 'GOING_AWAY' });
    expect(await probe.frame((frame) => frame.type === 'bye')).toMatchObject({
      code: 'GOING_AWAY',
      reconnect_after_ms: 0,
    });
    expect(gateway.feed.interest).toEqual([]);
    await expect(fetch(`${gateway.url}/api/v1/health/live`)).rejects.toThrow();
    expect(gateway.exits).toEqual([]);
    await gateway.feed.close();
    await Promise.all([gateway.nats.close(), gateway.redis.close()]);
  });

  it('is not ready without NATS, and is again when NATS is back; ticks flow again', async () => {
    const gateway = await startGateway();
    const probe = await StreamProbe.open(gateway.url);
    await probe.subscribe([RELIANCE]);
    await gateway.nats.kill('SIGKILL');
    await eventually(async () => (await gateway.get('/api/v1/health/ready')).status === 503, { withinMs: 5_000 });
    const { body } = await gateway.get('/api/v1/health/ready');
    expect(body).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      context: { nats: 'not connected to NATS', redis: 'ok' },
    });
    const quote = await gateway.get('/api/v1/market/quote/RELIANCE');
    expect([quote.status, quote.body['code']]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    await gateway.nats.restart();
    await eventually(async () => (await gateway.get('/api/v1/health/ready')).status === 200, { withinMs: 10_000 });
    await eventually(
      () => {
        gateway.feed.publish(RELIANCE, { lastPricePaise: 98_765 });
        return probe.quotes(RELIANCE).some((one) => one.last_price === 987.65);
      },
      { withinMs: 10_000, everyMs: 100 },
    );
    probe.close();
    await gateway.close();
  }, 40_000);
});
