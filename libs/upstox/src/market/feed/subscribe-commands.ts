import type { InstrumentKey } from '@vega/kernel';
import { type FeedLimits, ModeCounts } from './feed-limits.ts';
import type { FeedMode } from './feed-mode.ts';

/** One message from client to server. An `unsub` has no mode. */
export interface FeedCommand {
  readonly method: 'sub' | 'change_mode' | 'unsub';
  readonly mode?: FeedMode;
  readonly keys: InstrumentKey[];
}

/** Instruments named in one message. */
const MAX_KEYS_PER_COMMAND = 500;

/**
 * The messages that turn one set of subscriptions into another, in an order in which the server's own count never
 * passes the limits: removals first, then changes of mode as far as each fits in between, then additions. A change that
 * does not fit in between becomes a removal and an addition.
 */
export function commandsBetween(
  from: ReadonlyMap<InstrumentKey, FeedMode>,
  to: ReadonlyMap<InstrumentKey, FeedMode>,
  limits: FeedLimits,
): FeedCommand[] {
  const counts = new ModeCounts();
  const removed: InstrumentKey[] = [];
  const changing: Change[] = [];
  for (const [key, mode] of from) {
    const target = to.get(key);
    if (target === undefined) removed.push(key);
    else {
      counts.add(mode);
      if (target !== mode) changing.push({ key, from: mode, to: target });
    }
  }
  const added = [...to].filter(([key]) => !from.has(key));
  const { changes, stuck } = sequence(changing, counts, limits);
  const unsubs = batches('unsub', undefined, [...removed, ...stuck.map((change) => change.key)]);
  const subs = [...added, ...stuck.map((change) => [change.key, change.to] as const)];
  return [...unsubs, ...changes, ...batchesByMode('sub', subs)];
}

interface Change {
  readonly key: InstrumentKey;
  readonly from: FeedMode;
  readonly to: FeedMode;
}

/** Orders changes so that each keeps the limits; what never does is stuck. */
function sequence(
  changing: readonly Change[],
  counts: ModeCounts,
  limits: FeedLimits,
): { changes: FeedCommand[]; stuck: readonly Change[] } {
  const changes: FeedCommand[] = [];
  let waiting: readonly Change[] = changing;
  for (;;) {
    const left = waiting.filter((change) => {
      if (!counts.canChange(change.from, change.to, limits)) return true;
      counts.remove(change.from);
      counts.add(change.to);
      append(changes, change);
      return false;
    });
    if (left.length === 0 || left.length === waiting.length) return { changes, stuck: left };
    waiting = left;
  }
}

function append(commands: FeedCommand[], change: Change): void {
  const last = commands.at(-1);
  if (last?.mode === change.to && last.keys.length < MAX_KEYS_PER_COMMAND) last.keys.push(change.key);
  else commands.push({ method: 'change_mode', mode: change.to, keys: [change.key] });
}

function batchesByMode(method: 'sub', entries: readonly (readonly [InstrumentKey, FeedMode])[]): FeedCommand[] {
  const byMode = new Map<FeedMode, InstrumentKey[]>();
  for (const [key, mode] of entries) {
    const keys = byMode.get(mode);
    if (keys) keys.push(key);
    else byMode.set(mode, [key]);
  }
  return [...byMode].flatMap(([mode, keys]) => batches(method, mode, keys));
}

function batches(method: 'sub' | 'unsub', mode: FeedMode | undefined, keys: readonly InstrumentKey[]): FeedCommand[] {
  const commands: FeedCommand[] = [];
  for (let at = 0; at < keys.length; at += MAX_KEYS_PER_COMMAND) {
    commands.push({ method, ...(mode && { mode }), keys: keys.slice(at, at + MAX_KEYS_PER_COMMAND) });
  }
  return commands;
}

/** A command as the bytes of the JSON message the feed expects in a binary frame. */
export function encodeCommand(command: FeedCommand, random: () => number): Uint8Array {
  const data = { ...(command.mode && { mode: command.mode }), instrumentKeys: command.keys };
  return Buffer.from(JSON.stringify({ guid: guid(random), method: command.method, data }));
}

/** A version 4 UUID; the feed echoes nothing by it, so it need not be secret. */
function guid(random: () => number): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const digit = Math.floor(random() * 16);
    return (place === 'x' ? digit : (digit & 3) | 8).toString(16);
  });
}
