import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { instrumentKey, rupeesToPaise } from '@vega/kernel';
import type { TickFacts } from '../src/app/ports.ts';

/** By how much the capture's recorder ran behind, milliseconds: keeps market time at or past every trade. */
const RECORDER_LAG_MS = 5_700;

interface CapturedOhlc {
  readonly interval: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly vol?: string;
  readonly ts: string;
}

interface CapturedLine {
  readonly instrumentKey: string;
  readonly _insertion_time: string;
  readonly fullFeed: {
    readonly marketFF: {
      readonly ltpc: { readonly ltp: number; readonly ltt: string };
      readonly marketOHLC: { readonly ohlc: readonly CapturedOhlc[] };
      readonly vtt: string;
      readonly oi?: number;
    };
  };
}

/** The recorded feed of 2025-12-15 as ticks, in order; the first of each instrument is taken for its snapshot. */
export function readCapturedTicks(file: string): TickFacts[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const ids = new Map<string, number>();
  let marketTimeMs = 0;
  return lines.map((text) => {
    const line = JSON.parse(text) as CapturedLine;
    const { ltpc, marketOHLC, vtt, oi } = line.fullFeed.marketFF;
    const recorded = Date.parse(`${line._insertion_time.replace(' ', 'T')}+05:30`) + RECORDER_LAG_MS;
    marketTimeMs = Math.max(marketTimeMs, recorded);
    const snapshot = !ids.has(line.instrumentKey);
    const instrumentId = ids.get(line.instrumentKey) ?? ids.size + 1;
    ids.set(line.instrumentKey, instrumentId);
    return {
      key: instrumentKey(line.instrumentKey),
      instrumentId,
      snapshot,
      marketTimeMs,
      lastPricePaise: rupeesToPaise(ltpc.ltp),
      lastTradeTimeMs: Number(ltpc.ltt),
      volume: Number(vtt),
      oi,
      minute: minuteOf(marketOHLC.ohlc),
    };
  });
}

function minuteOf(ohlc: readonly CapturedOhlc[]): TickFacts['minute'] {
  const minute = ohlc.find(({ interval }) => interval === 'I1');
  if (minute === undefined) return undefined;
  return {
    openPaise: rupeesToPaise(minute.open),
    highPaise: rupeesToPaise(minute.high),
    lowPaise: rupeesToPaise(minute.low),
    closePaise: rupeesToPaise(minute.close),
    volume: Number(minute.vol ?? 0),
    startTimeMs: Number(minute.ts),
  };
}
