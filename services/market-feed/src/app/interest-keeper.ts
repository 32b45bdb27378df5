import type { RefusedInterest, RenewInterestRequest, RenewInterestResponse } from '@vega/contracts';
import { OutcomeError, parseInstrumentKey, repeat, type Clock, type InstrumentKey, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { FeedLimits, FeedMode, MarketFeedClient, SubscriptionOutcome } from '@vega/upstox/market';
import { InterestBook, LEASE_MS } from '../domain/interest-book.ts';
import { platformInterest, type PlatformInterest, type Want } from '../domain/platform-interest.ts';
import { heavier, toFeedMode } from '../domain/tick-mode.ts';
import type { CircuitLimits } from './circuit-limits.ts';
import { planModes, type ModePlan } from './mode-plan.ts';
import type { InstrumentDirectory } from './ports.ts';

/** Instruments of one holder at most: twice what the broker lets anybody stream. */
const MAX_INTERESTS = 50_000;
const HOLDER = /^[\x21-\x7e]{1,128}$/;
const EXPIRE_EVERY_MS = 1_000;

export interface InterestKeeperParts {
  readonly feed: Pick<MarketFeedClient, 'setDesired'>;
  readonly directory: InstrumentDirectory;
  readonly circuits: Pick<CircuitLimits, 'want'>;
  readonly limits: FeedLimits;
  /** Keys or trading symbols of the underlyings to stream always; none means all that have derivatives. */
  readonly underlyings: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

const NOTHING: PlatformInterest = { indices: [], underlyings: [], unknown: [] };

/**
 * Keeps the feed subscribed to what is wanted: the indices first, then what holders lease, then the platform's own
 * underlyings, each in the fullest mode that the broker's limits leave.
 */
export class InterestKeeper {
  private readonly book = new InterestBook();
  private interest: PlatformInterest = NOTHING;
  private plan: ModePlan = { modes: new Map(), refused: [], lightened: 0 };
  private refused: ReadonlySet<InstrumentKey> = new Set();
  private leased: ReadonlyMap<InstrumentKey, FeedMode> | undefined;
  private timer: Timer | undefined;
  private endWatch: (() => void) | undefined;

  constructor(private readonly parts: InterestKeeperParts) {}

  start(): void {
    this.endWatch = this.parts.directory.onChange(() => this.readMaster());
    this.readMaster();
    this.timer = repeat(this.parts.clock, EXPIRE_EVERY_MS, () => {
      if (this.book.expire(this.parts.clock.monotonicMs())) this.replan();
    });
  }

  stop(): void {
    this.endWatch?.();
    this.timer?.cancel();
  }

  /** What the platform always wants. */
  get platform(): PlatformInterest {
    return this.interest;
  }

  /** Instruments wanted by anybody, and those of them that have no place. */
  counts(): { wanted: number; refused: number; lightened: number; holders: number } {
    const { refused, plan, book } = this;
    return {
      wanted: plan.modes.size + plan.refused.length,
      refused: refused.size,
      lightened: plan.lightened,
      holders: book.holders,
    };
  }

  /** Replaces a holder's interest and names what of it cannot be streamed. Throws `BAD_REQUEST` or `RATE_LIMITED`. */
  renew(request: RenewInterestRequest): RenewInterestResponse {
    const { clock } = this.parts;
    const { wanted, refused } = this.read(request);
    if (!this.book.renew(request.holder, wanted, clock.monotonicMs())) {
      throw new OutcomeError('RATE_LIMITED', 'too many holders of interest', { holders: this.book.holders }, true);
    }
    this.replan();
    for (const key of wanted.keys()) {
      if (this.refused.has(key)) refused.push({ instrumentKey: key, code: 'SUBSCRIPTION_LIMIT' });
    }
    return { expiresAtMs: clock.wallNow() + LEASE_MS, refused };
  }

  /** Leases instruments for one question, in full mode. Returns those that have a place on the feed. */
  touch(keys: readonly InstrumentKey[]): ReadonlySet<InstrumentKey> {
    const now = this.parts.clock.monotonicMs();
    const touched = keys.filter((key) => this.book.touch(key, 'full', now));
    this.replan();
    return new Set(touched.filter((key) => !this.refused.has(key)));
  }

  private read(request: RenewInterestRequest): { wanted: Map<InstrumentKey, FeedMode>; refused: RefusedInterest[] } {
    const { holder, interests } = request;
    if (!HOLDER.test(holder))
      throw new OutcomeError('BAD_REQUEST', 'a holder has a name of 1 to 128 printable characters');
    if (interests.length > MAX_INTERESTS) {
      throw new OutcomeError('BAD_REQUEST', `a holder wants at most ${MAX_INTERESTS} instruments`);
    }
    const wanted = new Map<InstrumentKey, FeedMode>();
    const refused: RefusedInterest[] = [];
    for (const { instrumentKey, mode } of interests) {
      const feedMode = toFeedMode(mode);
      if (feedMode === undefined)
        throw new OutcomeError('BAD_REQUEST', 'an interest names its mode', { instrumentKey });
      const key = parseInstrumentKey(instrumentKey);
      if (!key.ok) {
        const code = key.error.code === 'SEGMENT_UNSUPPORTED' ? 'SEGMENT_UNSUPPORTED' : 'UNKNOWN_INSTRUMENT';
        refused.push({ instrumentKey, code });
      } else if (this.parts.directory.byKey(key.value) === undefined) {
        refused.push({ instrumentKey, code: 'UNKNOWN_INSTRUMENT' });
      } else {
        const other = wanted.get(key.value);
        wanted.set(key.value, other === undefined ? feedMode : heavier(feedMode, other));
      }
    }
    return { wanted, refused };
  }

  private readMaster(): void {
    const { directory, underlyings, logger, circuits } = this.parts;
    if (directory.size === 0) return;
    this.interest = platformInterest(directory, underlyings);
    if (this.interest.unknown.length > 0) {
      logger.warn({ unknown: this.interest.unknown }, 'configured underlyings are not in the instrument master');
    }
    circuits.want(this.interest.underlyings.map(({ key }) => key));
    this.leased = undefined;
    this.replan();
  }

  /** Plans again when what is wanted has changed, and tells the feed. */
  private replan(): void {
    const leased = this.book.wanted();
    if (leased === this.leased) return;
    this.leased = leased;
    const { limits, logger } = this.parts;
    const refusedBefore = this.refused.size;
    this.plan = planModes(this.wants(leased), limits);
    const outcome = this.subscribe(this.plan);
    const unplaced = outcome.refused.filter(({ heldMode }) => heldMode === undefined).map(({ key }) => key);
    this.refused = new Set([...this.plan.refused, ...unplaced]);
    if (this.refused.size !== refusedBefore) {
      logger.info({ refused: this.refused.size, carried: outcome.assigned }, 'the feed has a new number of refusals');
    }
  }

  /**
   * Tells the feed. A plan always fits connections that are empty; on connections filled over time it may not, and then
   * everything is placed anew, at the price that unchanged instruments may repeat their last message.
   */
  private subscribe(plan: ModePlan): SubscriptionOutcome {
    const { feed, logger } = this.parts;
    const outcome = feed.setDesired(plan.modes);
    if (outcome.refused.length === 0) return outcome;
    logger.info({ refused: outcome.refused.length }, 'the feed connections are packed anew');
    feed.setDesired(new Map());
    return feed.setDesired(plan.modes);
  }

  private wants(leased: ReadonlyMap<InstrumentKey, FeedMode>): Want[] {
    const wants = new Map<InstrumentKey, FeedMode>();
    const want = (key: InstrumentKey, mode: FeedMode): void => {
      const other = wants.get(key);
      wants.set(key, other === undefined ? mode : heavier(mode, other));
    };
    for (const { key, mode } of this.interest.indices) want(key, mode);
    for (const [key, mode] of leased) want(key, mode);
    for (const { key, mode } of this.interest.underlyings) want(key, mode);
    return [...wants].map(([key, mode]) => ({ key, mode }));
  }
}
