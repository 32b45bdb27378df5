import { paise } from '@vega/kernel';
import { roundToTick, sliceByFreeze } from '@vega/rulebook';
import type { CheckedOrder } from './check.ts';
import type { IntentTerms, RiskFacts } from './facts.ts';

/** Children of one intent at most: as many as Upstox itself slices into. */
export const MAX_CHILDREN = 25;

/** Derives from an intent and the facts what the checks share. */
export function checkedOrder(terms: IntentTerms, facts: RiskFacts): CheckedOrder {
  const sign = terms.side === 'BUY' ? 1 : -1;
  const limitPaise = terms.orderType === 'MARKET' ? protectedLimit(sign, facts) : terms.pricePaise;
  const last = facts.price?.lastPaise ?? 0;
  const { slices, sliceFault } = slicesOf(terms, facts);
  return {
    terms,
    limitPaise,
    // A sale at a limit can bring more than its limit, never a purchase cost more.
    worthPaise: sign > 0 ? limitPaise : Math.max(limitPaise, last),
    slices,
    sliceFault,
    reducing: isReducing(terms, sign, facts),
    sign,
  };
}

/** Away from the last price by the protection, on the tick, inside the band. 0 without a price. */
function protectedLimit(sign: 1 | -1, { price, contract, limits }: RiskFacts): number {
  if (price === undefined || contract === undefined || price.lastPaise <= 0 || contract.tickPaise <= 0) return 0;
  const shift = Math.ceil((price.lastPaise * limits.marketProtectionBp) / 10_000);
  const tick = paise(contract.tickPaise);
  const raw = paise(Math.max(contract.tickPaise, price.lastPaise + sign * shift));
  const rounded = roundToTick(raw, tick, sign > 0 ? 'up' : 'down');
  const upper = price.upperBandPaise === undefined ? rounded : roundToTick(paise(price.upperBandPaise), tick, 'down');
  const lower = price.lowerBandPaise === undefined ? rounded : roundToTick(paise(price.lowerBandPaise), tick, 'up');
  return Math.max(contract.tickPaise, Math.min(Math.max(rounded, lower), upper));
}

function slicesOf({ quantity }: IntentTerms, { contract }: RiskFacts): Pick<CheckedOrder, 'slices' | 'sliceFault'> {
  if (contract === undefined || contract.lot <= 0) return { slices: [], sliceFault: undefined };
  // Shares are published without a freeze quantity, or with one that means none.
  const freeze = contract.freezeQty > 0 ? contract.freezeQty : quantity;
  const sliced = sliceByFreeze(quantity, contract.lot, freeze);
  if (sliced.ok && sliced.value.length <= MAX_CHILDREN) return { slices: sliced.value, sliceFault: undefined };
  const mismatch = !sliced.ok && sliced.error.code === 'LOT_SIZE_MISMATCH';
  return { slices: [], sliceFault: mismatch ? 'LOT_SIZE_MISMATCH' : 'TOO_MANY_SLICES' };
}

/** What works against the position already counts: exits together never pass what is held. */
function isReducing({ quantity }: IntentTerms, sign: 1 | -1, { standing }: RiskFacts): boolean {
  if (standing === undefined) return false;
  const held = standing.positionQty * -sign;
  return held > 0 && quantity <= held - standing.workingAgainstQty;
}
