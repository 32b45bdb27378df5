import { invariant, type IstDate } from '@vega/kernel';
import { finalSettlement } from '@vega/rulebook';
import { addExerciseTax, noCharges, noteOf } from '../charges/charges.ts';
import type { TradedInstrument } from '../instrument.ts';
import { keep, type Account } from './account.ts';
import { deliver, receive, type Holding } from './holding.ts';
import { carryOver, netQuantity, unrealisedPaise, type Position } from './position.ts';

/** The prices a day ends with, paise by instrument key: settlement prices, and final values of underlyings. */
export interface DayPrices {
  readonly marks: Readonly<Record<string, number>>;
  readonly finals: Readonly<Record<string, number>>;
}

/**
 * Settles an account at the end of a day: contracts that end are settled by the rulebook, futures are marked to market,
 * delivery trades become holdings, the charges are paid, and what is left is carried over.
 */
export function closeAccountDay(account: Account, date: IstDate, prices: DayPrices): void {
  for (const holding of account.holdings.values()) holding.t1Quantity = 0;
  for (const [id, position] of account.positions) {
    const { instrument } = position;
    if (netQuantity(position) === 0) account.positions.delete(id);
    else if (instrument.expiry !== undefined && instrument.expiry <= date) {
      settleContract(account, position, date, prices);
      account.positions.delete(id);
    } else if (instrument.kind === 'equity' && position.product !== 'MTF') {
      toDepository(account, position);
      account.positions.delete(id);
    } else {
      const mark = instrument.kind === 'future' ? prices.marks[instrument.key] : undefined;
      account.cashPaise += carryOver(position, mark);
    }
  }
  for (const [key, holding] of account.holdings) if (holding.quantity === 0) account.holdings.delete(key);
  const note = noteOf(account.charges);
  if (note.totalPaise > 0) keep(account.paidCharges, { date, note });
  account.cashPaise -= note.totalPaise;
  account.charges = noCharges();
  account.realisedDifferencePaise = 0;
  account.addedPaise = 0;
  account.withdrawnPaise = 0;
  account.stockSalePaise = 0;
  account.openingPaise = account.cashPaise;
}

function settleContract(account: Account, position: Position, date: IstDate, prices: DayPrices): void {
  const { instrument } = position;
  const { segment, underlyingType, underlyingKey, expiry } = instrument;
  invariant(segment === 'NSE_FO' || segment === 'BSE_FO', 'only derivatives end');
  invariant(underlyingType !== undefined && expiry !== undefined, 'a contract has an underlying and an expiry');
  const finalPaise = prices.finals[underlyingKey ?? ''] ?? prices.marks[instrument.key] ?? 0;
  const net = netQuantity(position);
  const { delivery } = finalSettlement({ segment, underlyingType, expiry });
  if (instrument.kind === 'future') {
    account.cashPaise += unrealisedPaise(position, finalPaise);
    if (delivery === 'physical') exchangeShares(account, instrument, net, finalPaise, finalPaise);
    return;
  }
  const strikePaise = instrument.strikePaise ?? 0;
  const sign = instrument.right === 'CE' ? 1 : -1;
  const intrinsic = Math.max(0, sign * (finalPaise - strikePaise));
  if (intrinsic === 0) return;
  if (net > 0) addExerciseTax(account.charges, intrinsic * net, date);
  if (delivery === 'cash') account.cashPaise += intrinsic * net;
  else exchangeShares(account, instrument, sign * net, strikePaise, finalPaise);
}

/**
 * Physical settlement: `units` are received (positive) or given at a price. Shares that are not there to be given are
 * closed out at the final price of the underlying.
 */
function exchangeShares(
  account: Account,
  instrument: TradedInstrument,
  units: number,
  pricePaise: number,
  finalPaise: number,
): void {
  const key = instrument.underlyingKey ?? '';
  if (units > 0) {
    account.cashPaise -= units * pricePaise;
    receive(holdingOf(account, shareOf(instrument, key)), units, units * pricePaise);
    return;
  }
  const holding = account.holdings.get(key);
  const given = Math.min(-units, holding?.quantity ?? 0);
  if (holding !== undefined && given > 0) deliver(holding, given);
  account.cashPaise += -units * pricePaise - (-units - given) * finalPaise;
}

function shareOf(instrument: TradedInstrument, key: string): TradedInstrument {
  const exchange = instrument.segment === 'BSE_FO' ? 'BSE_EQ' : 'NSE_EQ';
  const isin = key.slice(key.indexOf('|') + 1);
  const symbol = instrument.symbol.split(' ')[0] ?? isin;
  return { key, segment: exchange, kind: 'equity', symbol, lot: 1, tickPaise: 5, isin };
}

/** Delivery trades of the day move between the account and the depository. */
function toDepository(account: Account, position: Position): void {
  const net = netQuantity(position);
  if (net > 0) receive(holdingOf(account, position.instrument), net, position.openPaise);
  else {
    const holding = account.holdings.get(position.instrument.key);
    if (holding !== undefined) deliver(holding, Math.min(-net, holding.quantity));
  }
}

function holdingOf(account: Account, instrument: TradedInstrument): Holding {
  let holding = account.holdings.get(instrument.key);
  if (holding === undefined) {
    holding = { instrument, quantity: 0, t1Quantity: 0, costPaise: 0 };
    account.holdings.set(instrument.key, holding);
  }
  return holding;
}
