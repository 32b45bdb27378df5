import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { istDate, istDateOf, type IstDate } from '@vega/kernel';
import {
  indexContractTerms,
  listedExpiries,
  seedCalendar,
  sliceByFreeze,
  type ExpiryUnderlying,
  type IndexUnderlying,
} from './index.ts';

/** The folder of captured market data beside the project; undefined when this machine has none. */
function captureFolder(): string | undefined {
  const override = process.env['VEGA_SHARED_DIR'];
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(override ?? join(folder, 'shared'), 'data');
    if (existsSync(join(candidate, 'README.md'))) return candidate;
    if (override !== undefined || dirname(folder) === folder) return undefined;
  }
}

const folder = captureFolder();
if (folder === undefined) console.log('captures.spec: skipped, no captured market data beside the project');
const describeWithCaptures = folder === undefined ? describe.skip : describe;
const text = (name: string): string => {
  const bytes = readFileSync(join(folder ?? '', name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

const NSE_INDICES = ['NIFTY', 'BANKNIFTY', 'FINNIFTY', 'MIDCPNIFTY', 'NIFTYNXT50'] as const;

interface MasterRow {
  readonly segment: string;
  readonly instrument_type: string;
  readonly underlying_symbol?: string;
  readonly underlying_type?: string;
  readonly expiry?: number;
  readonly lot_size?: number;
  readonly freeze_quantity?: number;
  readonly tick_size?: number;
  readonly weekly?: boolean;
}

const distinct = (dates: Iterable<IstDate>): IstDate[] => [...new Set(dates)].sort();

/** Expiries must agree where a holiday list covers them; beyond, the nominal day is all that can be compared. */
function expectListed(underlying: ExpiryUnderlying, on: IstDate, listed: readonly IstDate[]): void {
  const predicted = listedExpiries(seedCalendar, underlying, on);
  expect(predicted).toHaveLength(listed.length);
  predicted.forEach((expiry, i) => {
    const actual = listed[i]!;
    if (expiry.covered) expect([underlying, expiry.date]).toEqual([underlying, actual]);
    else expect([underlying, actual <= expiry.date && actual >= expiry.date.slice(0, 8)]).toEqual([underlying, true]);
  });
}

describeWithCaptures('the instrument master of July 2026', () => {
  const on = istDate('2026-07-21');
  let rows: MasterRow[];
  beforeAll(() => {
    const all = JSON.parse(text('upstox_instruments_nse_2026-07.json.gz')) as MasterRow[];
    rows = all.filter((row) => row.segment === 'NSE_FO');
    expect(rows.length).toBeGreaterThan(30_000);
  });
  const of = (underlying: string): MasterRow[] => rows.filter((row) => row.underlying_symbol === underlying);
  const options = (list: readonly MasterRow[]): MasterRow[] => list.filter((row) => row.instrument_type !== 'FUT');
  const expiries = (list: readonly MasterRow[]): IstDate[] => distinct(list.map((row) => istDateOf(row.expiry!)));

  it.each(NSE_INDICES)('lists the expiries of %s that were predicted', (underlying) =>
    expectListed(underlying, on, expiries(options(of(underlying)))),
  );

  it('marks the weeklies of NIFTY as predicted', () => {
    const weekly = expiries(options(of('NIFTY')).filter((row) => row.weekly === true));
    const predicted = listedExpiries(seedCalendar, 'NIFTY', on).filter((expiry) => expiry.cycle === 'weekly');
    expect(weekly).toEqual(predicted.map((expiry) => expiry.date));
  });

  it('lists the expiries of shares that were predicted', () =>
    expectListed('NSE_STOCK', on, expiries(options(rows.filter((row) => row.underlying_type === 'EQUITY')))));

  it.each(NSE_INDICES)('has the lots and ticks of %s, and a freeze of as many lots as fit the limit', (underlying) => {
    for (const row of of(underlying)) {
      const terms = indexContractTerms(underlying, istDateOf(row.expiry!), on);
      expect(row.lot_size).toBe(terms.lot);
      expect(row.tick_size).toBe(row.instrument_type === 'FUT' ? terms.futureTickPaise : terms.optionTickPaise);
      expect(row.freeze_quantity).toBe(Math.floor(terms.freezeQuantity! / terms.lot!) * terms.lot!);
    }
  });

  it('gives a freeze quantity that slices to whole lots for every contract', () => {
    for (const row of rows) {
      const lot = row.lot_size!;
      const sliced = sliceByFreeze(lot * 100, lot, row.freeze_quantity!);
      if (!sliced.ok) throw new Error(sliced.error.message);
      expect(Math.max(...sliced.value)).toBeLessThanOrEqual(row.freeze_quantity!);
    }
  });
});

describeWithCaptures('captured chains and contract lists', () => {
  const csv = (name: string): { header: string[]; lines: string[][] } => {
    const [header, ...lines] = text(name).trimEnd().split('\n');
    return { header: header!.split(','), lines: lines.map((line) => line.split(',')) };
  };

  it('of 2026-03-25 hold the predicted expiries and lots', () => {
    const { header, lines } = csv('nse_bhavcopy_fo_ALL_2026-03-25.csv.gz');
    const [symbol, expiry, lot, type] = ['TckrSymb', 'XpryDt', 'NewBrdLotQty', 'FinInstrmTp'].map((name) =>
      header.indexOf(name),
    ) as [number, number, number, number];
    const on = istDate('2026-03-25');
    const options = lines.filter((line) => line[type]!.endsWith('O'));
    expect(options.length).toBeGreaterThan(50_000);
    for (const underlying of NSE_INDICES) {
      const own = options.filter((line) => line[symbol] === underlying);
      expectListed(underlying, on, distinct(own.map((line) => istDate(line[expiry]!))));
      for (const line of own) {
        expect(Number(line[lot])).toBe(indexContractTerms(underlying, istDate(line[expiry]!), on).lot);
      }
    }
    const shares = options.filter((line) => !(NSE_INDICES as readonly string[]).includes(line[symbol]!));
    expectListed('NSE_STOCK', on, distinct(shares.map((line) => istDate(line[expiry]!))));
  });

  it('of 2025-08-29 hold the predicted expiries, all on Tuesdays', () => {
    const { header, lines } = csv('nse_nifty_chain_20250829_every_minute.csv.gz');
    const column = header.indexOf('expiry');
    const listed = distinct(lines.map((line) => istDate(line[column]!)));
    // The quarter and half-year contracts were listed under the old rule; the near end is the new one.
    const near = listed.filter((expiry) => expiry < '2025-12-01');
    const predicted = listedExpiries(seedCalendar, 'NIFTY', istDate('2025-08-29'));
    expect(near).toEqual(predicted.slice(0, near.length).map((expiry) => expiry.date));
    expect(near).toHaveLength(7);
  });

  it('of 2025-07-16 hold the Thursdays of before September', () => {
    const chain = JSON.parse(text('nse_chain_nifty_20250716_1530.json.gz')) as {
      readonly records: { readonly expiryDates: readonly string[] };
    };
    const MONTHS = ['Jul', 'Aug'];
    const listed = chain.records.expiryDates
      .filter((expiry) => MONTHS.includes(expiry.slice(3, 6)) && expiry.endsWith('2025'))
      .map((expiry) => istDate(`2025-${expiry.includes('Jul') ? '07' : '08'}-${expiry.slice(0, 2)}`));
    const predicted = listedExpiries(seedCalendar, 'NIFTY', istDate('2025-07-16'));
    expect(listed).toHaveLength(6);
    expect(predicted.slice(0, 6).map((expiry) => expiry.date)).toEqual(listed);
  });

  it.each([
    ['2024-06-27', 'option_chain_NIFTY_exp2024-06-27_spot23868.80_snap2024-06-26close.json'],
    ['2024-07-25', 'option_chain_NIFTY_exp2024-07-25_spot24530.90_snap2024-07-19close.json'],
  ])('of the expiry %s hold its lot', (expiry, name) => {
    const chain = JSON.parse(text(name)) as {
      readonly data: readonly { readonly call_options: { readonly market_data: { readonly oi: number } } }[];
    };
    const lot = indexContractTerms('NIFTY' satisfies IndexUnderlying, istDate(expiry), istDate('2024-06-26')).lot!;
    const interest = chain.data.map((row) => row.call_options.market_data.oi).filter((oi) => oi > 0);
    expect(interest.length).toBeGreaterThan(50);
    for (const oi of interest) expect(oi % lot).toBe(0);
    expect(interest.some((oi) => oi % (lot * 2) !== 0)).toBe(true);
    const predicted = listedExpiries(seedCalendar, 'NIFTY', istDate('2024-06-26')).map((row) => row.date);
    expect(predicted).toContain(expiry);
  });
});
