import type { ChainAnalytics, ChainHead, ChainRow } from '@vega/contracts';
import { normalDistribution } from '@vega/pricing';
import { gammaExposure, maxPainStrike, oiLevels, painByStrike, ratio, sideTotals } from './chain-analytics.ts';
import type { ComputedChain } from './compute-chain.ts';
import { ivStanding } from './iv-rank.ts';

/** Volatility at the forward, between the two strikes around it that have one; undefined when there are none. */
export function atmVolatility(rows: readonly ChainRow[], forward: number): number | undefined {
  let below: ChainRow | undefined;
  let above: ChainRow | undefined;
  for (const row of rows) {
    if (ivOf(row) === undefined) continue;
    if (row.strikePaise / 100 <= forward) below = row;
    else {
      above = row;
      break;
    }
  }
  if (below === undefined || above === undefined) return ivOf(below ?? above);
  const [low, high] = [below.strikePaise / 100, above.strikePaise / 100];
  const share = (forward - low) / (high - low);
  return (ivOf(below) as number) * (1 - share) + (ivOf(above) as number) * share;
}

const ivOf = (row: ChainRow | undefined): number | undefined => row?.call?.iv ?? row?.put?.iv;

/** Smile figures that take a fit; computed at a slower pace than the chain. */
export interface SmileFigures {
  readonly riskReversalVolPoints: number;
  readonly skewVolPointsPerPercent: number;
}

/** The head with the figures of the whole chain. `ivHistory` holds closing volatilities of earlier days, oldest first. */
export function withAnalytics(
  { head, rows, forward, years }: ComputedChain,
  ivHistory: readonly number[],
  smile: SmileFigures | undefined,
): ChainHead {
  const calls = sideTotals(rows, 'call');
  const puts = sideTotals(rows, 'put');
  const atmIv = forward === undefined || years <= 0 ? undefined : atmVolatility(rows, forward.forward);
  const standing = ivStanding(ivHistory, atmIv);
  const pricePaise = forward === undefined ? head.spotPaise : forward.forward * 100;
  const analytics: ChainAnalytics = {
    callOi: calls.oi,
    putOi: puts.oi,
    callOiChange: calls.oiChange,
    putOiChange: puts.oiChange,
    callVolume: calls.volume,
    putVolume: puts.volume,
    pcrOi: ratio(puts.oi, calls.oi),
    pcrVolume: ratio(puts.volume, calls.volume),
    maxPainStrikePaise: maxPainStrike(rows, painByStrike(rows)),
    atmIv,
    ivRank: standing.rank,
    ivPercentile: standing.percentile,
    ivHistoryDays: standing.days,
    ivHistoryNote: standing.note,
    gammaExposureRupees: forward === undefined ? undefined : gammaExposure(rows, forward.forward),
    straddlePremiumPaise: straddlePremium(rows, head.atmStrikePaise),
    expectedMoveRupees:
      atmIv === undefined || forward === undefined ? undefined : expectedMove(forward.forward, atmIv, years),
    support: pricePaise === undefined ? [] : oiLevels(rows, 'put', pricePaise),
    resistance: pricePaise === undefined ? [] : oiLevels(rows, 'call', pricePaise),
    riskReversalVolPoints: smile?.riskReversalVolPoints,
    skewVolPointsPerPercent: smile?.skewVolPointsPerPercent,
  };
  return { ...head, analytics };
}

/** Mean absolute move to the expiry, 2F (2 N(s/2) - 1). */
function expectedMove(forward: number, volatility: number, years: number): number {
  return 2 * forward * (2 * normalDistribution(0.5 * volatility * Math.sqrt(years)) - 1);
}

/** Premium of call and put at the ATM strike, by the middle of their quotes, else by last prices; undefined when one side has neither. */
export function straddlePremium(rows: readonly ChainRow[], strikePaise: number | undefined): number | undefined {
  const row = rows.find((one) => one.strikePaise === strikePaise);
  const [call, put] = [premiumOf(row?.call), premiumOf(row?.put)];
  return call === undefined || put === undefined ? undefined : Math.round(call + put);
}

/** The middle of a quote with both sides, else the last price; paise. */
export function premiumOf(side: ChainRow['call']): number | undefined {
  if (side === undefined) return undefined;
  const { bidPricePaise: bid, askPricePaise: ask, lastPricePaise: last } = side;
  return bid !== undefined && ask !== undefined && ask >= bid ? (bid + ask) / 2 : last;
}
