import type { CandleView } from '@vega/client';
import { intervalOf } from './intervals.ts';
import { nextOlderSpan, noOlderCandles, withOlderSpan } from './older-candles.ts';

const candle = (startMs: number): CandleView => ({
  start_time: null,
  start_time_ms: startMs,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 0,
  oi: 0,
});

describe('older candles', () => {
  it('are asked for in spans that meet without overlap and stay within what the endpoint serves', () => {
    const interval = intervalOf('5m');
    let older = noOlderCandles('2026-11-08');
    const asked: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const span = nextOlderSpan(older, interval);
      if (span === undefined) throw new Error('a span was expected');
      asked.push(`${span.from} ${span.to}`);
      older = withOlderSpan(older, span, [candle(10 - n)]);
    }
    expect(asked).toEqual(['2026-10-18 2026-11-07', '2026-09-27 2026-10-17', '2026-09-06 2026-09-26']);
    expect(older.candles.map((one) => one.start_time_ms)).toEqual([8, 9, 10]);
  });

  it('end where the broker keeps none', () => {
    expect(nextOlderSpan(noOlderCandles('2022-01-04'), intervalOf('1m'))).toEqual({
      from: '2022-01-01',
      to: '2022-01-03',
    });
    expect(nextOlderSpan(noOlderCandles('2022-01-01'), intervalOf('1m'))).toBeUndefined();
    expect(nextOlderSpan(noOlderCandles('2022-01-01'), intervalOf('1D'))?.to).toBe('2021-12-31');
    expect(nextOlderSpan(noOlderCandles('2000-01-01'), intervalOf('1D'))).toBeUndefined();
  });

  it('end after two spans without a candle, but not after a gap of one', () => {
    const interval = intervalOf('1m');
    const ask = (older: ReturnType<typeof noOlderCandles>, found: readonly CandleView[]) => {
      const span = nextOlderSpan(older, interval);
      if (span === undefined) throw new Error('a span was expected');
      return withOlderSpan(older, span, found);
    };
    const gap = ask(ask(noOlderCandles('2026-11-08'), []), [candle(1)]);
    expect(nextOlderSpan(gap, interval)).toBeDefined();
    expect(nextOlderSpan(ask(ask(gap, []), []), interval)).toBeUndefined();
  });
});
