/**
 * Derivatives that have left the master. They become more with every expiry and nobody asks for them on most days: they lie in one file
 * for each expiry, which is read when asked for; what is held is which underlyings each expiry had.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { istDateOf } from '@vega/kernel';
import { z } from 'zod';
import { writeFileAtomically } from '../market/atomic-file.ts';
import type { MasterRow } from '../market/market-source.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';

const ExpiredRows = z.array(
  z.custom<MasterRow>(
    (value) => typeof value === 'object' && value !== null && 'instrument_key' in value && 'expiry' in value,
  ),
);

/** The latest expiries are kept: well over a year of them, with those of each week. */
const KEPT_EXPIRIES = 150;
const FILE = /^(\d{4}-\d{2}-\d{2})\.json$/;
const EXPIRED_KEY = /^(.+)\|(\d{2})-(\d{2})-(\d{4})$/;

/** Remembers derivatives that leave the master, so that they can be asked for afterwards. */
export class ExpiredInstruments {
  /** Underlyings by expiry date. */
  private readonly underlyings = new Map<string, ReadonlySet<string>>();

  /** Goes on with what `folder` holds. `onFailure` hears of rows that could not be written; they are forgotten. */
  constructor(
    private readonly folder: string,
    private readonly catalog: InstrumentCatalog,
    private readonly onFailure: (error: unknown) => void,
  ) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).sort()) {
      const expiry = FILE.exec(name)?.[1];
      if (expiry !== undefined) this.underlyings.set(expiry, underlyingsOf(this.read(expiry)));
    }
    catalog.onReplaced((before, after) => this.keep(before, after));
  }

  /** Expiry dates known of an underlying, ascending. */
  expiries(underlyingKey: string): readonly string[] {
    this.catalog.rows();
    return [...this.underlyings].flatMap(([expiry, keys]) => (keys.has(underlyingKey) ? [expiry] : [])).sort();
  }

  /** Expired options or futures of an underlying and date. */
  contracts(underlyingKey: string, expiry: string, kind: 'option' | 'future'): readonly MasterRow[] {
    return this.of(expiry).filter(
      (row) => row.underlying_key === underlyingKey && (row.instrument_type === 'FUT') === (kind === 'future'),
    );
  }

  /** The contract of an expired key `SEGMENT|token|dd-mm-yyyy`. */
  find(expiredKey: string): MasterRow | undefined {
    const [, key, day, month, year] = EXPIRED_KEY.exec(expiredKey) ?? [];
    return this.of(`${year}-${month}-${day}`).find((row) => row.instrument_key === key);
  }

  private of(expiry: string): readonly MasterRow[] {
    // Whoever asks first after a change of the date makes the catalog see it.
    this.catalog.rows();
    return this.underlyings.has(expiry) ? this.read(expiry) : [];
  }

  private keep(before: readonly MasterRow[], after: readonly MasterRow[]): void {
    const living = new Set(after.map((row) => `${row.instrument_key}@${row.expiry}`));
    const gone = before.filter((row) => row.expiry !== undefined && !living.has(`${row.instrument_key}@${row.expiry}`));
    try {
      for (const [expiry, rows] of Map.groupBy(gone, (row) => istDateOf(row.expiry ?? 0))) this.add(expiry, rows);
      for (const expiry of [...this.underlyings.keys()].sort().slice(0, -KEPT_EXPIRIES)) {
        rmSync(this.path(expiry), { force: true });
        this.underlyings.delete(expiry);
      }
    } catch (error) {
      this.onFailure(error);
    }
  }

  private add(expiry: string, rows: readonly MasterRow[]): void {
    const all = [...this.of(expiry), ...rows];
    writeFileAtomically(this.path(expiry), JSON.stringify(all));
    this.underlyings.set(expiry, underlyingsOf(all));
  }

  private path(expiry: string): string {
    return join(this.folder, `${expiry}.json`);
  }

  /** Throws one clear sentence when a file is not what was written. */
  private read(expiry: string): MasterRow[] {
    const path = this.path(expiry);
    let rows: unknown;
    try {
      rows = JSON.parse(readFileSync(path, 'utf8'));
    } catch (cause) {
      throw new Error(`the state file ${path} cannot be read as JSON; remove it to forget what expired then`, {
        cause,
      });
    }
    const parsed = ExpiredRows.safeParse(rows);
    if (parsed.success) return parsed.data;
    throw new Error(`the state file ${path} has an unknown form; remove it to forget what expired then`);
  }
}

function underlyingsOf(rows: readonly MasterRow[]): ReadonlySet<string> {
  return new Set(rows.map((row) => row.underlying_key ?? ''));
}

/** How an expired contract is named: `NSE_FO|54452|24-04-2025`. */
export function expiredKeyOf(row: MasterRow): string {
  const [year, month, day] = istDateOf(row.expiry ?? 0).split('-');
  return `${row.instrument_key}|${day}-${month}-${year}`;
}
