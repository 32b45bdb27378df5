import { addDays, dayOfWeek, istDate, type IstDate } from '@vega/kernel';
import fc from 'fast-check';
import {
  derivativesCloseWindow,
  endOfTrading,
  EXPIRY_RULES,
  expirySeries,
  finalSettlement,
  instantAt,
  isTradingDay,
  listedExpiries,
  mergeHolidays,
  seedCalendar,
  tradingCalendar,
  type ExpiryUnderlying,
  type IndexUnderlying,
} from './index.ts';

const d = istDate;
const dates = (underlying: ExpiryUnderlying, from: string, counts: Parameters<typeof expirySeries>[3]): string[] =>
  expirySeries(seedCalendar, underlying, d(from), counts).map((expiry) => expiry.date);

describe('expiries moved by holidays in 2026', () => {
  it.each<[IndexUnderlying, string, string, 'weekly' | 'monthly']>([
    ['NIFTY', '2026-03-02', '2026-03-03', 'weekly'],
    ['NIFTY', '2026-03-30', '2026-03-31', 'monthly'],
    ['NIFTY', '2026-04-13', '2026-04-14', 'weekly'],
    ['NIFTY', '2026-10-19', '2026-10-20', 'weekly'],
    ['NIFTY', '2026-11-09', '2026-11-10', 'weekly'],
    ['NIFTY', '2026-11-23', '2026-11-24', 'monthly'],
    ['SENSEX', '2026-01-14', '2026-01-15', 'weekly'],
    ['SENSEX', '2026-03-25', '2026-03-26', 'monthly'],
    ['SENSEX', '2026-05-27', '2026-05-28', 'monthly'],
  ])('%s expires on %s instead of %s, a %s', (underlying, date, nominal, cycle) => {
    const year = expirySeries(seedCalendar, underlying, d('2026-01-01'), { weeklies: 40, monthlies: 12 });
    expect(year.filter((expiry) => expiry.nominal === nominal)).toEqual([{ date, nominal, cycle, covered: true }]);
  });

  it('are the only ones of the year', () => {
    const moved = (underlying: IndexUnderlying): string[] =>
      expirySeries(seedCalendar, underlying, d('2026-01-01'), { weeklies: 60, monthlies: 12 })
        .filter((expiry) => expiry.covered && expiry.date !== expiry.nominal)
        .map((expiry) => expiry.date);
    expect(moved('NIFTY')).toEqual([
      '2026-03-02',
      '2026-03-30',
      '2026-04-13',
      '2026-10-19',
      '2026-11-09',
      '2026-11-23',
    ]);
    expect(moved('SENSEX')).toEqual(['2026-01-14', '2026-03-25', '2026-05-27']);
  });
});

describe('expiry days by dated rule', () => {
  it.each<[ExpiryUnderlying, string, number, number, string[]]>([
    // NIFTY: Thursday, then Tuesday since September 2025.
    ['NIFTY', '2025-08-18', 3, 0, ['2025-08-21', '2025-09-02', '2025-09-09']],
    ['NIFTY', '2025-08-18', 0, 2, ['2025-08-28', '2025-09-30']],
    ['NIFTY', '2024-04-08', 2, 1, ['2024-04-10', '2024-04-18', '2024-04-25']],
    ['NIFTY', '2025-10-20', 1, 1, ['2025-10-20', '2025-10-28']],
    // SENSEX: Friday, Tuesday from January 2025, Thursday since September 2025.
    ['SENSEX', '2024-12-16', 2, 2, ['2024-12-20', '2024-12-27', '2025-01-07', '2025-01-28']],
    ['SENSEX', '2025-08-18', 2, 2, ['2025-08-19', '2025-08-26', '2025-09-04', '2025-09-25']],
    ['SENSEX', '2025-09-29', 1, 0, ['2025-10-01']],
    // The other weeklies ended in November 2024.
    ['BANKNIFTY', '2024-11-06', 4, 1, ['2024-11-06', '2024-11-13', '2024-11-27']],
    ['FINNIFTY', '2024-11-12', 4, 0, ['2024-11-12', '2024-11-19']],
    ['MIDCPNIFTY', '2024-11-11', 4, 0, ['2024-11-11', '2024-11-18']],
    ['BANKEX', '2024-11-11', 4, 0, ['2024-11-11', '2024-11-18']],
    ['BANKNIFTY', '2026-01-01', 4, 2, ['2026-01-27', '2026-02-24']],
    ['NIFTYNXT50', '2026-01-01', 4, 1, ['2026-01-27']],
    ['BANKEX', '2026-01-01', 4, 1, ['2026-01-29']],
    // BANKNIFTY's weekly Wednesday yields to the monthly Thursday of the same week.
    ['BANKNIFTY', '2024-01-15', 2, 2, ['2024-01-17', '2024-01-25', '2024-01-31', '2024-02-29']],
    ['BANKNIFTY', '2024-02-26', 1, 1, ['2024-02-29', '2024-03-06']],
    // Monthlies of the other indices: Wednesday, Tuesday, Monday and Friday in 2024, Thursday in 2025, then Tuesday.
    ['BANKNIFTY', '2024-12-01', 0, 2, ['2024-12-24', '2025-01-30']],
    ['FINNIFTY', '2024-12-01', 0, 2, ['2024-12-31', '2025-01-30']],
    ['MIDCPNIFTY', '2024-12-01', 0, 2, ['2024-12-30', '2025-01-30']],
    ['NIFTYNXT50', '2024-01-01', 0, 1, ['2024-04-26']],
    ['BANKEX', '2024-12-01', 0, 2, ['2024-12-30', '2025-01-28']],
    ['NSE_STOCK', '2025-08-01', 4, 2, ['2025-08-28', '2025-09-30']],
    ['NSE_STOCK', '2026-11-01', 0, 2, ['2026-11-23', '2026-12-29']],
    ['BSE_STOCK', '2026-11-01', 0, 1, ['2026-11-26']],
  ])('%s from %s: %d weeklies, %d monthlies', (underlying, from, weeklies, monthlies, expected) => {
    expect(dates(underlying, from, { weeklies, monthlies })).toEqual(expected);
  });

  it('counts an expiry on the day itself, and not one that a holiday moved before it', () => {
    expect(dates('NIFTY', '2026-03-02', { weeklies: 1 })).toEqual(['2026-03-02']);
    expect(dates('NIFTY', '2026-03-03', { weeklies: 1 })).toEqual(['2026-03-10']);
    expect(dates('NIFTY', '2026-03-31', { monthlies: 1 })).toEqual(['2026-04-28']);
  });

  it('refuses to guess before its table', () => {
    expect(() => dates('NIFTY', '2023-12-31', { monthlies: 1 })).toThrow('does not know the expiries of NIFTY');
    expect(() => dates('BSE_STOCK', '2025-08-29', { monthlies: 1 })).toThrow('BSE_STOCK');
  });

  it('lists the quarters and half-years that an exchange keeps', () => {
    expect(listedExpiries(seedCalendar, 'NIFTY', d('2026-07-20')).map((expiry) => expiry.nominal)).toEqual([
      '2026-07-21',
      '2026-07-28',
      '2026-08-04',
      '2026-08-11',
      '2026-08-18',
      '2026-08-25',
      '2026-09-29',
      '2026-12-29',
      '2027-03-30',
      '2027-06-29',
      '2027-12-28',
      '2028-06-27',
      '2028-12-26',
      '2029-06-26',
      '2029-12-25',
      '2030-06-25',
      '2030-12-31',
      '2031-06-24',
    ]);
  });

  it('says which expiries no holiday list covers, and learns them from the broker', () => {
    const [december, january] = expirySeries(seedCalendar, 'NIFTY', d('2026-12-15'), { monthlies: 2 });
    expect([december, january]).toMatchObject([
      { date: '2026-12-29', covered: true },
      { date: '2027-01-26', covered: false },
    ]);
    const rows = [
      {
        date: d('2027-01-26'),
        description: 'Republic Day',
        holidayType: 'TRADING_HOLIDAY' as const,
        closedExchanges: ['NSE', 'NFO'],
        openExchanges: [],
      },
    ];
    const merged = mergeHolidays(seedCalendar, rows, { from: d('2027-01-01'), to: d('2027-12-31') });
    expect(expirySeries(merged, 'NIFTY', d('2027-01-05'), { monthlies: 1 })).toEqual([
      { date: '2027-01-25', nominal: '2027-01-26', cycle: 'monthly', covered: true },
    ]);
  });

  it('asks the calendar of the derivatives market', () => {
    const closed = (market: 'NSE' | 'NFO') =>
      tradingCalendar([
        { date: d('2026-07-21'), kind: 'closed', name: 'x', source: 'x', verified: false, markets: [market] },
      ]);
    expect(expirySeries(closed('NSE'), 'NIFTY', d('2026-07-15'), { weeklies: 1 })[0]?.date).toBe('2026-07-21');
    expect(expirySeries(closed('NFO'), 'NIFTY', d('2026-07-15'), { weeklies: 1 })[0]?.date).toBe('2026-07-20');
  });
});

describe('expiries, whatever the date', () => {
  const from = fc.integer({ min: 0, max: 1000 }).map((n) => addDays(d('2024-01-01'), n));
  const underlyings = Object.keys(EXPIRY_RULES).filter((name) => name !== 'BSE_STOCK') as ExpiryUnderlying[];

  it('are trading days, not after their nominal day, ascending and distinct', () => {
    fc.assert(
      fc.property(from, fc.constantFrom(...underlyings), (start, underlying) => {
        const market = EXPIRY_RULES[underlying].exchange === 'NSE' ? 'NFO' : 'BFO';
        const series = expirySeries(seedCalendar, underlying, start, { weeklies: 6, monthlies: 4 });
        let last = addDays(start, -1);
        for (const expiry of series) {
          expect(expiry.date > last).toBe(true);
          expect(expiry.date <= expiry.nominal).toBe(true);
          if (expiry.covered) expect(isTradingDay(seedCalendar, market, expiry.date)).toBe(true);
          // Nothing trades between the expiry and its nominal day.
          for (let day = addDays(expiry.date, 1); expiry.covered && day <= expiry.nominal; day = addDays(day, 1)) {
            expect(isTradingDay(seedCalendar, market, day)).toBe(false);
          }
          last = expiry.date;
        }
        expect(series.filter((expiry) => expiry.cycle === 'monthly')).toHaveLength(4);
      }),
      { numRuns: 300 },
    );
  });

  it('are a NIFTY expiry each week, monthlies included', () => {
    const naive: string[] = [];
    for (let date = d('2024-01-01'); date <= '2026-12-31'; date = addDays(date, 1)) {
      const weekday = date < '2025-09-01' ? 4 : 2;
      if (dayOfWeek(date) !== weekday) continue;
      let expiry: IstDate = date;
      while (!isTradingDay(seedCalendar, 'NFO', expiry)) expiry = addDays(expiry, -1);
      naive.push(expiry);
    }
    const series = expirySeries(seedCalendar, 'NIFTY', d('2024-01-01'), { weeklies: 200, monthlies: 36 });
    expect(series.filter((expiry) => expiry.covered).map((expiry) => expiry.date)).toEqual(naive);
  });
});

describe('the end of a contract', () => {
  const contract = (expiry: string, underlyingType: 'INDEX' | 'EQUITY' = 'INDEX') =>
    ({ segment: 'NSE_FO', underlyingType, expiry: d(expiry) }) as const;

  it.each([
    ['2025-12-30', '15:30'],
    ['2026-07-28', '15:30'],
    ['2026-08-04', '15:40'],
    ['2026-11-23', '15:40'],
    ['2029-12-24', '15:40'], // beyond coverage: the master knows the day
    ['2026-11-24', '15:40'], // a holiday to the calendar: the master counts
    ['2025-10-21', '14:45'], // hours of a special session
  ] as const)('expiring on %s trades until %s', (expiry, close) => {
    for (const type of ['INDEX', 'EQUITY'] as const) {
      expect(endOfTrading(seedCalendar, contract(expiry, type))).toBe(instantAt(d(expiry), close));
    }
  });

  it.each([
    ['2026-07-28', 'half-hour-average', '15:00', '15:30', true],
    ['2026-08-04', 'closing-auction', '15:15', '15:35', false],
  ] as const)('expiring on %s settles by %s, %s to %s, verified: %s', (expiry, method, start, end, verified) => {
    expect(finalSettlement(contract(expiry))).toMatchObject({
      delivery: 'cash',
      method,
      start: instantAt(d(expiry), start),
      end: instantAt(d(expiry), end),
      verified,
    });
    expect(finalSettlement(contract(expiry, 'EQUITY')).delivery).toBe('physical');
  });

  it.each([
    ['2026-07-31', '15:00', '15:30'],
    ['2026-08-03', '15:10', '15:40'],
  ] as const)('closes on %s at the average of %s to %s', (date, start, end) =>
    expect(derivativesCloseWindow(d(date))).toEqual({ start: instantAt(d(date), start), end: instantAt(d(date), end) }),
  );
});
