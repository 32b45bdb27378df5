import type { Level } from '../instrument.ts';

interface Shown {
  readonly pricePaise: number;
  readonly quantity: number;
  taken: number;
}

/**
 * One side of the depth that the market shows, less what this exchange's own orders have taken from it. What was taken
 * at a price stays taken until the market shows another quantity there: only then have new orders come.
 */
export class ShownDepth {
  private levels: Shown[] = [];

  /** Takes over what the market shows now, best first. */
  show(levels: readonly Level[]): void {
    const before = new Map(this.levels.map((level) => [level.pricePaise, level]));
    this.levels = levels
      .filter((level) => level.quantity > 0 && level.pricePaise > 0)
      .map(({ pricePaise, quantity }) => {
        const known = before.get(pricePaise);
        return { pricePaise, quantity, taken: known?.quantity === quantity ? known.taken : 0 };
      });
  }

  /** The best price that still has units; undefined when all that is shown has been taken. */
  best(): number | undefined {
    return this.levels.find((level) => level.taken < level.quantity)?.pricePaise;
  }

  /** Takes up to `wanted` units at a price; how many there were. */
  take(pricePaise: number, wanted: number): number {
    const level = this.levels.find((one) => one.pricePaise === pricePaise);
    if (level === undefined) return 0;
    const units = Math.min(wanted, level.quantity - level.taken);
    level.taken += units;
    return units;
  }

  /** Units in front of somebody who joins at a price; unknown (infinite) beyond the last level shown. */
  ahead(pricePaise: number, isBuySide: boolean): number {
    const level = this.levels.find((one) => one.pricePaise === pricePaise);
    if (level !== undefined) return level.quantity - level.taken;
    const last = this.levels.at(-1)?.pricePaise;
    if (last === undefined) return 0;
    return (isBuySide ? pricePaise < last : pricePaise > last) ? Infinity : 0;
  }
}
