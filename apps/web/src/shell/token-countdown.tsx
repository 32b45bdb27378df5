import { useCallback } from 'react';
import { useFeedStatusQuery } from '../api/market-api.ts';
import { PulseText } from '../live/live-text.tsx';
import { countdownText, tokenLevel } from './token-words.ts';

/** How long the broker login lasts; always on a wide screen, on others once it must be renewed soon. */
export function TokenCountdown(): React.JSX.Element | null {
  const { data } = useFeedStatusQuery(undefined);
  const expiresAtMs = data?.view.token_expires_at_ms ?? undefined;
  const read = useCallback(
    () => (expiresAtMs === undefined ? '' : countdownText(expiresAtMs - Date.now())),
    [expiresAtMs],
  );
  if (data === undefined) return null;
  // The status is read every few seconds, which is often enough for a colour.
  const level = tokenLevel(expiresAtMs === undefined ? undefined : expiresAtMs - (data.view.reported_at_ms ?? 0));
  return (
    <span className="token" data-level={level} title="Time left of the broker login" data-testid="token">
      {expiresAtMs === undefined ? 'no login' : <PulseText read={read} />}
    </span>
  );
}
