/**
 * Goal: every wanted chain whose underlying belongs to this replica is live here, and nothing else is.
 *
 * Method: {@link reconcile} compares what is wanted with what is kept whenever interest, owners or the master change, and once a second.
 * A chain is loaded (contracts, last quotes, previous open interest) before it is opened; until then a former keeper goes on.
 */
import type { ChainUpdate, Tick } from '@vega/contracts';
import { OutcomeError, repeat, type Clock, type Timer } from '@vega/kernel';
import type { TradingCalendar } from '@vega/rulebook';
import { chainContracts, chainName } from '../domain/chain-contracts.ts';
import { ChainInterestBook, type WantedChain } from '../domain/chain-interest.ts';
import type { FeedInterest } from './feed-interest.ts';
import { LiveChain, type ChainSettings } from './live-chain.ts';
import type { MarketTime } from './market-time.ts';
import type { IvArchive } from './iv-archive.ts';
import { fillAverage } from './fill-average.ts';
import type { ChainSink, Ending, LastChains, MarketData, OptionsMetrics } from './ports.ts';
import type { Keeper, ShardRing } from './shard-ring.ts';
import type { TickRouter } from './tick-router.ts';
import type { UnderlyingDirectory } from './underlying-directory.ts';

export interface ChainKeeperParts {
  readonly market: MarketData;
  readonly directory: UnderlyingDirectory;
  readonly router: TickRouter;
  readonly ring: ShardRing;
  readonly time: MarketTime;
  readonly calendar: TradingCalendar;
  readonly clock: Clock;
  readonly settings: ChainSettings;
  readonly sink: ChainSink;
  readonly lastChains: LastChains;
  readonly feedInterest: FeedInterest;
  readonly archive: IvArchive;
  readonly metrics: OptionsMetrics;
  /** Trading symbols or keys whose nearest expiries are always kept, each with how many. */
  readonly always: readonly { readonly symbol: string; readonly expiries: number }[];
  readonly onFailure: (error: unknown, what: string) => void;
}

/** Chains that one replica keeps at most; far above what a broker's feed can carry. */
const MAX_CHAINS = 400;
const QUOTES_AT_ONCE = 500;
const RECONCILE_MS = 1_000;
const LAST_VALUE_MS = 1_000;
/** An expired chain shows its last state for this long. */
const KEPT_AFTER_END_MS = 5 * 60_000;
/** A failed load is tried again after this. */
const RETRY_MS = 2_000;

interface Kept extends WantedChain {
  readonly loading: Promise<LiveChain>;
  chain: LiveChain | undefined;
  endings: Ending[];
  failedAtMs: number | undefined;
  error: unknown;
  writtenSeq: string;
}

/** The chains of this replica. */
export class ChainKeeper implements Keeper {
  private readonly book = new ChainInterestBook();
  private readonly kept = new Map<string, Kept>();
  private readonly refetching = new Set<string>();
  private timers: Timer[] = [];
  private isClosed = false;

  constructor(private readonly parts: ChainKeeperParts) {}

  start(): void {
    const { clock, directory } = this.parts;
    directory.onChange(() => this.reconcile());
    this.timers = [
      repeat(clock, RECONCILE_MS, () => this.reconcile()),
      repeat(clock, LAST_VALUE_MS, () => this.writeLastValues()),
    ];
  }

  async stop(): Promise<void> {
    this.isClosed = true;
    for (const timer of this.timers) timer.cancel();
    await this.writeLastValues();
    for (const [name, kept] of this.kept) this.drop(name, kept);
  }

  /** Chains that are open here. */
  get open(): LiveChain[] {
    return [...this.kept.values()].flatMap(({ chain }) =>
      chain !== undefined && chain.publishedEpoch > 0 ? chain : [],
    );
  }

  claims(): ReadonlyMap<string, number> {
    const claims = new Map<string, number>();
    for (const chain of this.open) {
      const key = chain.contracts.underlying.instrumentKey;
      claims.set(key, Math.max(claims.get(key) ?? 0, chain.publishedEpoch));
    }
    return claims;
  }

  takeInterest(holder: string, chains: readonly { readonly underlying: string; readonly expiryDate: string }[]): void {
    const wanted = chains.map(({ underlying, expiryDate }) => ({ underlyingKey: underlying, expiryDate }));
    this.book.renew(holder, wanted, this.parts.clock.monotonicMs());
    this.reconcile();
  }

  yieldTo(underlyingKey: string): void {
    const isMine = this.parts.ring.isMine(underlyingKey);
    for (const [name, kept] of this.kept) {
      if (kept.underlyingKey !== underlyingKey) continue;
      if (isMine) this.openAnew(kept);
      else this.drop(name, kept);
    }
    if (isMine) this.parts.ring.beat();
  }

  reconcile(): void {
    if (this.isClosed) return;
    const { clock, ring } = this.parts;
    this.book.keep(this.standing());
    const wanted = this.book.wanted(clock.monotonicMs()).slice(0, MAX_CHAINS);
    const names = new Set(wanted.map((one) => chainName(one.underlyingKey, one.expiryDate)));
    for (const one of wanted) {
      if (ring.isMine(one.underlyingKey)) this.keep(one);
    }
    for (const [name, kept] of this.kept) {
      const isHandedOver = !ring.isMine(kept.underlyingKey) && ring.isClaimedElsewhere(kept.underlyingKey);
      if (!names.has(name) || this.hasEnded(kept) || isHandedOver) this.drop(name, kept);
    }
    this.parts.feedInterest.want(this.open.map((chain) => this.wishOf(chain)));
  }

  /** The chain of an expiry, loaded and open, kept for a while on behalf of whoever asks. Throws what the load threw. */
  async ensure(underlyingKey: string, expiryDate: string): Promise<LiveChain> {
    const wanted = { underlyingKey, expiryDate };
    if (this.kept.size >= MAX_CHAINS && !this.kept.has(chainName(underlyingKey, expiryDate))) {
      throw new OutcomeError('CHAIN_UNAVAILABLE', `${MAX_CHAINS} chains are kept already`, {}, true);
    }
    this.book.touch(wanted, this.parts.clock.monotonicMs());
    return this.keep(wanted).loading;
  }

  /** Open chains of one underlying, nearest expiry first. */
  openOf(underlyingKey: string): LiveChain[] {
    return this.open
      .filter(({ contracts }) => contracts.underlying.instrumentKey === underlyingKey)
      .sort((a, b) => (a.contracts.expiryDate < b.contracts.expiryDate ? -1 : 1));
  }

  private standing(): WantedChain[] {
    const { directory, always } = this.parts;
    return always.flatMap(({ symbol, expiries }) => {
      const found = directory.get(symbol);
      if (found === undefined) return [];
      const { instrumentKey, expiries: listed } = directory.describe(found);
      return listed.slice(0, expiries).map(({ date }) => ({ underlyingKey: instrumentKey, expiryDate: date }));
    });
  }

  /** A chain some time after its last trade: long enough for the last value to be seen as expired. */
  private hasEnded({ chain }: Kept): boolean {
    const now = this.parts.time.now();
    return chain !== undefined && now !== undefined && now > chain.terms.endsAtMs + KEPT_AFTER_END_MS;
  }

  private keep(wanted: WantedChain): Kept {
    const name = chainName(wanted.underlyingKey, wanted.expiryDate);
    const present = this.kept.get(name);
    const nowMs = this.parts.clock.monotonicMs();
    if (present !== undefined && !(present.failedAtMs !== undefined && nowMs - present.failedAtMs >= RETRY_MS)) {
      return present;
    }
    const kept: Kept = {
      ...wanted,
      chain: undefined,
      endings: [],
      failedAtMs: undefined,
      error: undefined,
      writtenSeq: '',
      loading: Promise.resolve().then(() => this.load(kept)),
    };
    kept.loading.catch((error: unknown) => {
      kept.failedAtMs = this.parts.clock.monotonicMs();
      kept.error = error;
      if (!(error instanceof OutcomeError)) this.parts.onFailure(error, 'loading a chain');
    });
    this.kept.set(name, kept);
    return kept;
  }

  private async load(kept: Kept): Promise<LiveChain> {
    const { market, router, ring, lastChains, archive } = this.parts;
    const { underlyingKey, expiryDate } = kept;
    const { underlying, contracts: listed } = await market.fetchContracts(underlyingKey, expiryDate);
    const contracts = underlying && chainContracts(underlying, expiryDate, listed);
    if (contracts === undefined) {
      throw new OutcomeError('UNKNOWN_EXPIRY', `there are no options of ${underlyingKey} that expire on ${expiryDate}`);
    }
    const history = await archive.closings(underlyingKey);
    const chain = new LiveChain({
      ...this.parts,
      contracts,
      ivHistory: history,
      onGap: (key) => void this.refetch(chain, [key]),
    });
    const keys = chain.quotes.keys();
    kept.endings = keys.map((key) => router.follow(key, (tick) => chain.take(tick)));
    this.parts.feedInterest.want([...this.open, chain].map((one) => this.wishOf(one)));
    await this.refetch(chain, keys);
    if (!this.isStillKept(kept))
      throw new OutcomeError('CHAIN_UNAVAILABLE', 'nobody wants the chain any more', {}, true);
    if (!chain.hasQuotes) {
      for (const end of kept.endings.splice(0)) end();
      throw new OutcomeError('CHAIN_UNAVAILABLE', 'nothing has been seen of the chain yet', {}, true);
    }
    const last = await lastChains.read(underlyingKey, expiryDate).catch(() => undefined);
    if (last !== undefined) ring.noteEpoch(underlyingKey, last.epoch);
    kept.chain = chain;
    this.openAnew(kept);
    ring.beat();
    void this.addPreviousOi(chain);
    void fillAverage(chain, this.parts).catch((error: unknown) => this.parts.onFailure(error, 'filling an average'));
    return chain;
  }

  private isStillKept(kept: Kept): boolean {
    return !this.isClosed && this.kept.get(chainName(kept.underlyingKey, kept.expiryDate)) === kept;
  }

  private openAnew(kept: Kept): void {
    kept.chain?.open(this.parts.ring.nextEpoch(kept.underlyingKey));
  }

  private drop(name: string, kept: Kept): void {
    this.kept.delete(name);
    for (const end of kept.endings.splice(0)) end();
    kept.chain?.close();
  }

  /** Reads the last values of instruments, as at the start and after a gap. */
  private async refetch(chain: LiveChain, keys: readonly string[]): Promise<void> {
    const missing = keys.filter((key) => !this.refetching.has(key));
    for (let from = 0; from < missing.length; from += QUOTES_AT_ONCE) {
      const piece = missing.slice(from, from + QUOTES_AT_ONCE);
      for (const key of piece) this.refetching.add(key);
      try {
        const { quotes } = await this.parts.market.fetchQuotes(piece);
        for (const { tick } of quotes) if (tick !== undefined) this.takeRead(chain, tick);
      } catch (error) {
        this.parts.onFailure(error, 'reading quotes');
      } finally {
        for (const key of piece) this.refetching.delete(key);
      }
    }
  }

  private takeRead(chain: LiveChain, tick: Tick): void {
    this.parts.time.observe(tick.marketTimeMs);
    chain.take(tick);
  }

  /** Reads what the feed has refused, so that it has a value and an age. */
  async readRefused(refused: ReadonlySet<string>): Promise<void> {
    for (const chain of this.open) {
      const keys = chain.quotes.keys().filter((key) => refused.has(key));
      if (keys.length > 0) await this.refetch(chain, keys);
    }
  }

  /** Reads everything again: what was published while the bus was away was not seen. */
  async refetchAll(): Promise<void> {
    for (const chain of this.open) await this.refetch(chain, chain.quotes.keys());
  }

  private async addPreviousOi(chain: LiveChain): Promise<void> {
    const { underlying, expiryDate } = chain.contracts;
    try {
      const { contracts } = await this.parts.market.fetchPreviousOi(underlying.instrumentKey, expiryDate);
      // A broker that says zero of everything does not know.
      if (contracts.every(({ oi }) => oi === 0)) return;
      chain.previousOi = new Map(contracts.map(({ instrumentKey, oi }) => [instrumentKey, oi]));
    } catch (error) {
      this.parts.onFailure(error, "reading the previous day's open interest");
    }
  }

  private wishOf(chain: LiveChain): { contracts: LiveChain['contracts']; centre: number | undefined } {
    const spotPaise = chain.quotes.underlying.lastPaise;
    return { contracts: chain.contracts, centre: spotPaise === undefined ? undefined : spotPaise / 100 };
  }

  private async writeLastValues(): Promise<void> {
    for (const kept of this.kept.values()) {
      const update: ChainUpdate | undefined = kept.chain?.snapshot;
      if (update === undefined || kept.writtenSeq === `${update.epoch}-${update.seq}`) continue;
      kept.writtenSeq = `${update.epoch}-${update.seq}`;
      await this.parts.lastChains
        .write(update)
        .catch((error: unknown) => this.parts.onFailure(error, 'keeping the last value of a chain'));
    }
  }
}
