import { istDate, paise } from '@vega/kernel';
import { chargesOf, exerciseTaxPaise, type ChargeClass } from '@vega/rulebook';
import fc from 'fast-check';
import { noteOf, quoteCharges } from '../src/index.ts';
import { addExerciseTax, noCharges } from '../src/charges/charges.ts';

const CLASS_OF = { equity: { I: 'intraday', D: 'delivery' }, future: 'future', option: 'option' } as const;
const SEGMENTS = {
  equity: ['NSE_EQ', 'BSE_EQ'],
  future: ['NSE_FO', 'BSE_FO'],
  option: ['NSE_FO', 'BSE_FO'],
} as const;
/** Both sides of every change of a rate since 2023-04-01. */
const DATES = ['2023-04-01', '2024-09-30', '2024-10-01', '2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'];

/** The rulebook and the exchange write the levies down apart from each other: each is the other's witness. */
describe('charges by the exchange and by the rulebook', () => {
  it('are the same for any trade, head by head', () => {
    const trades = fc.record({
      kind: fc.constantFrom('equity' as const, 'future' as const, 'option' as const),
      bse: fc.boolean(),
      product: fc.constantFrom('I' as const, 'D' as const),
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      valuePaise: fc.integer({ min: 0, max: 1e12 }),
      brokerage: fc.nat(50_000),
      date: fc.constantFrom(...DATES).map(istDate),
    });
    fc.assert(
      fc.property(trades, ({ kind, bse, product, side, valuePaise, brokerage, date }) => {
        const segment = SEGMENTS[kind][bse ? 1 : 0];
        const theirs = quoteCharges({ instrument: { segment, kind }, product, side, valuePaise }, brokerage, date);
        const chargeClass: ChargeClass = kind === 'equity' ? CLASS_OF.equity[product] : CLASS_OF[kind];
        const exchange = bse ? 'BSE' : 'NSE';
        const trade = { exchange, chargeClass, side, valuePaise: paise(valuePaise) } as const;
        expect(chargesOf([trade], paise(brokerage), date)).toEqual(theirs);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the same for options that are exercised, the note rounding to the rupee', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.constantFrom(...DATES).map(istDate), (intrinsicPaise, date) => {
        const sums = noCharges();
        addExerciseTax(sums, intrinsicPaise, date);
        const ours = exerciseTaxPaise(paise(intrinsicPaise), date);
        expect(Math.abs(noteOf(sums).sttPaise - ours)).toBeLessThanOrEqual(50);
      }),
    );
  });
});
