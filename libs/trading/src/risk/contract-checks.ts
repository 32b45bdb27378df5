/** Checks of the order against its contract: product, lot, tick, freeze, band, protection and slips of the finger. */
import { MAX_CHILDREN } from './checked-order.ts';
import { failed, passed, skipped, within, type Check } from './check.ts';
import { FACT_LIMITS_MS } from './facts.ts';

const product: Check = {
  code: 'PRODUCT_NOT_ALLOWED',
  stops: 'every',
  run: ({ terms, reducing }, { contract, limits }) => {
    if (terms.product === 'MTF' && contract?.kind !== 'equity') {
      return failed('PRODUCT_NOT_ALLOWED', 'MTF is for shares');
    }
    if (terms.product === 'MTF' && terms.side === 'SELL' && !reducing) {
      return failed('PRODUCT_NOT_ALLOWED', 'MTF sells what was bought by it');
    }
    // Shares for delivery can only be sold when they are held.
    const allowed = limits.allowedProducts;
    if (allowed !== undefined && !allowed.has(terms.product) && !reducing) {
      return failed('PRODUCT_NOT_ALLOWED', `${terms.product} is not among ${[...allowed].join(', ')}`);
    }
    return passed('PRODUCT_NOT_ALLOWED');
  },
};

const tradable: Check = {
  code: 'INSTRUMENT_NOT_TRADABLE',
  stops: 'every',
  run: (_order, { contract }) => {
    if (contract === undefined) return failed('INSTRUMENT_NOT_TRADABLE', 'not in the instrument master');
    if (contract.kind === 'index') return failed('INSTRUMENT_NOT_TRADABLE', 'an index');
    if (contract.expired) return failed('INSTRUMENT_NOT_TRADABLE', 'expired');
    return passed('INSTRUMENT_NOT_TRADABLE');
  },
};

const lot: Check = {
  code: 'LOT_SIZE_MISMATCH',
  stops: 'every',
  run: ({ terms, sliceFault }, { contract }) => ({
    code: 'LOT_SIZE_MISMATCH',
    passed: sliceFault !== 'LOT_SIZE_MISMATCH',
    applied: contract !== undefined,
    value: terms.quantity,
    limit: contract?.lot,
    unit: 'units',
    detail: sliceFault === 'LOT_SIZE_MISMATCH' ? 'not a multiple of the lot' : '',
  }),
};

const tick: Check = {
  code: 'TICK_SIZE_MISMATCH',
  stops: 'every',
  run: ({ terms }, { contract }) => {
    const size = contract?.tickPaise ?? 0;
    if (size <= 0) return skipped('TICK_SIZE_MISMATCH', 'no tick known');
    const off = terms.pricePaise % size !== 0 ? terms.pricePaise : terms.triggerPricePaise;
    const holds = terms.pricePaise % size === 0 && terms.triggerPricePaise % size === 0;
    return {
      code: 'TICK_SIZE_MISMATCH',
      passed: holds,
      applied: true,
      value: off,
      limit: size,
      unit: 'paise',
      detail: holds ? '' : 'not on the tick grid',
    };
  },
};

const freeze: Check = {
  code: 'TOO_MANY_SLICES',
  stops: 'every',
  run: ({ slices, sliceFault }) => ({
    code: 'TOO_MANY_SLICES',
    passed: sliceFault !== 'TOO_MANY_SLICES',
    applied: true,
    value: slices.length,
    limit: MAX_CHILDREN,
    unit: 'slices',
    detail: sliceFault === 'TOO_MANY_SLICES' ? `more than ${MAX_CHILDREN} orders below the freeze quantity` : '',
  }),
};

const band: Check = {
  code: 'PRICE_OUTSIDE_BAND',
  stops: 'every',
  run: ({ limitPaise, terms }, { price }) => {
    const lower = price?.lowerBandPaise;
    const upper = price?.upperBandPaise;
    if (lower === undefined && upper === undefined)
      return skipped('PRICE_OUTSIDE_BAND', 'no band known: left to the exchange');
    const prices = [limitPaise, terms.triggerPricePaise].filter((one) => one > 0);
    const low = prices.find((one) => lower !== undefined && one < lower);
    const high = prices.find((one) => upper !== undefined && one > upper);
    return {
      code: 'PRICE_OUTSIDE_BAND',
      passed: low === undefined && high === undefined,
      applied: true,
      value: high ?? low ?? limitPaise,
      limit: high !== undefined || low === undefined ? upper : lower,
      unit: 'paise',
      detail: low !== undefined ? 'below the band' : high !== undefined ? 'above the band' : '',
    };
  },
};

const protection: Check = {
  code: 'PROTECTION_UNAVAILABLE',
  stops: 'every',
  run: ({ terms, limitPaise }, { price }) => {
    if (terms.orderType !== 'MARKET') return skipped('PROTECTION_UNAVAILABLE', 'it has a limit');
    if (price === undefined || limitPaise <= 0) return failed('PROTECTION_UNAVAILABLE', 'no price to protect by');
    return within('PROTECTION_UNAVAILABLE', price.ageMs, FACT_LIMITS_MS.price, 'ms', 'the last price is too old');
  },
};

const fatPrice: Check = {
  code: 'FAT_FINGER_PRICE',
  stops: 'opening',
  run: ({ limitPaise }, { price, limits }) => {
    const limit = limits.maxPriceDistanceBp;
    if (limit === undefined) return skipped('FAT_FINGER_PRICE');
    if (price === undefined || price.lastPaise <= 0) return failed('FAT_FINGER_PRICE', 'no last price to compare with');
    if (price.ageMs > FACT_LIMITS_MS.price) {
      return within('FAT_FINGER_PRICE', price.ageMs, FACT_LIMITS_MS.price, 'ms', 'the last price is too old');
    }
    const distance = Math.round((Math.abs(limitPaise - price.lastPaise) / price.lastPaise) * 10_000);
    return within('FAT_FINGER_PRICE', distance, limit, 'bp', `too far from ${price.lastPaise}`);
  },
};

const fatNotional: Check = {
  code: 'FAT_FINGER_NOTIONAL',
  stops: 'opening',
  run: ({ terms, worthPaise }, { limits }) =>
    within(
      'FAT_FINGER_NOTIONAL',
      terms.quantity * worthPaise,
      limits.maxOrderNotionalPaise,
      'paise',
      'too large a value',
    ),
};

const fatQuantity: Check = {
  code: 'FAT_FINGER_QUANTITY',
  stops: 'opening',
  run: ({ terms }, { limits }) =>
    within('FAT_FINGER_QUANTITY', terms.quantity, limits.maxOrderQty, 'units', 'too large a quantity'),
};

/** In precedence order. */
export const CONTRACT_CHECKS: readonly Check[] = [
  product,
  tradable,
  lot,
  tick,
  freeze,
  band,
  protection,
  fatPrice,
  fatNotional,
  fatQuantity,
];
