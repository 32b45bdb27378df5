import { seedFromEnvironment, seededRandom } from '@vega/testkit';
import { orderIdOf } from '../orders/order-id.ts';
import { AccountBook } from './account-book.ts';
import { CHECKS, decide, RiskApproved } from './decide.ts';
import { DENIAL_CODES, type DenialCode } from './denial-code.ts';
import type { IntentTerms, LimitFacts, RiskFacts } from './facts.ts';
import { GREEK_COUNT, riskUnit, SCENARIO_COUNT, type RiskUnit } from './risk-unit.ts';

const TERMS: IntentTerms = {
  orderId: orderIdOf('a'),
  accountId: 'acc_a',
  strategy: '',
  instrumentKey: 'NSE_FO|1',
  segment: 'NSE_FO',
  side: 'BUY',
  quantity: 65,
  product: 'D',
  orderType: 'LIMIT',
  pricePaise: 10_000,
  triggerPricePaise: 0,
  validity: 'DAY',
  disclosedQty: 0,
  validUntilMs: 2_000,
};

const NO_LIMITS: LimitFacts = {
  maxPriceDistanceBp: undefined,
  maxOrderNotionalPaise: undefined,
  maxOrderQty: undefined,
  marketProtectionBp: 300,
  duplicateWindowMs: undefined,
  maxOpenOrders: undefined,
  maxOrdersPerSecond: undefined,
  maxOrdersPerMinute: undefined,
  maxOrdersPerDay: undefined,
  maxPositionQty: undefined,
  maxExposurePaise: undefined,
  maxDailyLossPaise: undefined,
  maxBookDelta: undefined,
  maxBookGamma: undefined,
  maxBookVega: undefined,
  maxScenarioLossPaise: undefined,
  allowedInstruments: undefined,
  allowedProducts: undefined,
  forbidSelfTrade: false,
  maxMarginUseBp: 10_000,
};

function unitOf(): RiskUnit {
  const unit = riskUnit({
    kind: 'call',
    spot: 25_000,
    price: 100,
    strike: 25_000,
    secondsToExpiry: 300_000,
    forwardRatio: 1,
    volatility: 0.12,
    underlyingIsIndex: true,
    expiresToday: false,
  });
  if (unit === undefined) throw new Error('it can be valued');
  return unit;
}

function factsOf(change: Partial<RiskFacts> = {}, limits: Partial<LimitFacts> = {}): RiskFacts {
  return {
    kill: { stops: 'nothing', scope: '' },
    principalFault: undefined,
    accountFault: undefined,
    haltReason: undefined,
    tokenFault: undefined,
    environment: 'simulator',
    marketSource: 'simulator',
    marketNowMs: 1_000,
    wallNowMs: 5_000,
    session: 'continuous',
    contract: {
      kind: 'call',
      underlyingKey: 'NSE_INDEX|Nifty 50',
      lot: 65,
      freezeQty: 1_755,
      tickPaise: 5,
      expired: false,
    },
    price: { lastPaise: 10_000, ageMs: 0, lowerBandPaise: 5, upperBandPaise: 50_000 },
    standing: new AccountBook().standing('NSE_FO|1', 'D'),
    unit: unitOf(),
    book: new AccountBook().facts(0),
    limits: { ...NO_LIMITS, ...limits },
    lastEqualOrderMs: undefined,
    unknownOrders: 0,
    openOrders: 0,
    ordersLastSecond: 0,
    ordersLastMinute: 0,
    ordersToday: 0,
    rateWaitMs: 0,
    funds: { paise: 100_000_000, ageMs: 0 },
    reservedMarginPaise: 0,
    dayPnl: { paise: 0, ageMs: 0 },
    ...change,
  };
}

/** For each code the smallest change that makes it the reason. */
const DENIALS: Readonly<
  Record<DenialCode, { facts?: Partial<RiskFacts>; limits?: Partial<LimitFacts>; terms?: Partial<IntentTerms> }>
> = {
  KILL_SWITCH_ENGAGED: { facts: { kill: { stops: 'opening', scope: 'all' } } },
  PRINCIPAL_NOT_ALLOWED: { facts: { principalFault: 'a viewer' } },
  ACCOUNT_NOT_TRADING: { facts: { accountFault: 'switched off' } },
  ACCOUNT_HALTED: { facts: { haltReason: 'two defects' } },
  BROKER_TOKEN_NOT_VALID: { facts: { tokenFault: 'expired' } },
  MARKET_SOURCE_NOT_LIVE: { facts: { environment: 'live' } },
  MARKET_TIME_UNKNOWN: { facts: { marketNowMs: undefined } },
  INTENT_EXPIRED: { facts: { marketNowMs: 2_001 } },
  SESSION_CLOSED: { facts: { session: 'closed' } },
  PRODUCT_NOT_ALLOWED: { terms: { product: 'MTF' } },
  INSTRUMENT_NOT_TRADABLE: { facts: { contract: undefined } },
  LOT_SIZE_MISMATCH: { terms: { quantity: 66 } },
  TICK_SIZE_MISMATCH: { terms: { pricePaise: 10_001 } },
  TOO_MANY_SLICES: { terms: { quantity: 65 * 1_000 } },
  PRICE_OUTSIDE_BAND: { terms: { pricePaise: 50_005 } },
  PROTECTION_UNAVAILABLE: {
    terms: { orderType: 'MARKET', pricePaise: 0 },
    facts: { price: { lastPaise: 10_000, ageMs: 15_001, lowerBandPaise: undefined, upperBandPaise: undefined } },
  },
  FAT_FINGER_PRICE: { limits: { maxPriceDistanceBp: 999 }, terms: { pricePaise: 11_000 } },
  FAT_FINGER_NOTIONAL: { limits: { maxOrderNotionalPaise: 649_999 } },
  FAT_FINGER_QUANTITY: { limits: { maxOrderQty: 64 } },
  DUPLICATE_ORDER: { limits: { duplicateWindowMs: 500 }, facts: { lastEqualOrderMs: 4_500 } },
  UNKNOWN_ORDERS_OPEN: { facts: { unknownOrders: 1 } },
  OPEN_ORDERS_LIMIT: { limits: { maxOpenOrders: 3 }, facts: { openOrders: 3 } },
  ORDER_RATE_LIMIT: { limits: { maxOrdersPerSecond: 5 }, facts: { ordersLastSecond: 5 } },
  ORDERS_PER_DAY_LIMIT: { limits: { maxOrdersPerDay: 10 }, facts: { ordersToday: 10 } },
  MARGIN_INSUFFICIENT: { facts: { funds: { paise: 649_999, ageMs: 0 } } },
  POSITION_LIMIT: { limits: { maxPositionQty: 64 } },
  EXPOSURE_LIMIT: { limits: { maxExposurePaise: 649_999 } },
  DAILY_LOSS_LIMIT: { limits: { maxDailyLossPaise: 100 }, facts: { dayPnl: { paise: -100, ageMs: 0 } } },
  BOOK_DELTA_LIMIT: { limits: { maxBookDelta: 1 } },
  BOOK_GAMMA_LIMIT: { limits: { maxBookGamma: 0.0001 } },
  BOOK_VEGA_LIMIT: { limits: { maxBookVega: 1 } },
  SCENARIO_LOSS_LIMIT: { limits: { maxScenarioLossPaise: 100 } },
  SELF_TRADE: {
    limits: { forbidSelfTrade: true },
    facts: {
      standing: { ...new AccountBook().standing('x', 'D'), workingSellQty: 65, lowestSellPaise: 10_000 },
    },
  },
  INSTRUMENT_NOT_ALLOWED: { limits: { allowedInstruments: new Set(['NSE_FO|2']) } },
};

describe('decide', () => {
  it('approves what nothing stands against, and only the risk module can', () => {
    const { approved } = decide(TERMS, factsOf());
    expect(approved).toBeInstanceOf(RiskApproved);
    expect(approved).toMatchObject({ limitPaise: 10_000, slices: [65], reducing: false, marginPaise: 650_000 });
    const Forged = RiskApproved as unknown as new (...parts: unknown[]) => RiskApproved;
    expect(() => new Forged(Symbol('risk'), {}, 0, [])).toThrow('only the risk module approves');
  });

  it.each(DENIAL_CODES)('denies with %s and tells every check', (code) => {
    const { facts, limits, terms } = DENIALS[code];
    const { denial } = decide({ ...TERMS, ...terms }, factsOf(facts, limits));
    expect(denial?.code).toBe(code);
    expect(denial?.checks.map((check) => check.code)).toEqual([...DENIAL_CODES]);
  });

  it('names the first of several failures in precedence order', () => {
    const { denial } = decide({ ...TERMS, quantity: 66 }, factsOf({ session: 'closed', unknownOrders: 1 }));
    expect(denial?.code).toBe('SESSION_CLOSED');
    expect(denial?.checks.filter((check) => !check.passed).map((check) => check.code)).toEqual([
      'SESSION_CLOSED',
      'LOT_SIZE_MISMATCH',
      'UNKNOWN_ORDERS_OPEN',
    ]);
  });

  it('lets reducing orders pass what exists to stop opening, and nothing else', () => {
    const book = new AccountBook();
    book.setPosition('NSE_FO|1', 'D', 65);
    const exit: Partial<IntentTerms> = { side: 'SELL' };
    const standing = book.standing('NSE_FO|1', 'D');
    for (const { code, stops } of CHECKS) {
      const { facts, limits, terms } = DENIALS[code];
      if (terms?.quantity !== undefined || code === 'SELF_TRADE' || code === 'PRODUCT_NOT_ALLOWED') continue;
      const decision = decide({ ...TERMS, ...terms, ...exit }, factsOf({ ...facts, standing }, limits));
      const passes = stops === 'opening' || code === 'KILL_SWITCH_ENGAGED';
      expect([code, decision.approved?.reducing ?? decision.denial?.code]).toEqual([code, passes ? true : code]);
    }
    const all = decide({ ...TERMS, ...exit }, factsOf({ standing, kill: { stops: 'everything', scope: 'all' } }));
    expect(all.denial?.code).toBe('KILL_SWITCH_ENGAGED');
  });

  it('counts as reducing only what is held and does not work against it already', () => {
    const book = new AccountBook();
    book.setPosition('NSE_FO|1', 'D', 130);
    const sell = { ...TERMS, side: 'SELL' as const };
    const reducing = (quantity: number): boolean =>
      decide({ ...sell, quantity }, factsOf({ standing: book.standing('NSE_FO|1', 'D') })).approved?.reducing === true;
    expect([reducing(130), reducing(195)]).toEqual([true, false]);
    const working = { childId: 'c', instrumentKey: 'NSE_FO|1', product: 'D', side: 'SELL', pricePaise: 1 } as const;
    book.setWorking({ ...working, openQty: 65 });
    expect([reducing(65), reducing(130)]).toEqual([true, false]);
    expect(decide(sell, factsOf({ standing: undefined })).approved?.reducing).toBe(false);
  });

  it('protects a market order by a limit on the tick inside the band', () => {
    const market = { ...TERMS, orderType: 'MARKET' as const, pricePaise: 0 };
    expect(decide(market, factsOf()).approved?.limitPaise).toBe(10_300);
    expect(decide({ ...market, side: 'SELL' }, factsOf()).approved?.limitPaise).toBe(9_700);
    const price = { lastPaise: 10_000, ageMs: 0, lowerBandPaise: 9_901, upperBandPaise: 10_099 };
    expect(decide(market, factsOf({ price })).approved?.limitPaise).toBe(10_095);
    expect(decide({ ...market, side: 'SELL' }, factsOf({ price })).approved?.limitPaise).toBe(9_905);
  });
});

it('keeps the book incrementally as if it were summed up afresh', () => {
  const random = seededRandom(seedFromEnvironment(11));
  const keys = Array.from({ length: 100 }, (_, n) => `NSE_FO|${n}`);
  const book = new AccountBook();
  const units = new Map<string, RiskUnit>();
  const positions = new Map<string, number>();
  const working = new Map<string, { key: string; side: 'BUY' | 'SELL'; qty: number }>();
  const vector = (length: number): Float64Array =>
    Float64Array.from({ length }, () => random.integer(-1_000, 1_000) / 7);
  for (let n = 0; n < 20_000; n += 1) {
    const key = random.pick(keys);
    const what = random.integer(0, 2);
    if (what === 0) {
      const unit = {
        greeks: vector(GREEK_COUNT),
        scenarios: vector(SCENARIO_COUNT),
        longMarginPaise: 1,
        shortMarginPaise: 1,
      };
      units.set(key, unit);
      book.setUnit(key, unit, 100, n);
    } else if (what === 1) {
      const quantity = random.integer(-5, 5);
      positions.set(key, quantity);
      book.setPosition(key, 'D', quantity);
    } else {
      const childId = `c${random.integer(0, 50)}`;
      const held = working.get(childId);
      const side = held?.side ?? random.pick(['BUY', 'SELL'] as const);
      const at = held?.key ?? key;
      const qty = random.integer(0, 3);
      if (qty === 0) working.delete(childId);
      else working.set(childId, { key: at, side, qty });
      book.setWorking({ childId, instrumentKey: at, product: 'D', side, openQty: qty, pricePaise: 100 });
    }
  }
  // The naive oracle: every leg and every working order, one by one.
  const scenarios = new Float64Array(SCENARIO_COUNT);
  for (let s = 0; s < SCENARIO_COUNT; s += 1) {
    for (const [key, unit] of units) {
      const one = unit.scenarios[s] ?? 0;
      let [buys, sells] = [0, 0];
      for (const order of working.values()) {
        if (order.key !== key) continue;
        if (order.side === 'BUY') buys += order.qty;
        else sells += order.qty;
      }
      scenarios[s] =
        (scenarios[s] ?? 0) + (positions.get(key) ?? 0) * one + Math.min(0, buys * one) + Math.min(0, -sells * one);
    }
  }
  const facts = book.facts(20_000);
  facts.scenarios.forEach((value, s) => expect(value).toBeCloseTo(scenarios[s] ?? 0, 4));
});
