import { addDays, istDate, istInstant, OutcomeError } from '@vega/kernel';
import fc from 'fast-check';
import {
  dayOf,
  hasSession,
  holidayDifferences,
  isCovered,
  isSettlementDay,
  isTradingDay,
  mergeHolidays,
  nextSessionDay,
  nextTradingDay,
  previousSessionDay,
  previousTradingDay,
  seedCalendar,
  SEED_HOLIDAYS,
  tradingCalendar,
  withBeyondCoverage,
  type BrokerHoliday,
  type Market,
} from './index.ts';

const d = istDate;
const trades = (date: string): boolean => isTradingDay(seedCalendar, 'NFO', d(date));

describe('trading days of the seed', () => {
  it.each([
    ['2026-01-14', true],
    ['2026-01-15', false], // added: municipal elections
    ['2026-01-26', false],
    ['2026-02-01', true], // Union Budget on a Sunday
    ['2026-02-15', false], // Sunday
    ['2026-03-03', false],
    ['2026-03-31', false],
    ['2026-04-01', true], // trades, does not settle
    ['2026-04-14', false],
    ['2026-08-15', false], // Saturday
    ['2026-10-20', false],
    ['2026-11-08', false], // Muhurat: a session, not a trading day
    ['2026-11-09', true],
    ['2026-11-10', false],
    ['2026-11-24', false],
    ['2025-02-01', true], // Union Budget on a Saturday
    ['2025-09-05', true], // the holiday was moved away
    ['2025-10-21', false],
    ['2025-12-15', true], // captured day
    ['2024-05-20', false],
    ['2024-06-26', true], // captured day
  ])('%s trades: %s', (date, expected) => {
    for (const market of ['NSE', 'NFO', 'BSE', 'BFO'] as const) {
      expect(isTradingDay(seedCalendar, market, d(date))).toBe(expected);
    }
  });

  it.each([
    ['2026-04-01', true, false],
    ['2026-02-19', true, false],
    ['2026-08-26', true, false],
    ['2026-02-01', true, false],
    ['2026-11-24', false, false],
    ['2026-11-23', true, true],
    ['2025-09-05', true, true],
    ['2025-09-08', true, false],
  ])('%s trades %s and settles %s', (date, trading, settles) => {
    expect(trades(date)).toBe(trading);
    expect(isSettlementDay(seedCalendar, 'NSE', d(date))).toBe(settles);
  });

  it('tells special sessions from trading days', () => {
    const diwali = dayOf(seedCalendar, 'NSE', d('2026-11-08'));
    expect(diwali).toMatchObject({ kind: 'special', covered: true, settles: false });
    expect(diwali.windows).toBeUndefined();
    expect(hasSession(seedCalendar, 'NSE', d('2026-11-08'))).toBe(true);
    expect(dayOf(seedCalendar, 'NFO', d('2025-10-21')).windows).toEqual([
      { open: '13:45', close: '14:45', preOpenFrom: '13:30' },
    ]);
  });
});

describe('neighbouring days', () => {
  it.each([
    ['2026-11-24', '2026-11-23', '2026-11-25'],
    ['2026-11-10', '2026-11-09', '2026-11-11'],
    ['2026-11-09', '2026-11-06', '2026-11-11'],
    ['2026-04-04', '2026-04-02', '2026-04-06'],
    ['2026-02-02', '2026-02-01', '2026-02-03'],
    ['2025-10-23', '2025-10-20', '2025-10-24'],
  ])('around %s: %s and %s', (date, previous, next) => {
    expect(previousTradingDay(seedCalendar, 'NSE', d(date))).toBe(previous);
    expect(nextTradingDay(seedCalendar, 'NSE', d(date))).toBe(next);
  });

  it('counts a Muhurat session as the day of the previous close', () => {
    expect(previousSessionDay(seedCalendar, 'NSE', d('2025-10-23'))).toBe('2025-10-21');
    expect(nextSessionDay(seedCalendar, 'NSE', d('2026-11-06'))).toBe('2026-11-08');
  });

  it('goes to and fro', () => {
    const date = fc.integer({ min: 5, max: 1085 }).map((n) => addDays(d('2024-01-01'), n));
    fc.assert(
      fc.property(date, (at) => {
        const next = nextTradingDay(seedCalendar, 'BFO', at);
        const previous = previousTradingDay(seedCalendar, 'BFO', at);
        expect(next > at && previous < at).toBe(true);
        for (let day = addDays(previous, 1); day < next; day = addDays(day, 1)) {
          if (day !== at) expect(isTradingDay(seedCalendar, 'BFO', day)).toBe(false);
        }
        expect(isTradingDay(seedCalendar, 'BFO', next) && isTradingDay(seedCalendar, 'BFO', previous)).toBe(true);
      }),
    );
  });

  it('gives up on a calendar without trading days instead of looping', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      date: addDays(d('2026-01-01'), i),
      kind: 'closed' as const,
      name: 'x',
      source: 'x',
      verified: false,
    }));
    expect(() => nextTradingDay(tradingCalendar(rows), 'NSE', d('2026-01-01'))).toThrow('no open day within 30 days');
  });
});

describe('coverage', () => {
  it('is the years of the seed', () => {
    expect(seedCalendar.coverage).toEqual([{ from: '2024-01-01', to: '2026-12-31' }]);
    expect(isCovered(seedCalendar, 'NSE', d('2026-12-31'))).toBe(true);
    expect(isCovered(seedCalendar, 'NSE', d('2027-01-01'))).toBe(false);
    expect(isCovered(seedCalendar, 'NSE', d('2023-12-31'))).toBe(false);
  });

  it('refuses dates beyond it by a code', () => {
    for (const date of ['2023-12-29', '2027-01-01']) {
      let caught: unknown;
      try {
        isTradingDay(seedCalendar, 'NSE', d(date));
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(OutcomeError);
      expect((caught as OutcomeError).code).toBe('CALENDAR_NOT_COVERED');
    }
    expect(() => nextTradingDay(seedCalendar, 'NSE', d('2026-12-31'))).toThrow('2027-01-01');
    expect(() => previousTradingDay(seedCalendar, 'NSE', d('2024-01-01'))).toThrow('2023-12-31');
  });

  it('goes by the weekday where that is asked for, and says so', () => {
    const calendar = withBeyondCoverage(seedCalendar, 'weekdays');
    expect(dayOf(calendar, 'NSE', d('2027-01-26'))).toMatchObject({ kind: 'trading', covered: false });
    expect(dayOf(calendar, 'NSE', d('2027-01-24'))).toMatchObject({ kind: 'closed', covered: false });
    expect(nextTradingDay(calendar, 'NSE', d('2026-12-31'))).toBe('2027-01-01');
    expect(dayOf(calendar, 'NSE', d('2026-12-25'))).toMatchObject({ kind: 'closed', covered: true });
  });

  it('refuses two rows for one date', () => {
    const row = SEED_HOLIDAYS[0]!;
    expect(() => tradingCalendar([row, row])).toThrow('two holiday rows');
    expect(() =>
      tradingCalendar([
        { ...row, markets: ['NSE'] },
        { ...row, markets: ['BSE'] },
      ]),
    ).not.toThrow();
  });
});

describe('merging the holiday list of the broker', () => {
  const ms = (date: string, hour: number, minute = 0): number => istInstant(d(date), hour, minute);
  const row = (date: string, part: Partial<BrokerHoliday>): BrokerHoliday => ({
    date: d(date),
    description: 'from Upstox',
    holidayType: 'TRADING_HOLIDAY',
    closedExchanges: [],
    openExchanges: [],
    ...part,
  });
  const all = ['NSE', 'BSE', 'NFO', 'BFO', 'CDS'];
  const day = (rows: BrokerHoliday[], date: string, market: Market = 'NSE') =>
    dayOf(mergeHolidays(seedCalendar, rows), market, d(date));

  it('closes a day the seed does not know', () => {
    const rows = [row('2026-12-01', { closedExchanges: all })];
    expect(day(rows, '2026-12-01')).toMatchObject({ kind: 'closed', settles: false, name: 'from Upstox' });
    expect(isTradingDay(seedCalendar, 'NSE', d('2026-12-01'))).toBe(true);
  });

  it('closes only the markets that it names', () => {
    const rows = [row('2026-12-01', { closedExchanges: ['NSE', 'NFO'] })];
    expect(day(rows, '2026-12-01', 'NFO').kind).toBe('closed');
    expect(day(rows, '2026-12-01', 'BFO').kind).toBe('trading');
  });

  it('opens a day the seed holds for closed when the broker gives usual hours', () => {
    const open = all.map((exchange) => ({
      exchange,
      startTime: ms('2026-12-25', 9, 15),
      endTime: ms('2026-12-25', 15, 30),
    }));
    expect(day([row('2026-12-25', { openExchanges: open })], '2026-12-25').kind).toBe('trading');
  });

  it('believes the closure of a row that also gives usual hours', () => {
    const open = [{ exchange: 'NSE', startTime: ms('2026-12-01', 9, 15), endTime: ms('2026-12-01', 15, 30) }];
    const rows = [row('2026-12-01', { closedExchanges: all, openExchanges: open })];
    expect(day(rows, '2026-12-01').kind).toBe('closed');
  });

  it('supplies the Muhurat hours that the seed lacks, from one row or from two', () => {
    const special = row('2026-11-08', {
      holidayType: 'SPECIAL_TIMING',
      openExchanges: [{ exchange: 'NSE', startTime: ms('2026-11-08', 18), endTime: ms('2026-11-08', 19) }],
    });
    const holiday = row('2026-11-08', { closedExchanges: all });
    for (const rows of [[special], [holiday, special], [{ ...special, closedExchanges: all }]]) {
      expect(day(rows, '2026-11-08')).toMatchObject({ kind: 'special', windows: [{ open: '18:00', close: '19:00' }] });
    }
    expect(day([holiday, special], '2026-11-08', 'NFO').kind).toBe('closed');
    expect(day([special], '2026-11-08', 'NFO')).toMatchObject({ kind: 'special' });
  });

  it.each([
    ['reversed', ms('2026-11-08', 19), ms('2026-11-08', 18)],
    ['of another day', ms('2026-11-09', 18), ms('2026-11-09', 19)],
    ['over midnight', ms('2026-11-08', 18), ms('2026-11-09', 1)],
  ])('takes hours that are %s for a session without times', (_name, startTime, endTime) => {
    const rows = [row('2026-11-08', { openExchanges: [{ exchange: 'NSE', startTime, endTime }] })];
    expect(day(rows, '2026-11-08')).toMatchObject({ kind: 'special' });
    expect(day(rows, '2026-11-08').windows).toBeUndefined();
  });

  it('accepts hours that end at midnight', () => {
    const open = [{ exchange: 'NSE', startTime: ms('2026-11-08', 23), endTime: ms('2026-11-09', 0) }];
    expect(day([row('2026-11-08', { openExchanges: open })], '2026-11-08').windows).toEqual([
      { open: '23:00', close: '24:00' },
    ]);
  });

  it('takes a settlement holiday for a day that trades and does not settle', () => {
    const weekday = [row('2026-12-02', { holidayType: 'SETTLEMENT_HOLIDAY' })];
    expect(day(weekday, '2026-12-02')).toMatchObject({ kind: 'trading', settles: false });
    const sunday = [row('2026-12-06', { holidayType: 'SETTLEMENT_HOLIDAY' })];
    expect(day(sunday, '2026-12-06')).toMatchObject({ kind: 'closed', settles: false });
  });

  it('leaves the day alone when the row speaks of other exchanges', () => {
    const mcx = [{ exchange: 'MCX', startTime: ms('2026-12-02', 17), endTime: ms('2026-12-02', 23) }];
    const rows = [row('2026-12-02', { closedExchanges: ['MCX'], openExchanges: mcx })];
    expect(mergeHolidays(seedCalendar, rows).facts).toEqual(seedCalendar.facts);
  });

  it('takes the undocumented type ALL for a closure of every market not listed open', () => {
    const open = [{ exchange: 'BSE', startTime: ms('2026-12-02', 9), endTime: ms('2026-12-02', 16) }];
    const rows = [row('2026-12-02', { holidayType: 'ALL', openExchanges: open })];
    expect(day(rows, '2026-12-02', 'NSE').kind).toBe('closed');
    expect(day(rows, '2026-12-02', 'BSE').kind).toBe('trading');
  });

  it('extends coverage by the span for which the list is complete', () => {
    const year = { from: d('2027-01-01'), to: d('2027-12-31') };
    const rows = [row('2027-01-26', { closedExchanges: all })];
    const merged = mergeHolidays(seedCalendar, rows, year);
    expect(merged.coverage).toEqual([{ from: '2024-01-01', to: '2027-12-31' }]);
    expect(isTradingDay(merged, 'NSE', d('2027-01-25'))).toBe(true);
    const single = mergeHolidays(seedCalendar, rows);
    expect(isTradingDay(single, 'NSE', d('2027-01-26'))).toBe(false);
    expect(() => isTradingDay(single, 'NSE', d('2027-01-25'))).toThrow('no holiday list covers');
  });

  it('keeps a closure that a complete list does not name, and tells of it', () => {
    const year = { from: d('2026-01-01'), to: d('2026-12-31') };
    const rows = [row('2026-12-01', { closedExchanges: ['NSE'] })];
    expect(isTradingDay(mergeHolidays(seedCalendar, rows, year), 'NSE', d('2026-12-25'))).toBe(false);
    const differences = holidayDifferences(seedCalendar, rows, year);
    expect(differences).toContainEqual({ date: '2026-12-01', market: 'NSE', calendar: 'trading', broker: 'closed' });
    expect(differences).toContainEqual({ date: '2026-12-25', market: 'NFO', calendar: 'closed', broker: 'unlisted' });
    expect(differences.some((difference) => difference.date < '2026-01-01')).toBe(false);
    expect(differences.some((difference) => difference.date === '2026-04-01')).toBe(false);
    expect(holidayDifferences(seedCalendar, rows)).toHaveLength(1);
  });

  it('leaves its argument as it was', () => {
    const before = new Map(seedCalendar.facts);
    mergeHolidays(seedCalendar, [row('2026-12-01', { closedExchanges: all })]);
    expect(seedCalendar.facts).toEqual(before);
  });
});
