import { paise, type IstDate } from '@vega/kernel';
import {
  bandLimits,
  exchangeOf,
  isClosingAuction,
  isOnTick,
  largestOrder,
  priceBand,
  roundToTick,
  type BandProduct,
  type Phase,
  type PriceBandRow,
} from '@vega/rulebook';
import type { Account } from '../account/account.ts';
import { netOf } from '../account/account.ts';
import type { MarketView, TradedInstrument } from '../instrument.ts';
import { refusal, type Refusal } from '../refusal.ts';
import { isMarket, isStop, isTerminal, remainingOf, type OrderTerms } from './order.ts';

/** What the checks of an order look at. */
export interface CheckedOrder {
  readonly account: Account;
  readonly instrument: TradedInstrument;
  readonly terms: OrderTerms;
  /** The limit it would have in the book; zero when the market gives no price for it. */
  readonly limitPaise: number;
  readonly view: MarketView | undefined;
  readonly phase: Phase | 'closed';
  readonly date: IstDate;
  readonly bands: readonly PriceBandRow[];
  /** The order itself when it is modified: it does not count twice. */
  readonly exceptId?: string;
}

type Check = (order: CheckedOrder) => Refusal | undefined;

/** What an order must pass besides margin, in order of precedence. */
const CHECKS: readonly Check[] = [
  killSwitch,
  notExpired,
  typeInPhase,
  productOfKind,
  wholeLots,
  onTick,
  disclosed,
  trigger,
  belowFreeze,
  withinBand,
  hasMarket,
  deliverable,
];

/** The first reason not to take the order. */
export function checkOrder(order: CheckedOrder): Refusal | undefined {
  for (const check of CHECKS) {
    const found = check(order);
    if (found !== undefined) return found;
  }
  return undefined;
}

function killSwitch({ account, instrument }: CheckedOrder): Refusal | undefined {
  return account.killSwitches.get(instrument.segment)?.enabled === true
    ? refusal('KILL_SWITCH', `Segment ${instrument.segment} is inactive: kill switch is enabled`)
    : undefined;
}

function notExpired({ instrument, date }: CheckedOrder): Refusal | undefined {
  return instrument.expiry !== undefined && instrument.expiry < date
    ? refusal('CONTRACT_EXPIRED', `${instrument.symbol} has expired`)
    : undefined;
}

/** In call auctions there are no stops, no IOC and no disclosed quantity; in their last part no market orders. */
function typeInPhase({ terms, phase }: CheckedOrder): Refusal | undefined {
  const preOpen = phase.startsWith('pre-open');
  if (!preOpen && !isClosingAuction(phase)) return undefined;
  const limitOnly = phase === 'pre-open-limit-entry' || phase === 'closing-limit-entry';
  const bad =
    isStop(terms.type) ||
    terms.validity === 'IOC' ||
    terms.disclosedQuantity > 0 ||
    (limitOnly && isMarket(terms.type));
  return bad
    ? refusal('ORDER_TYPE_NOT_ALLOWED', 'Order type, validity or disclosed quantity is not allowed in the call auction')
    : undefined;
}

function productOfKind({ instrument, terms }: CheckedOrder): Refusal | undefined {
  return terms.product === 'MTF' && (instrument.kind !== 'equity' || terms.type === 'SL-M')
    ? refusal('PRODUCT_NOT_ALLOWED', 'MTF is for shares only')
    : undefined;
}

function wholeLots({ instrument, terms }: CheckedOrder): Refusal | undefined {
  return terms.quantity % instrument.lot === 0
    ? undefined
    : refusal('LOT_SIZE', `Quantity ${terms.quantity} is not a multiple of the lot size ${instrument.lot}`);
}

function onTick({ instrument, terms }: CheckedOrder): Refusal | undefined {
  const tick = paise(instrument.tickPaise);
  const prices = [isMarket(terms.type) ? 0 : terms.pricePaise, isStop(terms.type) ? terms.triggerPaise : 0];
  return prices.every((price) => isOnTick(paise(price), tick))
    ? undefined
    : refusal('TICK_SIZE', `Price is not a multiple of the tick size ${instrument.tickPaise / 100}`);
}

/** Disclosed quantity exists for shares only, at least a tenth of the order. */
function disclosed({ instrument, terms }: CheckedOrder): Refusal | undefined {
  const { disclosedQuantity, quantity } = terms;
  if (disclosedQuantity === 0) return undefined;
  const good = instrument.kind === 'equity' && disclosedQuantity <= quantity && disclosedQuantity * 10 >= quantity;
  return good
    ? undefined
    : refusal('DISCLOSED_QUANTITY', 'Disclosed quantity is from a tenth of a share order to all of it');
}

function trigger({ terms }: CheckedOrder): Refusal | undefined {
  if (!isStop(terms.type)) return undefined;
  if (terms.triggerPaise <= 0) return refusal('TRIGGER_PRICE', 'A stop order needs a trigger price');
  if (terms.type === 'SL-M') return undefined;
  const good = terms.side === 'BUY' ? terms.triggerPaise <= terms.pricePaise : terms.triggerPaise >= terms.pricePaise;
  return good
    ? undefined
    : refusal(
        'TRIGGER_PRICE',
        terms.side === 'BUY'
          ? 'Trigger price of a buy stop is not above its limit price'
          : 'Trigger price of a sell stop is not below its limit price',
      );
}

function belowFreeze({ instrument, terms }: CheckedOrder): Refusal | undefined {
  if (instrument.freezeQuantity === undefined) return undefined;
  const largest = largestOrder(instrument.lot, instrument.freezeQuantity);
  return terms.quantity <= largest
    ? undefined
    : refusal(
        'FREEZE_QUANTITY',
        `Quantity ${terms.quantity} exceeds the freeze quantity: at most ${largest} per order`,
      );
}

/** Circuit limits of the day and the exchange's limit price protection around the last price. */
function withinBand({ instrument, limitPaise, view, date, bands, phase }: CheckedOrder): Refusal | undefined {
  if (limitPaise <= 0 || view === undefined) return undefined;
  const { lowerCircuitPaise = 0, upperCircuitPaise = Infinity } = view;
  if (limitPaise < lowerCircuitPaise || limitPaise > upperCircuitPaise) {
    return refusal(
      'PRICE_BAND',
      `Price is outside the circuit limits ${text(lowerCircuitPaise)} to ${text(upperCircuitPaise)}`,
    );
  }
  const purpose = isClosingAuction(phase) ? 'closing-auction' : 'limit-price-protection';
  const band = priceBand(purpose, exchangeOf(instrument.segment), bandProduct(instrument), date, bands);
  if (band === undefined || view.lastPaise <= 0) return undefined;
  const tick = paise(instrument.tickPaise);
  const limits = bandLimits(band, paise(view.lastPaise));
  const low = roundToTick(limits.lowPaise, tick, 'up');
  const high = roundToTick(limits.highPaise, tick, 'down');
  return limitPaise < low || limitPaise > high
    ? refusal('PRICE_BAND', `Price is outside the limit price protection range ${text(low)} to ${text(high)}`)
    : undefined;
}

function hasMarket({ terms, view, phase }: CheckedOrder): Refusal | undefined {
  const needed = isMarket(terms.type) && phase !== 'closed';
  return needed && (view === undefined || view.lastPaise <= 0)
    ? refusal('NO_MARKET', 'There is no last price for a market order to be protected by')
    : undefined;
}

/** Delivery sales need shares: held, or bought today. */
function deliverable({ account, instrument, terms, exceptId }: CheckedOrder): Refusal | undefined {
  if (instrument.kind !== 'equity' || terms.product !== 'D' || terms.side !== 'SELL') return undefined;
  const held = (account.holdings.get(instrument.key)?.quantity ?? 0) + netOf(account, instrument.key, 'D');
  const waiting = account.orders.reduce((sum, order) => {
    const other = order.id !== exceptId && !isTerminal(order) && order.instrument.key === instrument.key;
    return other && order.terms.product === 'D' && order.terms.side === 'SELL' ? sum + remainingOf(order) : sum;
  }, 0);
  return terms.quantity <= held - waiting
    ? undefined
    : refusal(
        'HOLDINGS',
        `Holdings of ${instrument.symbol} are ${Math.max(0, held - waiting)}; ${terms.quantity} were to be sold`,
      );
}

function bandProduct(instrument: TradedInstrument): BandProduct {
  if (instrument.kind === 'equity') return 'equity';
  return `${instrument.underlyingType === 'INDEX' ? 'index' : 'stock'}-${instrument.kind}`;
}

const text = (pricePaise: number): string => (pricePaise / 100).toFixed(2);
