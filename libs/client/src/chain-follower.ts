import type { ChainRowView, ChainView } from './gen/api.ts';
import type { StreamClient, StreamSubscription } from './stream-client.ts';
import type { QuotesListener } from './stream-events.ts';

/** A chain as it stands after a frame. */
export interface ChainEvent {
  /** Whole, whatever the frame carried. */
  chain: ChainView;
  /** Strikes that the frame brought; all of them in a snapshot. */
  changed: ReadonlySet<number>;
  snapshot: boolean;
  /** The gateway's wall clock when it sent the frame, epoch ms. */
  timeMs: number;
}

/**
 * Follows one chain on the stream's channel `chain` and puts the changes of each frame into the whole. After a hole or a reconnect the
 * stream client asks for a snapshot, which replaces everything.
 */
export function followChain(
  stream: StreamClient,
  asked: { instrument_key: string; expiry_date?: string; rate_hz?: 10 | 2 },
  onChain: (event: ChainEvent) => void,
  onRefused?: QuotesListener['onRefused'],
): StreamSubscription {
  let present: ChainView | undefined;
  const take = (frame: Readonly<Record<string, unknown>>, timeMs: number): void => {
    const chain = frame['chain'] as ChainView;
    const snapshot = frame['snapshot'] === true;
    if (!snapshot && present === undefined) return;
    const changed = new Set(chain.rows.map(({ strike }) => strike ?? 0));
    present = snapshot ? chain : { ...chain, rows: merged(present?.rows ?? [], chain.rows) };
    onChain({ chain: present, changed, snapshot, timeMs });
  };
  return stream.subscribeChannel('chain', asked, take, onRefused);
}

function merged(rows: readonly ChainRowView[], changed: readonly ChainRowView[]): ChainRowView[] {
  const byStrike = new Map(changed.map((row) => [row.strike, row]));
  const kept = rows.map((row) => byStrike.get(row.strike) ?? row);
  const known = new Set(rows.map(({ strike }) => strike));
  const added = changed.filter(({ strike }) => !known.has(strike));
  return added.length === 0 ? kept : [...kept, ...added].sort((a, b) => (a.strike ?? 0) - (b.strike ?? 0));
}
