import type { MarginEstimate } from '@vega/contracts';
import { estimateMargin, INDEX_MARGIN, smileVolatility, STOCK_MARGIN, type MarginLeg, type Smile } from '@vega/pricing';

const TRADING_DAYS = 252;

/**
 * The margin of a position, and the most that is blocked while its legs are entered one by one in their order: a seller who
 * has not bought the hedge yet is asked for all of it.
 */
export function payoffMargin(
  legs: readonly MarginLeg[],
  spot: number,
  kind: 'INDEX' | 'EQUITY',
  smile: Smile | undefined,
): MarginEstimate {
  const annual = smile === undefined ? averageVolatility(legs) : smileVolatility(smile, smile.forward);
  const rates = {
    ...(kind === 'INDEX' ? INDEX_MARGIN : STOCK_MARGIN),
    annualVolatility: annual,
    dailyVolatility: annual / Math.sqrt(TRADING_DAYS),
  };
  const onTheWay = legs.map((_leg, n) => estimateMargin(legs.slice(0, n + 1), spot, rates));
  const estimate = onTheWay.at(-1) ?? estimateMargin(legs, spot, rates);
  return {
    totalRupees: estimate.total,
    scanRiskRupees: estimate.scanRisk,
    calendarChargeRupees: estimate.calendarCharge,
    exposureRupees: estimate.exposure,
    expiryDayChargeRupees: estimate.expiryDayCharge,
    premiumRupees: estimate.premiumPaid,
    accuracy: estimate.accuracy,
    requiredRupees: Math.max(...onTheWay.map(({ total }) => total)),
  };
}

function averageVolatility(legs: readonly MarginLeg[]): number {
  const known = legs.flatMap(({ volatility }) => volatility ?? []);
  return known.length === 0 ? 0 : known.reduce((sum, one) => sum + one, 0) / known.length;
}
