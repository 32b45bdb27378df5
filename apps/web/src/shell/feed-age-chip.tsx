import { useLayoutEffect, useRef } from 'react';
import { judgeFeedAge, type FeedAgeLevel } from '../live/feed-age.ts';
import { useLive, useLink, useStatus } from '../live/live-context.tsx';
import { onPulse } from '../live/pulse.ts';

/** The age of the newest streamed quote; amber past 2 s and red past 5 s while the session is open. */
export function FeedAgeChip(): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  const live = useLive();
  const link = useLink();
  // Redrawn when the session changes too.
  const status = useStatus();
  useLayoutEffect(() => {
    const draw = (): void => {
      const chip = node.current;
      if (chip === null) return;
      const level = judgeFeedAge(live.feedAgeMs(), live.isOpen());
      const text = link.state === 'open' ? chipText(level, live.feedAgeMs()) : 'offline';
      const shown = link.state === 'open' || !link.wasOpen ? level : 'dead';
      if (chip.textContent !== text) chip.textContent = text;
      if (chip.dataset['level'] !== shown) chip.dataset['level'] = shown;
    };
    draw();
    return onPulse(draw);
  }, [live, link, status]);
  return <span ref={node} className="feed-chip" title="Age of the newest market data" data-testid="feed-age" />;
}

function chipText(level: FeedAgeLevel, ageMs: number | undefined): string {
  if (level === 'unknown' || ageMs === undefined) return 'no data';
  if (level === 'closed') return 'closed';
  if (ageMs < 10_000) return `${(ageMs / 1_000).toFixed(1)} s`;
  if (ageMs < 60_000) return `${Math.floor(ageMs / 1_000)} s`;
  return `${Math.floor(ageMs / 60_000)} min`;
}
