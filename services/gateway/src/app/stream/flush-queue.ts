// Goal: send what has changed soon, to clients that were not sent anything lately at once, at a cost that grows with what
//   is sent and not with what is held.
// Method: a change puts its client into `ready`, emptied in the next turn of the loop, which gathers what else arrives in
//   this one; or onto a wheel of beats, at the first beat after its interval is over.
// Invariants: a client with unsent changes is ready or on the wheel no later than they are due; one turn works for a bounded
//   time and leaves the rest to the next, so that a tick that concerns every client does not keep the bus and the pings waiting.
import { repeat, type Clock, type Timer } from '@vega/kernel';

/** Milliseconds of one turn's work. */
const TURN_MS = 8;

/** Beats of one turn of the wheel; what is due later is looked at once more when they are over. */
const SLOTS = 256;

/** A client's place in the queue; kept by the queue alone. */
export interface QueuePlace {
  isReady: boolean;
  /** The next beat at which the client is looked at; 0 while there is none. */
  beat: number;
}

/** Who can be flushed. */
export interface Flushable {
  readonly place: QueuePlace;
  /** Sends what is due. Returns the monotonic time at which the rest of what has changed is; undefined when there is none. */
  flush(nowMs: number): number | undefined;
}

/** Decides when clients are flushed. */
export class FlushQueue {
  private ready: Flushable[] = [];
  private readonly wheel: Flushable[][] = Array.from({ length: SLOTS }, () => []);
  private beat = 0;
  private beatAtMs: number;
  private readonly beats: Timer;
  private planned: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly beatMs: number,
  ) {
    this.beatAtMs = clock.monotonicMs();
    this.beats = repeat(clock, beatMs, () => this.onBeat());
  }

  /** Flushes the client in the next turn of the loop. */
  soon(client: Flushable): void {
    this.add(client);
    this.planned ??= this.clock.after(0, () => {
      this.planned = undefined;
      this.work();
    });
  }

  /** Flushes the client on the first beat after something of it is due. */
  atItsTime(client: Flushable, dueMs: number): void {
    const beats = Math.ceil((dueMs - this.beatAtMs) / this.beatMs);
    const beat = this.beat + Math.min(SLOTS - 1, Math.max(1, beats));
    const { place } = client;
    if (place.beat !== 0 && place.beat <= beat) return;
    // A place that it has at a later beat stays on the wheel and is passed over.
    place.beat = beat;
    this.wheel[beat % SLOTS]?.push(client);
  }

  close(): void {
    this.beats.cancel();
    this.planned?.cancel();
    this.ready = [];
    for (const slot of this.wheel) slot.length = 0;
  }

  private add(client: Flushable): void {
    if (client.place.isReady) return;
    client.place.isReady = true;
    this.ready.push(client);
  }

  private onBeat(): void {
    this.beat += 1;
    this.beatAtMs = this.clock.monotonicMs();
    const slot = this.wheel[this.beat % SLOTS] ?? [];
    for (const client of slot) {
      if (client.place.beat !== this.beat) continue;
      client.place.beat = 0;
      this.add(client);
    }
    slot.length = 0;
    this.work();
  }

  private work(): void {
    const clients = this.ready;
    this.ready = [];
    const until = this.clock.monotonicMs() + TURN_MS;
    for (const [at, client] of clients.entries()) {
      const now = this.clock.monotonicMs();
      if (now > until) {
        // Those that were not reached come before those that became ready meanwhile.
        this.ready = [...clients.slice(at), ...this.ready];
        this.soon(client);
        return;
      }
      client.place.isReady = false;
      const dueMs = client.flush(now);
      if (dueMs !== undefined) this.atItsTime(client, dueMs);
    }
  }
}
