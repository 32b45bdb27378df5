/**
 * What it costs to enter and to leave a position, and what is left of its payoff after that.
 *
 * Each leg is traded by orders of its own, as many as its freeze quantity asks for, each at the broker's flat fee. At expiry the holder of
 * an option in the money pays tax on its intrinsic value; legs that live on are not closed. Delivery of a settled stock option is not counted.
 */
import { LegKind, type Instrument, type PayoffCharges } from '@vega/contracts';
import { paise, type IstDate } from '@vega/kernel';
import { unitAt, type Leg } from '@vega/pricing';
import { chargesOf, exerciseTaxPaise, type ChargeClass, type CostedTrade, type Exchange } from '@vega/rulebook';

/** A leg as far as its costs go. */
export interface CostedLeg {
  readonly leg: Leg;
  readonly kind: LegKind;
  readonly instrument: Instrument;
}

/** The day of the trade and the broker's fee for one order, paise. */
export interface CostTerms {
  readonly date: IstDate;
  readonly brokeragePaise: number;
}

const CLASS_OF: Readonly<Partial<Record<LegKind, ChargeClass>>> = {
  [LegKind.CALL]: 'option',
  [LegKind.PUT]: 'option',
  [LegKind.FUTURE]: 'future',
  [LegKind.UNDERLYING]: 'delivery',
};

/** Of entering every leg at its entry price. */
export function entryCharges(legs: readonly CostedLeg[], terms: CostTerms): PayoffCharges {
  return chargesFor(legs, terms, (leg) => ({ units: leg.quantity, price: leg.entryPrice }));
}

/** Of closing every leg at the model's price at a spot price. */
export function exitCharges(legs: readonly CostedLeg[], terms: CostTerms, spot: number): PayoffCharges {
  const now = { spot, secondsAhead: 0, volatilityShiftPoints: 0 };
  return chargesFor(legs, terms, (leg) => ({ units: -leg.quantity, price: Math.max(0, unitAt(leg, now).value) }));
}

/** The tax on long options of an expiry that end in the money, rupees at each spot price. */
export function exerciseTax(
  legs: readonly CostedLeg[],
  spots: Float64Array,
  horizonSeconds: number,
  expiry: IstDate,
): Float64Array {
  const held = legs.filter(
    ({ leg, kind }) => leg.quantity > 0 && CLASS_OF[kind] === 'option' && leg.secondsToExpiry === horizonSeconds,
  );
  return spots.map((spot) => {
    const end = { spot, secondsAhead: horizonSeconds, volatilityShiftPoints: 0 };
    const intrinsic = held.reduce((sum, { leg }) => sum + leg.quantity * Math.max(0, unitAt(leg, end).value), 0);
    return exerciseTaxPaise(paise(Math.round(intrinsic * 100)), expiry) / 100;
  });
}

function chargesFor(
  legs: readonly CostedLeg[],
  { date, brokeragePaise }: CostTerms,
  tradeOf: (leg: Leg) => { units: number; price: number },
): PayoffCharges {
  let orders = 0;
  const trades: CostedTrade[] = [];
  for (const { leg, kind, instrument } of legs) {
    const chargeClass = CLASS_OF[kind];
    // An index is looked at with units of itself, but nobody trades them.
    if (chargeClass === undefined || instrument.instrumentType === 'INDEX') continue;
    const { units, price } = tradeOf(leg);
    const size = Math.abs(units);
    orders += instrument.freezeQty > 0 ? Math.ceil(size / instrument.freezeQty) : 1;
    const valuePaise = paise(Math.round(size * price * 100));
    const exchange: Exchange = instrument.segment.startsWith('BSE') ? 'BSE' : 'NSE';
    trades.push({ exchange, chargeClass, side: units > 0 ? 'BUY' : 'SELL', valuePaise });
  }
  return { ...chargesOf(trades, paise(orders * brokeragePaise), date), orders };
}
