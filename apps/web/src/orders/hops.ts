import type { OrderEventView, OrderTimelineView } from '@vega/client';

/** How long an order took from one station to the next, ms. */
export interface Hop {
  name: string;
  ms: number;
}

const STATIONS: readonly { name: string; at: (timeline: OrderTimelineView) => number | null | undefined }[] = [
  { name: 'received', at: ({ order }) => order.created_at_ms },
  { name: 'recorded', at: ({ events }) => firstOf(events, ['ACCEPTED', 'DENIED']) },
  { name: 'sent', at: ({ order }) => order.children[0]?.sent_at_ms },
  { name: 'answered', at: ({ order }) => order.children[0]?.answered_at_ms },
  { name: 'open', at: ({ events }) => firstOf(events, ['CHILD_OPEN']) },
  { name: 'first fill', at: ({ events }) => firstOf(events, ['CHILD_FILL']) },
];

const firstOf = (events: readonly OrderEventView[], kinds: readonly string[]): number | null | undefined =>
  events.find(({ kind }) => kinds.includes(kind))?.at_ms;

/** The way of an order to the exchange: each station that it came to, with the time since the one before. Its first slice counts. */
export function hopsOf(timeline: OrderTimelineView): Hop[] {
  const reached = STATIONS.flatMap(({ name, at }) => {
    const ms = at(timeline);
    return ms === null || ms === undefined || ms === 0 ? [] : [{ name, ms }];
  });
  return reached.slice(1).map(({ name, ms }, n) => ({ name, ms: Math.max(0, ms - (reached[n]?.ms ?? ms)) }));
}
