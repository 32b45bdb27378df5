import type { Instrument } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import type { InstrumentDirectory } from '../src/app/ports.ts';

/** An instrument directory over a list; underlyings are what derivatives of the list name. */
export class MemoryDirectory implements InstrumentDirectory {
  private readonly listeners = new Set<() => void>();

  constructor(
    public masterDate: string,
    private rows: readonly Instrument[],
  ) {}

  get size(): number {
    return this.rows.length;
  }

  keys(): readonly InstrumentKey[] {
    return this.rows.map((row) => instrumentKey(row.instrumentKey));
  }

  byKey(key: InstrumentKey): Instrument | undefined {
    return this.rows.find((row) => row.instrumentKey === key);
  }

  resolve(symbol: string): Instrument | undefined {
    return this.rows.find((row) => row.instrumentKey === symbol || row.tradingSymbol === symbol);
  }

  underlyings(): readonly InstrumentKey[] {
    const named = new Set(this.rows.map(({ underlyingKey }) => underlyingKey).filter((key) => key !== ''));
    return [...named].map(instrumentKey);
  }

  futuresOf(underlying: InstrumentKey): readonly Instrument[] {
    return this.rows
      .filter((row) => row.underlyingKey === underlying && row.instrumentType === 'FUT')
      .sort((a, b) => (a.expiryDate < b.expiryDate ? -1 : 1));
  }

  expiriesOf(underlying: InstrumentKey): readonly string[] {
    const dates = this.rows.filter((row) => row.underlyingKey === underlying).map((row) => row.expiryDate);
    return [...new Set(dates)].sort();
  }

  derivativesOf(underlying: InstrumentKey, expiryDate: string): readonly Instrument[] {
    return this.rows.filter((row) => row.underlyingKey === underlying && row.expiryDate === expiryDate);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes another list the master and tells everybody. */
  replace(masterDate: string, rows: readonly Instrument[]): void {
    this.masterDate = masterDate;
    this.rows = rows;
    for (const listener of this.listeners) listener();
  }
}
