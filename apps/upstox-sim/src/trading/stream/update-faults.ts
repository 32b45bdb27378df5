import type { Clock } from '@vega/kernel';
import type { FaultBoard } from '../../faults/fault-board.ts';
import type { AccountUpdate } from '../views/account-updates.ts';

/** Lets the faults in force have their way with updates on their way out: twice, late, out of order, without a tag. */
export class UpdateFaults {
  /** Per destination: an update that was held back until the next one has passed it. */
  private readonly held = new Map<object, () => void>();

  constructor(
    private readonly faults: FaultBoard,
    private readonly clock: Clock,
  ) {}

  /** The message as it leaves: a fault may take its tag. */
  disguise(update: AccountUpdate): Record<string, unknown> {
    const hides = update.type === 'order' && this.faults.strikeBook('null-tag', update.account) !== undefined;
    return hides ? { ...update.message, tag: null } : update.message;
  }

  /** Sends once, twice, later, after the next one, or never. */
  pass(way: 'stream' | 'postback', destination: object, update: AccountUpdate, send: () => void): void {
    const effects = this.faults.strikeUpdate(way, update.account);
    if (effects === undefined) return this.deliver(destination, send);
    if (effects.lost) return;
    const deliver = (): void => {
      this.deliver(destination, send);
      if (effects.duplicate) this.deliver(destination, send);
    };
    if (effects.reorder && !this.held.has(destination)) {
      this.held.set(destination, deliver);
      this.clock.after(RELEASE_MS, () => this.release(destination, deliver));
    } else if (effects.delayMs > 0) this.clock.after(effects.delayMs, deliver);
    else deliver();
  }

  /** Drops what was held for a destination that is gone. */
  forget(destination: object): void {
    this.held.delete(destination);
  }

  private deliver(destination: object, send: () => void): void {
    send();
    const before = this.held.get(destination);
    if (before === undefined) return;
    this.held.delete(destination);
    before();
  }

  private release(destination: object, deliver: () => void): void {
    if (this.held.get(destination) !== deliver) return;
    this.held.delete(destination);
    deliver();
  }
}

/** The longest that an update waits for another one to overtake it. */
const RELEASE_MS = 1_000;
