import { FakeClock } from '@vega/testkit';
import { UpstoxError, type UpstoxErrorCode } from '@vega/upstox/market';
import { RestProbe } from './rest-probe.ts';

function setUp() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const broker = { error: undefined as UpstoxErrorCode | undefined, httpStatus: 500, latencyMs: 20 };
  const probe = new RestProbe(
    {
      async fetchExchangeStatus(exchange) {
        asked.push(exchange);
        await new Promise<void>((resolve) => clock.after(broker.latencyMs, resolve));
        const { error, httpStatus } = broker;
        if (error !== undefined) throw new UpstoxError(error, 'no', 'unknown', { api: 'GET /status', httpStatus });
        return { exchange, status: 'NORMAL_OPEN', lastUpdatedMs: 1, closingAuction: null };
      },
    },
    clock,
  );
  return { clock, asked, broker, probe };
}

describe('REST probe', () => {
  it('asks one exchange after the other, and keeps what each said while it counts', async () => {
    const { clock, asked, probe } = setUp();
    expect(probe.last).toBeUndefined();
    probe.start();
    await clock.advance(13_000);
    probe.stop();
    expect(asked).toEqual(['NSE', 'NFO', 'BSE', 'BFO', 'NSE']);
    expect(probe.last).toEqual({ problem: undefined, latencyMs: 20 });
    expect(probe.sessionOf('BSE_INDEX')).toEqual({ status: 'NORMAL_OPEN', atMs: expect.any(Number) as number });
    await clock.advance(61_000);
    expect(probe.sessionOf('BSE_INDEX')).toBeUndefined();
  });

  it.each([
    ['UPSTOX_RATE_LIMITED', 429, 'UPSTOX_RATE_LIMITED (HTTP 429)'],
    ['UPSTOX_BLOCKED_BY_PROXY', 403, 'UPSTOX_BLOCKED_BY_PROXY (HTTP 403)'],
    ['UPSTOX_SERVER_ERROR', 503, 'UPSTOX_SERVER_ERROR (HTTP 503)'],
  ] as const)('names %s, and its end', async (error, httpStatus, problem) => {
    const { clock, broker, probe } = setUp();
    Object.assign(broker, { error, httpStatus });
    probe.start();
    await clock.advance(100);
    expect(probe.last?.problem).toBe(problem);
    broker.error = undefined;
    await clock.advance(3_100);
    expect(probe.last?.problem).toBeUndefined();
    probe.stop();
  });

  it('knows nothing without a token, and learns nothing while our own limits hold it back', async () => {
    const { clock, broker, probe } = setUp();
    broker.error = 'UPSTOX_SERVER_ERROR';
    probe.start();
    await clock.advance(100);
    broker.error = 'UPSTOX_RATE_WAIT';
    await clock.advance(3_100);
    expect(probe.last?.problem).toContain('UPSTOX_SERVER_ERROR');
    broker.error = 'UPSTOX_TOKEN_MISSING';
    await clock.advance(3_100);
    expect(probe.last).toBeUndefined();
    probe.stop();
  });
});
