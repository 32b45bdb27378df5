import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, istDate, istInstant, type IstDate } from '@vega/kernel';
import type { MasterRow } from '../market/market-source.ts';
import { ExpiredInstruments, expiredKeyOf } from './expired-instruments.ts';
import type { InstrumentCatalog } from './instrument-catalog.ts';

const folder = mkdtempSync(join(tmpdir(), 'vega-expired-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const TUESDAY = istDate('2026-12-01');

function row(underlying: string, token: number, expiry: IstDate, type = 'CE'): MasterRow {
  return {
    instrument_key: `NSE_FO|${token}`,
    underlying_key: underlying,
    instrument_type: type,
    expiry: istInstant(expiry, 23, 59, 59),
  } as MasterRow;
}

/** A catalog whose master is replaced by hand. */
function masters() {
  let listener: (before: readonly MasterRow[], after: readonly MasterRow[]) => void = () => undefined;
  let rows: readonly MasterRow[] = [];
  const catalog = {
    rows: () => rows,
    onReplaced: (given: typeof listener) => (listener = given),
  } as unknown as InstrumentCatalog;
  const replace = (after: readonly MasterRow[]): void => {
    const before = rows;
    rows = after;
    listener(before, after);
  };
  return { catalog, replace };
}

const fail = (error: unknown): never => {
  throw error as Error;
};

describe('contracts that have expired', () => {
  it('are found by underlying and date, and by their own key, also by the next run', () => {
    const place = join(folder, 'found');
    const { catalog, replace } = masters();
    const expired = new ExpiredInstruments(place, catalog, fail);
    const nifty = [row('NIFTY', 1, TUESDAY), row('NIFTY', 2, TUESDAY, 'PE'), row('NIFTY', 3, TUESDAY, 'FUT')];
    const later = row('NIFTY', 4, addDays(TUESDAY, 7));
    const share = row('RELIANCE', 5, TUESDAY);
    replace([...nifty, share, later]);
    expect(expired.expiries('NIFTY')).toEqual([]);
    // A row that leaves later than the others of its date joins them.
    replace([share, later]);
    replace([later]);
    for (const one of [expired, new ExpiredInstruments(place, masters().catalog, fail)]) {
      expect(one.expiries('NIFTY')).toEqual([TUESDAY]);
      expect(one.expiries('BANKNIFTY')).toEqual([]);
      expect(one.contracts('NIFTY', TUESDAY, 'option')).toEqual(nifty.slice(0, 2));
      expect(one.contracts('NIFTY', TUESDAY, 'future')).toEqual([nifty[2]]);
      expect(one.contracts('RELIANCE', TUESDAY, 'option')).toEqual([share]);
      expect(one.find(expiredKeyOf(share))).toEqual(share);
      expect(one.find(expiredKeyOf(later))).toBeUndefined();
      expect(one.find('NSE_FO|5')).toBeUndefined();
    }
  });

  it('are kept for the latest expiries', () => {
    const place = join(folder, 'latest');
    const { catalog, replace } = masters();
    const expired = new ExpiredInstruments(place, catalog, fail);
    const expiries = Array.from({ length: 153 }, (_, i) => addDays(TUESDAY, i));
    replace(expiries.map((expiry, i) => row('NIFTY', i, expiry)));
    replace([]);
    expect(expired.expiries('NIFTY')).toEqual(expiries.slice(3));
    expect(readdirSync(place)).toHaveLength(150);
  });

  it('that cannot be written are told of; a file that is not theirs stops the start with a sentence', () => {
    const place = join(folder, 'lost');
    const { catalog, replace } = masters();
    const told: unknown[] = [];
    const expired = new ExpiredInstruments(place, catalog, (error) => told.push(error));
    rmSync(place, { recursive: true });
    replace([row('NIFTY', 1, TUESDAY)]);
    replace([]);
    expect(told).toHaveLength(1);
    expect(expired.expiries('NIFTY')).toEqual([]);
    const broken = join(folder, 'broken');
    const begin = (text: string) => () => {
      rmSync(broken, { recursive: true, force: true });
      void new ExpiredInstruments(broken, catalog, fail);
      writeFileSync(join(broken, `${TUESDAY}.json`), text);
      void new ExpiredInstruments(broken, catalog, fail);
    };
    expect(begin('{')).toThrow(/2026-12-01\.json cannot be read as JSON; remove it/);
    expect(begin('[1]')).toThrow(/2026-12-01\.json has an unknown form; remove it/);
  });
});
