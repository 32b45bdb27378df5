import { instrumentKey, type InstrumentKey, type Paise } from '@vega/kernel';
import { FakeClock } from '@vega/testkit';
import type { KeyedReply, QuoteV3 } from '@vega/upstox/market';
import { CircuitLimits } from './circuit-limits.ts';
import { RestQuotes } from './rest-quotes.ts';

const key = (n: number): InstrumentKey => instrumentKey(`NSE_FO|${n}`);
const quote = (k: InstrumentKey, upper: number | null): QuoteV3 =>
  ({ key: k, lowerCircuitPaise: upper === null ? null : 5, upperCircuitPaise: upper as Paise | null }) as QuoteV3;

function setUp() {
  const clock = new FakeClock();
  const calls: InstrumentKey[][] = [];
  const broker = { fails: false, upper: 500 as number | null, latencyMs: 10 };
  const source = {
    async fetchQuotesV3(keys: readonly InstrumentKey[]): Promise<KeyedReply<QuoteV3>> {
      calls.push([...keys]);
      await new Promise<void>((resolve) => clock.after(broker.latencyMs, resolve));
      if (broker.fails) throw new Error('the broker is away');
      return { values: new Map(keys.map((k) => [k, quote(k, broker.upper)])), missing: [], invalid: [] };
    },
  };
  const day = { date: '2026-11-23' };
  const rest = new RestQuotes(source, clock);
  const circuits = new CircuitLimits(rest, clock, () => day.date);
  return { clock, calls, broker, rest, circuits, day };
}

describe('quotes by REST', () => {
  it('asks once for what many want at the same moment, and not again within a second', async () => {
    const { clock, calls, rest } = setUp();
    const reads = [rest.read([key(1), key(2)], {}), rest.read([key(2), key(3)], {}), rest.read([key(1)], {})];
    await clock.advance(10);
    const results = await Promise.all(reads);
    expect(results.map(({ quotes }) => [...quotes.keys()])).toEqual([[key(1), key(2)], [key(2), key(3)], [key(1)]]);
    expect(calls).toEqual([[key(1), key(2)], [key(3)]]);
    await clock.advance(500);
    await rest.read([key(1), key(3)], {});
    expect(calls).toHaveLength(2);
    await clock.advance(600);
    const again = rest.read([key(1)], {});
    await clock.advance(10);
    expect((await again).quotes.size).toBe(1);
    expect(calls).toHaveLength(3);
  });

  it('names the reason when the broker fails and keeps no failure', async () => {
    const { clock, broker, rest } = setUp();
    broker.fails = true;
    const read = rest.read([key(1)], {});
    await clock.advance(10);
    expect(await read).toEqual({ quotes: new Map(), problem: new Error('the broker is away') });
    broker.fails = false;
    const again = rest.read([key(1)], {});
    await clock.advance(10);
    expect((await again).problem).toBeUndefined();
  });

  it('splits what is more than one call may name', async () => {
    const { clock, calls, rest } = setUp();
    const read = rest.read(
      Array.from({ length: 1_100 }, (_, n) => key(n)),
      {},
    );
    await clock.advance(10);
    expect((await read).quotes.size).toBe(1_100);
    expect(calls.map(({ length }) => length)).toEqual([500, 500, 100]);
  });
});

describe('circuit limits', () => {
  it('are read once per market date, in the background, and again on the next', async () => {
    const { clock, calls, circuits, day, broker } = setUp();
    circuits.start();
    circuits.want([key(1), instrumentKey('NSE_INDEX|Nifty 50')]);
    expect(circuits.get(key(1))).toBeUndefined();
    await clock.advance(1_100);
    expect(circuits.get(key(1))).toEqual({ lowerPaise: 5, upperPaise: 500 });
    circuits.want([key(1)]);
    await clock.advance(60_000);
    expect(calls).toEqual([[key(1)]]);
    day.date = '2026-11-24';
    broker.upper = 600;
    expect(circuits.get(key(1))).toBeUndefined();
    await clock.advance(1_100);
    expect(circuits.get(key(1))).toEqual({ lowerPaise: 5, upperPaise: 600 });
    expect(calls).toHaveLength(2);
    circuits.stop();
  });

  it('remember that there is none, and do not hammer a broker that fails', async () => {
    const { clock, calls, circuits, broker } = setUp();
    broker.upper = null;
    const first = circuits.ensure([key(1)], 1_000);
    await clock.advance(10);
    await first;
    await circuits.ensure([key(1)], 1_000);
    expect([circuits.get(key(1)), calls.length]).toEqual([undefined, 1]);
    broker.fails = true;
    const second = circuits.ensure([key(2)], 1_000);
    await clock.advance(10);
    await second;
    for (let n = 0; n < 50; n += 1) await circuits.ensure([key(2)], 1_000);
    expect(calls).toHaveLength(2);
    broker.fails = false;
    broker.upper = 700;
    await clock.advance(10_000);
    const third = circuits.ensure([key(2)], 1_000);
    await clock.advance(10);
    await third;
    expect(circuits.get(key(2))).toEqual({ lowerPaise: 5, upperPaise: 700 });
  });
});
