import { istDate, paise } from '@vega/kernel';
import fc from 'fast-check';
import {
  CHARGE_CLASSES,
  chargesOf,
  EXERCISE_STT_RATES,
  exerciseTaxPaise,
  EXCHANGES,
  SEBI_RATES,
  STAMP_RATES,
  STT_RATES,
  TRANSACTION_RATES,
  type ChargeClass,
  type Charges,
  type CostedTrade,
} from './index.ts';

const NOW = istDate('2026-11-23');
const RS_20 = paise(2_000);
const CRORE = paise(1_000_000_000);

const trade = (
  chargeClass: ChargeClass,
  side: 'BUY' | 'SELL',
  valuePaise: number,
  exchange: 'NSE' | 'BSE' = 'NSE',
): CostedTrade => ({ exchange, chargeClass, side, valuePaise: paise(valuePaise) });

/** Heads in the order brokerage, STT, transaction, SEBI, GST, stamp, total. */
const heads = (charges: Charges): number[] => [
  charges.brokeragePaise,
  charges.sttPaise,
  charges.transactionPaise,
  charges.sebiPaise,
  charges.gstPaise,
  charges.stampPaise,
  charges.totalPaise,
];

describe('charges', () => {
  // The published rates themselves: a crore of turnover without brokerage pays each in rupees.
  it.each<[string, CostedTrade, string, number, number, number]>([
    ['option sale', trade('option', 'SELL', CRORE), '2024-09-30', 6_250, 3_503, 0],
    ['option sale', trade('option', 'SELL', CRORE), '2024-10-01', 10_000, 3_503, 0],
    ['option sale', trade('option', 'SELL', CRORE), '2026-03-31', 10_000, 3_553, 0],
    ['option sale', trade('option', 'SELL', CRORE), '2026-04-01', 15_000, 3_553, 0],
    ['option purchase', trade('option', 'BUY', CRORE), '2026-11-23', 0, 3_553, 300],
    ['future sale', trade('future', 'SELL', CRORE), '2024-09-30', 1_250, 173, 0],
    ['future sale', trade('future', 'SELL', CRORE), '2024-10-01', 2_000, 173, 0],
    ['future sale', trade('future', 'SELL', CRORE), '2026-04-01', 5_000, 183, 0],
    ['future purchase', trade('future', 'BUY', CRORE), '2026-11-23', 0, 183, 200],
    ['intraday sale', trade('intraday', 'SELL', CRORE), '2026-11-23', 2_500, 307, 0],
    ['intraday purchase', trade('intraday', 'BUY', CRORE), '2026-11-23', 0, 307, 300],
    ['delivery purchase', trade('delivery', 'BUY', CRORE), '2026-11-23', 10_000, 307, 1_500],
    ['delivery sale', trade('delivery', 'SELL', CRORE), '2026-11-23', 10_000, 307, 0],
    ['option sale at BSE', trade('option', 'SELL', CRORE, 'BSE'), '2026-11-23', 15_000, 3_250, 0],
    ['future sale at BSE', trade('future', 'SELL', CRORE, 'BSE'), '2026-11-23', 5_000, 0, 0],
    ['delivery at BSE', trade('delivery', 'BUY', CRORE, 'BSE'), '2026-11-23', 10_000, 375, 1_500],
  ])('of a crore of %s (%j) on %s', (_what, one, date, stt, transaction, stamp) => {
    const charges = chargesOf([one], paise(0), istDate(date));
    expect([charges.sttPaise, charges.transactionPaise, charges.stampPaise, charges.sebiPaise]).toEqual(
      [stt, transaction, stamp, 10].map((rupees) => rupees * 100),
    );
    expect(charges.gstPaise).toBe(18 * (transaction + 10));
  });

  it('of one lot of NIFTY bought and sold at 100 and 110, each head worked by hand', () => {
    // Rs 6,500: transaction 2.30945, SEBI 0.0065, GST 18 % of 22.31595 = 4.016871, stamp 0.195.
    expect(heads(chargesOf([trade('option', 'BUY', 650_000)], RS_20, NOW))).toEqual([2_000, 0, 231, 1, 402, 20, 2_654]);
    // Rs 7,150: STT 10.725, transaction 2.540395, SEBI 0.00715, GST 18 % of 22.547545 = 4.0585581.
    expect(heads(chargesOf([trade('option', 'SELL', 715_000)], RS_20, NOW))).toEqual([
      2_000, 1_073, 254, 1, 406, 0, 3_734,
    ]);
  });

  it('of an exercised option', () => {
    expect(exerciseTaxPaise(CRORE, istDate('2026-03-31'))).toBe(1_250_000);
    expect(exerciseTaxPaise(CRORE, istDate('2026-04-01'))).toBe(1_500_000);
    expect(exerciseTaxPaise(paise(0), NOW)).toBe(0);
  });

  it('are their heads, do not depend on the order of trades, and round each head once', () => {
    const trades = fc.array(
      fc.record({
        exchange: fc.constantFrom(...EXCHANGES),
        chargeClass: fc.constantFrom(...CHARGE_CLASSES),
        side: fc.constantFrom('BUY' as const, 'SELL' as const),
        valuePaise: fc.integer({ min: 0, max: 1e13 }).map(paise),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(trades, fc.nat(100_000).map(paise), (list, brokerage) => {
        const all = chargesOf(list, brokerage, NOW);
        const [total, parts] = [heads(all).at(-1) ?? 0, heads(all).slice(0, -1)];
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        expect(chargesOf(list.toReversed(), brokerage, NOW)).toEqual(all);
        const alone = list.map((one) => chargesOf([one], paise(0), NOW));
        const apart = alone.reduce((sum, one) => sum + one.sttPaise, 0);
        expect(Math.abs(apart - all.sttPaise)).toBeLessThanOrEqual((list.length + 1) / 2);
      }),
    );
  });

  it('are not guessed where the tables do not reach', () => {
    expect(() => chargesOf([trade('option', 'BUY', 100)], RS_20, istDate('2021-12-31'))).toThrow('does not know');
    expect(() => chargesOf([trade('option', 'BUY', -1)], RS_20, NOW)).toThrow('not negative');
  });

  it('come from tables that ascend and name their sources', () => {
    const tables = [
      EXERCISE_STT_RATES,
      SEBI_RATES,
      ...Object.values(STT_RATES),
      ...Object.values(STAMP_RATES),
      ...Object.values(TRANSACTION_RATES).flatMap((by) => Object.values(by)),
    ];
    for (const rows of tables) {
      expect(rows.map(({ from }) => from)).toEqual(rows.map(({ from }) => from).toSorted());
      expect(new Set(rows.map(({ from }) => from)).size).toBe(rows.length);
      expect(rows.every(({ source }) => source !== '')).toBe(true);
    }
  });
});
