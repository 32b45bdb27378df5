import {
  istDateOf,
  istInstant,
  marketInstant,
  rupeesToPaise,
  type Clock,
  type IstDate,
  type MarketInstant,
} from '@vega/kernel';
import type { ExchangeMarket, Level, MarginMarket, MarketView, TradedInstrument } from '@vega/exchange';
import {
  futureProfile,
  phaseAt,
  seedCalendar,
  withBeyondCoverage,
  type Phase,
  type SessionProfile,
  type TradingCalendar,
} from '@vega/rulebook';
import type { DepthLevel, MarketSource, SimQuote } from '../market/market-source.ts';
import type { InstrumentCatalog } from '../server/instrument-catalog.ts';

const YEAR_MS = 365 * 86_400_000;

/** The simulated market as the exchange sees it: whole paise, phases by the rulebook. */
export class SimExchangeMarket implements ExchangeMarket {
  private readonly calendar: TradingCalendar = withBeyondCoverage(seedCalendar, 'weekdays');
  private pinned: MarketInstant | undefined;

  /** @param followsWall The market's time is the wall's, also while it is silent. */
  constructor(
    private readonly source: MarketSource,
    private readonly catalog: InstrumentCatalog,
    private readonly clock: Clock,
    private readonly followsWall: boolean,
  ) {}

  now(): MarketInstant {
    if (this.pinned !== undefined) return this.pinned;
    const now = this.source.now();
    return this.followsWall ? marketInstant(Math.max(now, this.clock.wallNow())) : now;
  }

  /** Runs `task` as if it were a moment of the past: a day is closed at its own end, whenever that is noticed. */
  at(moment: number, task: () => void): void {
    this.pinned = marketInstant(moment);
    try {
      task();
    } finally {
      this.pinned = undefined;
    }
  }

  view(key: string): MarketView | undefined {
    const quote = this.source.quote(key);
    return quote === undefined ? undefined : marketView(quote);
  }

  phase(instrument: TradedInstrument): Phase | 'closed' {
    const phase = phaseAt(this.calendar, instrument.segment, this.now(), this.profileOf(instrument));
    const status = this.source.segmentStatus().get(instrument.segment)?.status;
    // A market that is told to be closed is closed, whatever the timetable says.
    const halted =
      phase === 'continuous' && status !== undefined && status !== 'NORMAL_OPEN' && !isAuctionStatus(status);
    return halted ? 'closed' : phase;
  }

  margins(): MarginMarket {
    const now = this.now();
    return {
      date: istDateOf(now),
      yearsTo: (expiry: IstDate) => Math.max(0, istInstant(expiry, 15, 30) - now) / YEAR_MS,
      underlying: (key) => this.source.quote(key)?.ltp,
      contract: (key) => {
        const quote = this.source.quote(key);
        return quote === undefined ? undefined : { price: quote.ltp, volatility: quote.iv };
      },
    };
  }

  private profileOf(instrument: TradedInstrument): SessionProfile {
    const { segment, kind, expiry, underlyingKey } = instrument;
    if (kind === 'equity') return instrument.closingAuction === true ? 'equity-cas' : 'equity';
    if (kind === 'option' || expiry === undefined || (segment !== 'NSE_FO' && segment !== 'BSE_FO')) return 'option';
    const expiries = this.catalog.futureExpiries(underlyingKey ?? '');
    return futureProfile(this.calendar, segment, istDateOf(this.now()), expiry, expiries);
  }
}

/** Shares show a closing status while their derivatives still trade. */
function isAuctionStatus(status: string): boolean {
  return status === 'CLOSING_START';
}

/** A quote in paise. */
export function marketView(quote: SimQuote): MarketView {
  return {
    lastPaise: rupeesToPaise(quote.ltp),
    previousClosePaise: rupeesToPaise(quote.cp),
    bids: side(quote.depth, 'bidP', 'bidQ'),
    asks: side(quote.depth, 'askP', 'askQ'),
    volume: quote.vtt,
    lowerCircuitPaise: quote.lowerCircuit === undefined ? undefined : rupeesToPaise(quote.lowerCircuit),
    upperCircuitPaise: quote.upperCircuit === undefined ? undefined : rupeesToPaise(quote.upperCircuit),
    volatility: quote.iv,
  };
}

function side(depth: readonly DepthLevel[], price: 'bidP' | 'askP', quantity: 'bidQ' | 'askQ'): Level[] {
  const levels: Level[] = [];
  for (const level of depth) {
    if (level[quantity] > 0 && level[price] > 0) {
      levels.push({ pricePaise: rupeesToPaise(level[price]), quantity: level[quantity] });
    }
  }
  return levels;
}
