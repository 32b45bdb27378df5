import type { Batch } from './channel.ts';
import type { ClientSocket, FrameSink, SharedFrame } from './ports.ts';
import type { ServerFrame } from './protocol.ts';

/** Writes frames as JSON texts. */
export class JsonFrames implements FrameSink {
  constructor(private readonly socket: ClientSocket) {}

  get bufferedBytes(): number {
    return this.socket.bufferedBytes;
  }

  frame(frame: ServerFrame): number {
    return this.write(JSON.stringify(frame));
  }

  batches(timeMs: number, batches: readonly Batch[]): number {
    const [first] = batches;
    // Nearly always one batch: the way for many is not taken for it.
    if (batches.length === 1 && first?.channel.toFrame !== undefined) {
      return this.write(first.channel.toFrame(timeMs, batches));
    }
    let written = 0;
    for (const channel of new Set(batches.map((batch) => batch.channel))) {
      const own = batches.filter((batch) => batch.channel === channel);
      if (channel.toFrame !== undefined) written += this.write(channel.toFrame(timeMs, own));
      else for (const batch of own) written += this.write(batchFrame(timeMs, batch));
    }
    return written;
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  private write(message: SharedFrame | string): number {
    this.socket.send(message);
    return typeof message === 'string' ? message.length : message.head.length + message.body.length;
  }
}

/** The frame of one batch: what all frames of subscriptions carry, then the channel's own fields. */
function batchFrame(timeMs: number, { channel, subscription, seq, snapshot, body }: Batch): string {
  const head = JSON.stringify({ type: channel.name, subscription, seq, snapshot, time_ms: timeMs });
  const fields = channel.toJson(body, timeMs);
  return fields === '{}' ? head : `${head.slice(0, -1)},${fields.slice(1)}`;
}
