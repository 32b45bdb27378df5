import type { StatusEvent } from '@vega/client';
import type { LinkState } from './live-data.ts';

/** What is wrong with the way to the market, in one sentence, and how grave it is. */
export interface Trouble {
  level: 'late' | 'dead';
  text: string;
}

/** How long the first connection may take before it counts as trouble. */
const FIRST_CONNECT_MS = 3_000;
/** A reconnection shorter than this is not worth a word. */
const BLIP_MS = 700;

/** The trouble to show, or undefined; `nowMs` is the monotonic time. */
export function troubleOf(link: LinkState, status: StatusEvent | undefined, nowMs: number): Trouble | undefined {
  if (link.state !== 'open') {
    const patience = link.wasOpen ? BLIP_MS : FIRST_CONNECT_MS;
    if (nowMs - link.since < patience) return undefined;
    const text = link.wasOpen
      ? 'Connection to the platform lost. Prices are not current; reconnecting.'
      : 'The platform does not answer. Trying again.';
    return { level: 'dead', text };
  }
  if (status === undefined || status.feed.state === 'GREEN') return undefined;
  const why = status.feed.reasons.join('; ');
  if (status.feed.state === 'RED')
    return { level: 'dead', text: `Market feed is down${why === '' ? '.' : `: ${why}.`}` };
  return { level: 'late', text: `Market feed is impaired${why === '' ? '.' : `: ${why}.`}` };
}
