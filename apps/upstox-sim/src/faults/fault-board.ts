import type { Clock } from '@vega/kernel';
import { SeededRandom } from '../market/seeded-random.ts';
import {
  isFeedFault,
  isInstantFault,
  isRestFault,
  isUpdateFault,
  type BookFault,
  type FaultSpec,
  type InstantFault,
  type RestFault,
  type Sabotage,
} from './fault-spec.ts';

/** A fault that was posted, and how often it struck. */
export interface PostedFault {
  readonly id: number;
  readonly spec: FaultSpec;
  struck: number;
}

interface Live extends PostedFault {
  readonly endsAtMs: number;
  readonly struckConnections: Set<number>;
  readonly random: SeededRandom;
}

/** What the faults in force do to one connection's frames. */
export interface FeedEffects {
  muted: boolean;
  pings: boolean;
  delayMs: number;
  duplicate: boolean;
  garbage: boolean;
}

/** What the faults in force do to one update of an account. */
export interface UpdateEffects {
  duplicate: boolean;
  delayMs: number;
  reorder: boolean;
  lost: boolean;
}

/** A request fault that struck, with the moment a seeded one has drawn: 0 to 1. */
export interface StruckRequest {
  readonly spec: RestFault;
  readonly draw: number;
}

const MAX_FAULTS = 100;

/** The faults in force. Without a fault port nothing ever posts to it and every question has the healthy answer. */
export class FaultBoard {
  private readonly live = new Map<number, Live>();
  private readonly instant: ((fault: InstantFault) => number)[] = [];
  private nextId = 1;

  constructor(private readonly clock: Clock) {}

  /** Registers who carries out faults that happen at once; it returns how many things it struck. */
  onInstant(handler: (fault: InstantFault) => number): void {
    this.instant.push(handler);
  }

  /** Posts a fault. Instant ones strike now and are not kept. Undefined when the board is full. */
  post(spec: FaultSpec): PostedFault | undefined {
    const id = this.nextId++;
    if (isInstantFault(spec)) {
      return { id, spec, struck: this.instant.reduce((sum, strike) => sum + strike(spec), 0) };
    }
    if (this.list().length >= MAX_FAULTS) return undefined;
    const duration = 'durationMs' in spec ? spec.durationMs : undefined;
    const endsAtMs = duration === undefined ? Infinity : this.clock.monotonicMs() + duration;
    const random = new SeededRandom(('seed' in spec ? spec.seed : undefined) ?? id);
    const fault: Live = { id, spec, struck: 0, endsAtMs, struckConnections: new Set(), random };
    this.live.set(id, fault);
    return fault;
  }

  remove(id: number): boolean {
    return this.live.delete(id);
  }

  clear(): void {
    this.live.clear();
  }

  list(): readonly PostedFault[] {
    this.forgetEnded();
    return [...this.live.values()].map(({ id, spec, struck }) => ({ id, spec, struck }));
  }

  /** Whether any fault is in force; spares the healthy path every question. */
  get isQuiet(): boolean {
    return this.live.size === 0;
  }

  /** The faults that strike a request of a user (undefined: nobody known) to `path`, each counted as a strike. */
  strikeRequest(path: string, userId?: string): readonly StruckRequest[] {
    if (this.live.size === 0) return [];
    const struck: StruckRequest[] = [];
    for (const fault of this.inForce()) {
      const spec = fault.spec;
      if (!isRestFault(spec) || !path.startsWith(spec.path ?? '/') || !this.hits(fault, spec, userId)) continue;
      fault.struck++;
      struck.push({ spec, draw: fault.random.unit() });
    }
    return struck;
  }

  /** The fault of a kind that strikes what an account is shown; counts as a strike. */
  strikeBook<K extends BookFault['kind']>(kind: K, userId: string): Extract<BookFault, { kind: K }> | undefined {
    if (this.live.size === 0) return undefined;
    for (const fault of this.inForce()) {
      const { spec } = fault;
      if (spec.kind !== kind || !this.hits(fault, spec as BookFault, userId)) continue;
      fault.struck++;
      return spec as Extract<BookFault, { kind: K }>;
    }
    return undefined;
  }

  /** The effects on an update of an account; undefined when there are none. Counts as a strike. */
  strikeUpdate(way: 'stream' | 'postback', userId: string): UpdateEffects | undefined {
    if (this.live.size === 0) return undefined;
    let effects: UpdateEffects | undefined;
    for (const fault of this.inForce()) {
      const { spec } = fault;
      if (!isUpdateFault(spec) || (spec.way !== 'both' && spec.way !== way) || !this.hits(fault, spec, userId))
        continue;
      fault.struck++;
      effects ??= { duplicate: false, delayMs: 0, reorder: false, lost: false };
      if (spec.kind === 'update-duplicate') effects.duplicate = true;
      else if (spec.kind === 'update-late') effects.delayMs += spec.delayMs;
      else if (spec.kind === 'update-reorder') effects.reorder = true;
      else effects.lost = true;
    }
    return effects;
  }

  private hits(
    fault: Live,
    scope: { userId?: string | undefined; chance?: number | undefined },
    userId: string | undefined,
  ): boolean {
    if (scope.userId !== undefined && scope.userId !== userId) return false;
    return scope.chance === undefined || fault.random.unit() < scope.chance;
  }

  /** The effects on the next frame of a connection; undefined when there are none. Counts as a strike. */
  strikeFrame(connectionId: number): FeedEffects | undefined {
    if (this.live.size === 0) return undefined;
    let effects: FeedEffects | undefined;
    for (const fault of this.inForce()) {
      const spec = fault.spec;
      if (!isFeedFault(spec) || !this.claims(fault, connectionId, spec.connections)) continue;
      fault.struck++;
      effects ??= { muted: false, pings: true, delayMs: 0, duplicate: false, garbage: false };
      if (spec.kind === 'mute') {
        effects.muted = true;
        effects.pings &&= spec.pings;
      } else if (spec.kind === 'slow') effects.delayMs += spec.delayMs;
      else effects[spec.kind] = true;
    }
    return effects;
  }

  /** Whether pings and pongs of a connection are silenced. Not a strike. */
  silencesPings(connectionId: number): boolean {
    if (this.live.size === 0) return false;
    return this.inForce().some(
      ({ spec, struckConnections }) =>
        spec.kind === 'mute' &&
        !spec.pings &&
        (struckConnections.has(connectionId) || struckConnections.size < (spec.connections ?? Infinity)),
    );
  }

  /** Whether a planted protocol fault is in force; counts as a strike. */
  sabotaged(what: Sabotage): boolean {
    if (this.live.size === 0) return false;
    const fault = this.inForce().find(({ spec }) => spec.kind === 'sabotage' && spec.what === what);
    if (fault === undefined) return false;
    fault.struck++;
    return true;
  }

  /** How far the broker's wall clock is shifted, in milliseconds. */
  clockShiftMs(): number {
    if (this.live.size === 0) return 0;
    return this.inForce().reduce((sum, { spec }) => sum + (spec.kind === 'clock-shift' ? spec.offsetMs : 0), 0);
  }

  private claims(fault: Live, connectionId: number, limit: number | undefined): boolean {
    if (fault.struckConnections.has(connectionId)) return true;
    if (limit !== undefined && fault.struckConnections.size >= limit) return false;
    fault.struckConnections.add(connectionId);
    return true;
  }

  private inForce(): Live[] {
    this.forgetEnded();
    return [...this.live.values()];
  }

  private forgetEnded(): void {
    const now = this.clock.monotonicMs();
    for (const [id, fault] of this.live) {
      const times = 'times' in fault.spec ? (fault.spec.times ?? Infinity) : Infinity;
      if (fault.endsAtMs <= now || fault.struck >= times) this.live.delete(id);
    }
  }
}
