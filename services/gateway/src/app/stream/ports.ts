import type { FeedHealth, MarketStatus } from '@vega/contracts';
import type { InstrumentKey } from '@vega/kernel';
import type { Batch } from './channel.ts';
import type { ServerFrame } from './protocol.ts';

/** Ends what was begun. */
export type Ending = () => void;

/** The trace that a tick is part of; most ticks have none. */
export interface TickTrace {
  readonly traceId: string;
  /** A client is sent the tick's value: ends the trace. */
  sent(): void;
  /** A newer value took its place before a client was sent it: ends the trace. */
  replaced(): void;
}

/** The ticks and reports that market-feed publishes. */
export interface FeedSource {
  /** Hands over the bytes of each tick of one instrument; they are valid during the call only. */
  subscribeTicks(key: InstrumentKey, onTick: (bytes: Uint8Array, trace?: TickTrace) => void): Ending;
  subscribeReports(handlers: {
    onStatus: (status: MarketStatus) => void;
    onHealth: (health: FeedHealth) => void;
  }): Ending;
  /** Told each time the bus is reached again after it was lost: what was published meanwhile was not seen. */
  onReconnect(listener: () => void): Ending;
}

/** A text message whose end is shared: what is this client's own, in ASCII, and what others are sent as well, which is not changed. */
export interface SharedFrame {
  readonly head: string;
  readonly body: Uint8Array;
}

/** One client's end of a WebSocket. */
export interface ClientSocket {
  /** Bytes handed over that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Writes one text message. Never throws; a message to a closed socket is dropped. */
  send(message: string | SharedFrame): void;
  /** Says farewell; the connection ends when the client answers. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}

/** One client's end as the hub sees it, whatever its protocol. No method throws. */
export interface FrameSink {
  /** Bytes handed over that have not left the process. */
  readonly bufferedBytes: number;
  /** Takes one frame; returns its size in bytes. */
  frame(frame: ServerFrame): number;
  /** Takes what subscriptions are sent; the bodies are to be read within the call. Returns the size in bytes. */
  batches(timeMs: number, batches: readonly Batch[]): number;
  /** Says farewell; the connection ends when the client answers. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}

/** What the stream counts. */
export interface StreamMetrics {
  framesOut(count: number, bytes: number): void;
  frameIn(outcome: 'ok' | 'invalid' | 'limited'): void;
  /** A flush that a slow client made us skip; what changed meanwhile is merged into a later one. */
  flushSkipped(): void;
  /** Ticks that were replaced by a newer one before anybody was sent them. */
  conflated(count: number): void;
  tickDropped(why: 'garbage' | 'lower-epoch' | 'repeated'): void;
  /** Ticks that were published and not seen. */
  gap(missed: number): void;
  slowClientClosed(): void;
  /** Seconds from a frame's arrival at market-feed to the first write that carries it. */
  tickLag(seconds: number): void;
}
