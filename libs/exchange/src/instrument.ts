import type { IstDate, SupportedSegment } from '@vega/kernel';

/** What a contract or share is, as far as matching and accounting care. JSON-safe: the journal carries it. */
export interface TradedInstrument {
  readonly key: string;
  readonly segment: SupportedSegment;
  readonly kind: 'equity' | 'future' | 'option';
  readonly symbol: string;
  /** Units per lot; orders are whole multiples. */
  readonly lot: number;
  /** The master's freeze quantity; undefined: none is published. */
  readonly freezeQuantity?: number;
  readonly tickPaise: number;
  readonly isin?: string;
  readonly name?: string;
  /** A share that takes part in the closing auction. */
  readonly closingAuction?: boolean;
  /** Of a derivative. */
  readonly underlyingKey?: string;
  readonly underlyingType?: 'INDEX' | 'EQUITY';
  readonly expiry?: IstDate;
  /** Of an option. */
  readonly right?: 'CE' | 'PE';
  readonly strikePaise?: number;
}

/** One price of one side of a book. */
export interface Level {
  readonly pricePaise: number;
  readonly quantity: number;
}

/** What the market shows of an instrument: last price, depth best first, and units traded today. */
export interface MarketView {
  readonly lastPaise: number;
  readonly previousClosePaise: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly volume: number;
  readonly lowerCircuitPaise?: number | undefined;
  readonly upperCircuitPaise?: number | undefined;
  /** Implied volatility as a fraction, of options. */
  readonly volatility?: number | undefined;
}

/** Whether a trade moves its whole value at once (premiums, delivery) rather than gains and losses only. */
export function paysInFull(kind: TradedInstrument['kind'], product: string): boolean {
  return kind === 'option' || (kind === 'equity' && product === 'D');
}
