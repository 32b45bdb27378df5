/** The service as one process over real servers, seen from the bus. */
import { jest } from '@jest/globals';
import {
  ChainUpdate,
  decodeLastChain,
  ForwardSource,
  GreekConvention,
  lastChainKey,
  LegKind,
  optionsRpc,
  PricingStatus,
  SpotState,
  TickMode,
  type EvaluatePayoffRequest,
} from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { eventually } from '@vega/testkit';
import { Redis } from 'ioredis';
import { EXPIRY, NIFTY } from './market-feed-stand-in.ts';
import { surroundings, type Surroundings } from './running-options.ts';

jest.setTimeout(300_000);

describe('options as a service', () => {
  let around: Surroundings;
  beforeAll(async () => {
    around = await surroundings();
    await around.launch('options-1');
    await eventually(() => around.updates.length > 0, { withinMs: 60_000, what: 'a chain' });
  });
  afterAll(() => around.close());

  const ask = (more: Partial<Parameters<typeof optionsRpc.getChain.request.encode>[0]> = {}) =>
    around.rpc.call(optionsRpc.getChain, {
      underlying: NIFTY,
      expiryDate: EXPIRY,
      convention: 0,
      immediate: false,
      ...more,
    });
  const refusal = async (call: Promise<unknown>): Promise<string> => {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof OutcomeError) return error.code;
    throw new Error(`no refusal but ${String(error)}`);
  };
  const legs = (...made: Partial<EvaluatePayoffRequest['legs'][number]>[]): EvaluatePayoffRequest =>
    ({
      underlying: 'NIFTY',
      legs: made.map((leg) => ({ kind: LegKind.CALL, expiryDate: EXPIRY, strikePaise: 2_500_000, lots: 1, ...leg })),
      ivShiftPoints: 0,
      daysAhead: [],
      rangeLow: 0,
      rangeHigh: 0,
      points: 0,
      scenarioSpotShifts: [],
      scenarioIvShifts: [],
      scenarioDaysAhead: 0,
    }) as EvaluatePayoffRequest;

  it('answers what it has published, whole, with volatilities of the market, change in OI and figures', async () => {
    const { chain } = await ask();
    expect(chain).toMatchObject({ underlyingSymbol: 'NIFTY', expiryDate: EXPIRY, full: true });
    expect(chain?.head).toMatchObject({
      spotState: SpotState.LIVE,
      weekly: true,
      lotSize: 65,
      silent: 0,
      streamedFull: 18,
    });
    expect(chain?.head?.forward?.source).toBe(ForwardSource.PARITY);
    expect(chain?.rows).toHaveLength(9);
    const atm = chain?.rows.find(({ strikePaise }) => strikePaise === 2_500_000);
    expect(atm?.call?.status).toBe(PricingStatus.OK);
    expect(Math.abs((atm?.call?.iv ?? 0) - 0.14)).toBeLessThan(5e-4);
    expect(atm?.call?.iv).toBe(atm?.put?.iv);
    await eventually(async () => (await ask()).chain?.rows[0]?.call?.oiChange === 501, {
      withinMs: 30_000,
      what: 'change in OI',
    });
    const { analytics } = (await ask()).chain?.head ?? {};
    expect(analytics?.pcrOi).toBeCloseTo(1, 6);
    expect(analytics?.maxPainStrikePaise).toBe(2_500_000);
    expect([analytics?.ivRank, analytics?.ivHistoryNote]).toEqual([
      undefined,
      '0 of the 20 days that are needed are known',
    ]);
  });

  it('sends what changed, conflated, and the sum of it is what it answers', async () => {
    const from = around.updates.length;
    for (let n = 1; n <= 20; n += 1) around.feed.move(NIFTY, 25_000 + n);
    const last = await eventually(() => around.updates.findLast(({ head }) => head?.spotPaise === 2_502_000), {
      withinMs: 30_000,
    });
    const sent = around.updates
      .slice(from)
      .filter(({ underlyingKey, epoch }) => underlyingKey === NIFTY && epoch === last.epoch);
    expect(sent.length).toBeLessThan(20);
    const { chain } = await ask();
    const whole = around.updates.filter(({ underlyingKey }) => underlyingKey === NIFTY);
    const rows = new Map<number, ChainUpdate['rows'][number]>();
    for (const update of whole.filter(({ seq }) => seq <= (chain?.seq ?? 0))) {
      if (update.full) rows.clear();
      for (const row of update.rows) rows.set(row.strikePaise, row);
    }
    expect([...rows.values()]).toEqual(chain?.rows);
  });

  it('wants the near strikes in full first, and keeps the last value in Redis', async () => {
    const interest = around.feed.interests.get('options-1')?.interests ?? [];
    expect(interest[0]).toEqual({ instrumentKey: NIFTY, mode: TickMode.FULL });
    expect(interest).toHaveLength(38);
    const redis = new Redis(around.redis.url);
    const stored = await eventually(() => redis.getBuffer(lastChainKey(NIFTY, EXPIRY)), { withinMs: 30_000 });
    redis.disconnect();
    expect(decodeLastChain(stored)?.chain).toMatchObject({ underlyingKey: NIFTY, full: true });
  });

  it('answers by other conventions from last prices', async () => {
    const at = async (convention: GreekConvention): Promise<number | undefined> => {
      const { chain } = await ask({ convention });
      expect(chain?.convention).toBe(convention);
      return chain?.rows.find(({ strikePaise }) => strikePaise === 2_505_000)?.call?.iv;
    };
    const [upstox, nse] = [await at(GreekConvention.UPSTOX), await at(GreekConvention.NSE)];
    expect(Math.abs((upstox ?? 0) - 0.14)).toBeLessThan(0.01);
    expect(upstox).not.toBe(nse);
  });

  it('fits smiles and evaluates payoffs on the chain', async () => {
    const smile = await around.rpc.call(optionsRpc.getSmile, { underlying: 'NIFTY', expiryDate: '' });
    expect(smile.slices[0]?.atmIv).toBeCloseTo(0.14, 2);
    const request = legs({ lots: -1 }, { kind: LegKind.PUT, lots: -1 });
    const payoff = await around.rpc.call(optionsRpc.evaluatePayoff, request);
    expect(payoff.breakevens).toHaveLength(2);
    expect(payoff.maxLossRupees).toBeUndefined();
    expect(payoff.netPremiumRupees).toBeCloseTo(payoff.maxProfitRupees ?? 0, 6);
    expect(payoff.margin?.totalRupees).toBeGreaterThan(100_000);
    expect(payoff.curves[0]?.profitRupees).toHaveLength(201);
  });

  it('refuses what makes no sense, each with its code', async () => {
    expect(await refusal(ask({ underlying: 'NOBODY' }))).toBe('UNKNOWN_INSTRUMENT');
    expect(await refusal(ask({ underlying: 'RELIANCE' }))).toBe('NO_OPTIONS');
    expect(await refusal(ask({ underlying: 'MCX_FO|1' }))).toBe('SEGMENT_UNSUPPORTED');
    expect(await refusal(ask({ underlying: 'X|1' }))).toBe('INSTRUMENT_KEY_INVALID');
    expect(await refusal(ask({ expiryDate: '2026-02-30' }))).toBe('EXPIRY_INVALID');
    expect(await refusal(ask({ expiryDate: '2026-11-20' }))).toBe('EXPIRY_PAST');
    expect(await refusal(ask({ expiryDate: '2027-03-02' }))).toBe('UNKNOWN_EXPIRY');
    const evaluate = (request: EvaluatePayoffRequest) => refusal(around.rpc.call(optionsRpc.evaluatePayoff, request));
    expect(await evaluate(legs())).toBe('LEGS_INVALID');
    expect(await evaluate(legs(...Array.from({ length: 10_000 }, () => ({}))))).toBe('TOO_MANY_LEGS');
    expect(await evaluate(legs({ lots: 0 }))).toBe('LEGS_INVALID');
    expect(await evaluate(legs({ strikePaise: 1 }))).toBe('LEGS_INVALID');
    expect(await evaluate(legs({ iv: -1 }))).toBe('LEGS_INVALID');
    expect(await evaluate({ ...legs({}), points: 5_000 })).toBe('BAD_REQUEST');
    const interest = await around.rpc.call(optionsRpc.renewChainInterest, {
      holder: 'spec',
      chains: [
        { underlying: 'NIFTY', expiryDate: '2020-01-01' },
        { underlying: 'NIFTY', expiryDate: EXPIRY },
      ],
    });
    expect(interest.refused.map(({ code }) => code)).toEqual(['EXPIRY_PAST']);
  });
});
