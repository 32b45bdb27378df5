import { joinLivePoint, livePointOf, tradedBetween, type LivePoint, type PricedQuote } from './live-candle.ts';

const last = { startMs: 60_000, open: 10, high: 12, low: 9, close: 11, volume: 5, oi: 100 };
const at = (price: number, marketTimeMs: number, more: Partial<LivePoint> = {}): LivePoint => ({
  price,
  marketTimeMs,
  tradedQty: 0,
  oi: null,
  ...more,
});

describe('a live price on the last candle', () => {
  it('extends it within its interval', () => {
    expect(joinLivePoint(last, at(13, 90_000), 60_000)).toEqual({ ...last, close: 13, high: 13 });
    expect(joinLivePoint(last, at(8, 119_999), 60_000)).toEqual({ ...last, close: 8, low: 8 });
  });
  it('adds what was traded and takes the newest open interest', () => {
    const point = at(11, 90_000, { tradedQty: 7, oi: 120 });
    expect(joinLivePoint(last, point, 60_000)).toEqual({ ...last, volume: 12, oi: 120 });
  });
  it('opens the next one on the grid, also after a pause', () => {
    const opened = joinLivePoint(last, at(13, 120_000, { tradedQty: 3 }), 60_000);
    expect(opened).toEqual({ startMs: 120_000, open: 13, high: 13, low: 13, close: 13, volume: 3, oi: 100 });
    expect(joinLivePoint(last, at(13, 400_000), 60_000).startMs).toBe(360_000);
  });
  it('is the same object where nothing changes', () => {
    expect(joinLivePoint(last, at(11, 90_000), 60_000)).toBe(last);
    expect(joinLivePoint(last, at(99, 59_999, { tradedQty: 9 }), 60_000)).toBe(last);
  });
});

it.each([
  [null, 10, 0],
  [10, null, 0],
  [10, 25, 15],
  [900, 25, 0],
])('traded between %s and %s is %s', (before, after, traded) => expect(tradedBetween(before, after)).toBe(traded));

describe('what a quote adds to a chart', () => {
  const quote: PricedQuote = {
    last_price: 10,
    volume: 500,
    oi: 7,
    exchange_time_ms: 90_000,
    last_trade_time_ms: 30_000,
    stale: false,
  };
  it('is of now when something was traded since the last reading', () =>
    expect(livePointOf(quote, 400)).toEqual({ price: 10, tradedQty: 100, oi: 7, marketTimeMs: 90_000 }));
  it.each([[500], [null]])('is of its trade when nothing was (volume before: %s)', (seen) =>
    expect(livePointOf(quote, seen)).toMatchObject({ tradedQty: 0, marketTimeMs: 30_000 }),
  );
  it('is of now for an index', () =>
    expect(livePointOf({ ...quote, volume: null }, null)).toMatchObject({ tradedQty: 0, marketTimeMs: 90_000 }));
  it.each<[Partial<PricedQuote>]>([
    [{ stale: true }],
    [{ last_price: null }],
    [{ exchange_time_ms: null }],
    [{ last_trade_time_ms: null, volume: 0 }],
  ])('is nothing with %j', (lacking) => expect(livePointOf({ ...quote, ...lacking }, 0)).toBeUndefined());
  it('an option that has not traded today keeps yesterday’s last candle', () => {
    const untraded = livePointOf({ ...quote, volume: 0, last_trade_time_ms: 30_000 }, 0);
    expect(untraded === undefined ? undefined : joinLivePoint(last, untraded, 60_000)).toBe(last);
  });
});
