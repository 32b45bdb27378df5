import { Instrument } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import { INDIA_VIX, platformInterest, WHOLE_MASTER_AT_MOST, type InterestMaster } from './platform-interest.ts';

const row = (key: string, type: string, symbol: string, underlying = ''): Instrument =>
  Instrument.create({
    instrumentKey: key,
    segment: key.slice(0, key.indexOf('|')),
    instrumentType: type,
    tradingSymbol: symbol,
    underlyingKey: underlying,
  });
const ROWS = [
  row('NSE_INDEX|Nifty 50', 'INDEX', 'NIFTY'),
  row('BSE_INDEX|SENSEX', 'INDEX', 'SENSEX'),
  row('NSE_INDEX|India VIX', 'INDEX', 'INDIA VIX'),
  row('NSE_EQ|RELIANCE', 'EQ', 'RELIANCE'),
  row('NSE_EQ|SMALL', 'EQ', 'SMALL'),
  row('NSE_FO|1', 'FUT', 'NIFTY FUT NOV', 'NSE_INDEX|Nifty 50'),
  row('NSE_FO|2', 'FUT', 'NIFTY FUT DEC', 'NSE_INDEX|Nifty 50'),
  row('NSE_FO|3', 'FUT', 'RELIANCE FUT NOV', 'NSE_EQ|RELIANCE'),
];

function master(rows: readonly Instrument[] = ROWS, size = WHOLE_MASTER_AT_MOST + 1): InterestMaster {
  return {
    size,
    keys: () => rows.map((one) => instrumentKey(one.instrumentKey)),
    byKey: (key) => rows.find((one) => one.instrumentKey === key),
    resolve: (symbol) => rows.find((one) => one.tradingSymbol === symbol || one.instrumentKey === symbol),
    underlyings: () => ['NSE_INDEX|Nifty 50', 'NSE_EQ|RELIANCE', 'BSE_INDEX|SENSEX'].map(instrumentKey),
    futuresOf: (key: InstrumentKey) => rows.filter((one) => one.underlyingKey === key && one.instrumentType === 'FUT'),
  };
}

const keysOf = (wants: readonly { key: InstrumentKey }[]): string[] => wants.map(({ key }) => key);

describe("the platform's own interest", () => {
  it('is all indices with derivatives, VIX, all underlyings and the near future of each index', () => {
    const interest = platformInterest(master(), []);
    expect(keysOf(interest.indices)).toEqual(['NSE_INDEX|Nifty 50', 'BSE_INDEX|SENSEX', INDIA_VIX]);
    expect(keysOf(interest.underlyings)).toEqual(['NSE_EQ|RELIANCE', 'NSE_FO|1']);
    expect(interest.unknown).toEqual([]);
  });

  it('is the configured underlyings where some are named, by key or symbol, each once, with the unknown named', () => {
    const configured = ['NIFTY', 'NSE_EQ|RELIANCE', 'RELIANCE', 'NSE_INDEX|Nifty 50', 'NOBODY'];
    const interest = platformInterest(master(), configured);
    expect(keysOf(interest.indices)).toEqual(['NSE_INDEX|Nifty 50', 'BSE_INDEX|SENSEX', INDIA_VIX]);
    expect(keysOf(interest.underlyings)).toEqual(['NSE_EQ|RELIANCE', 'NSE_FO|1']);
    expect(interest.unknown).toEqual(['NOBODY']);
  });

  it('is the whole of a small master, the underlyings first, unless something is configured', () => {
    const small = master(ROWS, WHOLE_MASTER_AT_MOST);
    expect(keysOf(platformInterest(small, []).underlyings)).toEqual([
      'NSE_EQ|RELIANCE',
      'NSE_FO|1',
      'NSE_EQ|SMALL',
      'NSE_FO|2',
      'NSE_FO|3',
    ]);
    expect(keysOf(platformInterest(small, ['NIFTY']).underlyings)).toEqual(['NSE_FO|1']);
  });

  it('wants no VIX of a master without one', () => {
    const without = ROWS.filter(({ instrumentKey: key }) => key !== INDIA_VIX);
    expect(keysOf(platformInterest(master(without), []).indices)).not.toContain(INDIA_VIX);
  });
});
