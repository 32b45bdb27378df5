import type {
  DerivativeExpiry,
  DerivativeUnderlying,
  GetDerivativesResponse,
  GetPreviousOiResponse,
  Instrument,
  ListDerivativeUnderlyingsResponse,
} from '@vega/contracts';
import { instrumentKey, OutcomeError, type InstrumentKey } from '@vega/kernel';
import { MAX_QUOTE_KEYS, type MarketRestClient } from '@vega/upstox/market';
import type { InstrumentDirectory } from './ports.ts';

/** The broker's call that tells the open interest of the previous day. */
export type PreviousOiCalls = Pick<MarketRestClient, 'fetchQuotesV3'>;

/** Of one question, the share of the caller's time that each call to the broker may take. */
const CALL_SHARE = 0.4;

/** What has derivatives, and the contracts of an expiry. */
export class Derivatives {
  private list: { readonly of: string; readonly answer: ListDerivativeUnderlyingsResponse } | undefined;

  constructor(
    private readonly directory: InstrumentDirectory,
    private readonly calls: PreviousOiCalls,
  ) {
    directory.onChange(() => {
      this.list = undefined;
    });
  }

  /** Every underlying of the master in use with its expiries; made once per master. */
  underlyings(): ListDerivativeUnderlyingsResponse {
    const { masterDate } = this.directory;
    if (this.list?.of === masterDate) return this.list.answer;
    const underlyings = this.directory.underlyings().flatMap((key) => this.underlying(key) ?? []);
    const answer = { underlyings, masterDate };
    if (masterDate !== '') this.list = { of: masterDate, answer };
    return answer;
  }

  /** The contracts of one expiry. Throws `UNKNOWN_INSTRUMENT`, `NO_OPTIONS` or `UNKNOWN_EXPIRY`. */
  contracts(underlyingKey: string, expiryDate: string): GetDerivativesResponse {
    const key = instrumentKey(underlyingKey);
    const underlying = this.directory.byKey(key);
    if (underlying === undefined) {
      throw new OutcomeError('UNKNOWN_INSTRUMENT', `no instrument is called "${underlyingKey.slice(0, 80)}"`);
    }
    if (this.directory.expiriesOf(key).length === 0) {
      throw new OutcomeError('NO_OPTIONS', `${underlying.tradingSymbol} has no derivatives`);
    }
    const contracts = [...this.directory.derivativesOf(key, expiryDate)];
    if (contracts.length === 0) {
      const context = { expiry_date: expiryDate.slice(0, 20) };
      throw new OutcomeError('UNKNOWN_EXPIRY', `${underlying.tradingSymbol} has no such expiry`, context);
    }
    return { underlying, contracts };
  }

  /** Open interest of the previous day of one expiry's contracts, as far as the broker tells it. Throws its failures. */
  async previousOi(underlyingKey: string, expiryDate: string, deadlineMs: number): Promise<GetPreviousOiResponse> {
    const keys = this.contracts(underlyingKey, expiryDate).contracts.map((one) => instrumentKey(one.instrumentKey));
    const contracts: GetPreviousOiResponse['contracts'] = [];
    const call = { timeoutMs: deadlineMs * CALL_SHARE, rateWaitMs: deadlineMs * CALL_SHARE };
    for (let from = 0; from < keys.length; from += MAX_QUOTE_KEYS) {
      const { values } = await this.calls.fetchQuotesV3(keys.slice(from, from + MAX_QUOTE_KEYS), call);
      for (const { key, previousOi } of values.values()) {
        if (previousOi !== null) contracts.push({ instrumentKey: key, oi: previousOi });
      }
    }
    return { contracts };
  }

  private underlying(key: InstrumentKey): DerivativeUnderlying | undefined {
    const instrument = this.directory.byKey(key);
    if (instrument === undefined) return undefined;
    const expiries = this.directory.expiriesOf(key).flatMap((date) => {
      const contracts = this.directory.derivativesOf(key, date);
      return expiryOf(date, contracts) ?? [];
    });
    return { instrument, kind: instrument.segment.endsWith('_INDEX') ? 'INDEX' : 'EQUITY', expiries };
  }
}

function expiryOf(date: string, contracts: readonly Instrument[]): DerivativeExpiry | undefined {
  const futures = contracts.filter(({ instrumentType }) => instrumentType === 'FUT').length;
  const first = contracts.find(({ instrumentType }) => instrumentType !== 'FUT') ?? contracts[0];
  if (first === undefined) return undefined;
  return {
    date,
    weekly: first.weekly,
    lotSize: first.lotSize,
    tickSizePaise: first.tickSizePaise,
    options: contracts.length - futures,
    futures,
  };
}
