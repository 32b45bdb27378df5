import { join } from 'node:path';
import { seedCalendar } from '@vega/rulebook';
import { describeWithSharedData } from '@vega/testkit';
import type { TickFacts } from '../src/app/ports.ts';
import type { BuiltBar } from '../src/domain/bar-book.ts';
import { BarBuilder } from '../src/domain/bar-builder.ts';
import { SessionHours } from '../src/domain/session-minutes.ts';
import { readCapturedTicks } from './captured-feed.ts';

type Candle = NonNullable<TickFacts['minute']>;

function build(ticks: readonly TickFacts[]): BuiltBar[] {
  const said: BuiltBar[] = [];
  const hours = new SessionHours(() => seedCalendar);
  const bars = new BarBuilder({
    graceMs: 2_000,
    windowMs: 180_000,
    isBarMinute: (key, startMs) => hours.isBarMinute(key, startMs),
    announce: (bar) => said.push(bar),
  });
  for (const tick of ticks) {
    bars.onTick(tick);
    bars.advance(tick.marketTimeMs);
  }
  return said;
}

const nameOf = (instrumentId: number, startMs: number): string => `${instrumentId} ${startMs}`;

describeWithSharedData('bars of the recorded feed of 2025-12-15', (folder) => {
  const ticks = readCapturedTicks(join(folder, 'data', 'ticks_v3_full_2025-12-15_1000-1015_all10.jsonl.gz'));
  const broker = new Map<string, Candle>();
  for (const { instrumentId, minute } of ticks) {
    if (minute !== undefined) broker.set(nameOf(instrumentId, minute.startTimeMs), minute);
  }

  it('agree with the broker as far as a feed that samples can', () => {
    const provisional = new Map<string, BuiltBar>();
    const own = build(ticks.map((tick) => ({ ...tick, minute: undefined })));
    for (const bar of own) provisional.set(nameOf(bar.instrumentId, bar.startTimeMs), bar);
    // The first minute was joined half-way, the last is not over: neither is the whole of what the broker saw.
    const first = Math.min(...own.map(({ startTimeMs }) => startTimeMs));
    const pairs = [...provisional].flatMap(([name, bar]) => {
      const candle = broker.get(name);
      return candle === undefined || bar.startTimeMs === first ? [] : [{ bar, candle }];
    });
    const share = (agree: (bar: BuiltBar, candle: Candle) => boolean): number =>
      pairs.filter(({ bar, candle }) => agree(bar, candle)).length / pairs.length;
    const shares = {
      open: share((bar, candle) => bar.openPaise === candle.openPaise),
      high: share((bar, candle) => bar.highPaise === candle.highPaise),
      low: share((bar, candle) => bar.lowPaise === candle.lowPaise),
      close: share((bar, candle) => bar.closePaise === candle.closePaise),
      volume: share((bar, candle) => bar.volume === candle.volume),
      all: share(
        (bar, candle) =>
          bar.openPaise === candle.openPaise &&
          bar.highPaise === candle.highPaise &&
          bar.lowPaise === candle.lowPaise &&
          bar.closePaise === candle.closePaise &&
          bar.volume === candle.volume,
      ),
    };
    console.info(`provisional bars against the broker's ${pairs.length} candles:`, shares);
    expect(pairs.length).toBeGreaterThanOrEqual(130);
    // What we saw was traded: our range lies within the broker's.
    for (const { bar, candle } of pairs) {
      expect(bar.highPaise).toBeLessThanOrEqual(candle.highPaise);
      expect(bar.lowPaise).toBeGreaterThanOrEqual(candle.lowPaise);
    }
    expect(shares.close).toBeGreaterThan(0.95);
    expect(shares.volume).toBeGreaterThan(0.9);
    expect(shares.high).toBeGreaterThan(0.8);
    expect(shares.low).toBeGreaterThan(0.8);
    expect(shares.open).toBeGreaterThan(0.65);
    expect(shares.all).toBeGreaterThan(0.45);
  });

  it('end in exactly the candles of the broker', () => {
    const last = new Map<string, BuiltBar>();
    for (const bar of build(ticks)) last.set(nameOf(bar.instrumentId, bar.startTimeMs), bar);
    const finals = [...last.values()].filter(({ final }) => final);
    for (const [name, candle] of broker) {
      expect(last.get(name)).toMatchObject({
        openPaise: candle.openPaise,
        highPaise: candle.highPaise,
        lowPaise: candle.lowPaise,
        closePaise: candle.closePaise,
        volume: candle.volume,
        final: true,
      });
    }
    expect(finals).toHaveLength(broker.size);
    // What stays provisional is the minute the recording ends in, and now and then one that the broker never told.
    expect(last.size - finals.length).toBeLessThanOrEqual(12);
  });

  it('sum to the volume that was seen', () => {
    const own = new Map<string, BuiltBar>();
    const withoutCandles = ticks.map((tick) => ({ ...tick, minute: undefined }));
    const after = (ticks.at(-1) as TickFacts).marketTimeMs + 600_000;
    const said = build([...withoutCandles, { ...(withoutCandles.at(-1) as TickFacts), marketTimeMs: after }]);
    for (const bar of said) own.set(nameOf(bar.instrumentId, bar.startTimeMs), bar);
    for (const id of new Set(ticks.map(({ instrumentId }) => instrumentId))) {
      const volumes = ticks.filter(({ instrumentId }) => instrumentId === id).map(({ volume }) => volume as number);
      const sum = [...own.values()]
        .filter((bar) => bar.instrumentId === id)
        .reduce((total, bar) => total + bar.volume, 0);
      expect(sum).toBe((volumes.at(-1) as number) - (volumes[0] as number));
    }
  });
});
