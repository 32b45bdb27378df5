import type { Bus } from '@vega/platform';
import type { TickSink } from '../../app/feed-ports.ts';

/** Ticks on core NATS; a stream captures them on the server, so nothing here waits for an acknowledgement. */
export class NatsTickSink implements TickSink {
  constructor(private readonly bus: Bus) {}

  publish(subject: string, bytes: Uint8Array): boolean {
    // While disconnected the client would keep the bytes only to throw them away: better said at once.
    if (!this.bus.isConnected()) return false;
    this.bus.nc.publish(subject, bytes);
    return true;
  }
}
