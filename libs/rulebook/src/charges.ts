// Goal: what trades cost in levies and brokerage, exactly.
// Method: turnover in whole paise times a rate in rupees per crore is a whole number of nano-rupees; heads are summed so, in
//   BigInt, and each is rounded once, half up to the paisa. (A contract note rounds STT and stamp duty of a day to the rupee.)
// Reference: the sources of the rows in data/charge-rates.ts.

import { invariant, paise, type IstDate, type Paise } from '@vega/kernel';
import {
  EXERCISE_STT_RATES,
  GST_PERCENT,
  SEBI_RATES,
  STAMP_RATES,
  STT_RATES,
  TRANSACTION_RATES,
  type ChargeClass,
  type RateRow,
} from './data/charge-rates.ts';
import { ruleInForce } from './dated.ts';
import type { Exchange } from './market.ts';

/** A trade as far as its costs go. */
export interface CostedTrade {
  readonly exchange: Exchange;
  readonly chargeClass: ChargeClass;
  readonly side: 'BUY' | 'SELL';
  /** Price times quantity; the premium of an option. */
  readonly valuePaise: Paise;
}

/** Costs by head. */
export interface Charges {
  readonly brokeragePaise: Paise;
  readonly sttPaise: Paise;
  readonly transactionPaise: Paise;
  readonly sebiPaise: Paise;
  readonly gstPaise: Paise;
  readonly stampPaise: Paise;
  readonly totalPaise: Paise;
}

const NANO_PER_PAISA = 10_000_000n;

/** What trades of a date cost together, `brokeragePaise` being the broker's fee for all of their orders. Throws `RULE_UNKNOWN` before 2022. */
export function chargesOf(trades: readonly CostedTrade[], brokeragePaise: Paise, date: IstDate): Charges {
  let [stt, transaction, sebi, stamp] = [0n, 0n, 0n, 0n];
  for (const { exchange, chargeClass, side, valuePaise } of trades) {
    invariant(valuePaise >= 0, `the value of a trade is not negative, got ${valuePaise}`);
    const of = (rows: readonly RateRow[], levy: string): bigint => levyOn(valuePaise, rows, date, levy);
    if (side === 'SELL' || chargeClass === 'delivery') stt += of(STT_RATES[chargeClass], 'securities transaction tax');
    transaction += of(TRANSACTION_RATES[exchange][chargeClass], 'transaction charges');
    sebi += of(SEBI_RATES, "SEBI's fee");
    if (side === 'BUY') stamp += of(STAMP_RATES[chargeClass], 'stamp duty');
  }
  const taxed = BigInt(brokeragePaise) * NANO_PER_PAISA + transaction + sebi;
  const heads = {
    brokeragePaise,
    sttPaise: toPaise(stt),
    transactionPaise: toPaise(transaction),
    sebiPaise: toPaise(sebi),
    gstPaise: toPaise((taxed * BigInt(GST_PERCENT)) / 100n),
    stampPaise: toPaise(stamp),
  };
  return { ...heads, totalPaise: paise(Object.values(heads).reduce<number>((sum, head) => sum + head, 0)) };
}

/** STT of options that are exercised on a date, of the intrinsic value that their holder gets. */
export function exerciseTaxPaise(intrinsicPaise: Paise, date: IstDate): Paise {
  invariant(intrinsicPaise >= 0, `an intrinsic value is not negative, got ${intrinsicPaise}`);
  return toPaise(levyOn(intrinsicPaise, EXERCISE_STT_RATES, date, 'tax on exercised options'));
}

/** Nano-rupees: a paisa at a rupee per crore is a nano-rupee. */
function levyOn(valuePaise: Paise, rows: readonly RateRow[], date: IstDate, levy: string): bigint {
  return BigInt(valuePaise) * BigInt(ruleInForce(rows, date, levy).rupeesPerCrore);
}

const toPaise = (nano: bigint): Paise => paise(Number((nano + NANO_PER_PAISA / 2n) / NANO_PER_PAISA));
