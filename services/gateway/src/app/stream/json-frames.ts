import type { Clock } from '@vega/kernel';
import type { ClientSocket, FrameSink, StreamMetrics } from './ports.ts';
import { quotesFrame, type QuotesBatch, type ServerFrame } from './protocol.ts';

/** Writes frames as JSON texts; the JSON of a quote is made once and shared by all clients. */
export class JsonFrames implements FrameSink {
  constructor(
    private readonly socket: ClientSocket,
    private readonly clock: Clock,
    private readonly metrics: StreamMetrics,
  ) {}

  get bufferedBytes(): number {
    return this.socket.bufferedBytes;
  }

  frame(frame: ServerFrame): number {
    return this.write(JSON.stringify(frame));
  }

  quotes(timeMs: number, batches: readonly QuotesBatch[]): number {
    const nowMs = this.clock.monotonicMs();
    const onFirst = (receivedMs: number): void => this.metrics.tickLag(Math.max(0, timeMs - receivedMs) / 1000);
    const parts = batches.map(({ subscription, seq, snapshot, states, unavailable }) => ({
      subscription,
      seq,
      snapshot,
      unavailable,
      fragments: states.map((state) => state.toFragment(nowMs, timeMs, onFirst)),
    }));
    return this.write(quotesFrame(timeMs, parts));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  private write(text: Buffer | string): number {
    this.socket.send(text);
    return text.length;
  }
}
