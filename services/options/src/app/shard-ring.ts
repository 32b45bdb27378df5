/**
 * Goal: each underlying is kept by one of the living replicas, and by another within seconds when it dies.
 *
 * Method: every replica beats once a second and names what it keeps and under which epoch; the owner of an underlying is the living
 * replica with the highest rendezvous weight. Whoever is to keep an underlying opens it under a greater epoch than any heard of; whoever
 * kept it goes on until it hears that claim, so that a planned move has no gap. Where two claim at once the lower epoch yields, unless it
 * is the owner, who then claims anew.
 *
 * Invariants: of two publishers consumers follow the higher epoch; a replica that was silent (stopped, cut off) and comes back with an
 * old epoch is told by the others' beats and yields or claims anew.
 */
import type { ShardHeartbeat } from '@vega/contracts';
import { repeat, type Clock, type Timer } from '@vega/kernel';
import { ownerOf } from '../domain/rendezvous.ts';
import type { Ending, ShardBus } from './ports.ts';

/** What a ring asks of the one who keeps the underlyings. */
export interface Keeper {
  /** The underlyings kept here with their epochs. */
  claims(): ReadonlyMap<string, number>;
  /** Owners may have changed. */
  reconcile(): void;
  /** Another replica keeps an underlying under a higher epoch. */
  yieldTo(underlyingKey: string, epoch: number): void;
  takeInterest(holder: string, chains: readonly { readonly underlying: string; readonly expiryDate: string }[]): void;
}

export interface RingSettings {
  readonly replica: string;
  readonly beatMs: number;
  /** A replica not heard for this long is dead. */
  readonly timeoutMs: number;
  /** How long a new replica listens before it takes anything. */
  readonly listenMs: number;
}

interface Seen {
  atMs: number;
  claims: ReadonlyMap<string, number>;
}

/** The living replicas of the service as this one sees them. */
export class ShardRing {
  private readonly others = new Map<string, Seen>();
  private readonly highest = new Map<string, number>();
  private keeper: Keeper | undefined;
  private timer: Timer | undefined;
  private ending: Ending | undefined;
  private hasListened = false;
  private beatAtMs = 0;

  constructor(
    private readonly bus: ShardBus,
    private readonly clock: Clock,
    private readonly settings: RingSettings,
  ) {}

  get replicas(): string[] {
    return [this.settings.replica, ...this.others.keys()].sort();
  }

  /** Joins: listens, beats, and after a short while takes part. */
  start(keeper: Keeper): void {
    this.keeper = keeper;
    this.ending = this.bus.listen(
      (heartbeat) => this.take(heartbeat),
      ({ holder, chains }) => keeper.takeInterest(holder, chains),
    );
    this.beat();
    this.clock.after(this.settings.listenMs, () => {
      this.hasListened = true;
      keeper.reconcile();
    });
    this.beatAtMs = this.clock.monotonicMs();
    this.timer = repeat(this.clock, this.settings.beatMs, () => {
      this.forgiveOwnSilence();
      this.beat();
      this.expire();
    });
  }

  /** Leaves: the others take over at once. */
  stop(): void {
    this.timer?.cancel();
    this.ending?.();
    this.bus.beat({ replica: this.settings.replica, leaving: true, claims: [] });
  }

  /** The replica that is to keep an underlying; undefined while this one still listens. */
  ownerOf(underlyingKey: string): string | undefined {
    return this.hasListened ? ownerOf(underlyingKey, this.replicas) : undefined;
  }

  isMine(underlyingKey: string): boolean {
    return this.ownerOf(underlyingKey) === this.settings.replica;
  }

  /** Whether another living replica says that it keeps an underlying. */
  isClaimedElsewhere(underlyingKey: string): boolean {
    for (const { claims } of this.others.values()) if (claims.has(underlyingKey)) return true;
    return false;
  }

  /** An epoch greater than any heard of for an underlying, and not below the wall's milliseconds. */
  nextEpoch(underlyingKey: string): number {
    const epoch = Math.max(this.clock.wallNow(), (this.highest.get(underlyingKey) ?? 0) + 1);
    this.highest.set(underlyingKey, epoch);
    return epoch;
  }

  /** Takes note of an epoch seen elsewhere, such as in the last value of a chain. */
  noteEpoch(underlyingKey: string, epoch: number): void {
    if (epoch > (this.highest.get(underlyingKey) ?? 0)) this.highest.set(underlyingKey, epoch);
  }

  /** Tells the others at once what is kept here. */
  beat(): void {
    const claims = [...(this.keeper?.claims() ?? [])].map(([underlyingKey, epoch]) => ({ underlyingKey, epoch }));
    this.bus.beat({ replica: this.settings.replica, leaving: false, claims });
  }

  /** A replica that did not answer: it counts as dead until it beats again. */
  suspect(replica: string): void {
    if (this.others.delete(replica)) this.keeper?.reconcile();
  }

  private take({ replica, leaving, claims }: ShardHeartbeat): void {
    if (replica === this.settings.replica || replica === '') return;
    if (leaving) {
      if (this.others.delete(replica)) this.keeper?.reconcile();
      return;
    }
    const isNew = !this.others.has(replica);
    const map = new Map(claims.map(({ underlyingKey, epoch }) => [underlyingKey, epoch]));
    this.others.set(replica, { atMs: this.clock.monotonicMs(), claims: map });
    for (const [key, epoch] of map) this.noteEpoch(key, epoch);
    if (isNew) this.beat();
    for (const [key, mine] of this.keeper?.claims() ?? []) {
      const theirs = map.get(key);
      if (theirs !== undefined && theirs > mine) this.keeper?.yieldTo(key, theirs);
    }
    if (isNew) this.keeper?.reconcile();
  }

  /** A process that stood still has not heard the others, who may well be alive: what they sent meanwhile is read next. */
  private forgiveOwnSilence(): void {
    const nowMs = this.clock.monotonicMs();
    const stood = nowMs - this.beatAtMs - this.settings.beatMs;
    this.beatAtMs = nowMs;
    if (stood < this.settings.beatMs) return;
    for (const seen of this.others.values()) seen.atMs = nowMs;
  }

  private expire(): void {
    const oldest = this.clock.monotonicMs() - this.settings.timeoutMs;
    let gone = false;
    for (const [replica, { atMs }] of this.others) {
      if (atMs >= oldest) continue;
      this.others.delete(replica);
      gone = true;
    }
    // Also without a change: what could not be opened at the time is tried again.
    if (gone || this.hasListened) this.keeper?.reconcile();
  }
}
