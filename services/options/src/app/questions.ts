/**
 * What is asked of the service. Any replica takes a question, checks it, and either answers it itself or has the underlying's keeper
 * answer it; a keeper that is gone is noticed by that and replaced.
 */
import {
  askShard,
  GreekConvention,
  LegKind,
  optionsRpc,
  toBytes,
  type ChainUpdate,
  type DerivativeUnderlying,
  type EvaluatePayoffRequest,
  type EvaluatePayoffResponse,
  type GetAnalyticsRequest,
  type GetAnalyticsResponse,
  type GetChainRequest,
  type GetChainResponse,
  type GetIvHistoryRequest,
  type GetIvHistoryResponse,
  type GetSmileRequest,
  type GetSmileResponse,
  type ListExpiriesRequest,
  type ListExpiriesResponse,
  type ListUnderlyingsResponse,
  type RenewChainInterestRequest,
  type RenewChainInterestResponse,
  type RpcContract,
} from '@vega/contracts';
import { OperationalError, OutcomeError, type Clock } from '@vega/kernel';
import type { RpcClient } from '@vega/platform';
import { strikeFigures } from '../domain/chain-analytics.ts';
import { INTEREST_LEASE_MS } from '../domain/chain-interest.ts';
import { evaluatePayoff, type PayoffChain } from '../domain/evaluate-payoff.ts';
import { ivStanding, YEAR_OF_SESSIONS } from '../domain/iv-rank.ts';
import { refuseBadPayoff } from '../domain/payoff-request.ts';
import { smileSlices } from '../domain/smile-slice.ts';
import type { ChainKeeper } from './chain-keeper.ts';
import type { IvArchive } from './iv-archive.ts';
import type { LiveChain } from './live-chain.ts';
import type { MarketTime } from './market-time.ts';
import type { ShardBus } from './ports.ts';
import type { ShardRing } from './shard-ring.ts';
import type { UnderlyingDirectory } from './underlying-directory.ts';

export interface QuestionParts {
  readonly directory: UnderlyingDirectory;
  readonly keeper: ChainKeeper;
  readonly ring: ShardRing;
  readonly shardBus: ShardBus;
  readonly archive: IvArchive;
  readonly time: MarketTime;
  readonly rpc: RpcClient;
  readonly clock: Clock;
  readonly replica: string;
  /** The broker's fee for one order, paise. */
  readonly brokeragePaise: number;
}

/** Chains that one holder may want. */
const MAX_CHAINS_PER_HOLDER = 200;
const HOLDER = /^[\x21-\x7e]{1,128}$/;
const MAX_HISTORY_DAYS = 1_000;
/** Pause before a keeper that could not be asked is looked for again. */
const SEEK_MS = 100;
/** Kept of the caller's time for the way back. */
const RETURN_MS = 200;

/** Whether a question was passed on by another replica: then it is answered here, whoever is the keeper. */
export interface Asked {
  readonly deadlineMs: number;
  readonly passedOn: boolean;
}

export class Questions {
  constructor(private readonly parts: QuestionParts) {}

  listUnderlyings(): ListUnderlyingsResponse {
    const problem = this.parts.directory.problem();
    if (problem !== undefined) throw new OperationalError('SERVICE_UNAVAILABLE', problem, 'not-sent');
    return { underlyings: this.parts.directory.all(), marketTimeMs: this.parts.time.now() ?? 0 };
  }

  async listExpiries({ underlying }: ListExpiriesRequest): Promise<ListExpiriesResponse> {
    const found = await this.parts.directory.resolve(underlying);
    return { underlying: this.parts.directory.describe(found), marketTimeMs: this.parts.time.now() ?? 0 };
  }

  async getChain(request: GetChainRequest, asked: Asked): Promise<GetChainResponse> {
    const { key, expiryDate } = await this.chainOf(request.underlying, request.expiryDate);
    const passed = { ...request, underlying: key, expiryDate };
    return this.atKeeper(key, asked, optionsRpc.getChain, passed, async (deadlineMs) => {
      const chain = await this.ready(key, expiryDate, deadlineMs);
      if (request.immediate) chain.publishNow();
      const { convention } = request;
      const isHouse = convention === GreekConvention.UNSPECIFIED || convention === GreekConvention.HOUSE;
      return { chain: isHouse ? snapshotOf(chain) : (chain.inConvention(convention) ?? snapshotOf(chain)) };
    });
  }

  async getAnalytics(request: GetAnalyticsRequest, asked: Asked): Promise<GetAnalyticsResponse> {
    const { key, expiryDate } = await this.chainOf(request.underlying, request.expiryDate);
    const passed = { underlying: key, expiryDate };
    return this.atKeeper(key, asked, optionsRpc.getAnalytics, passed, async (deadlineMs) => {
      const chain = snapshotOf(await this.ready(key, expiryDate, deadlineMs));
      const straddleHistory = [...(await this.parts.archive.straddles(key, expiryDate))];
      const price = chain.head?.forward?.price ?? (chain.head?.spotPaise ?? 0) / 100;
      return { chain: { ...chain, rows: [] }, strikes: strikeFigures(chain.rows, price), straddleHistory };
    });
  }

  async getSmile(request: GetSmileRequest, asked: Asked): Promise<GetSmileResponse> {
    const found = await this.parts.directory.resolve(request.underlying);
    const { instrumentKey: key, tradingSymbol } = this.parts.directory.describe(found);
    const expiryDate = request.expiryDate === '' ? '' : this.parts.directory.expiry(found, request.expiryDate);
    const passed = { underlying: key, expiryDate };
    return this.atKeeper(key, asked, optionsRpc.getSmile, passed, async (deadlineMs) => {
      const chains =
        expiryDate === '' ? this.parts.keeper.openOf(key) : [await this.ready(key, expiryDate, deadlineMs)];
      // Without any that is live the nearest is brought to life.
      if (chains.length === 0) chains.push(await this.ready(key, this.parts.directory.expiry(found, ''), deadlineMs));
      const slices = smileSlices(
        chains.flatMap((chain) => {
          const computed = chain.compute();
          return computed === undefined ? [] : [{ expiryDate: chain.contracts.expiryDate, computed }];
        }),
      );
      return { underlyingKey: key, underlyingSymbol: tradingSymbol, marketTimeMs: this.parts.time.now() ?? 0, slices };
    });
  }

  async getIvHistory(request: GetIvHistoryRequest, asked: Asked): Promise<GetIvHistoryResponse> {
    const { days } = request;
    if (days < 0 || days > MAX_HISTORY_DAYS) {
      throw new OutcomeError('BAD_REQUEST', `days are 1 to ${MAX_HISTORY_DAYS}`);
    }
    const found = await this.parts.directory.resolve(request.underlying);
    const { instrumentKey: key, tradingSymbol } = this.parts.directory.describe(found);
    return this.atKeeper(key, asked, optionsRpc.getIvHistory, { ...request, underlying: key }, async () => {
      const history = await this.parts.archive.history(key, days === 0 ? YEAR_OF_SESSIONS : days);
      const currentIv = this.parts.keeper.openOf(key).at(-1)?.snapshot?.head?.analytics?.atmIv;
      const standing = ivStanding(
        history.map(({ atmIv }) => atmIv),
        currentIv,
      );
      return {
        underlyingKey: key,
        underlyingSymbol: tradingSymbol,
        days: history.map(({ date, atmIv, source, expiryDate, daysToExpiry, spotPaise }) => ({
          date,
          atmIv,
          source,
          expiryDate,
          daysToExpiry,
          spotPaise,
        })),
        currentIv,
        ivRank: standing.rank,
        ivPercentile: standing.percentile,
        lowest: standing.lowest,
        highest: standing.highest,
        note: standing.note,
      };
    });
  }

  async evaluatePayoff(request: EvaluatePayoffRequest, asked: Asked): Promise<EvaluatePayoffResponse> {
    refuseBadPayoff(request);
    const { directory } = this.parts;
    const found = await directory.resolve(request.underlying);
    const dates = [
      ...new Set(request.legs.filter(({ kind }) => kind !== LegKind.UNDERLYING).map((leg) => leg.expiryDate)),
    ];
    for (const date of dates) directory.expiry(found, date);
    const key = found.instrument?.instrumentKey ?? '';
    const passed = { ...request, underlying: key };
    return this.atKeeper(key, asked, optionsRpc.evaluatePayoff, passed, async (deadlineMs) => {
      const wanted = dates.length === 0 ? [directory.expiry(found, '')] : dates;
      const chains = await Promise.all(wanted.map((date) => this.ready(key, date, deadlineMs)));
      return evaluatePayoff(request, this.payoffMarket(found, chains));
    });
  }

  async renewChainInterest(request: RenewChainInterestRequest): Promise<RenewChainInterestResponse> {
    const { holder, chains } = request;
    if (!HOLDER.test(holder))
      throw new OutcomeError('BAD_REQUEST', 'a holder has a name of 1 to 128 printable characters');
    if (chains.length > MAX_CHAINS_PER_HOLDER) {
      throw new OutcomeError('BAD_REQUEST', `a holder wants at most ${MAX_CHAINS_PER_HOLDER} chains`);
    }
    const refused: RenewChainInterestResponse['refused'] = [];
    const taken: { underlying: string; expiryDate: string }[] = [];
    for (const chain of chains) {
      try {
        const { key, expiryDate } = await this.chainOf(chain.underlying, chain.expiryDate);
        taken.push({ underlying: key, expiryDate });
      } catch (error) {
        if (!(error instanceof OutcomeError)) throw error;
        refused.push({ chain, code: error.code, message: error.message });
      }
    }
    this.parts.shardBus.tellInterest({ holder, chains: taken });
    return { expiresAtMs: this.parts.clock.wallNow() + INTEREST_LEASE_MS, refused };
  }

  private async chainOf(underlying: string, expiry: string): Promise<{ key: string; expiryDate: string }> {
    const found = await this.parts.directory.resolve(underlying);
    const expiryDate = this.parts.directory.expiry(found, expiry);
    return { key: found.instrument?.instrumentKey ?? '', expiryDate };
  }

  private payoffMarket(
    found: DerivativeUnderlying,
    chains: readonly LiveChain[],
  ): Parameters<typeof evaluatePayoff>[1] {
    const now = this.parts.time.now();
    const first = chains[0];
    if (now === undefined || first === undefined) throw notReady('market time is not known yet');
    const { underlying, kind } = first.contracts;
    const computed = new Map<string, PayoffChain>();
    for (const chain of chains) {
      const one = chain.compute();
      if (one === undefined) throw notReady('market time is not known yet');
      const { contracts, terms } = chain;
      computed.set(contracts.expiryDate, { contracts, terms, computed: one, runningAverage: chain.average.at(now) });
    }
    const forward = computed.get(first.contracts.expiryDate)?.computed.forward?.forward;
    const spotPaise = first.quotes.underlying.lastPaise ?? (forward === undefined ? undefined : forward * 100);
    if (spotPaise === undefined) throw notReady(`nothing has been seen of ${found.instrument?.tradingSymbol ?? ''}`);
    const { brokeragePaise } = this.parts;
    return { underlying, kind, spotPaise, marketNowMs: now, brokeragePaise, chains: computed };
  }

  private async ready(key: string, expiryDate: string, deadlineMs: number): Promise<LiveChain> {
    const chain = await within(this.parts.clock, deadlineMs - RETURN_MS, this.parts.keeper.ensure(key, expiryDate));
    if (chain === undefined || chain.snapshot === undefined) throw notReady('the chain is being set up');
    return chain;
  }

  /** Answers here when the underlying is kept here, else has its keeper answer, within the caller's time. */
  private async atKeeper<Req, Res>(
    key: string,
    { deadlineMs, passedOn }: Asked,
    contract: RpcContract<Req, Res>,
    request: Req,
    answer: (deadlineMs: number) => Promise<Res>,
  ): Promise<Res> {
    const { ring, clock, rpc, replica } = this.parts;
    const endsAtMs = clock.monotonicMs() + deadlineMs;
    for (;;) {
      const leftMs = endsAtMs - clock.monotonicMs();
      const owner = passedOn ? replica : ring.ownerOf(key);
      if (owner === replica) return answer(leftMs);
      if (leftMs <= SEEK_MS * 2) throw notReady('the keeper of this underlying is being found');
      if (owner !== undefined) {
        try {
          const question = { method: contract.method, request: toBytes(contract.request, request) };
          const { response } = await rpc.call(askShard(owner), question, { deadlineMs: leftMs - SEEK_MS });
          return contract.response.decode(response);
        } catch (error) {
          if (!(error instanceof OperationalError) || error.outcome !== 'not-sent') throw error;
          ring.suspect(owner);
        }
      }
      await new Promise<void>((resume) => clock.after(SEEK_MS, resume));
    }
  }
}

function notReady(why: string): OutcomeError {
  return new OutcomeError('CHAIN_UNAVAILABLE', why, {}, true);
}

function snapshotOf(chain: LiveChain): ChainUpdate {
  if (chain.snapshot === undefined) throw notReady('the chain is being set up');
  return chain.snapshot;
}

/** What the work gives, or undefined when it takes longer. */
async function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | undefined> {
  let end: (() => void) | undefined;
  const limit = new Promise<undefined>((resolve) => {
    const timer = clock.after(Math.max(0, limitMs), () => resolve(undefined));
    end = () => timer.cancel();
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    end?.();
  }
}
