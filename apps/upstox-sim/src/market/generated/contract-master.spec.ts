import { addDays, istDate, istInstant, type IstDate } from '@vega/kernel';
import {
  cashRows,
  contractRow,
  contractsOn,
  expiryRank,
  firstTokens,
  masterExpiry,
  tradingSymbol,
  type Contract,
} from './contract-master.ts';
import { nextMarketDate } from './trading-day.ts';
import { UNDERLYINGS } from './underlyings.ts';

const SPOTS = UNDERLYINGS.map((underlying) => underlying.price);
const begin = (date: string): Contract[] => contractsOn(istDate(date), SPOTS, [], firstTokens());
const symbolOf = (contract: Contract): string => UNDERLYINGS[contract.underlyingIndex]?.symbol ?? '';

function expiriesOf(contracts: readonly Contract[], symbol: string, weekly?: boolean): string[] {
  const chosen = contracts.filter((one) => symbolOf(one) === symbol && (weekly === undefined || one.weekly === weekly));
  return [...new Set(chosen.map((one) => one.expiry))];
}

describe('contractsOn', () => {
  const contracts = begin('2026-11-20');

  it('lists the expiries of the rulebook, holidays shifted; weeklies only of NIFTY and SENSEX', () => {
    expect(expiriesOf(contracts, 'NIFTY').slice(0, 4)).toEqual([
      '2026-11-23',
      '2026-12-01',
      '2026-12-08',
      '2026-12-15',
    ]);
    expect(expiriesOf(contracts, 'NIFTY', true)[0]).toBe('2026-12-01');
    expect(expiriesOf(contracts, 'SENSEX')[0]).toBe('2026-11-26');
    expect(expiriesOf(contracts, 'BANKNIFTY').slice(0, 3)).toEqual(['2026-11-23', '2026-12-29', '2027-01-26']);
    expect(expiriesOf(contracts, 'RELIANCE')).toEqual(['2026-11-23', '2026-12-29', '2027-01-26']);
    const weekly = new Set(contracts.filter((one) => one.weekly).map(symbolOf));
    expect([...weekly].sort()).toEqual(['NIFTY', 'SENSEX']);
  });

  it('lists three months of futures of every underlying', () => {
    for (const [index, { symbol }] of UNDERLYINGS.entries()) {
      const futures = contracts.filter((one) => one.underlyingIndex === index && one.type === 'FUT');
      expect([symbol, futures.length]).toEqual([symbol, 3]);
    }
  });

  it('lists calls and puts in pairs around the spot on the strike step', () => {
    const chain = contracts.filter((one) => symbolOf(one) === 'BANKNIFTY' && one.expiry === '2026-11-23');
    const calls = chain.filter((one) => one.type === 'CE').map((one) => one.strike);
    expect(chain.filter((one) => one.type === 'PE').map((one) => one.strike)).toEqual(calls);
    expect(calls.slice(1).every((strike, i) => strike - (calls[i] ?? 0) === 100)).toBe(true);
    const spot = SPOTS[1] ?? 0;
    expect(Math.min(...calls)).toBeLessThan(spot * 0.94);
    expect(Math.max(...calls)).toBeGreaterThan(spot * 1.06);
  });

  it('takes lots, freeze quantities and ticks of indices from the rulebook', () => {
    const row = (date: string, symbol: string) =>
      begin(date)
        .map(contractRow)
        .find((one) => one.asset_symbol === symbol);
    expect(row('2026-11-20', 'NIFTY')).toMatchObject({ lot_size: 65, freeze_quantity: 1755, minimum_lot: 65 });
    expect(row('2025-12-15', 'NIFTY')).toMatchObject({ lot_size: 75 });
    expect(row('2025-12-15', 'BANKNIFTY')).toMatchObject({ lot_size: 35 });
    expect(row('2026-11-20', 'BANKNIFTY')).toMatchObject({ lot_size: 30, freeze_quantity: 600 });
  });

  it('gives every contract a token of its own within its segment', () => {
    expect(new Set(contracts.map((one) => one.key)).size).toBe(contracts.length);
    const symbols = contracts.map((one) => contractRow(one).trading_symbol);
    expect(new Set(symbols).size).toBe(symbols.length);
  });

  it('keeps contracts until they expire and adds what comes into range', () => {
    let date: IstDate = istDate('2026-11-20');
    let live = begin(date);
    const tokens = { NSE_FO: 140_000, BSE_FO: 900_000 };
    for (let i = 0; i < 30; i++) {
      const before = live;
      date = nextMarketDate(date);
      live = contractsOn(
        date,
        SPOTS.map((spot) => spot * (1 + 0.002 * i)),
        before,
        tokens,
      );
      const keys = new Map(live.map((one) => [one.key, one]));
      const dropped = before.filter((old) => (keys.get(old.key) === old) !== old.expiry >= date);
      const known = new Set(before);
      const misdated = live.filter((one) => one.expiry < date || (!known.has(one) && one.listed !== date));
      expect([keys.size, dropped, misdated]).toEqual([live.length, [], []]);
    }
    // The token range of 10,000 was exhausted and begun again.
    expect(live.some((one) => one.token < 140_000 && one.key.startsWith('NSE_FO'))).toBe(true);
    expect(live.length).toBeLessThan(16_000);
  });

  it('ranks expiries of an underlying', () => {
    expect(expiryRank(0, istDate('2026-11-23'), istDate('2026-11-20'))).toBe(0);
    expect(expiryRank(0, istDate('2026-12-08'), istDate('2026-11-20'))).toBe(2);
    expect(expiryRank(0, istDate('2030-12-08'), istDate('2026-11-20'))).toBeGreaterThan(5);
  });
});

describe('master rows', () => {
  it('print symbols and expiries as Upstox does', () => {
    const expiry = istDate('2026-06-30');
    expect(tradingSymbol('NIFTY', { type: 'CE', strike: 27_000, expiry })).toBe('NIFTY 27000 CE 30 JUN 26');
    expect(tradingSymbol('ITC', { type: 'PE', strike: 292.5, expiry })).toBe('ITC 292.5 PE 30 JUN 26');
    expect(tradingSymbol('NIFTY', { type: 'FUT', strike: 0, expiry: istDate('2026-07-28') })).toBe(
      'NIFTY FUT 28 JUL 26',
    );
    // Real rows of July 2026 carry these.
    expect(masterExpiry(expiry)).toBe(1_782_844_199_000);
    expect(masterExpiry(istDate('2026-07-28'))).toBe(1_785_263_399_000);
    expect(masterExpiry(expiry)).toBe(istInstant(addDays(expiry, 1)) - 1000);
  });

  it('hold five indices, the volatility index and about forty shares', () => {
    const rows = cashRows(true);
    const indices = rows.filter((row) => row.instrument_type === 'INDEX').map((row) => row.instrument_key);
    expect(indices).toEqual([
      'NSE_INDEX|Nifty 50',
      'NSE_INDEX|Nifty Bank',
      'NSE_INDEX|Nifty Fin Service',
      'NSE_INDEX|NIFTY MID SELECT',
      'BSE_INDEX|SENSEX',
      'NSE_INDEX|India VIX',
    ]);
    const shares = rows.filter((row) => row.instrument_type === 'EQ');
    expect(shares.length).toBeGreaterThanOrEqual(40);
    // ISIN check digit, ISO 6166.
    expect(shares.filter((row) => !isIsin(row.isin ?? ''))).toEqual([]);
    expect(new Set(shares.map((row) => row.exchange_token)).size).toBe(shares.length);
    expect(shares.every((row) => row.cas_eligible === true)).toBe(true);
    expect(cashRows(false).some((row) => row.cas_eligible !== undefined)).toBe(false);
  });
});

function isIsin(text: string): boolean {
  const digits = [...text].map((sign) => Number.parseInt(sign, 36)).join('');
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1);
    return total + Math.floor(doubled / 10) + (doubled % 10);
  }, 0);
  return text.length === 12 && sum % 10 === 0;
}
