import type { Instrument } from '@vega/contracts';
import { invariant, istDate, type IstDate } from '@vega/kernel';
import type { DerivativeSegment } from '@vega/rulebook';

/** The contracts of one expiry of an underlying, by strike. */
export interface ChainContracts {
  readonly underlying: Instrument;
  readonly kind: 'INDEX' | 'EQUITY';
  readonly segment: DerivativeSegment;
  readonly expiryDate: IstDate;
  /** Ascending. */
  readonly strikesPaise: readonly number[];
  /** The same in rupees. */
  readonly strikes: Float64Array;
  /** By strike; a strike may lack a side. */
  readonly calls: readonly (Instrument | undefined)[];
  readonly puts: readonly (Instrument | undefined)[];
  /** The future of the same expiry, where one is listed. */
  readonly future: Instrument | undefined;
  readonly lotSize: number;
  readonly tickSizePaise: number;
  readonly weekly: boolean;
}

/** Sorts the contracts of an expiry into a chain; undefined when there are no options among them. */
export function chainContracts(
  underlying: Instrument,
  expiryDate: string,
  contracts: readonly Instrument[],
): ChainContracts | undefined {
  const calls = new Map<number, Instrument>();
  const puts = new Map<number, Instrument>();
  let future: Instrument | undefined;
  for (const one of contracts) {
    if (one.instrumentType === 'CE') calls.set(one.strikePaise, one);
    else if (one.instrumentType === 'PE') puts.set(one.strikePaise, one);
    else if (one.instrumentType === 'FUT') future ??= one;
  }
  const strikesPaise = [...new Set([...calls.keys(), ...puts.keys()])].sort((a, b) => a - b);
  const first = calls.get(strikesPaise[0] ?? 0) ?? puts.get(strikesPaise[0] ?? 0);
  if (first === undefined) return undefined;
  invariant(first.segment === 'NSE_FO' || first.segment === 'BSE_FO', `${first.instrumentKey} is no derivative`);
  return {
    underlying,
    kind: underlying.segment.endsWith('_INDEX') ? 'INDEX' : 'EQUITY',
    segment: first.segment,
    expiryDate: istDate(expiryDate),
    strikesPaise,
    strikes: Float64Array.from(strikesPaise, (paise) => paise / 100),
    calls: strikesPaise.map((strike) => calls.get(strike)),
    puts: strikesPaise.map((strike) => puts.get(strike)),
    future,
    lotSize: first.lotSize,
    tickSizePaise: first.tickSizePaise,
    weekly: first.weekly,
  };
}

/** The name of a chain within the service. */
export function chainName(underlyingKey: string, expiryDate: string): string {
  return `${underlyingKey} ${expiryDate}`;
}

/** Keys of a chain's instruments in the order in which room on the feed is worth most: near the money first. */
export function keysByNearness(contracts: ChainContracts, centre: number | undefined): string[] {
  const { strikes, calls, puts } = contracts;
  const middle = centre ?? strikes[strikes.length >> 1] ?? 0;
  const order = [...strikes.keys()].sort(
    (a, b) => Math.abs(at(strikes, a) - middle) - Math.abs(at(strikes, b) - middle),
  );
  return order.flatMap((row) => [calls[row]?.instrumentKey ?? [], puts[row]?.instrumentKey ?? []].flat());
}

const at = (column: Float64Array, row: number): number => column[row] as number;
