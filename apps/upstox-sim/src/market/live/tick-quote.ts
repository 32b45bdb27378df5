import type { Tick } from '@vega/contracts';
import type { DepthLevel, Ohlc, SimQuote } from '../market-source.ts';

const rupees = (paise: number): number => paise / 100;

/** A platform tick as a quote of the market. What its mode does not stream stays as it was known before. */
export function quoteOfTick(tick: Tick, before: SimQuote | undefined): SimQuote {
  const depth: DepthLevel[] = tick.depth.map((level) => ({
    bidQ: level.bidQty,
    bidP: rupees(level.bidPricePaise),
    askQ: level.askQty,
    askP: rupees(level.askPricePaise),
  }));
  return {
    key: tick.instrumentKey,
    version: (before?.version ?? 0) + 1,
    ltp: rupees(tick.lastPricePaise),
    ltt: tick.lastTradeTimeMs,
    ltq: tick.lastQty,
    cp: rupees(tick.prevClosePaise),
    // A mode without depth shows none: yesterday's or another mode's levels are not there to be traded with.
    depth,
    greeks: tick.brokerGreeks ?? before?.greeks,
    iv: tick.brokerIv ?? before?.iv,
    day: ohlcOf(tick.day) ?? before?.day,
    minute: ohlcOf(tick.minute) ?? before?.minute,
    atp: tick.avgPricePaise === undefined ? (before?.atp ?? 0) : rupees(tick.avgPricePaise),
    vtt: tick.volume ?? before?.vtt ?? 0,
    oi: tick.oi ?? before?.oi ?? 0,
    tbq: tick.totalBuyQty ?? before?.tbq ?? 0,
    tsq: tick.totalSellQty ?? before?.tsq ?? 0,
  };
}

function ohlcOf(ohlc: Tick['day']): Ohlc | undefined {
  if (ohlc === undefined) return undefined;
  return {
    open: rupees(ohlc.openPaise),
    high: rupees(ohlc.highPaise),
    low: rupees(ohlc.lowPaise),
    close: rupees(ohlc.closePaise),
    vol: ohlc.volume,
    ts: ohlc.startTimeMs,
  };
}
