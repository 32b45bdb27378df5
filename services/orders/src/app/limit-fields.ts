import type { RiskLimits } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';

const STRATEGY = /^[A-Za-z0-9_.-]{0,64}$/;
const WHOLE = [
  'maxPriceDistanceBp',
  'maxOrderNotionalPaise',
  'maxOrderQty',
  'marketProtectionBp',
  'duplicateWindowMs',
  'maxOpenOrders',
  'maxOrdersPerSecond',
  'maxOrdersPerMinute',
  'maxOrdersPerDay',
  'maxPositionQty',
  'maxExposurePaise',
  'maxDailyLossPaise',
  'maxScenarioLossPaise',
  'maxMarginUseBp',
] as const satisfies readonly (keyof RiskLimits)[];
const REAL = ['maxBookDelta', 'maxBookGamma', 'maxBookVega'] as const satisfies readonly (keyof RiskLimits)[];
/** Shares of a price or of the funds, hundredths of a percent. */
const MOST: Partial<Record<(typeof WHOLE)[number], number>> = {
  maxPriceDistanceBp: 100_000,
  marketProtectionBp: 2_500,
  maxMarginUseBp: 10_000,
  duplicateWindowMs: 600_000,
};

/** Limits from outside with every field in range. Throws BAD_REQUEST that names those that are not. */
export function checkLimits(limits: RiskLimits | undefined): RiskLimits {
  if (limits === undefined) throw new OutcomeError('BAD_REQUEST', 'limits is missing');
  const faults: string[] = [];
  if (!STRATEGY.test(limits.strategy)) faults.push('strategy is at most 64 letters, digits, ., _ and -');
  for (const name of WHOLE) {
    const value = limits[name];
    const most = MOST[name] ?? Number.MAX_SAFE_INTEGER;
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0 || value > most)) {
      faults.push(`${name} is a whole number from 0 to ${most}`);
    }
  }
  for (const name of REAL) {
    const value = limits[name];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) faults.push(`${name} is a number from 0 on`);
  }
  const products = new Set(['I', 'D', 'MTF']);
  if (!limits.allowedProducts.every((one) => products.has(one))) faults.push('allowedProducts is a list of I, D, MTF');
  if (limits.allowedInstruments.length > 1_000) faults.push('allowedInstruments has at most 1,000 entries');
  if (!Number.isSafeInteger(limits.revision) || limits.revision < 0) faults.push('revision is the one that was read');
  if (faults.length > 0) throw new OutcomeError('BAD_REQUEST', faults.join('; '));
  return limits;
}
