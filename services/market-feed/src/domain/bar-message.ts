import { Bar, BarState, subjects, toBytes } from '@vega/contracts';
import type { BarMessage, StoredBar } from '../app/data-ports.ts';

/** Name of the one interval that is built. */
export const BAR_INTERVAL = '1m';

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
