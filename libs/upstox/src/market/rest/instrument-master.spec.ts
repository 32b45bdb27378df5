import { createReadStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { sharedFile } from '../../../test/support/shared-data.ts';
import { UpstoxError } from '../../wire/upstox-error.ts';
import { type InstrumentMaster, readInstrumentMaster } from './instrument-master.ts';

const equity = {
  segment: 'NSE_EQ',
  name: 'JOCIL LIMITED',
  exchange: 'NSE',
  isin: 'INE839G01010',
  instrument_type: 'EQ',
  instrument_key: 'NSE_EQ|INE839G01010',
  lot_size: 1,
  freeze_quantity: 100000.0,
  exchange_token: '16927',
  tick_size: 5.0,
  trading_symbol: 'JOCIL',
  short_name: 'JOCIL',
  security_type: 'NORMAL',
};
const call = {
  weekly: false,
  segment: 'NSE_FO',
  name: 'VODAFONE IDEA LIMITED',
  exchange: 'NSE',
  expiry: 1706207399000,
  instrument_type: 'CE',
  underlying_symbol: 'IDEA',
  instrument_key: 'NSE_FO|36708',
  lot_size: 80000,
  freeze_quantity: 1600000.0,
  exchange_token: '36708',
  minimum_lot: 80000,
  underlying_key: 'NSE_EQ|INE669E01016',
  tick_size: 5.0,
  underlying_type: 'EQUITY',
  trading_symbol: 'IDEA 22 CE 25 JAN 24',
  strike_price: 22.05,
};
const future = {
  ...call,
  instrument_key: 'NSE_FO|36702',
  instrument_type: 'FUT',
  strike_price: 0.0,
  trading_symbol: 'IDEA FUT',
};
const index = {
  segment: 'BSE_INDEX',
  name: 'AUTO',
  exchange: 'BSE',
  instrument_type: 'INDEX',
  instrument_key: 'BSE_INDEX|AUTO',
  exchange_token: '13',
  trading_symbol: 'AUTO',
};

async function* chunked(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

function read(bytes: Uint8Array, size?: number): Promise<InstrumentMaster> {
  return readInstrumentMaster('GET /instruments/{file}.json.gz', chunked(bytes, size));
}

const json = (rows: readonly unknown[]): Buffer => Buffer.from(JSON.stringify(rows));

async function reasonFor(bytes: Uint8Array): Promise<string> {
  const error: unknown = await read(bytes).then(
    () => new Error('it was read'),
    (caught: unknown) => caught,
  );
  if (!(error instanceof UpstoxError)) throw error;
  expect(error.code).toBe('UPSTOX_BAD_REPLY');
  return error.message;
}

describe('readInstrumentMaster', () => {
  it.each([
    ['gzip', gzipSync(json([equity, call, future, index]))],
    ['plain', json([equity, call, future, index])],
  ])('types the rows of a %s file', async (_name, bytes) => {
    const master = await read(bytes);
    expect(master).toMatchObject({ rowCount: 4, invalidCount: 0, invalid: [] });
    expect(master.instruments).toMatchObject([
      { kind: 'equity', key: 'NSE_EQ|INE839G01010', series: 'EQ', tickPaise: 5, lotSize: 1, freezeQuantity: 100_000 },
      { kind: 'call', expiry: '2024-01-25', strikePaise: 2_205, lotSize: 80_000, underlyingKey: 'NSE_EQ|INE669E01016' },
      { kind: 'future', strikePaise: null, weekly: false },
      { kind: 'index', segment: 'BSE_INDEX', tradingSymbol: 'AUTO' },
    ]);
  });

  it('counts segments that are not served, and names rows that cannot be read', async () => {
    const rows = [
      equity,
      { ...equity },
      { ...call, segment: 'MCX_FO', instrument_key: 'MCX_FO|1' },
      { ...call, instrument_key: 'NSE_FO|2', lot_size: 0 },
      { ...call, instrument_key: 'NSE_FO|3', strike_price: 0 },
      { ...call, instrument_key: 'BSE_FO|4' },
      { ...call, instrument_key: 'NSE_FO|5', tick_size: 2.5 },
      { name: 'nobody' },
    ];
    const bytes = Buffer.from(JSON.stringify(rows).replace(/]$/, ',{broken}]'));
    const master = await read(bytes);
    expect(master.instruments).toHaveLength(1);
    expect([...master.unsupported]).toEqual([['MCX_FO', 1]]);
    expect(master.invalidCount).toBe(7);
    expect(master.invalid).toEqual([
      { row: 'NSE_EQ|INE839G01010', reason: 'a second row of the same instrument' },
      { row: 'NSE_FO|2', reason: expect.stringMatching(/^lot_size: /) as string },
      { row: 'NSE_FO|3', reason: 'strike_price: an option needs a strike above zero' },
      { row: 'BSE_FO|4', reason: 'the key is not of the segment the row states' },
      { row: 'NSE_FO|5', reason: expect.stringMatching(/^tick_size: /) as string },
      { row: 'row 8', reason: 'no segment' },
      { row: 'row 9', reason: 'not JSON' },
    ]);
  });

  it('refuses a file with too many bad rows', async () => {
    const bad = Array.from({ length: 51 }, (_, at) => ({ ...call, instrument_key: `NSE_FO|${at}`, expiry: 'soon' }));
    expect(await reasonFor(json([equity, ...bad]))).toContain(
      '1 good and 51 bad rows of 52, the first (NSE_FO|0): expiry',
    );
  });

  const whole = gzipSync(json([equity, call]));
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['one byte', new Uint8Array([0x1f])],
    ['no rows', json([])],
    ['only segments that are not served', json([{ ...call, segment: 'NCD_FO' }])],
    ['an HTML page', Buffer.from('<html>403</html>')],
    ['a truncated list', json([equity, call]).subarray(0, -1)],
  ])('refuses %s', async (_name, bytes) => {
    await reasonFor(bytes);
  });

  it('fails on gzip that ends early or is broken inside', async () => {
    await expect(read(whole.subarray(0, -9), 1_000)).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
    const broken = Buffer.from(whole);
    broken.fill(0xff, 40, 80);
    await expect(read(broken, 1_000)).rejects.toMatchObject({ code: expect.stringMatching(/^Z_/) as string });
  });

  const recorded = sharedFile('upstox_instruments_nse_2026-07.json.gz');
  (recorded === undefined ? it.skip : it)('reads a real master of NSE without a fault', async () => {
    const master = await readInstrumentMaster('GET file', createReadStream(recorded ?? '') as AsyncIterable<Buffer>);
    expect(master).toMatchObject({ rowCount: 88_196, invalidCount: 0 });
    expect(Object.fromEntries(master.unsupported)).toEqual({ NCD_FO: 9_588, NSE_COM: 31_368 });
    const count = (kind: string): number => master.instruments.filter((row) => row.kind === kind).length;
    expect(count('equity')).toBe(9_427);
    expect(count('index')).toBe(139);
    expect(count('future') + count('call') + count('put')).toBe(37_674);
    const nifty = master.instruments.filter((row) => row.kind === 'call' && row.underlyingKey === 'NSE_INDEX|Nifty 50');
    expect(nifty.length).toBeGreaterThan(500);
    expect(
      nifty.every((row) => row.kind === 'call' && row.lotSize === 65 && (row.strikePaise ?? 1) % 5_000 === 0),
    ).toBe(true);
  });
});
