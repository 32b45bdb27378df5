/**
 * Goal: where an account stands with everything that works counted at worst case, kept so that a decision reads it in
 * constant time.
 *
 * Method: per instrument a signed position, what works on either side, and the risk of one unit. The totals hold each
 * instrument's contribution; a change takes the old one off and puts the new one on. For each Greek the totals hold the
 * lowest and the highest value that fills can lead to, for each scenario the worst.
 *
 * Invariants: the totals equal those of a book summed up afresh, but for rounding, which is cleared by summing up afresh
 * every few thousand changes.
 */
import type { BookFacts, InstrumentStanding, Product, Side } from './facts.ts';
import { GREEK_COUNT, type RiskUnit, SCENARIO_COUNT } from './risk-unit.ts';

/** What works: one child with what is left of it. */
export interface WorkingOrder {
  readonly childId: string;
  readonly instrumentKey: string;
  readonly product: Product;
  readonly side: Side;
  /** Units that may still fill. */
  readonly openQty: number;
  readonly pricePaise: number;
}

interface Leg {
  /** Signed units by product. */
  readonly positions: Map<Product, number>;
  readonly working: Map<string, WorkingOrder>;
  net: number;
  buyQty: number;
  sellQty: number;
  unit: RiskUnit | undefined;
  unitAtMs: number;
  pricePaise: number;
  /** What the totals hold of it. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly scenarios: Float64Array;
  exposurePaise: number;
  unvalued: number;
}

const FRESH_SUM_AFTER = 4_096;

/** One account's book. */
export class AccountBook {
  private readonly legs = new Map<string, Leg>();
  private readonly legOfChild = new Map<string, string>();
  private readonly low = new Float64Array(GREEK_COUNT);
  private readonly high = new Float64Array(GREEK_COUNT);
  private readonly scenarios = new Float64Array(SCENARIO_COUNT);
  private exposurePaise = 0;
  private unvalued = 0;
  private changes = 0;

  /** Instruments held or working: their prices are wanted. */
  get instruments(): readonly string[] {
    return [...this.legs].filter(([, leg]) => isUsed(leg)).map(([key]) => key);
  }

  /** Sets a position, signed units. */
  setPosition(instrumentKey: string, product: Product, quantity: number): void {
    const leg = this.leg(instrumentKey);
    leg.net += quantity - (leg.positions.get(product) ?? 0);
    if (quantity === 0) leg.positions.delete(product);
    else leg.positions.set(product, quantity);
    this.refresh(leg);
  }

  /** Adds a fill to a position. */
  addFill(instrumentKey: string, product: Product, side: Side, quantity: number): void {
    const before = this.legs.get(instrumentKey)?.positions.get(product) ?? 0;
    this.setPosition(instrumentKey, product, before + (side === 'BUY' ? quantity : -quantity));
  }

  position(instrumentKey: string, product: Product): number {
    return this.legs.get(instrumentKey)?.positions.get(product) ?? 0;
  }

  /** Every position other than zero. */
  positions(): readonly { readonly instrumentKey: string; readonly product: Product; readonly quantity: number }[] {
    return [...this.legs].flatMap(([instrumentKey, { positions }]) =>
      [...positions].map(([product, quantity]) => ({ instrumentKey, product, quantity })),
    );
  }

  /** Says what is left of a working order; nothing left ends it. */
  setWorking(order: WorkingOrder): void {
    const key = this.legOfChild.get(order.childId);
    const leg = this.leg(key ?? order.instrumentKey);
    const before = leg.working.get(order.childId);
    if (before !== undefined) count(leg, before, -1);
    if (order.openQty > 0) {
      leg.working.set(order.childId, order);
      this.legOfChild.set(order.childId, order.instrumentKey);
      count(leg, order, 1);
    } else {
      leg.working.delete(order.childId);
      this.legOfChild.delete(order.childId);
    }
    this.refresh(leg);
  }

  /** Orders that may still fill. */
  get workingCount(): number {
    return this.legOfChild.size;
  }

  /** Sets the risk of one unit and its price as of a moment (wall ms); undefined when it cannot be valued. */
  setUnit(instrumentKey: string, unit: RiskUnit | undefined, pricePaise: number, atMs: number): void {
    const leg = this.leg(instrumentKey);
    leg.unit = unit;
    leg.pricePaise = pricePaise;
    leg.unitAtMs = atMs;
    this.refresh(leg);
  }

  unit(instrumentKey: string): RiskUnit | undefined {
    return this.legs.get(instrumentKey)?.unit;
  }

  /** Where an instrument stands for an order of a side and product. */
  standing(instrumentKey: string, product: Product): InstrumentStanding {
    const leg = this.legs.get(instrumentKey);
    if (leg === undefined) return NOWHERE;
    const positionQty = leg.positions.get(product) ?? 0;
    let [workingAgainstQty, highestBuyPaise, lowestSellPaise] = [0, 0, Number.POSITIVE_INFINITY];
    for (const one of leg.working.values()) {
      if (one.side === 'BUY') highestBuyPaise = Math.max(highestBuyPaise, one.pricePaise);
      else lowestSellPaise = Math.min(lowestSellPaise, one.pricePaise);
      const against = one.side === 'BUY' ? positionQty < 0 : positionQty > 0;
      if (against && one.product === product) workingAgainstQty += one.openQty;
    }
    return {
      positionQty,
      workingAgainstQty,
      netQty: leg.net,
      workingBuyQty: leg.buyQty,
      workingSellQty: leg.sellQty,
      highestBuyPaise: leg.buyQty > 0 ? highestBuyPaise : undefined,
      lowestSellPaise: leg.sellQty > 0 ? lowestSellPaise : undefined,
    };
  }

  /** The book's totals; the arrays are the live ones, to be read at once. */
  facts(nowMs: number): BookFacts {
    const { low, high, scenarios, unvalued, exposurePaise } = this;
    return { low, high, scenarios, unvalued, exposurePaise, ageMs: this.valueAgeMs(nowMs) };
  }

  private oldestMs = Number.POSITIVE_INFINITY;
  private oldestKnown = false;

  /** Age of the oldest valuation in use; found again only after that one has changed. */
  private valueAgeMs(nowMs: number): number {
    if (!this.oldestKnown) {
      this.oldestMs = Number.POSITIVE_INFINITY;
      for (const leg of this.legs.values()) {
        if (isUsed(leg) && leg.unit !== undefined) this.oldestMs = Math.min(this.oldestMs, leg.unitAtMs);
      }
      this.oldestKnown = true;
    }
    return Number.isFinite(this.oldestMs) ? Math.max(0, nowMs - this.oldestMs) : 0;
  }

  private leg(instrumentKey: string): Leg {
    let leg = this.legs.get(instrumentKey);
    if (leg === undefined) this.legs.set(instrumentKey, (leg = emptyLeg()));
    return leg;
  }

  private refresh(leg: Leg): void {
    this.oldestKnown = false;
    this.changes += 1;
    this.move(leg, -1);
    contribute(leg);
    this.move(leg, 1);
    if (this.changes >= FRESH_SUM_AFTER) this.sumAfresh();
  }

  private move(leg: Leg, sign: 1 | -1): void {
    for (let n = 0; n < GREEK_COUNT; n += 1) {
      this.low[n] = (this.low[n] as number) + sign * (leg.low[n] as number);
      this.high[n] = (this.high[n] as number) + sign * (leg.high[n] as number);
    }
    for (let n = 0; n < SCENARIO_COUNT; n += 1) {
      this.scenarios[n] = (this.scenarios[n] as number) + sign * (leg.scenarios[n] as number);
    }
    this.exposurePaise += sign * leg.exposurePaise;
    this.unvalued += sign * leg.unvalued;
  }

  private sumAfresh(): void {
    this.changes = 0;
    this.low.fill(0);
    this.high.fill(0);
    this.scenarios.fill(0);
    this.exposurePaise = 0;
    this.unvalued = 0;
    for (const [key, leg] of this.legs) {
      if (!isUsed(leg) && leg.unit === undefined) this.legs.delete(key);
      else this.move(leg, 1);
    }
  }
}

const NOWHERE: InstrumentStanding = {
  positionQty: 0,
  workingAgainstQty: 0,
  netQty: 0,
  workingBuyQty: 0,
  workingSellQty: 0,
  highestBuyPaise: undefined,
  lowestSellPaise: undefined,
};

function emptyLeg(): Leg {
  return {
    positions: new Map(),
    working: new Map(),
    net: 0,
    buyQty: 0,
    sellQty: 0,
    unit: undefined,
    unitAtMs: 0,
    pricePaise: 0,
    low: new Float64Array(GREEK_COUNT),
    high: new Float64Array(GREEK_COUNT),
    scenarios: new Float64Array(SCENARIO_COUNT),
    exposurePaise: 0,
    unvalued: 0,
  };
}

function isUsed({ net, buyQty, sellQty }: Leg): boolean {
  return net !== 0 || buyQty > 0 || sellQty > 0;
}

function count(leg: Leg, order: WorkingOrder, sign: 1 | -1): void {
  if (order.side === 'BUY') leg.buyQty += sign * order.openQty;
  else leg.sellQty += sign * order.openQty;
}

/** Computes what an instrument adds to the totals. Each side may fill or not. */
function contribute(leg: Leg): void {
  const { net, buyQty, sellQty, unit } = leg;
  const used = isUsed(leg);
  leg.unvalued = used && unit === undefined ? 1 : 0;
  leg.exposurePaise = used ? Math.max(Math.abs(net + buyQty), Math.abs(net - sellQty)) * leg.pricePaise : 0;
  if (unit === undefined) {
    leg.low.fill(0);
    leg.high.fill(0);
    leg.scenarios.fill(0);
    return;
  }
  for (let n = 0; n < GREEK_COUNT; n += 1) {
    const one = unit.greeks[n] as number;
    const [bought, sold] = [buyQty * one, -sellQty * one];
    leg.low[n] = net * one + Math.min(0, bought) + Math.min(0, sold);
    leg.high[n] = net * one + Math.max(0, bought) + Math.max(0, sold);
  }
  for (let n = 0; n < SCENARIO_COUNT; n += 1) {
    const one = unit.scenarios[n] as number;
    leg.scenarios[n] = net * one + Math.min(0, buyQty * one) + Math.min(0, -sellQty * one);
  }
}
