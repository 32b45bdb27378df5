import { qty, type IstDate, type Paise, type Qty } from '@vega/kernel';
import { INDEX_TERMS } from './data/contract-terms.ts';
import { EXPIRY_RULES, type IndexUnderlying } from './data/expiry-rules.ts';
import { inForce } from './dated.ts';
import { derivativeSegmentOf, type DerivativeSegment } from './market.ts';

/** The parts of {@link ContractTerms} that may be approximate or unknown. */
export type ContractTerm = 'lot' | 'freezeQuantity' | 'grid';

/** Contract terms of an index as the tables have them. The instrument master is the truth for a real contract. */
export interface ContractTerms {
  readonly underlying: IndexUnderlying;
  readonly segment: DerivativeSegment;
  /** Undefined: not known for this expiry. */
  readonly lot: Qty | undefined;
  /** The largest quantity of one order; undefined: not known for this date. */
  readonly freezeQuantity: Qty | undefined;
  readonly strikeStepPaise: Paise;
  readonly optionTickPaise: Paise;
  readonly futureTickPaise: Paise;
  /** The terms that come from secondary sources or are not known at all. */
  readonly approximate: readonly ContractTerm[];
}

/** The terms of an index's contracts expiring on `expiry`, as traded on `on`. */
export function indexContractTerms(underlying: IndexUnderlying, expiry: IstDate, on: IstDate): ContractTerms {
  const table = INDEX_TERMS[underlying];
  const lot = inForce(table.lots, expiry);
  const freeze = inForce(table.freezes, on);
  const approximate: ContractTerm[] = [];
  if (lot?.verified !== true) approximate.push('lot');
  if (freeze?.verified !== true) approximate.push('freezeQuantity');
  if (!table.grid.verified) approximate.push('grid');
  return {
    underlying,
    segment: derivativeSegmentOf(EXPIRY_RULES[underlying].exchange),
    lot: lot && qty(lot.units),
    freezeQuantity: freeze && qty(freeze.units),
    strikeStepPaise: table.grid.strikeStepPaise,
    optionTickPaise: table.grid.optionTickPaise,
    futureTickPaise: table.grid.futureTickPaise,
    approximate,
  };
}
