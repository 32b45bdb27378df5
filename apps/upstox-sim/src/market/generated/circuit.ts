import { toGrid } from '../candles/minute-path.ts';
import { black76 } from './black76.ts';
import type { Instrument } from './instrument.ts';
import type { Underlying } from './underlyings.ts';

/** Daily range of shares with derivatives and of futures. */
const RANGE = 0.1;

/** Daily price limits in rupees on the instrument's grid. */
export interface PriceBand {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The day's price limits: ten per cent around the previous close of shares and futures; for an option what the model
 * asks with the forward ten per cent away and volatility half as high again, since exchanges derive option ranges from
 * the underlying's. Indices have none.
 */
export function priceBandOf(instrument: Instrument, underlying: Underlying, level: number): PriceBand | undefined {
  const tick = instrument.tick / 100;
  const { cp } = instrument.quote;
  switch (instrument.kind) {
    case 'index':
    case 'vix':
      return undefined;
    case 'share':
    case 'future':
      return { lower: Math.max(tick, toGrid(cp * (1 - RANGE), tick)), upper: toGrid(cp * (1 + RANGE), tick) };
    case 'option':
      return optionBand(instrument, underlying, level, tick);
  }
}

function optionBand(instrument: Instrument, underlying: Underlying, level: number, tick: number): PriceBand {
  const { surface, strike, right } = instrument;
  const forward = surface?.forward ?? strike;
  const volatility = underlying.volatility * Math.exp(Math.max(0, level));
  // On the last day little variance is left by the clock, but a jump may still come.
  const deviation = 1.5 * Math.max(surface?.deviationAt(instrument.logStrike) ?? 0, volatility * 0.06);
  const price = (ratio: number, scale: number): number => {
    const moved = forward * ratio;
    return black76(right, moved, strike, Math.log(moved / strike), deviation * scale);
  };
  const up = right === 'CE' ? 1 + RANGE : 1 - RANGE;
  const down = right === 'CE' ? 1 - RANGE : 1 + RANGE;
  const lower = Math.max(tick, toGrid(price(down, 0.5) * 0.8, tick));
  return { lower, upper: Math.max(lower + 20 * tick, toGrid(price(up, 1) + 20 * tick, tick)) };
}
