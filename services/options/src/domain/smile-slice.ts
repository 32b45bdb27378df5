import { PricingStatus, type ChainRow, type SmileSlice } from '@vega/contracts';
import { fitSurface, smileVolatility, summariseSmile, type SmileQuotes, type SviFit } from '@vega/pricing';
import type { ComputedChain } from './compute-chain.ts';

/** Strikes further than this many ATM deviations from the forward say more about their ticks than about volatility. */
const REACH_DEVIATIONS = 5;

/** A strike's volatility where the side it comes from is in order. */
function quotedIv(row: ChainRow, forward: number): number | undefined {
  const side = row.strikePaise / 100 >= forward ? row.call : row.put;
  return side?.status === PricingStatus.OK ? side.iv : undefined;
}

/** What a fit is made of; undefined without a forward, time or quotes. */
export function smileQuotes({ rows, forward, years }: ComputedChain): SmileQuotes | undefined {
  if (forward === undefined || !(years > 0)) return undefined;
  const points = rows.flatMap((row) => {
    const iv = quotedIv(row, forward.forward);
    return iv === undefined ? [] : [{ k: Math.log(row.strikePaise / 100 / forward.forward), iv }];
  });
  const atm = points.reduce<(typeof points)[number] | undefined>(
    (best, one) => (best === undefined || Math.abs(one.k) < Math.abs(best.k) ? one : best),
    undefined,
  );
  if (atm === undefined) return undefined;
  const reach = REACH_DEVIATIONS * atm.iv * Math.sqrt(years);
  const near = points.filter(({ k }) => Math.abs(k) <= reach);
  return {
    logMoneyness: Float64Array.from(near, ({ k }) => k),
    volatility: Float64Array.from(near, ({ iv }) => iv),
    years,
  };
}

/** An expiry to be fitted, with what is told of it. */
export interface SmileExpiry {
  readonly expiryDate: string;
  readonly computed: ComputedChain;
}

/** The slices of several expiries, nearest first; none lies below an earlier one in total variance. */
export function smileSlices(expiries: readonly SmileExpiry[]): SmileSlice[] {
  const sorted = [...expiries].sort((a, b) => (a.expiryDate < b.expiryDate ? -1 : 1));
  const quoted = sorted.map(({ computed }) => smileQuotes(computed));
  const present = quoted.flatMap((quotes, n) => (quotes === undefined ? [] : [{ quotes, n }]));
  const fits = fitSurface(present.map(({ quotes }) => quotes));
  return sorted.map((expiry, n) => toSlice(expiry, fits[present.findIndex((one) => one.n === n)]));
}

function toSlice({ expiryDate, computed }: SmileExpiry, fit: SviFit | undefined): SmileSlice {
  const { head, rows, forward, years } = computed;
  const base: SmileSlice = {
    expiryDate,
    secondsToExpiry: head.secondsToExpiry,
    forward: head.forward,
    points: [],
    svi: undefined,
    note: '',
  };
  if (forward === undefined) return { ...base, note: 'there is no forward' };
  if (!(years > 0)) return { ...base, note: 'the expiry has passed' };
  if (fit === undefined) return { ...base, note: 'too few strikes have a quote in order' };
  const smile = { slice: fit.slice, forward: forward.forward, years };
  const summary = summariseSmile(smile);
  return {
    ...base,
    svi: { ...fit.slice },
    rmseVolPoints: fit.rmseVolPoints,
    atmIv: summary.atmVolatility,
    skewVolPointsPerPercent: summary.skewVolPointsPerPercent,
    riskReversal25VolPoints: summary.riskReversal25VolPoints,
    butterfly25VolPoints: summary.butterfly25VolPoints,
    oneSigmaMoveRupees: summary.oneSigmaMove,
    expectedMoveRupees: summary.expectedMove,
    points: rows.map((row) => ({
      strikePaise: row.strikePaise,
      logMoneyness: Math.log(row.strikePaise / 100 / forward.forward),
      quotedIv: quotedIv(row, forward.forward),
      fittedIv: smileVolatility(smile, row.strikePaise / 100),
    })),
  };
}
