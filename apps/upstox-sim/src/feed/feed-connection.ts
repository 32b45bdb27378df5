import type { Clock, Timer } from '@vega/kernel';
import type { WebSocket } from 'ws';
import type { FaultBoard, FeedEffects } from '../faults/fault-board.ts';
import type { Grant } from '../server/auth/token-vault.ts';
import { FrameBuilder, type FrameType } from './frame-builder.ts';
import { SubscriptionBook, type Plan } from './subscription-limits.ts';

/** A frame is sent when it reaches this size, so that one step of a large market is several frames. */
const FRAME_BYTES = 128 * 1024;

/** Counters of one connection. */
export interface ConnectionCounters {
  frames: number;
  entries: number;
  bytes: number;
  badRequests: number;
  refusedKeys: number;
}

/** One client of the market feed: its subscriptions, the frame under construction and the bound on what it may owe. */
export class FeedConnection {
  readonly counters: ConnectionCounters = { frames: 0, entries: 0, bytes: 0, badRequests: 0, refusedKeys: 0 };
  readonly book: SubscriptionBook;
  /** Set while the connection waits in the hub's list of connections to flush. */
  pendingFlush = false;
  lastSentMs: number;
  /** Monotonic time of the oldest ping without a pong. */
  unansweredPingMs: number | undefined;
  private readonly live = new FrameBuilder();
  private readonly snapshot = new FrameBuilder();
  private readonly late: { readonly frame: Buffer; readonly entries: number; readonly timer: Timer }[] = [];
  private lateBytes = 0;
  private lateUntilMs = 0;

  constructor(
    readonly id: number,
    readonly grant: Grant,
    readonly socket: WebSocket,
    plan: Plan,
    private readonly maxBufferedBytes: number,
    private readonly clock: Clock,
    private readonly faults: FaultBoard,
    private readonly onTooSlow: (connection: FeedConnection) => void,
  ) {
    this.book = new SubscriptionBook(plan);
    this.lastSentMs = clock.monotonicMs();
  }

  /** Adds an encoded entry to the live frame. */
  addLive(entry: Buffer, currentTs: number): void {
    this.live.add('live_feed', entry);
    if (this.live.size >= FRAME_BYTES) this.flushLive(currentTs);
  }

  /** Sends the live frame, if it holds anything. */
  flushLive(currentTs: number): void {
    this.flush(this.live, currentTs);
  }

  /** Adds an encoded entry to the snapshot that answers a subscription. */
  addSnapshot(type: FrameType, entry: Buffer, currentTs: number): void {
    this.snapshot.add(type, entry);
    if (this.snapshot.size >= FRAME_BYTES) this.flushSnapshot(currentTs);
  }

  flushSnapshot(currentTs: number): void {
    this.flush(this.snapshot, currentTs);
  }

  /** Sends a whole frame as the faults in force let it through. */
  sendFrame(frame: Buffer, entries: number): void {
    const effects = this.faults.strikeFrame(this.id);
    if (effects !== undefined) this.sendFaulty(frame, entries, effects);
    else this.writeInOrder(frame, entries, 0);
  }

  /** Pings an idle connection. */
  ping(): void {
    if (this.socket.readyState !== this.socket.OPEN || this.faults.silencesPings(this.id)) return;
    this.socket.ping();
    this.lastSentMs = this.clock.monotonicMs();
    this.unansweredPingMs ??= this.lastSentMs;
  }

  /** Answers a client's ping. */
  pong(data: Buffer): void {
    if (this.socket.readyState === this.socket.OPEN && !this.faults.silencesPings(this.id)) this.socket.pong(data);
  }

  /** Cancels what is still to be sent late. */
  dispose(): void {
    for (const { timer } of this.late) timer.cancel();
    this.late.length = 0;
    this.lateBytes = 0;
  }

  /** Bytes accepted for this client and not yet taken by the network. */
  get owedBytes(): number {
    return this.socket.bufferedAmount + this.lateBytes;
  }

  private flush(builder: FrameBuilder, currentTs: number): void {
    const entries = builder.entries;
    if (entries > 0) this.sendFrame(builder.finish(currentTs), entries);
  }

  private sendFaulty(frame: Buffer, entries: number, effects: FeedEffects): void {
    if (effects.muted) return;
    if (effects.garbage) this.writeInOrder(garbageFrame(this.counters.frames), 0, effects.delayMs);
    this.writeInOrder(frame, entries, effects.delayMs);
    if (effects.duplicate) this.writeInOrder(frame, entries, effects.delayMs);
  }

  private writeInOrder(frame: Buffer, entries: number, delayMs: number): void {
    if (delayMs === 0 && this.late.length === 0) {
      this.write(frame, entries);
      return;
    }
    const now = this.clock.monotonicMs();
    this.lateUntilMs = Math.max(now + delayMs, this.lateUntilMs);
    this.lateBytes += frame.length;
    // Each timer sends the oldest late frame, whichever timer fires first: frames never overtake each other.
    const timer = this.clock.after(this.lateUntilMs - now, () => {
      const next = this.late.shift();
      if (next === undefined) return;
      this.lateBytes -= next.frame.length;
      this.write(next.frame, next.entries);
    });
    this.late.push({ frame, entries, timer });
    if (this.owedBytes > this.maxBufferedBytes) this.onTooSlow(this);
  }

  private write(frame: Buffer, entries: number): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(frame, SEND_OPTIONS);
    this.lastSentMs = this.clock.monotonicMs();
    this.counters.frames++;
    this.counters.entries += entries;
    this.counters.bytes += frame.length;
    if (this.owedBytes > this.maxBufferedBytes) this.onTooSlow(this);
  }
}

const SEND_OPTIONS = { binary: true, compress: false };

/** Bytes that no protobuf decoder accepts: they open with a length that runs past their end. */
function garbageFrame(salt: number): Buffer {
  return Buffer.concat([Buffer.from([0x12, 0xff, 0xff, 0x7f]), Buffer.alloc(60, (salt * 37 + 11) & 0xff)]);
}
