import { istDateOf } from '@vega/kernel';
import { z } from 'zod';
import type { MasterRow } from '../market/market-source.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';
import type { JsonFile } from './json-file.ts';

const ExpiredRow = z.custom<MasterRow>(
  (value) => typeof value === 'object' && value !== null && 'instrument_key' in value && 'expiry' in value,
);

/** Rows of contracts that have expired while the simulator ran, oldest first. */
export const ExpiredState = z.array(ExpiredRow);
export type ExpiredState = z.infer<typeof ExpiredState>;

const MAX_ROWS = 50_000;

/** Remembers derivatives that leave the master, so that they can be asked for afterwards. */
export class ExpiredInstruments {
  private rows: MasterRow[];

  constructor(
    private readonly file: JsonFile<ExpiredState>,
    private readonly catalog: InstrumentCatalog,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.rows = [...(file.read() ?? [])];
    catalog.onReplaced((before, after) => this.keep(before, after));
  }

  /** Expiry dates known of an underlying, ascending. */
  expiries(underlyingKey: string): readonly string[] {
    const dates = this.of(underlyingKey).map((row) => istDateOf(row.expiry ?? 0));
    return [...new Set(dates)].sort();
  }

  /** Expired options or futures of an underlying and date. */
  contracts(underlyingKey: string, expiry: string, kind: 'option' | 'future'): readonly MasterRow[] {
    return this.of(underlyingKey).filter(
      (row) => istDateOf(row.expiry ?? 0) === expiry && (row.instrument_type === 'FUT') === (kind === 'future'),
    );
  }

  /** The contract of an expired key `SEGMENT|token|dd-mm-yyyy`. */
  find(expiredKey: string): MasterRow | undefined {
    this.catalog.rows();
    return this.rows.find((row) => expiredKeyOf(row) === expiredKey);
  }

  /** Resolves when what is known is on disk. */
  settled(): Promise<void> {
    return this.file.settled();
  }

  private of(underlyingKey: string): readonly MasterRow[] {
    this.catalog.rows();
    return this.rows.filter((row) => row.underlying_key === underlyingKey);
  }

  private keep(before: readonly MasterRow[], after: readonly MasterRow[]): void {
    const living = new Set(after.map((row) => `${row.instrument_key}@${row.expiry}`));
    const gone = before.filter((row) => row.expiry !== undefined && !living.has(`${row.instrument_key}@${row.expiry}`));
    if (gone.length === 0) return;
    this.rows = [...this.rows, ...gone].slice(-MAX_ROWS);
    this.file.write(this.rows).catch(this.onFailure);
  }
}

/** How an expired contract is named: `NSE_FO|54452|24-04-2025`. */
export function expiredKeyOf(row: MasterRow): string {
  const [year, month, day] = istDateOf(row.expiry ?? 0).split('-');
  return `${row.instrument_key}|${day}-${month}-${year}`;
}
