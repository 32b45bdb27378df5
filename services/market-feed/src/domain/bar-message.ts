import { Bar, BarState, subjects, toBytes } from '@vega/contracts';
import type { BuiltBar } from './bar-book.ts';

/** Name of the one interval that is built. */
export const BAR_INTERVAL = '1m';

/** A bar that is in the store, to be told on the bus. */
export interface StoredBar {
  readonly bar: BuiltBar;
  /** Grows by one with every change of the bar, from 1. */
  readonly revision: number;
}

/** A message of a bar that may not be on the bus yet. */
export interface BarMessage {
  readonly id: number;
  readonly subject: string;
  /** Names the bar and its revision: the bus drops a second one. */
  readonly messageId: string;
  readonly payload: Uint8Array;
}

/** The message that tells a stored bar. Its id names instrument, minute and revision. */
export function barMessage({ bar, revision }: StoredBar): Omit<BarMessage, 'id'> {
  const { key, instrumentId, startTimeMs, openPaise, highPaise, lowPaise, closePaise, volume, oi, tickCount } = bar;
  const message: Bar = {
    instrumentKey: key,
    instrumentId,
    interval: BAR_INTERVAL,
    startTimeMs,
    openPaise,
    highPaise,
    lowPaise,
    closePaise,
    volume,
    oi,
    state: bar.final ? BarState.FINAL : BarState.PROVISIONAL,
    revision,
    tickCount,
  };
  return {
    subject: subjects.bar(BAR_INTERVAL, key),
    messageId: `bar:${instrumentId}:${startTimeMs}:${revision}`,
    payload: toBytes(Bar, message),
  };
}
