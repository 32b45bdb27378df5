import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  GetFeedStatusRequest,
  GetFeedStatusResponse,
  GetQuotesRequest,
  GetQuotesResponse,
  marketFeedRpc,
} from '@vega/contracts';
import { Defect, OperationalError, OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import { connectBus, type Bus } from './bus.ts';
import { baseConfigShape } from './config.ts';
import { createLogger } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { createRpcClient, type RpcClient } from './rpc-client.ts';
import { HandlesRpc, type RpcCallContext } from './rpc-transport.ts';
import { runService, type RunningService } from './start-service.ts';

const natsUrl = process.env['VEGA_TEST_NATS_URL'] ?? '';

/** What the handler under test does next; set by each case. */
let behaviour: (request: GetQuotesRequest, context: RpcCallContext) => Promise<GetQuotesResponse>;
let zeroCalls = 0;

@Controller()
class StatusController {
  @HandlesRpc(marketFeedRpc.getQuotes)
  quotes(@Payload() request: GetQuotesRequest, @Ctx() context: RpcCallContext): Promise<GetQuotesResponse> {
    return behaviour(request, context);
  }

  @HandlesRpc(marketFeedRpc.getFeedStatus)
  status(@Payload() _request: GetFeedStatusRequest): GetFeedStatusResponse {
    zeroCalls += 1;
    return GetFeedStatusResponse.create();
  }
}

@Module({ controllers: [StatusController] })
class StatusModule {}

describe('requests over the bus', () => {
  let service: RunningService;
  let bus: Bus;
  let rpc: RpcClient;
  const exits: number[] = [];

  beforeAll(async () => {
    service = await runService(
      { name: 'spec-service', config: z.object(baseConfigShape), module: () => ({ module: StatusModule }) },
      { environment: { VEGA_NATS_URL: natsUrl, VEGA_LOG_LEVEL: 'silent' }, exit: (code) => exits.push(code) },
    );
    const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
    bus = await connectBus({ url: natsUrl, name: 'spec', logger, onFatal: () => undefined });
    rpc = createRpcClient(bus, createMetrics('spec'));
  });

  afterAll(async () => {
    await bus.close();
    await service.drain();
  });

  const ask = (symbols: string[], deadlineMs?: number): Promise<GetQuotesResponse> =>
    rpc.call(marketFeedRpc.getQuotes, { symbols }, deadlineMs === undefined ? {} : { deadlineMs });

  it('answers with the typed response and tells the handler the deadline', async () => {
    let seen = 0;
    behaviour = (request, context) => {
      seen = context.deadlineMs;
      return Promise.resolve({ quotes: [], unknown: request.symbols, unavailable: [] });
    };
    expect(await ask(['A', 'B'], 1_500)).toEqual({ quotes: [], unknown: ['A', 'B'], unavailable: [] });
    expect(seen).toBe(1_500);
  });

  it('takes a message of zero bytes for what it is, in both directions', async () => {
    expect(GetFeedStatusRequest.encode({}).finish()).toHaveLength(0);
    const before = zeroCalls;
    const answer = await rpc.call(marketFeedRpc.getFeedStatus, {});
    expect(answer.masterRows).toBe(0);
    expect(zeroCalls).toBe(before + 1);
  });

  it('carries a refusal with its code and facts', async () => {
    behaviour = () => Promise.reject(new OutcomeError('UNKNOWN_INSTRUMENT', 'no such thing', { symbol: 'X', n: 1 }));
    const error = await ask(['X']).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(OutcomeError);
    expect(error).toMatchObject({ code: 'UNKNOWN_INSTRUMENT', context: { symbol: 'X', n: 1 }, retryable: false });
  });

  it('carries an operational failure with its outcome', async () => {
    behaviour = () => Promise.reject(new OperationalError('UPSTREAM_UNAVAILABLE', 'broker is down', 'not-sent'));
    await expect(ask(['X'])).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'not-sent' });
  });

  it('hides an unexpected error behind INTERNAL and goes on', async () => {
    behaviour = () => Promise.reject(new TypeError('secret detail'));
    const error = (await ask(['X']).catch((cause: unknown) => cause)) as OperationalError;
    expect(error).toMatchObject({ code: 'INTERNAL', outcome: 'unknown' });
    expect(error.message).not.toContain('secret');
    expect(exits).toEqual([]);
  });

  it('ends the process on a defect', async () => {
    behaviour = () => Promise.reject(new Defect('impossible'));
    await expect(ask(['X'])).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(exits.splice(0)).toEqual([70]);
  });

  it('refuses bytes that are not the request', async () => {
    const reply = await bus.nc.request(marketFeedRpc.getQuotes.subject, new Uint8Array([0x0a, 0xff]), {
      timeout: 2_000,
    });
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('BAD_REQUEST');
  });

  it('says so when the deadline passes', async () => {
    let release = (): void => undefined;
    behaviour = () =>
      new Promise((resolve) => {
        release = () => resolve(GetQuotesResponse.create());
      });
    await expect(ask(['X'], 50)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', outcome: 'unknown' });
    release();
  });

  it('knows that nothing was sent when nobody answers', async () => {
    const contract = { ...marketFeedRpc.getQuotes, subject: 'rpc-spec-nobody' };
    await expect(rpc.call(contract, { symbols: [] })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      outcome: 'not-sent',
    });
  });
});

describe('drain', () => {
  it('answers what is in hand before it ends, and takes nothing new', async () => {
    const service = await runService(
      { name: 'drain-spec', config: z.object(baseConfigShape), module: () => ({ module: StatusModule }) },
      { environment: { VEGA_NATS_URL: natsUrl, VEGA_LOG_LEVEL: 'silent' }, exit: () => undefined },
    );
    const logger = createLogger({ service: 'spec', replica: 'spec', level: 'silent' });
    const bus = await connectBus({ url: natsUrl, name: 'spec', logger, onFatal: () => undefined });
    const rpc = createRpcClient(bus, createMetrics('spec'));
    const inHand: (() => void)[] = [];
    behaviour = () =>
      new Promise((resolve) => inHand.push(() => resolve(GetQuotesResponse.create({ unknown: ['done'] }))));
    const answers = Array.from({ length: 20 }, () => rpc.call(marketFeedRpc.getQuotes, { symbols: [] }));
    while (inHand.length < 20) await bus.nc.flush();
    const ready = await (await fetch(`http://127.0.0.1:${service.opsPort}/health/ready`)).json();
    expect(ready).toMatchObject({ ready: true, checks: { nats: 'ok' } });
    const drained = service.drain();
    await bus.nc.flush();
    expect((await fetch(`http://127.0.0.1:${service.opsPort}/health/ready`)).status).toBe(503);
    for (const finish of inHand) finish();
    expect((await Promise.all(answers)).every((answer) => answer.unknown[0] === 'done')).toBe(true);
    await drained;
    await expect(rpc.call(marketFeedRpc.getQuotes, { symbols: [] })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    await bus.close();
  });
});
