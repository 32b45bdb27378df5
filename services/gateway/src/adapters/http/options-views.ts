import type { ChainUpdate } from '@vega/contracts';
import { OperationalError, OutcomeError, type Clock } from '@vega/kernel';
import type { OptionsData } from '../../app/options-data.ts';
import { refuseBadSymbol } from '../../app/market-queries.ts';
import type { ChainQuery, ExpiryQuery, IvHistoryQuery, PayoffBody } from './options-requests.ts';
import { MarketUnavailable } from './problem.ts';
import { chainFigures, conventionOf } from './to-chain-views.ts';
import {
  timeOrNull,
  toAnalyticsView,
  toIvHistoryView,
  toPayoffRequest,
  toPayoffView,
  toSmileView,
  toUnderlyingView,
} from './to-options-views.ts';
import type { ChainView } from './views/chain.view.ts';
import type {
  IvHistoryView,
  OptionAnalyticsView,
  OptionUnderlyingsView,
  OptionUnderlyingView,
  SmileView,
} from './views/options.view.ts';
import type { PayoffView } from './views/payoff.view.ts';

/** Chains as they were last seen, for the time when options cannot be asked. It never throws. */
export interface LastChains {
  fetchChain(underlyingKey: string, expiryDate: string): Promise<ChainUpdate | undefined>;
}

/** The answers of options as REST and GraphQL show them. */
export class OptionsViews {
  constructor(
    private readonly options: OptionsData,
    private readonly lastChains: LastChains,
    private readonly clock: Clock,
  ) {}

  /** A chain; when options gives none, throws {@link MarketUnavailable} with the chain that was seen last, whose ages tell. */
  async chain(query: ChainQuery): Promise<ChainView> {
    const { instrument_key: underlying, expiry_date: expiryDate = '', greeks } = query;
    refuseBadSymbol(underlying);
    try {
      const convention = conventionOf(greeks);
      const chain = await this.options.fetchChain({ underlying, expiryDate, convention, immediate: false });
      return chainFigures(chain, this.clock.wallNow());
    } catch (error) {
      if (!(error instanceof OperationalError || (error instanceof OutcomeError && error.retryable))) throw error;
      const last = expiryDate === '' ? undefined : await this.lastChains.fetchChain(underlying, expiryDate);
      throw new MarketUnavailable(error, last === undefined ? null : chainFigures(last, this.clock.wallNow()));
    }
  }

  async expiries(underlying: string): Promise<OptionUnderlyingView> {
    refuseBadSymbol(underlying);
    const answer = await this.options.listExpiries(underlying);
    if (answer.underlying === undefined) throw new TypeError('options answered expiries without their underlying');
    return toUnderlyingView(answer.underlying);
  }

  async underlyings(): Promise<OptionUnderlyingsView> {
    const { underlyings, marketTimeMs } = await this.options.listUnderlyings();
    return { underlyings: underlyings.map(toUnderlyingView), market_time: timeOrNull(marketTimeMs) };
  }

  async smile({ instrument_key: underlying, expiry_date: expiryDate = '' }: ExpiryQuery): Promise<SmileView> {
    refuseBadSymbol(underlying);
    return toSmileView(await this.options.fetchSmile(underlying, expiryDate));
  }

  async analytics({
    instrument_key: underlying,
    expiry_date: expiryDate = '',
  }: ExpiryQuery): Promise<OptionAnalyticsView> {
    refuseBadSymbol(underlying);
    return toAnalyticsView(await this.options.fetchAnalytics(underlying, expiryDate));
  }

  async ivHistory({ instrument_key: underlying, days }: IvHistoryQuery): Promise<IvHistoryView> {
    refuseBadSymbol(underlying);
    return toIvHistoryView(await this.options.fetchIvHistory(underlying, days));
  }

  async payoff(body: PayoffBody): Promise<PayoffView> {
    refuseBadSymbol(body.instrument_key);
    return toPayoffView(await this.options.evaluatePayoff(toPayoffRequest(body)));
  }
}
