// gRPC against the whole gateway, by grpc-js as a client.
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { ERROR_CODES, gatewayApi, grpcReflection, TickSource } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { HEALTH, MARKET_DATA, reflectionDefinition, SERVICE_NAMES } from '../src/adapters/grpc/definitions.ts';
import { grpcStatusOf, toGrpcFailure } from '../src/adapters/grpc/grpc-errors.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { GrpcProbe } from './grpc-client.ts';
import { M_AND_M, NIFTY, OPTION, RELIANCE, sampleTick } from './market-feed-stand-in.ts';

let gateway: GatewayUnderTest;
let probe: GrpcProbe;

beforeAll(async () => {
  gateway = await startGateway();
  probe = new GrpcProbe(gateway.grpc);
});

afterAll(async () => {
  probe.close();
  expect(gateway.exits).toEqual([]);
  await gateway.close();
});

beforeEach(() => {
  gateway.feed.refusals.clear();
  gateway.feed.silent.clear();
});

const refusalOf = (work: Promise<unknown>): Promise<ServiceError> =>
  work.then(
    () => Promise.reject(new Error('it was answered')),
    (error: ServiceError) => error,
  );
const clients = (): Promise<number> => gateway.metric('vega_stream_clients');

describe('the table of errors', () => {
  // Only our own defects are INTERNAL: an HTTP status that gRPC has no word for would fall to it.
  it('has a status of its own for every code', () => {
    const codes = Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[];
    expect(codes.filter((code) => grpcStatusOf(code) === status.INTERNAL)).toEqual(['INTERNAL']);
  });

  it.each([
    ['BAD_REQUEST', status.INVALID_ARGUMENT],
    ['UNAUTHENTICATED', status.UNAUTHENTICATED],
    ['UNKNOWN_INSTRUMENT', status.NOT_FOUND],
    ['SEGMENT_UNSUPPORTED', status.FAILED_PRECONDITION],
    ['DEADLINE_EXCEEDED', status.DEADLINE_EXCEEDED],
    ['UPSTREAM_TOKEN', status.UNAVAILABLE],
    ['STREAM_FULL', status.RESOURCE_EXHAUSTED],
    ['STREAM_LIMIT', status.RESOURCE_EXHAUSTED],
    ['RATE_LIMITED', status.RESOURCE_EXHAUSTED],
  ] as const)('%s is status %d', (code, expected) => expect(grpcStatusOf(code)).toBe(expected));

  it.each(Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[])('%s is told with its code', (code) => {
    const failure = toGrpcFailure(new OutcomeError(code, 'because', {}, true), 'M', 'abc');
    expect(failure.code).not.toBe(status.OK);
    expect(failure.details).toBe('because');
    expect(failure.metadata.getMap()).toEqual({
      'vega-error-code': code,
      'vega-error-retryable': String(ERROR_CODES[code].retryable),
      'vega-trace-id': 'abc',
    });
  });

  it('says nothing of a defect', () => {
    const failure = toGrpcFailure(new Error('password=hunter2'), 'M', 'abc');
    expect([failure.code, failure.details.includes('hunter2')]).toEqual([status.INTERNAL, false]);
  });
});

describe('GetQuotes', () => {
  it('answers in paise, in the order asked', async () => {
    const { quotes, unavailable } = await probe.call(MARKET_DATA.GetQuotes, { symbols: [OPTION, 'RELIANCE'] });
    expect(unavailable).toEqual([]);
    expect(quotes.map((quote) => quote.tick)).toEqual([
      gateway.feed.ticks.get(OPTION),
      gateway.feed.ticks.get(RELIANCE),
    ]);
    expect(quotes[0]?.instrument?.tradingSymbol).toContain('25000 CE');
  });

  it.each<[string, string[], status, string]>([
    ['an unknown symbol', ['RELIANCE', 'NOBODY'], status.NOT_FOUND, 'UNKNOWN_INSTRUMENT'],
    ['a segment not served', ['MCX_FO|1'], status.FAILED_PRECONDITION, 'SEGMENT_UNSUPPORTED'],
    ['no symbol', [], status.INVALID_ARGUMENT, 'BAD_REQUEST'],
    ['an empty symbol', [''], status.INVALID_ARGUMENT, 'BAD_REQUEST'],
    [
      'too many symbols',
      Array.from({ length: 501 }, (_item, n) => `NSE_FO|${n}`),
      status.INVALID_ARGUMENT,
      'BAD_REQUEST',
    ],
  ])('refuses %s', async (_what, symbols, code, name) => {
    const error = await refusalOf(probe.call(MARKET_DATA.GetQuotes, { symbols }));
    expect([error.code, error.metadata.get('vega-error-code')]).toEqual([code, [name]]);
    expect(error.metadata.get('vega-trace-id')[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells that market-feed is away, and that a retry can succeed', async () => {
    gateway.feed.refusals.set('getQuotes', new OutcomeError('SERVICE_UNAVAILABLE', 'away', {}, true));
    const error = await refusalOf(probe.call(MARKET_DATA.GetQuotes, { symbols: ['RELIANCE'] }));
    expect([error.code, error.metadata.get('vega-error-retryable')]).toEqual([status.UNAVAILABLE, ['true']]);
  });

  it('honours the deadline of its caller', async () => {
    gateway.feed.silent.add('getQuotes');
    const start = performance.now();
    const error = await refusalOf(probe.call(MARKET_DATA.GetQuotes, { symbols: ['RELIANCE'] }, 200));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it('refuses everyone where nobody is admitted, and who asks too often', async () => {
    const closed = await startGateway({ VEGA_UPSTOX_ENV: 'live' }, 'own');
    const other = new GrpcProbe(closed.grpc);
    const error = await refusalOf(other.call(MARKET_DATA.GetQuotes, { symbols: ['RELIANCE'] }));
    expect(error.code).toBe(status.UNAUTHENTICATED);
    expect((await refusalOf(other.call(MARKET_DATA.GetQuotes, { symbols: [] }))).code).toBe(status.UNAUTHENTICATED);
    other.close();
    await closed.close();
    const narrow = await startGateway({ VEGA_RATE_LIMIT_PER_MINUTE: '5' });
    const busy = new GrpcProbe(narrow.grpc);
    const codes = new Set<unknown>();
    for (let n = 0; n < 11; n += 1) {
      await busy.call(MARKET_DATA.GetQuotes, { symbols: ['RELIANCE'] }).then(
        () => codes.add('OK'),
        (refused: ServiceError) => codes.add(refused.metadata.get('vega-error-code')[0]),
      );
    }
    expect(codes).toEqual(new Set(['OK', 'RATE_LIMITED']));
    busy.close();
    await narrow.close();
  });
});

describe('StreamQuotes', () => {
  it('brings a snapshot and then changes, without a hole, until the client cancels', async () => {
    const stream = probe.stream(MARKET_DATA.StreamQuotes, { symbols: ['RELIANCE', OPTION], rateHz: 0 });
    await eventually(() => stream.messages.length === 1, { withinMs: 5_000 });
    expect(stream.messages[0]).toMatchObject({ seq: 1, snapshot: true, unavailable: [] });
    expect(stream.messages[0]?.quotes.map((quote) => quote.instrumentKey)).toEqual([RELIANCE, OPTION]);
    const tick = gateway.feed.publish(OPTION, { lastPricePaise: 9_995, source: TickSource.FEED_LIVE });
    await eventually(() => stream.messages.length === 2, { withinMs: 5_000 });
    expect(stream.messages[1]).toMatchObject({ seq: 2, snapshot: false });
    expect(stream.messages[1]?.quotes).toMatchObject([{ instrumentKey: OPTION, tick, stale: false, staleReason: '' }]);
    expect(await clients()).toBe(1);
    stream.call.cancel();
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000, what: 'the end of the stream' });
  });

  it('ends at its deadline and leaves nothing behind', async () => {
    const stream = probe.stream(MARKET_DATA.StreamQuotes, { symbols: [NIFTY], rateHz: 2 }, 600);
    await eventually(() => stream.error !== undefined, { withinMs: 5_000 });
    expect(stream.messages.length).toBe(1);
    expect(stream.error?.code).toBe(status.DEADLINE_EXCEEDED);
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000 });
  });

  it.each<[string, gatewayApi.StreamQuotesRequest, status, string]>([
    ['an unknown symbol', { symbols: [NIFTY, 'NOBODY'], rateHz: 10 }, status.NOT_FOUND, 'UNKNOWN_INSTRUMENT'],
    ['no symbol', { symbols: [], rateHz: 10 }, status.INVALID_ARGUMENT, 'BAD_REQUEST'],
    ['another rate', { symbols: [NIFTY], rateHz: 7 }, status.INVALID_ARGUMENT, 'BAD_REQUEST'],
  ])('refuses %s', async (_what, request, code, name) => {
    const stream = probe.stream(MARKET_DATA.StreamQuotes, request);
    await eventually(() => stream.error !== undefined, { withinMs: 5_000 });
    expect([stream.error?.code, stream.error?.metadata.get('vega-error-code')]).toEqual([code, [name]]);
    await eventually(async () => (await clients()) === 0, { withinMs: 5_000 });
  });

  it('conflates for a client that does not read, within a bound, and brings the newest when it reads again', async () => {
    const narrow = await startGateway({ VEGA_STREAM_FLUSH_MS: '20', VEGA_STREAM_SOFT_BUFFER_BYTES: '20000' });
    const model = narrow.feed.instruments.get(OPTION);
    const keys = Array.from({ length: 200 }, (_item, at) => `NSE_FO|${90_000 + at}`);
    for (const key of keys) {
      if (model !== undefined)
        narrow.feed.instruments.set(key, { ...model, instrumentKey: key, tradingSymbol: key.slice(7) });
      narrow.feed.ticks.set(key, sampleTick(key));
    }
    const slow = new GrpcProbe(narrow.grpc);
    const stream = slow.stream(MARKET_DATA.StreamQuotes, { symbols: keys, rateHz: 10 });
    await eventually(() => stream.messages.length === 1, { withinMs: 5_000 });
    stream.call.pause();
    let price = 10_000;
    await eventually(
      () => {
        price += 5;
        for (const key of keys) narrow.feed.publish(key, { lastPricePaise: price });
        return narrow.metric('vega_stream_flushes_skipped_total').then((count) => count > 2);
      },
      { withinMs: 15_000, everyMs: 15, what: 'skipped flushes' },
    );
    stream.call.resume();
    await eventually(() => stream.messages.at(-1)?.quotes.some((quote) => quote.tick?.lastPricePaise === price), {
      withinMs: 10_000,
      what: 'the newest price',
    });
    expect(stream.messages.map((message) => message.seq)).toEqual(stream.messages.map((_message, at) => at + 1));
    stream.call.cancel();
    slow.close();
    await narrow.close();
  }, 40_000);

  it('ends with the service', async () => {
    const ending = await startGateway();
    const other = new GrpcProbe(ending.grpc);
    const stream = other.stream(MARKET_DATA.StreamQuotes, { symbols: [M_AND_M], rateHz: 10 });
    await eventually(() => stream.messages.length === 1, { withinMs: 5_000 });
    const start = performance.now();
    await ending.service.drain();
    expect(performance.now() - start).toBeLessThan(4_000);
    await eventually(() => stream.error !== undefined, { withinMs: 2_000 });
    expect(stream.error?.code).toBe(status.UNAVAILABLE);
    expect(ending.exits).toEqual([]);
    other.close();
    await ending.feed.close();
    await Promise.all([ending.nats.close(), ending.redis.close()]);
  });
});

describe('health', () => {
  it('tells the server and the service, and knows no other', async () => {
    for (const service of ['', SERVICE_NAMES.marketData]) {
      expect(await probe.call(HEALTH.Check, { service })).toEqual({ status: 1 });
    }
    const error = await refusalOf(probe.call(HEALTH.Check, { service: 'other' }));
    expect(error.code).toBe(status.NOT_FOUND);
  });

  it('tells a watcher that NATS is gone and is back', async () => {
    const shaken = await startGateway();
    const other = new GrpcProbe(shaken.grpc);
    const stream = other.stream(HEALTH.Watch, { service: '' });
    await eventually(() => stream.messages.at(-1)?.status === 1, { withinMs: 5_000 });
    await shaken.nats.kill('SIGKILL');
    await eventually(() => stream.messages.at(-1)?.status === 2, { withinMs: 5_000 });
    await shaken.nats.restart();
    await eventually(() => stream.messages.at(-1)?.status === 1, { withinMs: 10_000 });
    expect(stream.messages.map((message) => message.status)).toEqual([1, 2, 1]);
    stream.call.cancel();
    other.close();
    await shaken.close();
  }, 30_000);
});

describe('reflection', () => {
  function ask(service: string, question: grpcReflection.ServerReflectionRequest['messageRequest']) {
    const { path, requestSerialize, responseDeserialize } = reflectionDefinition(service).ServerReflectionInfo;
    return new Promise<grpcReflection.ServerReflectionResponse['messageResponse']>((resolve, reject) => {
      const call = probe.client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata());
      call.on('data', (answer: grpcReflection.ServerReflectionResponse) => resolve(answer.messageResponse));
      call.on('error', reject);
      call.write({ host: '', messageRequest: question });
      call.end();
    });
  }

  it.each([SERVICE_NAMES.reflection, SERVICE_NAMES.reflectionAlpha])(
    '%s tells what is served, and its schemas',
    async (service) => {
      const list = await ask(service, { $case: 'listServices', value: '' });
      expect(list?.$case === 'listServicesResponse' ? list.value.service.map((one) => one.name) : []).toEqual(
        Object.values(SERVICE_NAMES),
      );
      const found = await ask(service, { $case: 'fileContainingSymbol', value: SERVICE_NAMES.marketData });
      const files =
        found?.$case === 'fileDescriptorResponse'
          ? found.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
          : [];
      expect(files[0]?.service[0]?.method.map((one) => one.name)).toEqual(['GetQuotes', 'StreamQuotes']);
      // Everything that the first file needs comes with it.
      const names = new Set(files.map((file) => file.name));
      expect(files.flatMap((file) => file.dependency).filter((name) => !names.has(name))).toEqual([]);
      expect(names).toContain('vega/md/v1/tick.proto');
    },
  );

  it('tells nothing of what is not served', async () => {
    for (const value of ['vega.common.v1.Error', 'nothing.at.all']) {
      const answer = await ask(SERVICE_NAMES.reflection, { $case: 'fileContainingSymbol', value });
      expect(answer).toMatchObject({ $case: 'errorResponse', value: { errorCode: status.NOT_FOUND } });
    }
  });
});
