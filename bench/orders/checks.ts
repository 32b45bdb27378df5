// All checks of an intent over a book of a hundred legs: what the writer reads for a decision and the decision itself. The bare figure is
// the same decision over an empty book, which says whether it grows with the book.
import {
  AccountBook,
  decide,
  orderIdOf,
  riskUnit,
  type IntentTerms,
  type LimitFacts,
  type RiskFacts,
} from '@vega/trading';
import { median, type BenchResult } from '../measure.ts';

const LEGS = 100;
const DECISIONS = 20_000;
const ROUNDS = 9;
const AIM_MICROS = 20;
const KEY = 'NSE_FO|50';

export function benchChecks(): BenchResult {
  const [full, empty] = [bookOf(LEGS), bookOf(0)];
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(microsPerDecision(full));
    bare.push(microsPerDecision(empty));
  }
  const micros = median(ours);
  return {
    name: 'orders-checks',
    figures: {
      legs: LEGS,
      micros_per_decision: round2(micros),
      micros_per_decision_empty_book: round2(median(bare)),
    },
    ratio: round2(median(ours.map((value, n) => value / (bare[n] ?? Number.NaN)))),
    aim: `<= ${AIM_MICROS} us for all checks over ${LEGS} legs`,
    holds: micros <= AIM_MICROS,
  };
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

function microsPerDecision(book: AccountBook): number {
  const started = performance.now();
  let accepted = 0;
  for (let n = 0; n < DECISIONS; n += 1) {
    // As the writer does before each decision: the traded leg is valued anew, and the totals follow.
    book.setUnit(KEY, UNIT, 10_000 + 5 * (n % 20), n);
    if (decide(termsOf(n), factsOf(book, n)).approved !== undefined) accepted += 1;
  }
  if (accepted !== DECISIONS) throw new Error('every one of these intents passes every check');
  return ((performance.now() - started) * 1_000) / DECISIONS;
}

const UNIT = riskUnit({
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

/** Half of the legs are held, half of them have an order at work on either side. */
function bookOf(legs: number): AccountBook {
  const book = new AccountBook();
  for (let n = 0; n < legs; n += 1) {
    const instrumentKey = `NSE_FO|${n}`;
    book.setUnit(instrumentKey, UNIT, 10_000, 0);
    book.setPosition(instrumentKey, 'D', n % 2 === 0 ? 65 : -65);
    const order = { instrumentKey, product: 'D', openQty: 65 } as const;
    book.setWorking({ ...order, childId: `b${n}`, side: 'BUY', pricePaise: 5_000 });
    if (n % 2 === 0) book.setWorking({ ...order, childId: `s${n}`, side: 'SELL', pricePaise: 20_000 });
  }
  return book;
}

const ORDER_ID = orderIdOf('bench');

const termsOf = (n: number): IntentTerms => ({
  orderId: ORDER_ID,
  accountId: 'acc_bench',
  strategy: 'straddle',
  instrumentKey: KEY,
  segment: 'NSE_FO',
  side: 'BUY',
  quantity: 65,
  product: 'D',
  orderType: 'LIMIT',
  pricePaise: 10_000 + 5 * (n % 10),
  triggerPricePaise: 0,
  validity: 'DAY',
  disclosedQty: 0,
  validUntilMs: 1e9,
});

/** Every limit is set, so that every check has something to compare. */
const LIMITS: LimitFacts = {
  maxPriceDistanceBp: 3_000,
  maxOrderNotionalPaise: 1e12,
  maxOrderQty: 1e6,
  marketProtectionBp: 300,
  duplicateWindowMs: 500,
  maxOpenOrders: 10_000,
  maxOrdersPerSecond: 1_000,
  maxOrdersPerMinute: 10_000,
  maxOrdersPerDay: 1e6,
  maxPositionQty: 1e6,
  maxExposurePaise: 1e14,
  maxDailyLossPaise: 1e12,
  maxBookDelta: 1e9,
  maxBookGamma: 1e9,
  maxBookVega: 1e9,
  maxScenarioLossPaise: 1e13,
  allowedInstruments: new Set(['NSE_INDEX|Nifty 50']),
  allowedProducts: new Set(['D', 'I']),
  forbidSelfTrade: true,
  maxMarginUseBp: 10_000,
};

const CONTRACT: RiskFacts['contract'] = {
  kind: 'call',
  underlyingKey: 'NSE_INDEX|Nifty 50',
  lot: 65,
  freezeQty: 1_755,
  tickPaise: 5,
  expired: false,
};

function factsOf(book: AccountBook, nowMs: number): RiskFacts {
  return {
    kill: { stops: 'nothing', scope: '' },
    principalFault: undefined,
    accountFault: undefined,
    haltReason: undefined,
    tokenFault: undefined,
    environment: 'simulator',
    marketSource: 'simulator',
    marketNowMs: 1_000,
    wallNowMs: 5_000 + nowMs,
    session: 'continuous',
    contract: CONTRACT,
    price: { lastPaise: 10_000, ageMs: 0, lowerBandPaise: 5, upperBandPaise: 50_000 },
    standing: book.standing(KEY, 'D'),
    unit: UNIT,
    book: book.facts(nowMs % 1_000),
    limits: LIMITS,
    lastEqualOrderMs: undefined,
    unknownOrders: 0,
    openOrders: book.workingCount,
    ordersLastSecond: 3,
    ordersLastMinute: 30,
    ordersToday: 300,
    rateWaitMs: 0,
    funds: { paise: 1e12, ageMs: 100 },
    reservedMarginPaise: 0,
    dayPnl: { paise: 0, ageMs: 100 },
  };
}
