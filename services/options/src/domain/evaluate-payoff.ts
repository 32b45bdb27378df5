/**
 * Goal: what a set of legs is worth at its first expiry, now and in between.
 *
 * Method: each leg takes its contract, forward, volatility and time from the chain of its expiry; libs/pricing values the legs on their
 * own forwards. A leg without a volatility of its own takes the strike's, else the fitted smile's. The probability of profit comes from
 * the smile of the first expiry. The margin is an estimate.
 */
import {
  LegKind,
  type ChainRow,
  type ChainSide,
  type EvaluatePayoffRequest,
  type EvaluatePayoffResponse,
  type Instrument,
  type PayoffCurve,
  type PayoffLeg,
  type PayoffLegResult,
} from '@vega/contracts';
import { istDate, istDateOf, OutcomeError } from '@vega/kernel';
import {
  fitSvi,
  greeksAt,
  legFault,
  payoffCurve,
  probabilityOfProfit,
  profitAt,
  scenarioGrid,
  smileProbabilityBelow,
  smileVolatility,
  summarisePayoff,
  summariseSmile,
  unitAt,
  type MarginLeg,
  type Smile,
} from '@vega/pricing';
import type { ChainContracts } from './chain-contracts.ts';
import type { ComputedChain } from './compute-chain.ts';
import { entryCharges, exerciseTax, exitCharges } from './payoff-charges.ts';
import { payoffMargin } from './payoff-margin.ts';
import { POINTS } from './payoff-request.ts';
import { smileQuotes } from './smile-slice.ts';
import { averagingWindow, type ExpiryTerms } from './settlement-window.ts';
import { premiumOf } from './with-analytics.ts';

const DAY_SECONDS = 86_400;

/** The chain of one expiry as it stands. */
export interface PayoffChain {
  readonly contracts: ChainContracts;
  readonly computed: ComputedChain;
  readonly terms: ExpiryTerms;
  /** Rupees; undefined outside an averaging window. */
  readonly runningAverage: number | undefined;
}

/** What a position is evaluated on. */
export interface PayoffMarket {
  readonly underlying: Instrument;
  readonly kind: 'INDEX' | 'EQUITY';
  readonly spotPaise: number;
  readonly marketNowMs: number;
  /** The broker's fee for one order. */
  readonly brokeragePaise: number;
  readonly chains: ReadonlyMap<string, PayoffChain>;
}

interface ReadLeg {
  readonly asked: PayoffLeg;
  readonly leg: MarginLeg;
  readonly instrument: Instrument;
  readonly lotSize: number;
  readonly ivSource: string;
}

/** Evaluates a request that was checked. Throws `LEGS_INVALID` for a leg without contract, price or volatility. */
export function evaluatePayoff(request: EvaluatePayoffRequest, market: PayoffMarket): EvaluatePayoffResponse {
  const spot = (request.spotPaise ?? market.spotPaise) / 100;
  const smiles = new Map([...market.chains].map(([expiry, chain]) => [expiry, smileOf(chain)]));
  const read = request.legs.map((leg, n) => readLeg(leg, n + 1, market, smiles));
  const legs = read.map(({ leg }) => leg);
  const fault = legFault(legs);
  if (fault !== undefined) throw new OutcomeError('LEGS_INVALID', fault);
  const shift = request.ivShiftPoints;
  const summary = summarisePayoff(legs, spot, shift);
  const first = firstExpiry(read);
  const smile = first === undefined ? undefined : smiles.get(first);
  const sigma = smile === undefined ? undefined : summariseSmile(smile).oneSigmaMove;
  const spots = spotAxis(request, spot, sigma);
  const now = { spot, secondsAhead: 0, volatilityShiftPoints: shift };
  const costed = read.map(({ asked, leg, instrument }) => ({ leg, kind: asked.kind, instrument }));
  const costs = { date: istDateOf(market.marketNowMs), brokeragePaise: market.brokeragePaise };
  const entry = entryCharges(costed, costs);
  const taxes = first === undefined ? undefined : exerciseTax(costed, spots, summary.horizonSeconds, istDate(first));
  const priced = legs.some(({ kind }) => kind === 'call' || kind === 'put');
  return {
    underlyingKey: market.underlying.instrumentKey,
    underlyingSymbol: market.underlying.tradingSymbol,
    spotPaise: spot * 100,
    marketTimeMs: market.marketNowMs,
    horizonSeconds: summary.horizonSeconds,
    spots: [...spots],
    curves: curvesOf(
      legs,
      spots,
      request,
      summary.horizonSeconds,
      (profit, n) => profit - entry.totalPaise / 100 - (taxes?.[n] ?? 0),
    ),
    breakevens: [...summary.breakevens],
    maxProfitRupees: summary.maxProfit ?? undefined,
    maxLossRupees: summary.maxLoss ?? undefined,
    probabilityOfProfit:
      smile === undefined ? undefined : probabilityOfProfit(summary, (price) => smileProbabilityBelow(smile, price)),
    netPremiumRupees: summary.netPremium,
    greeks: greeksAt(legs, now),
    profitNowRupees: profitAt(legs, now),
    legs: read.map((one) => legResult(one, now)),
    sigmaRupees: sigma,
    scenarios: scenarioGrid(legs, spot, {
      spotShifts: request.scenarioSpotShifts,
      volatilityShiftPoints: request.scenarioIvShifts,
      secondsAhead: request.scenarioDaysAhead * DAY_SECONDS,
    }).flatMap((row) =>
      row.map(({ spot: at, volatilityShiftPoints, change, greeks }) => ({
        spotShift: at / spot - 1,
        ivShiftPoints: volatilityShiftPoints,
        changeRupees: change,
        greeks,
      })),
    ),
    margin: payoffMargin(legs, spot, market.kind, smile),
    entryCharges: entry,
    exitCharges: exitCharges(costed, costs, spot),
    forward: priced && first !== undefined ? market.chains.get(first)?.computed.head.forward : undefined,
  };
}

function smileOf({ computed }: PayoffChain): Smile | undefined {
  const quotes = smileQuotes(computed);
  const fit = quotes === undefined ? undefined : fitSvi(quotes);
  if (fit === undefined || computed.forward === undefined) return undefined;
  return { slice: fit.slice, forward: computed.forward.forward, years: computed.years };
}

function readLeg(
  asked: PayoffLeg,
  number: number,
  market: PayoffMarket,
  smiles: ReadonlyMap<string, Smile | undefined>,
): ReadLeg {
  const refuse = (why: string): never => {
    throw new OutcomeError('LEGS_INVALID', `leg ${number}: ${why}`, { leg: number });
  };
  if (asked.kind === LegKind.UNDERLYING) {
    const entryPrice = (asked.entryPricePaise ?? market.spotPaise) / 100;
    const leg = { kind: 'underlying' as const, quantity: asked.lots, entryPrice };
    return { asked, leg, instrument: market.underlying, lotSize: 1, ivSource: '' };
  }
  const chain = market.chains.get(asked.expiryDate) ?? refuse(`there is no chain of ${asked.expiryDate}`);
  const { contracts, computed } = chain;
  const forward = computed.forward?.forward;
  const base = {
    quantity: asked.lots * contracts.lotSize,
    secondsToExpiry: computed.head.secondsToExpiry,
    forwardRatio: forward === undefined ? 1 : forward / (market.spotPaise / 100),
    expiresToday: istDateOf(market.marketNowMs) === contracts.expiryDate,
  };
  if (asked.kind === LegKind.FUTURE) {
    const instrument = contracts.future ?? refuse(`no future expires on ${asked.expiryDate}`);
    const price = asked.entryPricePaise ?? computed.head.futurePaise ?? refuse('the future has no price; give one');
    const leg = { ...base, kind: 'future' as const, entryPrice: price / 100 };
    return { asked, leg, instrument, lotSize: contracts.lotSize, ivSource: '' };
  }
  const kind = asked.kind === LegKind.CALL ? 'call' : 'put';
  const row = computed.rows.find(({ strikePaise }) => strikePaise === asked.strikePaise);
  const side: ChainSide = row?.[kind] ?? refuse(`no ${kind} has the strike ${asked.strikePaise / 100}`);
  const instrument = instrumentOf(contracts, row as ChainRow, kind) ?? refuse('its contract is not known');
  const strike = asked.strikePaise / 100;
  const smile = smiles.get(asked.expiryDate);
  const own = side.iv;
  const volatility = asked.iv ?? own ?? (smile === undefined ? undefined : smileVolatility(smile, strike));
  if (volatility === undefined || !(volatility > 0)) return refuse('it has no volatility; give one');
  const price = asked.entryPricePaise ?? premiumOf(side) ?? refuse('it has no price; give one');
  const averaging = averagingOf(chain, market.marketNowMs);
  const leg = {
    ...base,
    kind: kind as 'call' | 'put',
    strike,
    volatility,
    entryPrice: price / 100,
    ...(averaging === undefined ? {} : { averaging }),
  };
  const ivSource = asked.iv !== undefined ? 'given' : own !== undefined ? 'chain' : 'smile';
  return { asked, leg, instrument, lotSize: contracts.lotSize, ivSource };
}

function averagingOf(chain: PayoffChain, nowMs: number): { lengthSeconds: number; runningAverage: number } | undefined {
  const window = averagingWindow(chain.contracts, chain.terms, nowMs, chain.runningAverage);
  if (window === undefined) return undefined;
  // A leg counts to the end of trading, its window may end before: what is left of the day then no longer moves the value.
  return { lengthSeconds: window.lengthSeconds, runningAverage: window.runningAverage };
}

function instrumentOf(contracts: ChainContracts, row: ChainRow, kind: 'call' | 'put'): Instrument | undefined {
  const at = contracts.strikesPaise.indexOf(row.strikePaise);
  return (kind === 'call' ? contracts.calls : contracts.puts)[at];
}

/** The expiry that ends first among the legs; undefined for units of the underlying alone. */
function firstExpiry(legs: readonly ReadLeg[]): string | undefined {
  return legs
    .filter(({ asked }) => asked.kind !== LegKind.UNDERLYING)
    .map(({ asked }) => asked.expiryDate)
    .sort()[0];
}

function spotAxis(request: EvaluatePayoffRequest, spot: number, sigma: number | undefined): Float64Array {
  const count = request.points === 0 ? POINTS.usual : request.points;
  const usual = Math.min(0.95, Math.max(0.05, (4 * (sigma ?? 0)) / spot));
  const isGiven = request.rangeLow !== 0 || request.rangeHigh !== 0;
  const [low, high] = isGiven ? [request.rangeLow, request.rangeHigh] : [-usual, usual];
  return Float64Array.from({ length: count }, (_, n) => spot * (1 + low + ((high - low) * n) / (count - 1)));
}

function curvesOf(
  legs: readonly MarginLeg[],
  spots: Float64Array,
  { daysAhead, ivShiftPoints }: EvaluatePayoffRequest,
  horizonSeconds: number,
  net: (profit: number, n: number) => number,
): PayoffCurve[] {
  const curve = (seconds: number, atExpiry: boolean): PayoffCurve => {
    const profitRupees = [...payoffCurve(legs, spots, seconds, ivShiftPoints)];
    const netProfitRupees = atExpiry ? profitRupees.map(net) : [];
    return { daysAhead: seconds / DAY_SECONDS, atExpiry, profitRupees, netProfitRupees };
  };
  const asked = daysAhead.map((days) => curve(Math.min(days * DAY_SECONDS, horizonSeconds), false));
  return [curve(horizonSeconds, true), curve(0, false), ...asked];
}

function legResult(
  { asked, leg, instrument, lotSize, ivSource }: ReadLeg,
  now: Parameters<typeof unitAt>[1],
): PayoffLegResult {
  return {
    leg: asked,
    instrumentKey: instrument.instrumentKey,
    tradingSymbol: instrument.tradingSymbol,
    lotSize,
    units: leg.quantity,
    entryPricePaise: leg.entryPrice * 100,
    iv: leg.volatility ?? 0,
    ivSource,
    modelPricePaise: unitAt(leg, now).value * 100,
    profitRupees: profitAt([leg], now),
    greeks: greeksAt([leg], now),
    secondsToExpiry: leg.secondsToExpiry ?? 0,
  };
}
