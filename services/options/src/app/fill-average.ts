import { istDateOf, toIstIso } from '@vega/kernel';
import type { LiveChain } from './live-chain.ts';
import type { MarketTime } from './market-time.ts';
import type { MarketData } from './ports.ts';

const MINUTE_MS = 60_000;

/**
 * Gives a chain that was opened inside its averaging window the part it has not watched, from the minute candles of its underlying: the
 * mean of open, high, low and close stands for each minute.
 */
export async function fillAverage(
  chain: LiveChain,
  { market, time }: { readonly market: MarketData; readonly time: MarketTime },
): Promise<void> {
  const now = time.now();
  const { contracts, terms } = chain;
  const { method, start } = terms.settlement;
  if (now === undefined || contracts.kind !== 'INDEX' || method !== 'half-hour-average') return;
  if (istDateOf(now) !== contracts.expiryDate || now <= start) return;
  const date = toIstIso(now).slice(0, 10);
  const { candles } = await market.fetchCandles(contracts.underlying.instrumentKey, 'minutes', 1, date, date);
  for (const { startTimeMs, openPaise, highPaise, lowPaise, closePaise } of candles) {
    if (startTimeMs < start || startTimeMs + MINUTE_MS > now) continue;
    chain.average.fill((openPaise + highPaise + lowPaise + closePaise) / 400, MINUTE_MS);
  }
}
