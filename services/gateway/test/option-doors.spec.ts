// Option chains and payoffs by GraphQL and by gRPC, against the whole gateway with a stand-in for options.
import { status, type ServiceError } from '@grpc/grpc-js';
import { GreekConvention, LegKind, type gatewayOptionsApi } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';
import { OPTION_CHAINS } from '../src/adapters/grpc/definitions.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { GrpcProbe } from './grpc-client.ts';
import { chainRow, UNDERLYING } from './in-memory-chains.ts';
import { OptionsStandIn } from './options-stand-in.ts';

const WITHIN = { withinMs: 15_000 };

let gateway: GatewayUnderTest;
let options: OptionsStandIn;
let probe: GrpcProbe;

beforeAll(async () => {
  gateway = await startGateway();
  options = await OptionsStandIn.start(gateway.nats.url);
  probe = new GrpcProbe(gateway.grpc);
}, 60_000);
afterAll(async () => {
  probe.close();
  await options.close();
  expect(gateway.exits).toEqual([]);
  await gateway.close();
}, 60_000);
beforeEach(() => {
  options.refusal = undefined;
  options.isSilent = false;
  options.asked.length = 0;
  options.evaluated.length = 0;
});

const clients = (): Promise<number> => gateway.metric('vega_stream_clients');
const nobodyLeft = (): Promise<unknown> => eventually(async () => (await clients()) === 0, WITHIN);

interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly codes: unknown[];
}

async function ask(query: string): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as { data?: Answer['data']; errors?: { extensions: { code: string } }[] };
  return { data: body.data ?? null, codes: (body.errors ?? []).map(({ extensions }) => extensions.code) };
}

const SIDE = '{ instrument_key last_price }';
const CHAIN = `epoch seq expiry_date rows { strike call ${SIDE} put ${SIDE} }`;

describe('GraphQL', () => {
  it('tells a chain as REST does', async () => {
    const rest = await gateway.get('/api/v1/options/chain?instrument_key=NIFTY&expiry_date=2026-12-01');
    expect(rest.status).toBe(200);
    const { data, codes } = await ask(
      `{ option_chain(instrument_key: "NIFTY", expiry_date: "2026-12-01", greeks: "nse") { ${CHAIN} } }`,
    );
    expect(codes).toEqual([]);
    expect(rest.body).toMatchObject(data?.['option_chain'] as object);
    expect(data?.['option_chain']).toMatchObject({
      epoch: 7,
      rows: [
        { strike: 100, call: { instrument_key: 'NSE_FO|100', last_price: 10.05 }, put: null },
        { strike: 200, call: { last_price: 20.1 }, put: null },
      ],
    });
    expect(options.asked.map(({ expiryDate, convention }) => [expiryDate, convention])).toEqual([
      ['2026-12-01', GreekConvention.HOUSE],
      ['2026-12-01', GreekConvention.NSE],
    ]);
  });

  it('evaluates a payoff in rupees and lots, with its charges', async () => {
    const legs =
      '[{ kind: "CALL", side: "SELL", lots: 2, strike: 100, expiry_date: "2026-12-01", entry_price: 10.05 }]';
    const { data, codes } = await ask(
      `{ payoff(instrument_key: "NIFTY", legs: ${legs}, points: 11) {
           spots max_profit max_loss curves { at_expiry profit net_profit } entry_charges { total stt orders } exit_charges { total } } }`,
    );
    expect(codes).toEqual([]);
    expect(data?.['payoff']).toEqual({
      spots: [100, 200],
      max_profit: null,
      max_loss: -5,
      curves: [{ at_expiry: true, profit: [-5, 7.5], net_profit: [-31.54, -19.04] }],
      entry_charges: { total: 26.54, stt: 0, orders: 1 },
      exit_charges: null,
    });
    expect(options.evaluated).toMatchObject([
      { underlying: 'NIFTY', points: 11, legs: [{ kind: LegKind.CALL, lots: -2, strikePaise: 10_000 }] },
    ]);
  });

  const leg = (more: string): string =>
    `payoff(instrument_key: "NIFTY", legs: [{ kind: "CALL", side: "BUY", lots: 1 ${more} }]) { spots }`;
  it.each([
    ['option_chain(instrument_key: "NIFTY", expiry_date: "soon") { seq }', 'BAD_REQUEST'],
    ['option_chain(instrument_key: "NIFTY", greeks: "mine") { seq }', 'BAD_REQUEST'],
    ['option_chain(instrument_key: "") { seq }', 'BAD_REQUEST'],
    ['payoff(instrument_key: "NIFTY", legs: []) { spots }', 'BAD_REQUEST'],
    [leg(', strike: -1'), 'BAD_REQUEST'],
    [leg(', expiry_date: "2026-02-30"'), 'BAD_REQUEST'],
    [leg(', iv: 0'), 'BAD_REQUEST'],
    ['payoff(instrument_key: "NIFTY", legs: [{ kind: "SWAP", side: "BUY", lots: 1 }]) { spots }', 'BAD_REQUEST'],
    ['payoff(instrument_key: "NIFTY", legs: [{ kind: "CALL", side: "BUY", lots: 1.5 }]) { spots }', 'BAD_REQUEST'],
  ])('refuses %s with %s and asks nobody', async (field, code) => {
    const { codes } = await ask(`{ ${field} }`);
    expect(codes).toEqual([code]);
    expect([options.asked, options.evaluated]).toEqual([[], []]);
  });

  it.each(['UNKNOWN_INSTRUMENT', 'NO_OPTIONS', 'EXPIRY_PAST', 'LEGS_INVALID', 'CHAIN_UNAVAILABLE'] as const)(
    'passes on the code %s of options',
    async (code) => {
      options.refusal = new OutcomeError(code, 'because');
      const { codes } = await ask('{ option_chain(instrument_key: "NIFTY", expiry_date: "2026-12-01") { seq } }');
      expect(codes).toEqual([code]);
    },
  );

  describe('subscriptions', () => {
    const connectClient = (): Client =>
      createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        lazyCloseTimeout: 0,
      });

    it('bring a chain whole, then the strikes that changed, and end with the client', async () => {
      const client = connectClient();
      const items: { seq: number; snapshot: boolean; chain: { seq: number; rows: object[] } }[] = [];
      const stop = client.subscribe(
        { query: `subscription { chain(instrument_key: "NIFTY") { seq snapshot chain { ${CHAIN} } } }` },
        {
          next: ({ data }: FormattedExecutionResult) => items.push((data as { chain: (typeof items)[number] }).chain),
          error: () => undefined,
          complete: () => undefined,
        },
      );
      await eventually(() => items.length === 1, WITHIN);
      expect(items[0]).toMatchObject({ seq: 1, snapshot: true, chain: { epoch: 7, seq: options.present.seq } });
      expect(items[0]?.chain.rows).toHaveLength(2);
      const { seq } = options.change(chainRow(200, 3_333));
      await eventually(() => items.length >= 2, WITHIN);
      expect(items[1]).toMatchObject({ seq: 2, snapshot: false, chain: { seq } });
      expect(items[1]?.chain.rows).toEqual([
        { strike: 200, call: { instrument_key: 'NSE_FO|200', last_price: 33.33 }, put: null },
      ]);
      expect(options.renewals.at(-1)).toBe(1);
      stop();
      await nobodyLeft();
      await client.dispose();
    });

    it.each([
      ['chain(instrument_key: "NIFTY", expiry_date: "soon") { seq }', 'BAD_REQUEST'],
      ['chain(instrument_key: "NIFTY", rate_hz: 7) { seq }', 'BAD_REQUEST'],
    ])('%s is refused with %s', async (field, code) => {
      const client = connectClient();
      const errors: unknown[] = [];
      client.subscribe(
        { query: `subscription { ${field} }` },
        {
          next: ({ errors: list = [] }: FormattedExecutionResult) => errors.push(...list),
          error: (error) => errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error])),
          complete: () => undefined,
        },
      );
      await eventually(() => errors.length > 0, WITHIN);
      expect(errors).toMatchObject([{ extensions: { code } }]);
      await nobodyLeft();
      await client.dispose();
    });
  });
});

describe('gRPC', () => {
  const request = { underlying: 'NIFTY', expiryDate: '2026-12-01', convention: GreekConvention.UNSPECIFIED };
  const refusalOf = (work: Promise<unknown>): Promise<ServiceError> =>
    work.then(
      () => Promise.reject(new Error('it was answered')),
      (error: ServiceError) => error,
    );

  it('GetChain answers the chain in paise, and asks by the convention', async () => {
    const { chain } = await probe.call(OPTION_CHAINS.GetChain, { ...request, convention: GreekConvention.UPSTOX });
    expect(chain).toEqual(options.present);
    expect(options.asked).toMatchObject([{ underlying: 'NIFTY', convention: GreekConvention.UPSTOX }]);
  });

  it.each([
    ['UNKNOWN_INSTRUMENT', status.NOT_FOUND, false],
    ['EXPIRY_PAST', status.FAILED_PRECONDITION, false],
    ['CHAIN_UNAVAILABLE', status.UNAVAILABLE, true],
  ] as const)('GetChain tells %s by status, code and whether to retry', async (code, expected, retryable) => {
    options.refusal = new OutcomeError(code, 'because', {}, retryable);
    const error = await refusalOf(probe.call(OPTION_CHAINS.GetChain, request));
    expect([error.code, error.metadata.get('vega-error-code'), error.metadata.get('vega-error-retryable')]).toEqual([
      expected,
      [code],
      [String(retryable)],
    ]);
  });

  it('GetChain honours the deadline of its caller', async () => {
    options.isSilent = true;
    const error = await refusalOf(probe.call(OPTION_CHAINS.GetChain, request, 300));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
  });

  it('StreamChain brings it whole, then what changed, until its deadline, and leaves nothing behind', async () => {
    const stream = probe.stream(
      OPTION_CHAINS.StreamChain,
      { underlying: 'NIFTY', expiryDate: '2026-12-01', rateHz: 0 },
      4_000,
    );
    await eventually(() => stream.messages.length === 1, WITHIN);
    expect(stream.messages[0]).toMatchObject({ seq: 1, snapshot: true, chain: { full: true, epoch: 7 } });
    expect(stream.messages[0]?.chain?.rows).toHaveLength(2);
    const { seq } = options.change(chainRow(100, 1_111));
    await eventually(() => stream.messages.length >= 2, WITHIN);
    expect(stream.messages[1]).toMatchObject({ seq: 2, snapshot: false, chain: { seq, full: false } });
    expect(stream.messages[1]?.chain?.rows).toEqual([chainRow(100, 1_111)]);
    await eventually(() => stream.error !== undefined, WITHIN);
    expect(stream.error?.code).toBe(status.DEADLINE_EXCEEDED);
    await nobodyLeft();
  }, 60_000);

  it.each<[string, gatewayOptionsApi.StreamChainRequest, string]>([
    ['what is no date', { underlying: 'NIFTY', expiryDate: 'soon', rateHz: 10 }, 'BAD_REQUEST'],
    ['no underlying', { underlying: '', expiryDate: '', rateHz: 10 }, 'BAD_REQUEST'],
    ['another rate', { underlying: UNDERLYING, expiryDate: '', rateHz: 7 }, 'BAD_REQUEST'],
  ])('StreamChain refuses %s', async (_what, asked, code) => {
    const stream = probe.stream(OPTION_CHAINS.StreamChain, asked);
    await eventually(() => stream.error !== undefined, WITHIN);
    expect([stream.error?.code, stream.error?.metadata.get('vega-error-code')]).toEqual([
      status.INVALID_ARGUMENT,
      [code],
    ]);
    await nobodyLeft();
  });
});
