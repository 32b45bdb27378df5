import { StaleReason } from '@vega/contracts';

/** What is known of the stream behind a quote. */
export interface StreamState {
  /** Whether the instrument is subscribed on a connection. */
  readonly subscribed: boolean;
  /** Whether that connection is open and has sent the instrument's state since it opened. */
  readonly connected: boolean;
  /** Whether that connection is silent while a segment it carries is open. */
  readonly mute: boolean;
}

/**
 * Why a quote must not be taken for the present. Silence of one instrument is no reason: a far strike may not change
 * for an hour; only what silences its connection, or its absence from the feed, makes it stale.
 */
export function staleReasonOf(stream: StreamState): StaleReason {
  if (!stream.subscribed) return StaleReason.NOT_SUBSCRIBED;
  if (!stream.connected) return StaleReason.CONNECTION_DOWN;
  return stream.mute ? StaleReason.CONNECTION_MUTE : StaleReason.NONE;
}
