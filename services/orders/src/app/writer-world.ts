import { type BrokerAccount, BrokerEnvironment, TokenState } from '@vega/contracts';
import { type Clock, istDateOf } from '@vega/kernel';
import type { IntentTerms, RiskFacts } from '@vega/trading';
import type { AccountState } from './account-state.ts';
import type { Caller, WriterWorld } from './writer-options.ts';
import type { MarketFacts } from './market-facts.ts';
import type { BrokerPort } from './ports.ts';
import type { MoneyFacts } from './reconciler.ts';
import type { RiskDesk } from './risk-desk.ts';

export interface AccountWorldOptions {
  readonly accountId: string;
  readonly account: () => BrokerAccount | undefined;
  readonly market: MarketFacts;
  readonly desk: RiskDesk;
  readonly broker: BrokerPort;
  readonly clock: Clock;
  readonly factsRevision: number;
}

/** What the reconciler has found out, once there is one. */
export interface ReconciledFacts {
  readonly positionsKnown: boolean;
  readonly money: MoneyFacts;
}

/** One account's surroundings, read from memory when a decision is made. */
export class AccountWorld implements WriterWorld {
  private revision: number;
  reconciled: ReconciledFacts | undefined;
  haltReason: () => string | undefined = () => undefined;

  constructor(private readonly options: AccountWorldOptions) {
    this.revision = options.factsRevision;
  }

  marketNowMs(): number | undefined {
    return this.options.market.nowMs();
  }

  tradingSymbol(instrumentKey: string): string {
    return this.options.market.tradingSymbol(instrumentKey);
  }

  factsRevision(): number {
    return this.revision;
  }

  async refreshFacts(revision: number): Promise<void> {
    await this.options.desk.refresh();
    this.revision = revision;
  }

  mayLeave(terms: IntentTerms, reducing: boolean): string | undefined {
    const { desk, broker } = this.options;
    const kill = desk.kill(this.options.account()?.userId ?? '', terms.accountId, terms.strategy);
    if (kill.stops === 'everything' || (kill.stops === 'opening' && !reducing)) return 'KILL_SWITCH_ENGAGED';
    if (this.haltReason() !== undefined) return 'ACCOUNT_HALTED';
    if (accountFault(this.options.account()) !== undefined) return 'ACCOUNT_NOT_TRADING';
    return broker.tokenFault() === undefined ? undefined : 'BROKER_TOKEN_NOT_VALID';
  }

  facts(state: AccountState, terms: IntentTerms, caller: Caller): RiskFacts {
    const { market, desk, clock, broker } = this.options;
    const account = this.options.account();
    const wallNowMs = clock.wallNow();
    const nowMs = clock.monotonicMs();
    const marketNowMs = market.nowMs();
    const date = istDateOf(marketNowMs ?? wallNowMs);
    const { unit, pricePaise } = market.unit(terms.instrumentKey);
    state.book.setUnit(terms.instrumentKey, unit, pricePaise, nowMs);
    const money = this.reconciled?.money;
    const aged = (paise: number | undefined, atMs: number) =>
      paise === undefined ? undefined : { paise, ageMs: Math.max(0, nowMs - atMs) };
    const positionsKnown = this.reconciled?.positionsKnown === true || !broker.hasBooks;
    const kind = 'opening';
    return {
      kill: desk.kill(account?.userId ?? '', terms.accountId, terms.strategy),
      principalFault: caller.fault,
      accountFault: accountFault(account),
      haltReason: this.haltReason(),
      tokenFault: broker.tokenFault() ?? tokenFault(account),
      environment: environmentOf(account),
      marketSource: market.marketSource,
      marketNowMs,
      wallNowMs,
      session: market.session(terms.segment),
      contract: market.contract(terms.instrumentKey),
      price: market.price(terms.instrumentKey),
      standing: positionsKnown ? state.book.standing(terms.instrumentKey, terms.product) : undefined,
      unit,
      book: state.book.facts(nowMs),
      limits: desk.limitFacts(terms.accountId, terms.strategy),
      lastEqualOrderMs: state.lastEqualMs({ terms }),
      unknownOrders: state.unknownCount,
      openOrders: state.book.workingCount,
      ordersLastSecond: state.acceptedSince(wallNowMs - 1_000),
      ordersLastMinute: state.acceptedSince(wallNowMs - 60_000),
      ordersToday: state.acceptedOn(date),
      rateWaitMs: Math.max(0, state.rates.freeAt(terms.segment, kind, wallNowMs) - wallNowMs),
      funds: aged(money?.fundsPaise, money?.fundsAtMs ?? 0),
      reservedMarginPaise: state.reservedPaise,
      dayPnl: aged(money?.dayPnlPaise, money?.dayPnlAtMs ?? 0),
    };
  }
}

function environmentOf(account: BrokerAccount | undefined): RiskFacts['environment'] {
  if (account?.environment === BrokerEnvironment.SIMULATOR) return 'simulator';
  return account?.environment === BrokerEnvironment.SANDBOX ? 'sandbox' : 'live';
}

function accountFault(account: BrokerAccount | undefined): string | undefined {
  if (account === undefined || account.removed) return 'there is no such account any more';
  if (!account.enabled) return 'the account is switched off';
  return account.tradingAllowed ? undefined : 'trading is not allowed for this account';
}

function tokenFault(account: BrokerAccount | undefined): string | undefined {
  if (account === undefined || account.tokenState === TokenState.VALID) return undefined;
  return account.tokenReason === '' ? 'the broker login is missing or over' : account.tokenReason;
}
