import { FakeClock } from '@vega/testkit';
import { RELIANCE } from './fixture-market.ts';
import { startHarness } from './harness.ts';

const LTP = `/v3/market-quote/ltp?instrument_key=${encodeURIComponent(RELIANCE)}`;
const STATUS = '/v2/market/status/NSE';

describe('rate limits', () => {
  it('are per user and API; the excess gets 429 UDAPI10005 and no header that tells when to come back', async () => {
    const clock = new FakeClock();
    const harness = await startHarness({ clock });
    const token = await harness.token();
    const other = await harness.token('VG1002');
    const second = await harness.token('VG1001');
    const statuses = await Promise.all(Array.from({ length: 55 }, () => harness.get(LTP, token)));
    const refused = statuses.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.body).toMatchObject({
      status: 'error',
      errors: [{ errorCode: 'UDAPI10005', error_code: 'UDAPI10005' }],
    });
    for (const header of ['retry-after', 'x-ratelimit-limit', 'ratelimit'])
      expect(refused[0]?.headers.get(header)).toBeNull();
    expect((await harness.get(LTP, second)).status).toBe(429);
    expect((await harness.get(LTP, other)).status).toBe(200);
    expect((await harness.get(STATUS, token)).status).toBe(200);
    clock.advanceSync(1_000);
    expect((await harness.get(LTP, token)).status).toBe(200);
    await harness.stop();
  });

  it('can be multiplied for accelerated tests', async () => {
    const harness = await startHarness({ clock: new FakeClock(), config: { limitFactor: 2 } });
    const token = await harness.token();
    const answers = await Promise.all(Array.from({ length: 105 }, () => harness.get(STATUS, token)));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
    await harness.stop();
  });

  it('count calls without a token by where they come from', async () => {
    const harness = await startHarness({ clock: new FakeClock() });
    const answers = await Promise.all(Array.from({ length: 52 }, () => harness.get('/v2/market/holidays/2026-09-03')));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(2);
    expect((await harness.get('/sim/status')).status).toBe(200);
    await harness.stop();
  });
});
