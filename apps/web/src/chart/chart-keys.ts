import { shortcutSection } from '../app/shortcuts.ts';

/** The keys of the chart. */
export const CHART_KEYS = shortcutSection('Chart', {
  interval: { on: ['Digit'], does: 'Interval: 1, 3, 5, 15, 30 minutes, hour, day, week' },
  buy: { on: ['b'], does: 'Order ticket: buy' },
  sell: { on: ['s'], does: 'Order ticket: sell' },
  newest: { on: ['End'], does: 'Back to the newest candle' },
  volume: { on: ['v'], does: 'Volume' },
  oi: { on: ['o'], does: 'Open interest' },
  ema: { on: ['e'], does: 'EMA 9 and 21' },
  vwap: { on: ['w'], does: 'VWAP' },
  rsi: { on: ['r'], does: 'RSI 14' },
  supertrend: { on: ['u'], does: 'Supertrend 10, 3' },
});
