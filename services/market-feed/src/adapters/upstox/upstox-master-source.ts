import { istDateOf, type IstDate } from '@vega/kernel';
import type { Instrument, MarketRestClient } from '@vega/upstox/market';
import type { MasterReading, MasterSource } from '../../app/data-ports.ts';
import type { InstrumentEntry } from '../../domain/instrument-entry.ts';

/** The calls of the broker's REST interface that the master is read by. */
export type MasterCalls = Pick<MarketRestClient, 'fetchInstrumentMaster' | 'fetchExchangeStatus'>;

const RETRY = { maxAttempts: 3, baseDelayMs: 1_000, maxDelayMs: 5_000 } as const;

/** The complete instrument master of Upstox. */
export class UpstoxMasterSource implements MasterSource {
  constructor(private readonly calls: MasterCalls) {}

  async fetchMaster(): Promise<MasterReading> {
    const master = await this.calls.fetchInstrumentMaster('complete', { retry: RETRY });
    const [first] = master.invalid;
    return {
      entries: master.instruments.map(toEntry),
      unsupported: [...master.unsupported.values()].reduce((sum, count) => sum + count, 0),
      invalid: master.invalidCount,
      firstInvalid: first === undefined ? undefined : `${first.row}: ${first.reason}`,
    };
  }

  /** The date on which NSE's status last changed: that of the market from its pre-open on. */
  async fetchMarketDate(): Promise<IstDate> {
    const status = await this.calls.fetchExchangeStatus('NSE', { timeoutMs: 5_000 });
    return istDateOf(status.lastUpdatedMs);
  }
}

const TYPE_OF = { future: 'FUT', call: 'CE', put: 'PE' } as const;

/** A row of Upstox's master in the form of this service. */
export function toEntry(instrument: Instrument): InstrumentEntry {
  const { key, segment, exchange, tradingSymbol, name } = instrument;
  const identity = { key, segment, exchange, tradingSymbol, name };
  switch (instrument.kind) {
    case 'index':
      return { ...NOTHING, ...identity, instrumentType: 'INDEX' };
    case 'equity':
      return {
        ...NOTHING,
        ...identity,
        ...termsOf(instrument),
        instrumentType: instrument.series,
        isin: instrument.isin,
      };
    default:
      return {
        ...NOTHING,
        ...identity,
        ...termsOf(instrument),
        instrumentType: TYPE_OF[instrument.kind],
        underlyingKey: instrument.underlyingKey,
        underlyingSymbol: instrument.underlyingSymbol,
        underlyingType: instrument.underlyingType,
        expiryDate: instrument.expiry,
        strikePaise: instrument.strikePaise ?? 0,
        weekly: instrument.weekly,
      };
  }
}

const NOTHING = {
  isin: '',
  underlyingKey: '',
  underlyingSymbol: '',
  underlyingType: '',
  expiryDate: undefined,
  strikePaise: 0,
  lotSize: 1,
  freezeQty: 0,
  tickSizePaise: 0,
  weekly: false,
} as const;

function termsOf(instrument: { lotSize: number; freezeQuantity: number; tickPaise: number }): {
  lotSize: number;
  freezeQty: number;
  tickSizePaise: number;
} {
  return { lotSize: instrument.lotSize, freezeQty: instrument.freezeQuantity, tickSizePaise: instrument.tickPaise };
}
