import { addDays, istInstant, type IstDate } from '@vega/kernel';
import { expirySeries, indexContractTerms, type Expiry, type ExpiryUnderlying } from '@vega/rulebook';
import type { MasterRow } from '../market-source.ts';
import type { OptionRight } from './black76.ts';
import { calendar } from './trading-day.ts';
import { INDIA_VIX, UNDERLYINGS, type IndexUnderlying, type ShareUnderlying, type Underlying } from './underlyings.ts';

/** A derivative of the generated market. Prices in rupees, tick in paise. */
export interface Contract {
  readonly key: string;
  readonly token: number;
  readonly underlyingIndex: number;
  readonly type: 'FUT' | OptionRight;
  readonly expiry: IstDate;
  readonly weekly: boolean;
  /** 0 for a future. */
  readonly strike: number;
  /** First date on which it traded; candles before it do not exist. */
  readonly listed: IstDate;
  readonly lot: number;
  readonly freeze: number;
  readonly tick: number;
}

/** Where the next contract's token comes from, by segment. Tokens are reused once their range is exhausted. */
export type TokenCursor = Record<'NSE_FO' | 'BSE_FO', number>;

const TOKEN_RANGE = { NSE_FO: [35_000, 149_999], BSE_FO: [820_000, 1_199_999] } as const;

/** The first tokens. */
export function firstTokens(): TokenCursor {
  return { NSE_FO: TOKEN_RANGE.NSE_FO[0], BSE_FO: TOKEN_RANGE.BSE_FO[0] };
}

/** Listed strikes of an expiry: their distance in multiples of the underlying's step, and how far they reach as a fraction of spot. */
interface StrikeRange {
  readonly stepMultiple: number;
  readonly reach: number;
}

/** Days before expiry at which a contract is taken to have been listed when the market begins. */
const LISTED_DAYS_BEFORE = { weekly: 35, monthly: 90, quarterly: 270 } as const;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/**
 * The contracts that trade on `date`: those of `existing` that have not expired, and the new ones of expiries and strikes
 * that come into range of `spots` (rupees, one per underlying). On the first date new contracts are back-dated to a
 * usual listing date. Advances `tokens`.
 */
export function contractsOn(
  date: IstDate,
  spots: readonly number[],
  existing: readonly Contract[],
  tokens: TokenCursor,
): Contract[] {
  const live = existing.filter((contract) => contract.expiry >= date);
  const known = new Set(live.map(identityOf));
  const taken = new Set(live.map((contract) => contract.key));
  const first = existing.length === 0;
  const contracts = [...live];
  UNDERLYINGS.forEach((underlying, underlyingIndex) => {
    const spot = spots[underlyingIndex] ?? underlying.price;
    for (const listing of listingsOf(underlying, date)) {
      for (const [type, strike] of shapesOf(underlying, listing, spot)) {
        const shape = { underlyingIndex, type, expiry: listing.expiry.date, strike };
        if (known.has(identityOf(shape))) continue;
        const terms = termsOf(underlying, listing.expiry.date, date, type);
        const token = takeToken(underlying.derivativeSegment, tokens, taken);
        contracts.push({
          ...shape,
          ...terms,
          key: `${underlying.derivativeSegment}|${token}`,
          token,
          weekly: listing.expiry.cycle === 'weekly',
          listed: first ? listedBefore(listing, date) : date,
        });
      }
    }
  });
  return contracts.sort(inMasterOrder);
}

function identityOf(contract: Pick<Contract, 'underlyingIndex' | 'type' | 'expiry' | 'strike'>): string {
  return `${contract.underlyingIndex}|${contract.expiry}|${contract.strike}|${contract.type}`;
}

function inMasterOrder(a: Contract, b: Contract): number {
  if (a.underlyingIndex !== b.underlyingIndex) return a.underlyingIndex - b.underlyingIndex;
  if (a.expiry !== b.expiry) return a.expiry < b.expiry ? -1 : 1;
  if (a.strike !== b.strike) return a.strike - b.strike;
  return a.type < b.type ? -1 : a.type > b.type ? 1 : 0;
}

/** Rank of an expiry among those that the underlying has on `date`, from 0; beyond the last for one that it has not. */
export function expiryRank(underlyingIndex: number, expiry: IstDate, date: IstDate): number {
  const key = `${underlyingIndex}|${date}`;
  let dates = rankedExpiries.get(key);
  if (dates === undefined) {
    const underlying = UNDERLYINGS[underlyingIndex];
    dates = underlying === undefined ? [] : listingsOf(underlying, date).map((listing) => listing.expiry.date);
    if (rankedExpiries.size > 1000) rankedExpiries.clear();
    rankedExpiries.set(key, dates);
  }
  const rank = dates.indexOf(expiry);
  return rank < 0 ? dates.length : rank;
}

const rankedExpiries = new Map<string, readonly IstDate[]>();

interface Listing {
  readonly expiry: Expiry;
  readonly hasFuture: boolean;
  readonly cycle: keyof typeof LISTED_DAYS_BEFORE;
  readonly range: StrikeRange;
}

function listingsOf(underlying: Underlying, date: IstDate): Listing[] {
  const series: ExpiryUnderlying = underlying.kind === 'index' ? indexName(underlying) : 'NSE_STOCK';
  const counts = underlying.kind === 'index' ? underlying : { weeklies: 0, monthlies: 3, quarterlies: 0 };
  const { weeklies, monthlies, quarterlies } = counts;
  const expiries = expirySeries(calendar, series, date, { weeklies, monthlies, quarterlies });
  let month = 0;
  return expiries.map((expiry) => {
    const rank = expiry.cycle === 'monthly' ? month++ : 0;
    const quarterly = rank >= monthlies;
    const cycle = expiry.cycle === 'weekly' ? 'weekly' : quarterly ? 'quarterly' : 'monthly';
    const hasFuture = expiry.cycle === 'monthly' && !quarterly;
    return { expiry, hasFuture, cycle, range: strikeRange(underlying, rank, quarterly) };
  });
}

function indexName(underlying: IndexUnderlying): 'NIFTY' | 'BANKNIFTY' | 'FINNIFTY' | 'MIDCPNIFTY' | 'SENSEX' {
  switch (underlying.symbol) {
    case 'BANKNIFTY':
    case 'FINNIFTY':
    case 'MIDCPNIFTY':
    case 'SENSEX':
      return underlying.symbol;
    default:
      return 'NIFTY';
  }
}

function strikeRange(underlying: Underlying, rank: number, quarterly: boolean): StrikeRange {
  if (quarterly) return { stepMultiple: 10, reach: 0.2 };
  if (underlying.kind === 'share') return { stepMultiple: 2 ** rank, reach: 0.12 + 0.02 * rank };
  const reach = Math.min(0.1, 0.5 * underlying.volatility);
  const coarse = underlying.liquidity < 0.3 && rank > 0;
  return { stepMultiple: coarse ? 2 : 1, reach };
}

function* shapesOf(underlying: Underlying, listing: Listing, spot: number): Generator<['FUT' | OptionRight, number]> {
  if (listing.hasFuture) yield ['FUT', 0];
  const step = strikeStep(underlying, listing.expiry.date) * listing.range.stepMultiple;
  const reach = Math.round((spot * listing.range.reach) / step);
  const middle = Math.round(spot / step);
  for (let i = Math.max(1, middle - reach); i <= middle + reach; i++) {
    // Steps may be fractions such as 2.5: rounding to paise keeps strikes exact.
    const strike = Math.round(i * step * 100) / 100;
    yield ['CE', strike];
    yield ['PE', strike];
  }
}

function strikeStep(underlying: Underlying, expiry: IstDate): number {
  if (underlying.kind === 'share') return underlying.strikeStep;
  return indexContractTerms(indexName(underlying), expiry, expiry).strikeStepPaise / 100;
}

function termsOf(
  underlying: Underlying,
  expiry: IstDate,
  date: IstDate,
  type: Contract['type'],
): Pick<Contract, 'lot' | 'freeze' | 'tick'> {
  if (underlying.kind === 'share') {
    const tick = type === 'FUT' ? underlying.tick : underlying.optionTick;
    return { lot: underlying.lot, freeze: underlying.lot * underlying.freezeLots, tick };
  }
  const terms = indexContractTerms(indexName(underlying), expiry, date);
  const lot = terms.lot ?? 50;
  // Masters publish the limit in whole lots; dates before the table get a plausible one.
  const freeze = Math.floor((terms.freezeQuantity ?? lot * 24) / lot) * lot;
  return { lot, freeze, tick: type === 'FUT' ? terms.futureTickPaise : terms.optionTickPaise };
}

function takeToken(segment: 'NSE_FO' | 'BSE_FO', tokens: TokenCursor, taken: Set<string>): number {
  const [low, high] = TOKEN_RANGE[segment];
  let token = tokens[segment];
  while (taken.has(`${segment}|${token}`)) token = token >= high ? low : token + 1;
  tokens[segment] = token >= high ? low : token + 1;
  taken.add(`${segment}|${token}`);
  return token;
}

function listedBefore(listing: Listing, date: IstDate): IstDate {
  const listed = addDays(listing.expiry.date, -LISTED_DAYS_BEFORE[listing.cycle]);
  return listed < date ? listed : date;
}

/** `30 JUN 26`, as Upstox prints an expiry within a trading symbol. */
export function expiryLabel(expiry: IstDate): string {
  return `${expiry.slice(8)} ${MONTHS[Number(expiry.slice(5, 7)) - 1] ?? ''} ${expiry.slice(2, 4)}`;
}

/** A contract's trading symbol: `NIFTY 27000 CE 30 JUN 26`, `NIFTY FUT 28 JUL 26`. */
export function tradingSymbol(symbol: string, contract: Pick<Contract, 'type' | 'strike' | 'expiry'>): string {
  const label = expiryLabel(contract.expiry);
  return contract.type === 'FUT' ? `${symbol} FUT ${label}` : `${symbol} ${contract.strike} ${contract.type} ${label}`;
}

/** Epoch ms that a master prints for an expiry: 23:59:59 IST. */
export function masterExpiry(expiry: IstDate): number {
  return istInstant(expiry, 23, 59, 59);
}

/** The master row of a contract. */
export function contractRow(contract: Contract): MasterRow {
  const underlying = UNDERLYINGS[contract.underlyingIndex];
  if (underlying === undefined) throw new RangeError(`no underlying ${contract.underlyingIndex}`);
  return {
    weekly: contract.weekly,
    segment: underlying.derivativeSegment,
    name: underlying.kind === 'index' ? underlying.symbol : underlying.name,
    exchange: underlying.derivativeSegment.slice(0, 3),
    expiry: masterExpiry(contract.expiry),
    instrument_type: contract.type,
    asset_symbol: underlying.symbol,
    underlying_symbol: underlying.symbol,
    instrument_key: contract.key,
    lot_size: contract.lot,
    freeze_quantity: contract.freeze,
    exchange_token: String(contract.token),
    minimum_lot: contract.lot,
    underlying_key: underlying.key,
    tick_size: contract.tick,
    underlying_type: underlying.kind === 'index' ? 'INDEX' : 'EQUITY',
    trading_symbol: tradingSymbol(underlying.symbol, contract),
    strike_price: contract.strike,
    qty_multiplier: 1,
  };
}

/** Master rows of indices and shares. `closingAuction`: whether shares take part in one on that date. */
export function cashRows(closingAuction: boolean): MasterRow[] {
  const vix: MasterRow = indexRow(INDIA_VIX);
  return [
    ...UNDERLYINGS.filter((underlying) => underlying.kind === 'index').map(indexRow),
    vix,
    ...UNDERLYINGS.filter((underlying) => underlying.kind === 'share').map((share) => shareRow(share, closingAuction)),
  ];
}

function indexRow(index: { symbol: string; key: string; name: string; token: string }): MasterRow {
  const segment = index.key.slice(0, index.key.indexOf('|'));
  return {
    segment,
    name: index.name,
    exchange: segment.slice(0, 3),
    instrument_type: 'INDEX',
    instrument_key: index.key,
    exchange_token: index.token,
    trading_symbol: index.symbol,
  };
}

function shareRow(share: ShareUnderlying, closingAuction: boolean): MasterRow {
  return {
    segment: 'NSE_EQ',
    name: share.name,
    exchange: 'NSE',
    isin: share.isin,
    instrument_type: 'EQ',
    instrument_key: share.key,
    lot_size: 1,
    freeze_quantity: 100_000,
    exchange_token: share.token,
    tick_size: share.tick,
    trading_symbol: share.symbol,
    short_name: share.shortName,
    qty_multiplier: 1,
    security_type: 'NORMAL',
    mtf_enabled: true,
    mtf_bracket: 25,
    ...(closingAuction ? { cas_eligible: true } : {}),
  };
}
