// Goal: send what has changed soon, to clients that were not sent anything lately at once, at a cost that grows with what
//   is sent and not with what is held.
// Method: a change puts its client into one of two sets: `ready`, emptied in the next turn of the loop, which gathers
//   what else arrives in this one; or `later`, looked at on every beat until the client's interval is over.
// Invariants: a client with unsent changes is in one of the sets; one turn works for a bounded time and leaves the rest
//   to the next, so that a tick that concerns every client does not keep the bus and the pings waiting.
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { StreamClient } from './stream-client.ts';

/** Milliseconds of one turn's work. */
const TURN_MS = 8;

/** Decides when clients are flushed. */
export class FlushQueue {
  private readonly ready = new Set<StreamClient>();
  private readonly later = new Set<StreamClient>();
  private readonly beats: Timer;
  private planned: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    beatMs: number,
  ) {
    this.beats = repeat(clock, beatMs, () => this.beat());
  }

  /** Flushes the client in the next turn of the loop. */
  soon(client: StreamClient): void {
    this.ready.add(client);
    this.planned ??= this.clock.after(0, () => {
      this.planned = undefined;
      this.work();
    });
  }

  /** Flushes the client on the first beat after something of it is due. */
  atItsTime(client: StreamClient): void {
    this.later.add(client);
  }

  forget(client: StreamClient): void {
    this.ready.delete(client);
    this.later.delete(client);
  }

  close(): void {
    this.beats.cancel();
    this.planned?.cancel();
    this.ready.clear();
    this.later.clear();
  }

  private beat(): void {
    const now = this.clock.monotonicMs();
    for (const client of this.later) if (client.isDue(now)) this.ready.add(client);
    this.work();
  }

  private work(): void {
    const until = this.clock.monotonicMs() + TURN_MS;
    for (const client of this.ready) {
      const now = this.clock.monotonicMs();
      if (now > until) {
        this.soon(client);
        return;
      }
      this.forget(client);
      if (client.flush(now)) this.later.add(client);
    }
  }
}
