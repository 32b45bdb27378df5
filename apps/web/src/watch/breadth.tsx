import { useOverviewQuery } from '../api/market-api.ts';
import { formatCount } from '../format/numbers.ts';

const POLL_MS = 10_000;

/** How many F&O stocks rose and fell. */
export function Breadth(): React.JSX.Element | null {
  const { data } = useOverviewQuery(undefined, { pollingInterval: POLL_MS, skipPollingIfUnfocused: true });
  const breadth = data?.breadth;
  if (breadth === null || breadth === undefined) return null;
  const known = breadth.advances + breadth.declines + breadth.unchanged;
  if (known === 0) return null;
  return (
    <p className="ml-auto hidden whitespace-nowrap text-xs lg:block" title="F&O stocks against their previous close">
      <span className="text-gain">▲ {formatCount(breadth.advances)}</span>{' '}
      <span className="text-loss">▼ {formatCount(breadth.declines)}</span>{' '}
      <span className="text-dim">= {formatCount(breadth.unchanged)}</span>
    </p>
  );
}
