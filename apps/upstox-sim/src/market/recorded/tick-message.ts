import { z } from 'zod';
import type { Ohlc, SimQuote } from '../market-source.ts';

/** A recorder that stamped messages in IST wall time ran this far behind the exchange (measured on the capture of 2025-12-15). */
export const RECORDER_LAG_MS = 5700;

// Decoders print int64 as text; zero fields are absent.
const number = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/)])
  .transform(Number)
  .pipe(z.number());
const zero = number.default(0);

const ltpc = z.object({ ltp: zero, ltt: zero, ltq: zero, cp: zero });
const level = z.object({ bidQ: zero, bidP: zero, askQ: zero, askP: zero });
const someGreeks = z.object({ delta: zero, theta: zero, gamma: zero, vega: zero, rho: zero });
// A share's message carries an empty one: it has no Greeks, rather than Greeks of zero.
const greeks = z.union([z.strictObject({}).transform(() => undefined), someGreeks]);
const candle = z.object({ interval: z.string(), open: zero, high: zero, low: zero, close: zero, vol: zero, ts: zero });
const ohlc = z.object({ ohlc: z.array(candle).default([]) });
const noTrade = { ltp: 0, ltt: 0, ltq: 0, cp: 0 };
const market = z.object({
  ltpc: ltpc.default(noTrade),
  marketLevel: z.object({ bidAskQuote: z.array(level).max(30).default([]) }).optional(),
  optionGreeks: greeks.optional(),
  marketOHLC: ohlc.optional(),
  atp: zero,
  vtt: zero,
  oi: zero,
  iv: number.optional(),
  tbq: zero,
  tsq: zero,
});
const index = z.object({ ltpc: ltpc.default(noTrade), marketOHLC: ohlc.optional() });
const firstLevel = z.object({
  ltpc: ltpc.default(noTrade),
  firstDepth: level.optional(),
  optionGreeks: greeks.optional(),
  vtt: zero,
  oi: zero,
  iv: number.optional(),
});

/** One recorded feed message of one instrument, as a v3 decoder prints it to JSON, with the recorder's time. */
export const tickMessage = z
  .object({
    instrumentKey: z.string().min(3).max(80),
    _insertion_time: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?$/)
      .optional(),
    currentTs: number.optional(),
    fullFeed: z.union([z.object({ marketFF: market }), z.object({ indexFF: index })]).optional(),
    ltpc: ltpc.optional(),
    firstLevelWithGreeks: firstLevel.optional(),
  })
  .refine((message) => message._insertion_time !== undefined || message.currentTs !== undefined, {
    error: 'neither _insertion_time nor currentTs',
  })
  .refine((message) => (message.fullFeed ?? message.ltpc ?? message.firstLevelWithGreeks) !== undefined, {
    error: 'no fullFeed, ltpc or firstLevelWithGreeks',
  });
export type TickMessage = z.infer<typeof tickMessage>;

/** Market time of a message, epoch ms: the feed's own where recorded, else the recorder's IST time plus its lag. */
export function marketTimeOf(message: TickMessage): number {
  if (message.currentTs !== undefined) return message.currentTs;
  const text = (message._insertion_time ?? '').replace(' ', 'T');
  return Date.parse(`${text.slice(0, 19)}+05:30`) + milliseconds(text) + RECORDER_LAG_MS;
}

function milliseconds(text: string): number {
  const fraction = text.slice(20, 23);
  return fraction === '' ? 0 : Number(fraction.padEnd(3, '0'));
}

/** The quote that a message states; fields it leaves out are zero, and of greeks and volatility absent. */
export function quoteOf(message: TickMessage, version: number): SimQuote {
  const key = message.instrumentKey;
  const { fullFeed, firstLevelWithGreeks: first } = message;
  if (fullFeed !== undefined && 'marketFF' in fullFeed) {
    const { ltpc: last, marketLevel, optionGreeks, marketOHLC, ...rest } = fullFeed.marketFF;
    const depth = marketLevel?.bidAskQuote ?? [];
    return { key, version, ...last, ...rest, depth, greeks: optionGreeks, ...bars(marketOHLC?.ohlc) };
  }
  const nothing = { key, version, depth: [], atp: 0, vtt: 0, oi: 0, tbq: 0, tsq: 0 };
  if (fullFeed !== undefined)
    return { ...nothing, ...fullFeed.indexFF.ltpc, ...bars(fullFeed.indexFF.marketOHLC?.ohlc) };
  if (first === undefined) return { ...nothing, ...(message.ltpc ?? noTrade) };
  const depth = first.firstDepth === undefined ? [] : [first.firstDepth];
  const { vtt, oi, iv, optionGreeks } = first;
  return { ...nothing, ...first.ltpc, depth, vtt, oi, iv, greeks: optionGreeks };
}

function bars(candles: readonly z.infer<typeof candle>[] | undefined): { day?: Ohlc; minute?: Ohlc } {
  const shown: { day?: Ohlc; minute?: Ohlc } = {};
  for (const { interval, ...bar } of candles ?? []) {
    if (interval === '1d') shown.day = bar;
    else if (interval === 'I1') shown.minute = bar;
  }
  return shown;
}
