/**
 * Which rows of a chain are sent again. Every tick moves the forward and with it every Greek by a little; a row goes out when something
 * of it changed that anybody could read off: a price, a size, a status, or a model number by more than its least visible step. What was
 * sent stays the chain's state until then, so that all doors tell the same numbers under the same sequence.
 */
import type { ChainRow, ChainSide, Greeks } from '@vega/contracts';

/** Changes below these are not sent: of volatility per unit, delta, and rupees of the others; gamma as a share of itself. */
const LEAST = { iv: 2e-6, delta: 2e-5, theta: 0.002, vega: 0.002, rho: 0.002, gammaShare: 5e-4 } as const;

/** The rows of `next` that differ visibly from what was sent; both hold the same strikes. */
export function changedRows(sent: readonly ChainRow[], next: readonly ChainRow[]): ChainRow[] {
  return next.filter((row, n) => {
    const before = sent[n];
    return before === undefined || sideDiffers(before.call, row.call) || sideDiffers(before.put, row.put);
  });
}

function sideDiffers(a: ChainSide | undefined, b: ChainSide | undefined): boolean {
  if (a === undefined || b === undefined) return a !== b;
  return (
    a.lastPricePaise !== b.lastPricePaise ||
    a.bidPricePaise !== b.bidPricePaise ||
    a.askPricePaise !== b.askPricePaise ||
    a.bidQty !== b.bidQty ||
    a.askQty !== b.askQty ||
    a.volume !== b.volume ||
    a.oi !== b.oi ||
    a.oiChange !== b.oiChange ||
    a.status !== b.status ||
    a.buildUp !== b.buildUp ||
    a.mode !== b.mode ||
    a.source !== b.source ||
    a.prevClosePaise !== b.prevClosePaise ||
    differs(a.iv, b.iv, LEAST.iv) ||
    differs(a.settlementIv, b.settlementIv, LEAST.iv) ||
    greeksDiffer(a.greeks, b.greeks) ||
    greeksDiffer(a.settlementGreeks, b.settlementGreeks)
  );
}

function greeksDiffer(a: Greeks | undefined, b: Greeks | undefined): boolean {
  if (a === undefined || b === undefined) return a !== b;
  return (
    differs(a.delta, b.delta, LEAST.delta) ||
    differs(a.gamma, b.gamma, LEAST.gammaShare * Math.abs(a.gamma)) ||
    differs(a.thetaPerDay, b.thetaPerDay, LEAST.theta) ||
    differs(a.vegaPerVolPoint, b.vegaPerVolPoint, LEAST.vega) ||
    differs(a.rhoPerRatePoint, b.rhoPerRatePoint, LEAST.rho)
  );
}

function differs(a: number | undefined, b: number | undefined, least: number): boolean {
  return a === undefined || b === undefined ? a !== b : Math.abs(a - b) > least;
}
