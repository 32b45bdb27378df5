import type { IstDate } from '@vega/kernel';
import { exchangeOf } from '@vega/rulebook';
import type { TradedInstrument } from '../instrument.ts';
import type { Product, Side } from '../orders/order.ts';
import { GST_PERCENT, rateOn, SEBI, STAMP, STT, STT_EXERCISE, TRANSACTION, type ChargedKind } from './charge-table.ts';

/** Levies of a day so far, exact: nano-rupees. */
export interface ChargeSums {
  brokerage: bigint;
  stt: bigint;
  transaction: bigint;
  sebi: bigint;
  stamp: bigint;
}

/** A contract note's charges in paise: STT and stamp duty to the rupee, the others to the paisa. */
export interface ChargeNote {
  readonly brokeragePaise: number;
  readonly sttPaise: number;
  readonly transactionPaise: number;
  readonly sebiPaise: number;
  readonly stampPaise: number;
  readonly gstPaise: number;
  readonly totalPaise: number;
}

/** A trade as far as charges care. */
export interface ChargedTrade {
  readonly instrument: Pick<TradedInstrument, 'segment' | 'kind'>;
  readonly product: Product;
  readonly side: Side;
  readonly valuePaise: number;
}

const NANO_PER_PAISA = 10_000_000n;
const NANO_PER_RUPEE = 1_000_000_000n;

export function noCharges(): ChargeSums {
  return { brokerage: 0n, stt: 0n, transaction: 0n, sebi: 0n, stamp: 0n };
}

/** Adds the levies of a trade, without brokerage. */
export function addTradeCharges(sums: ChargeSums, trade: ChargedTrade, date: IstDate): void {
  const { kind, segment } = trade.instrument;
  const charged: ChargedKind = kind === 'equity' ? (trade.product === 'I' ? 'intraday' : 'delivery') : kind;
  const value = BigInt(trade.valuePaise);
  if (trade.side === 'SELL' || charged === 'delivery') sums.stt += value * rateOn(STT[charged], date);
  sums.transaction += value * rateOn(TRANSACTION[exchangeOf(segment)][kind === 'equity' ? 'cash' : kind], date);
  sums.sebi += value * BigInt(SEBI);
  if (trade.side === 'BUY') sums.stamp += value * rateOn(STAMP[charged], date);
}

/** Adds the broker's fee for an order that traded. */
export function addBrokerage(sums: ChargeSums, paise: number): void {
  sums.brokerage += BigInt(paise) * NANO_PER_PAISA;
}

/** Adds the tax on options that were exercised at settlement. */
export function addExerciseTax(sums: ChargeSums, intrinsicPaise: number, date: IstDate): void {
  sums.stt += BigInt(intrinsicPaise) * rateOn(STT_EXERCISE, date);
}

/** The note of a day's levies. */
export function noteOf(sums: ChargeSums): ChargeNote {
  const gst = ((sums.brokerage + sums.transaction + sums.sebi) * BigInt(GST_PERCENT)) / 100n;
  const parts = {
    brokeragePaise: toPaise(sums.brokerage),
    sttPaise: toRupees(sums.stt) * 100,
    transactionPaise: toPaise(sums.transaction),
    sebiPaise: toPaise(sums.sebi),
    stampPaise: toRupees(sums.stamp) * 100,
    gstPaise: toPaise(gst),
  };
  return { ...parts, totalPaise: Object.values(parts).reduce((sum, one) => sum + one, 0) };
}

/** Charges of one order for itself, every head to the paisa: what the brokerage API tells. */
export function quoteCharges(trade: ChargedTrade, brokeragePaise: number, date: IstDate): ChargeNote {
  const sums = noCharges();
  addBrokerage(sums, brokeragePaise);
  addTradeCharges(sums, trade, date);
  const gst = ((sums.brokerage + sums.transaction + sums.sebi) * BigInt(GST_PERCENT)) / 100n;
  const parts = {
    brokeragePaise,
    sttPaise: toPaise(sums.stt),
    transactionPaise: toPaise(sums.transaction),
    sebiPaise: toPaise(sums.sebi),
    stampPaise: toPaise(sums.stamp),
    gstPaise: toPaise(gst),
  };
  return { ...parts, totalPaise: Object.values(parts).reduce((sum, one) => sum + one, 0) };
}

const toPaise = (nano: bigint): number => Number((nano + NANO_PER_PAISA / 2n) / NANO_PER_PAISA);
const toRupees = (nano: bigint): number => Number((nano + NANO_PER_RUPEE / 2n) / NANO_PER_RUPEE);
