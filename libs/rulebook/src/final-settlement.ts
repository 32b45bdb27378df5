import { invariant, istDate, marketInstant, MINUTE_MS, type IstDate, type MarketInstant } from '@vega/kernel';
import { ruleInForce, type DatedRow } from './dated.ts';
import { marketOf, type DerivativeSegment } from './market.ts';
import { tradingTimes } from './session.ts';
import { instantAt, type TimeOfDay } from './time-of-day.ts';
import { factKey, type TradingCalendar } from './trading-calendar.ts';

/** What is needed of a derivative contract to know how it ends. `expiry` comes from the instrument master. */
export interface DerivativeContract {
  readonly segment: DerivativeSegment;
  readonly underlyingType: 'INDEX' | 'EQUITY';
  readonly expiry: IstDate;
}

/**
 * How the closing value that settles a contract is found.
 * - `half-hour-average`: volume-weighted average of the underlying (an index: of its constituents) over the window.
 * - `closing-auction`: the equilibrium price of the closing auction (an index: from those of its constituents).
 */
export type SettlementPriceMethod = 'half-hour-average' | 'closing-auction';

interface SettlementRow extends DatedRow {
  readonly method: SettlementPriceMethod;
  readonly start: TimeOfDay;
  readonly end: TimeOfDay;
}

const SETTLEMENT: readonly SettlementRow[] = [
  {
    from: istDate('2022-01-01'),
    method: 'half-hour-average',
    start: '15:00',
    end: '15:30',
    source: 'NSE Clearing: final settlement on the closing value of the underlying',
    verified: true,
  },
  {
    from: istDate('2026-08-03'),
    method: 'closing-auction',
    start: '15:15',
    end: '15:35',
    source: 'inferred from SEBI HO/47/11/11(3)2025-MRD-POD2/I/2765/2026: the auction sets the closing price',
    verified: false,
  },
];

/** How and from what a contract is settled on its expiry date. */
export interface FinalSettlement {
  /** Index contracts settle in cash, stock contracts by delivery. */
  readonly delivery: 'cash' | 'physical';
  readonly method: SettlementPriceMethod;
  /** The window of the average, or the closing auction from its reference price to its match. */
  readonly start: MarketInstant;
  readonly end: MarketInstant;
  readonly source: string;
  readonly verified: boolean;
}

/** The settlement rule of a contract by its expiry date. */
export function finalSettlement(contract: DerivativeContract): FinalSettlement {
  const { method, start, end, source, verified } = ruleInForce(SETTLEMENT, contract.expiry, 'final settlement');
  return {
    delivery: contract.underlyingType === 'INDEX' ? 'cash' : 'physical',
    method,
    start: instantAt(contract.expiry, start),
    end: instantAt(contract.expiry, end),
    source,
    verified,
  };
}

/**
 * The instant at which trading in a contract ends: the close of its segment on the expiry date. The master's expiry
 * counts even where the calendar takes the day for closed or does not cover it; only hours of a special session that
 * the calendar knows take precedence.
 */
export function endOfTrading(calendar: TradingCalendar, contract: DerivativeContract): MarketInstant {
  const { expiry, segment } = contract;
  const special = calendar.facts.get(factKey(marketOf(segment), expiry))?.windows?.at(-1);
  return instantAt(expiry, special?.close ?? derivativesClose(expiry));
}

/** The window whose volume-weighted average is a derivative's closing price of a usual day: its last half hour. */
export function derivativesCloseWindow(date: IstDate): { readonly start: MarketInstant; readonly end: MarketInstant } {
  const end = instantAt(date, derivativesClose(date));
  return { start: marketInstant(end - 30 * MINUTE_MS), end };
}

function derivativesClose(date: IstDate): TimeOfDay {
  const close = tradingTimes('option', date).find((row) => row.phase === 'continuous')?.end;
  invariant(close !== undefined, `derivatives have no continuous session as of ${date}`);
  return close;
}
