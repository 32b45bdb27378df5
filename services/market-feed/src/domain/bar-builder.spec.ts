import type { InstrumentKey } from '@vega/kernel';
import { builder, candle, GRACE, INDEX, OPEN, shape, tick, WINDOW } from '../../test/bar-ticks.ts';

/** Yesterday's state as a snapshot, so that the first live trade of today is known to be the first. */
const WATCHED = tick(-3_600_000, 9_000, 500_000, {
  snapshot: true,
  marketTimeMs: OPEN - 600_000,
  lastTradeTimeMs: OPEN - 64_800_000,
});

describe('a bar from ticks', () => {
  it('holds first, highest, lowest and last price, and the units since the bar before', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    for (const [at, price, volume] of [
      [1_000, 100, 50],
      [20_000, 130, 80],
      [40_000, 90, 200],
      [59_999, 110, 210],
      [60_000, 105, 300],
    ] as const) {
      bars.onTick(tick(at, price, volume));
    }
    bars.advance(OPEN + 60_000 + GRACE - 1);
    expect(said).toEqual([]);
    bars.advance(OPEN + 60_000 + GRACE);
    expect(said.map(shape)).toEqual([[0, 100, 130, 90, 110, 210, false]]);
    bars.advance(OPEN + 120_000 + GRACE);
    expect(said.map(shape)[1]).toEqual([1, 105, 105, 105, 105, 90, false]);
  });

  it('charges a day that was watched from before its first trade with all its volume, and no other', () => {
    const seen = builder();
    seen.bars.onTick(WATCHED);
    seen.bars.onTick(tick(5_000, 100, 75));
    seen.bars.advance(OPEN + 70_000);
    expect(seen.said[0]?.volume).toBe(75);
    const late = builder();
    late.bars.onTick(tick(5_000, 100, 75_000, { snapshot: true }));
    late.bars.onTick(tick(8_000, 101, 75_035));
    late.bars.advance(OPEN + 70_000);
    expect(late.said.map(shape)).toEqual([[0, 100, 101, 100, 101, 35, false]]);
  });

  it('makes no bar of a trade long ago that a snapshot tells', () => {
    const { bars, said } = builder();
    bars.onTick(tick(0, 100, 900, { snapshot: true, marketTimeMs: OPEN + 7_200_000 }));
    bars.onTick(tick(7_205_000, 104, 950));
    bars.advance(OPEN + 7_400_000);
    expect(said.map(shape)).toEqual([[120, 104, 104, 104, 104, 50, false]]);
  });

  it('leaves the auction before the open out, its volume too', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(-420_000, 98, 4_000));
    bars.onTick(tick(1_000, 100, 4_050));
    bars.advance(OPEN + 70_000);
    expect(said.map(shape)).toEqual([[0, 100, 100, 100, 100, 50, false]]);
    expect(bars.counts.outsideSession).toBe(1);
  });

  it('gives the volume of a gap to the minute of the last trade', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(1_000, 100, 50));
    bars.advance(OPEN + 400_000);
    bars.onTick(tick(420_500, 120, 950, { snapshot: true }));
    bars.advance(OPEN + 500_000);
    expect(said.map(shape)).toEqual([
      [0, 100, 100, 100, 100, 50, false],
      [7, 120, 120, 120, 120, 900, false],
    ]);
  });

  it('begins the next day at nothing', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(1_000, 100, 50_000));
    const next = 86_400_000;
    bars.onTick(tick(next + 2_000, 110, 60));
    bars.advance(OPEN + next + 120_000);
    expect(said.map(shape)).toEqual([
      [0, 100, 100, 100, 100, 50_000, false],
      [1_440, 110, 110, 110, 110, 60, false],
    ]);
  });

  it('of an index has no volume and goes by the time of its change', () => {
    const { bars, said } = builder();
    const index = { key: INDEX, instrumentId: 1 };
    bars.onTick(tick(500, 2_400_000, undefined, index));
    bars.onTick(tick(30_000, 2_401_000, undefined, index));
    bars.onTick(tick(61_000, 2_399_000, undefined, { ...index, lastTradeTimeMs: 0, marketTimeMs: OPEN + 61_000 }));
    bars.advance(OPEN + 200_000);
    expect(said.map(shape)).toEqual([
      [0, 2_400_000, 2_401_000, 2_400_000, 2_401_000, 0, false],
      [1, 2_399_000, 2_399_000, 2_399_000, 2_399_000, 0, false],
    ]);
  });

  it('keeps the open interest of its own minute', () => {
    const { bars, said } = builder();
    bars.onTick(tick(1_000, 100, 50, { oi: 900 }));
    bars.onTick(tick(50_000, 100, 60, { oi: 950 }));
    bars.onTick(tick(50_000, 100, 60, { oi: 999, marketTimeMs: OPEN + 100_000 }));
    bars.advance(OPEN + 100_000);
    expect(said.map(({ oi }) => oi)).toEqual([950]);
    bars.advance(OPEN + 101_000);
    expect(said).toHaveLength(1);
  });

  it('refuses prices and times that cannot be', () => {
    const { bars, said } = builder();
    bars.onTick(tick(1_000, 0, 50));
    bars.onTick(tick(500_000, 100, 50, { marketTimeMs: OPEN + 1_000 }));
    bars.onTick(tick(1_000, 100, 50, { lastTradeTimeMs: 0 }));
    bars.advance(OPEN + 700_000);
    expect(said).toEqual([]);
    expect(bars.counts.implausible).toBe(2);
  });
});

describe("the broker's candle", () => {
  it('takes the place of a provisional bar, once', () => {
    const { bars, said } = builder();
    bars.onTick(tick(1_000, 100, 50));
    bars.onTick(tick(30_000, 120, 90));
    bars.advance(OPEN + 70_000);
    const broker = candle(0, [99, 121, 98, 119], 100);
    bars.onTick(tick(71_000, 125, 130, { minute: broker }));
    bars.onTick(tick(72_000, 125, 131, { minute: broker }));
    expect(said.map(shape)).toEqual([
      [0, 100, 120, 100, 120, 40, false],
      [0, 99, 121, 98, 119, 100, true],
    ]);
    expect(said[1]?.tickCount).toBe(2);
    bars.advance(OPEN + 130_000);
    // 131 units told, of which 90 by the end of the first minute as ticks told: the candle does not shift the next bar.
    expect(said.map(shape)[2]).toEqual([1, 125, 125, 125, 125, 41, false]);
  });

  it('confirms a bar that was right', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(1_000, 100, 50));
    bars.advance(OPEN + 70_000);
    bars.onTick(tick(71_000, 125, 130, { minute: candle(0, [100, 100, 100, 100], 50) }));
    expect(said.map(({ final }) => final)).toEqual([false, true]);
  });

  it('makes a provisional bar unnecessary when it comes within the grace', () => {
    const { bars, said } = builder();
    bars.onTick(tick(1_000, 100, 50));
    bars.onTick(tick(60_500, 101, 60, { minute: candle(0, [100, 104, 100, 101], 55) }));
    bars.advance(OPEN + 70_000);
    expect(said.map(shape)).toEqual([[0, 100, 104, 100, 101, 55, true]]);
  });

  it('is not changed by a late tick, but corrects itself', () => {
    const { bars, said } = builder();
    bars.onTick(tick(61_000, 101, 60, { minute: candle(0, [100, 104, 100, 101], 55) }));
    bars.onTick(tick(59_000, 900, 58, { marketTimeMs: OPEN + 62_000 }));
    bars.advance(OPEN + 70_000);
    expect(said).toHaveLength(1);
    bars.onTick(tick(62_000, 101, 60, { minute: candle(0, [100, 105, 100, 101], 56) }));
    expect(said.map(shape)[1]).toEqual([0, 100, 105, 100, 101, 56, true]);
  });

  it('of a minute that nobody watched makes the bar', () => {
    const { bars, said } = builder();
    bars.onTick(tick(600_500, 101, 60, { snapshot: true, minute: candle(9, [100, 104, 100, 101], 55) }));
    bars.onTick(tick(3_600_000, 101, 70, { snapshot: true, minute: candle(20, [100, 103, 100, 101], 44) }));
    expect(said.map(shape)).toEqual([
      [9, 100, 104, 100, 101, 55, true],
      [20, 100, 103, 100, 101, 44, true],
    ]);
  });

  it.each([
    ['of a minute that still runs', candle(1, [100, 104, 100, 101], 55)],
    ['of yesterday', { ...candle(0, [100, 104, 100, 101], 55), startTimeMs: OPEN - 86_400_000 }],
    ['with a high below its close', candle(0, [100, 100, 90, 101], 55)],
    ['without prices', candle(0, [0, 0, 0, 0], 0)],
    ['off the minute', { ...candle(0, [100, 104, 100, 101], 55), startTimeMs: OPEN + 17 }],
  ])('%s is not believed', (_what, minute) => {
    const { bars, said } = builder();
    bars.onTick(tick(61_000, 101, 60, { snapshot: true, minute }));
    expect(said).toEqual([]);
  });
});

describe('late ticks', () => {
  it('revise what was announced, the next bar too, once each', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(10_000, 100, 50));
    bars.onTick(tick(70_000, 102, 90));
    bars.advance(OPEN + 125_000);
    expect(said.map(shape)).toEqual([
      [0, 100, 100, 100, 100, 50, false],
      [1, 102, 102, 102, 102, 40, false],
    ]);
    bars.onTick(tick(59_000, 107, 75, { marketTimeMs: OPEN + 126_000 }));
    bars.advance(OPEN + 126_500);
    bars.advance(OPEN + 127_000);
    expect(said.slice(2).map(shape)).toEqual([
      [0, 100, 107, 100, 107, 75, false],
      [1, 102, 102, 102, 102, 15, false],
    ]);
    expect(bars.counts.revisedByTick).toBe(2);
  });

  it('beyond the window change nothing and are counted', () => {
    const { bars, said } = builder();
    bars.onTick(WATCHED);
    bars.onTick(tick(10_000, 100, 50));
    bars.advance(OPEN + 60_000 + WINDOW);
    bars.onTick(tick(11_000, 999, 60, { marketTimeMs: OPEN + 300_000 }));
    bars.advance(OPEN + 400_000);
    expect(said).toHaveLength(1);
    expect(bars.counts.late).toBe(1);
    expect(bars.openBars).toBe(0);
  });
});

describe('a restart', () => {
  it('continues after the last stored bar', () => {
    const { bars, said } = builder();
    bars.restore([{ instrumentId: 7, startTimeMs: OPEN, endVolume: 500 }]);
    bars.onTick(tick(30_000, 90, 480, { snapshot: true, marketTimeMs: OPEN + 90_000 }));
    bars.onTick(tick(95_000, 101, 560));
    bars.advance(OPEN + 200_000);
    expect(said.map(shape)).toEqual([[1, 101, 101, 101, 101, 60, false]]);
  });

  it('does not continue what is of another day or of the future', () => {
    for (const startTimeMs of [OPEN - 86_400_000, OPEN + 3_600_000]) {
      const { bars, said } = builder();
      bars.restore([{ instrumentId: 7, startTimeMs, endVolume: 500 }]);
      bars.onTick(tick(1_000, 90, 480));
      bars.onTick(tick(5_000, 91, 500));
      bars.advance(OPEN + 200_000);
      expect(said.map(shape)).toEqual([[0, 90, 91, 90, 91, 20, false]]);
    }
  });

  it('of the source of market begins the instrument anew', () => {
    const { bars, said } = builder();
    bars.onTick(tick(3_600_000, 100, 900));
    bars.onTick(tick(1_000, 50, 10, { snapshot: true }));
    bars.onTick(tick(2_000, 51, 15));
    bars.advance(OPEN + 70_000);
    expect(said.map(shape)).toEqual([
      [60, 100, 100, 100, 100, 0, false],
      [0, 50, 51, 50, 51, 5, false],
    ]);
  });
});

it('forgets instruments on request and announces what they had', () => {
  const { bars, said } = builder();
  bars.onTick(tick(1_000, 100, 50));
  bars.onTick(tick(1_000, 100, 50, { instrumentId: 8 }));
  bars.retain((id) => id === 8);
  expect(said.map(({ instrumentId }) => instrumentId)).toEqual([7]);
  expect([bars.instruments, bars.openBars]).toEqual([1, 1]);
});

it('holds one open bar per instrument and minute', () => {
  const { bars } = builder();
  const keys = Array.from({ length: 500 }, (_, i) => ({ key: `NSE_FO|${i}` as InstrumentKey, instrumentId: i + 1 }));
  for (let round = 0; round < 20; round += 1) {
    for (const key of keys) bars.onTick(tick(round * 1_000, 100 + round, 10 * round, key));
  }
  expect([bars.instruments, bars.openBars]).toEqual([500, 500]);
});
