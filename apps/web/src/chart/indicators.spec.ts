import { ema, rsi, supertrend, vwap, type Candle } from './indicators.ts';

const candle = (close: number, volume = 100, startMs = 0): Candle => ({
  startMs,
  open: close,
  high: close,
  low: close,
  close,
  volume,
  oi: null,
});

// Closing prices and RSI(14) of the worked example in Wilder's book as StockCharts' ChartSchool prints it.
const CLOSES = [
  44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.614,
  46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
];
const RSI = [70.53, 66.32, 66.55, 69.41, 66.36, 57.97];

describe('indicators', () => {
  it('RSI equals the published example', () => {
    const values = rsi(CLOSES.map((close) => candle(close)));
    expect(values.slice(0, 14).every((value) => value === undefined)).toBe(true);
    for (const [n, expected] of RSI.entries()) expect(values[14 + n]).toBeCloseTo(expected, 1);
  });

  it('RSI is 50 where nothing moves and 100 where all rises', () => {
    expect(rsi(Array.from({ length: 20 }, () => candle(5))).at(-1)).toBe(50);
    expect(rsi(Array.from({ length: 20 }, (_, n) => candle(n + 1))).at(-1)).toBe(100);
  });

  it('EMA starts at the simple mean and follows the rule', () => {
    const values = ema(
      [1, 2, 3, 4, 5].map((close) => candle(close)),
      3,
    );
    expect(values).toEqual([undefined, undefined, 2, 3, 4]);
  });

  it('VWAP starts anew each day and is absent without volume', () => {
    const day = (startMs: number): string => String(Math.floor(startMs / 100));
    const values = vwap([candle(10, 1, 0), candle(20, 3, 1), candle(50, 0, 100), candle(30, 2, 101)], day);
    expect(values).toEqual([10, 17.5, undefined, 30]);
  });

  it('supertrend turns where a close crosses the line, and the line never moves towards the price', () => {
    // Rises by 2 a candle, falls by 6 a candle, rises again; every candle is 2 high.
    const closes = [
      ...Array.from({ length: 20 }, (_, n) => 100 + 2 * n),
      ...Array.from({ length: 12 }, (_, n) => 138 - 6 * (n + 1)),
      ...Array.from({ length: 20 }, (_, n) => 66 + 6 * (n + 1)),
    ];
    const candles = closes.map((close) => ({ ...candle(close), high: close + 1, low: close - 1 }));
    const points = supertrend(candles);
    expect(points.slice(0, 9).every((point) => point === undefined)).toBe(true);
    const turns = points.flatMap((point, n) =>
      point !== undefined && points[n - 1] !== undefined && points[n - 1]?.rising !== point.rising ? [n] : [],
    );
    expect(turns).toHaveLength(2);
    for (const [n, point] of points.entries()) {
      if (point === undefined) continue;
      expect(point.rising ? (closes[n] ?? 0) >= point.value : (closes[n] ?? 0) <= point.value).toBe(true);
      const before = points[n - 1];
      if (before?.rising !== point.rising) continue;
      expect(point.rising ? point.value >= before.value : point.value <= before.value).toBe(true);
    }
  });

  it('supertrend by hand: a steady rise with a true range of 3 has its line 3 ranges under the middle', () => {
    // High less the close before is 102 + 1 - 100: each true range but the first is 3, the first is 2.
    const candles = Array.from({ length: 3 }, (_, n) => ({
      ...candle(100 + 2 * n),
      high: 101 + 2 * n,
      low: 99 + 2 * n,
    }));
    expect(supertrend(candles, 2, 3)).toEqual([
      undefined,
      { value: 102 - 3 * 2.5, rising: true },
      { value: 104 - 3 * 2.75, rising: true },
    ]);
  });
});
