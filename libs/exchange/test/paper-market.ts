import { istDate, istInstant, type IstDate } from '@vega/kernel';
import type { Phase } from '@vega/rulebook';
import type { ExchangeMarket, MarginMarket, MarketView, TradedInstrument } from '../src/index.ts';

export const DAY = istDate('2026-08-04');

export const SPOT_KEY = 'NSE_INDEX|Nifty 50';

/** A NIFTY option, future or share of the tests. */
export const CALL: TradedInstrument = {
  key: 'NSE_FO|1',
  segment: 'NSE_FO',
  kind: 'option',
  symbol: 'NIFTY 24500 CE 11 AUG 26',
  lot: 65,
  freezeQuantity: 1800,
  tickPaise: 5,
  underlyingKey: SPOT_KEY,
  underlyingType: 'INDEX',
  expiry: istDate('2026-08-11'),
  right: 'CE',
  strikePaise: 2_450_000,
};
export const FAR_CALL: TradedInstrument = {
  ...CALL,
  key: 'NSE_FO|2',
  symbol: 'NIFTY 24700 CE 11 AUG 26',
  strikePaise: 2_470_000,
};
export const PUT: TradedInstrument = {
  ...CALL,
  key: 'NSE_FO|3',
  symbol: 'NIFTY 24500 PE 11 AUG 26',
  right: 'PE',
};
export const FUTURE: TradedInstrument = {
  key: 'NSE_FO|9',
  segment: 'NSE_FO',
  kind: 'future',
  symbol: 'NIFTY FUT 25 AUG 26',
  lot: 65,
  freezeQuantity: 1800,
  tickPaise: 10,
  underlyingKey: SPOT_KEY,
  underlyingType: 'INDEX',
  expiry: istDate('2026-08-25'),
};
export const SHARE: TradedInstrument = {
  key: 'NSE_EQ|INE002A01018',
  segment: 'NSE_EQ',
  kind: 'equity',
  symbol: 'RELIANCE',
  lot: 1,
  freezeQuantity: 100_000,
  tickPaise: 10,
  isin: 'INE002A01018',
  closingAuction: true,
};

/** A market that says what it is told to say. */
export class PaperMarket implements ExchangeMarket {
  readonly views = new Map<string, MarketView>();
  readonly spots = new Map<string, number>([[SPOT_KEY, 24_500]]);
  phaseNow: Phase | 'closed' = 'continuous';
  date: IstDate = DAY;
  at = istInstant(DAY, 10, 0);

  constructor() {
    this.show(CALL, 15_000);
    this.show(FAR_CALL, 8_000);
    this.show(PUT, 14_000);
    this.show(FUTURE, 2_455_000);
    this.show(SHARE, 142_500);
  }

  /** Shows an instrument at a price, with a tick of spread and `lots` at the touch. */
  show(instrument: TradedInstrument, lastPaise: number, lots = 4, volume?: number): void {
    const { tickPaise, lot } = instrument;
    const unit = lot === 1 ? 500 : lot * lots;
    this.views.set(instrument.key, {
      lastPaise,
      previousClosePaise: lastPaise,
      bids: [1, 2, 3].map((n) => ({ pricePaise: lastPaise - n * tickPaise, quantity: unit * n })),
      asks: [1, 2, 3].map((n) => ({ pricePaise: lastPaise + n * tickPaise, quantity: unit * n })),
      volume: volume ?? this.views.get(instrument.key)?.volume ?? 0,
      volatility: instrument.kind === 'option' ? 0.13 : undefined,
    });
  }

  now(): number {
    return this.at;
  }

  view(key: string): MarketView | undefined {
    return this.views.get(key);
  }

  phase(): Phase | 'closed' {
    return this.phaseNow;
  }

  margins(): MarginMarket {
    return {
      date: this.date,
      yearsTo: (expiry) => Math.max(0, istInstant(expiry, 15, 30) - this.at) / 31_536_000_000,
      underlying: (key) => this.spots.get(key),
      contract: (key) => {
        const view = this.views.get(key);
        return view === undefined ? undefined : { price: view.lastPaise / 100, volatility: view.volatility };
      },
    };
  }
}
