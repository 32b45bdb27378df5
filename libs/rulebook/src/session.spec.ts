import { addDays, istDate, istTimeOfDayMs, marketInstant, type IstDate, type SupportedSegment } from '@vega/kernel';
import fc from 'fast-check';
import {
  dayOf,
  feedStatusAt,
  feedStatusChanges,
  FEED_STATUSES,
  futureProfile,
  instantAt,
  isClosingAuction,
  isContinuous,
  nextOpen,
  phaseAt,
  seedCalendar,
  sessionOf,
  timeOfDay,
  tradingCalendar,
  withBeyondCoverage,
  type SessionProfile,
  type TimeOfDay,
} from './index.ts';

const d = istDate;
const hhmm = (at: number): string => timeOfDay(istTimeOfDayMs(at) / 60_000);

/** `phase start-end`, with `~` and the earliest end of order entry that ends at random. */
function timetable(segment: SupportedSegment, date: string, profile?: SessionProfile): string[] {
  return (sessionOf(seedCalendar, segment, d(date), profile)?.phases ?? []).map(
    (span) =>
      `${span.phase} ${hhmm(span.start)}-${hhmm(span.end)}${span.mayEndFrom ? `~${hhmm(span.mayEndFrom)}` : ''}`,
  );
}

const OLD_PRE_OPEN = [
  'pre-open-entry 09:00-09:08~09:07',
  'pre-open-matching 09:08-09:12',
  'pre-open-buffer 09:12-09:15',
];
const NEW_PRE_OPEN = [
  'pre-open-entry 09:00-09:05',
  'pre-open-limit-entry 09:05-09:10~09:08',
  'pre-open-matching 09:10-09:12',
  'pre-open-buffer 09:12-09:15',
];
const AUCTION = [
  'closing-reference 15:15-15:20',
  'closing-entry 15:20-15:25',
  'closing-limit-entry 15:25-15:30~15:28',
  'closing-matching 15:30-15:35',
];
const OLD_CASH = ['continuous 09:15-15:30', 'closing-calculation 15:30-15:40', 'post-close 15:40-16:00'];
const NEW_CASH = ['continuous 09:15-15:30', 'closing-calculation 15:30-15:50', 'post-close 15:50-16:00'];
const CAS_CASH = ['continuous 09:15-15:15', ...AUCTION, 'closing-buffer 15:35-15:50', 'post-close 15:50-16:00'];
const CAS_INDEX = ['continuous 09:15-15:15', ...AUCTION];

// 2025-12-05, 2026-07-31 and 2026-09-04 are the last trading days before the three changes.
const TIMETABLES: [SupportedSegment, SessionProfile, string, string[]][] = [
  ['NSE_EQ', 'equity', '2026-07-31', [...OLD_PRE_OPEN, ...OLD_CASH]],
  ['NSE_EQ', 'equity', '2026-08-03', [...OLD_PRE_OPEN, ...NEW_CASH]],
  ['NSE_EQ', 'equity', '2026-09-04', [...OLD_PRE_OPEN, ...NEW_CASH]],
  ['NSE_EQ', 'equity', '2026-09-07', [...NEW_PRE_OPEN, ...NEW_CASH]],
  ['NSE_EQ', 'equity-cas', '2026-07-31', [...OLD_PRE_OPEN, ...OLD_CASH]],
  ['NSE_EQ', 'equity-cas', '2026-08-03', [...OLD_PRE_OPEN, ...CAS_CASH]],
  ['NSE_EQ', 'equity-cas', '2026-09-07', [...NEW_PRE_OPEN, ...CAS_CASH]],
  ['NSE_INDEX', 'index', '2026-07-31', [...OLD_PRE_OPEN, 'continuous 09:15-15:30']],
  ['NSE_INDEX', 'index', '2026-08-03', [...OLD_PRE_OPEN, ...CAS_INDEX]],
  ['NSE_INDEX', 'index', '2026-09-07', [...NEW_PRE_OPEN, ...CAS_INDEX]],
  ['NSE_FO', 'option', '2026-07-31', ['continuous 09:15-15:30']],
  ['NSE_FO', 'option', '2026-08-03', ['continuous 09:15-15:40']],
  ['NSE_FO', 'option', '2026-09-07', ['continuous 09:15-15:40']],
  ['NSE_FO', 'future', '2025-12-05', ['continuous 09:15-15:30']],
  ['NSE_FO', 'future', '2025-12-08', [...OLD_PRE_OPEN, 'continuous 09:15-15:30']],
  ['NSE_FO', 'future', '2026-07-31', [...OLD_PRE_OPEN, 'continuous 09:15-15:30']],
  ['NSE_FO', 'future', '2026-08-03', [...OLD_PRE_OPEN, 'continuous 09:15-15:40']],
  ['NSE_FO', 'future', '2026-09-04', [...OLD_PRE_OPEN, 'continuous 09:15-15:40']],
  ['NSE_FO', 'future', '2026-09-07', [...NEW_PRE_OPEN, 'continuous 09:15-15:40']],
];

describe('sessions by date', () => {
  it.each(TIMETABLES)('%s %s on %s', (segment, profile, date, expected) => {
    expect(timetable(segment, date, profile)).toEqual(expected);
    expect(timetable(segment.replace('NSE', 'BSE') as SupportedSegment, date, profile)).toEqual(expected);
  });

  it('takes shares without derivatives, options and indices for the default', () => {
    expect(timetable('NSE_EQ', '2026-08-03')).toEqual(timetable('NSE_EQ', '2026-08-03', 'equity'));
    expect(timetable('BSE_FO', '2026-08-03')).toEqual(timetable('BSE_FO', '2026-08-03', 'option'));
    expect(timetable('BSE_INDEX', '2026-08-03')).toEqual(timetable('BSE_INDEX', '2026-08-03', 'index'));
  });

  it('has none on a closed day and none with times where they are not announced', () => {
    expect(sessionOf(seedCalendar, 'NSE_FO', d('2026-11-24'))).toBeUndefined();
    expect(sessionOf(seedCalendar, 'NSE_FO', d('2026-11-22'))).toBeUndefined();
    expect(sessionOf(seedCalendar, 'NSE_FO', d('2026-11-08'))).toMatchObject({ timing: 'unannounced', phases: [] });
    expect(sessionOf(seedCalendar, 'NSE_FO', d('2026-02-01'))).toMatchObject({ timing: 'usual', covered: true });
  });

  it('runs the Muhurat session at its own hours, with the pre-open of its date moved', () => {
    expect(timetable('NSE_EQ', '2025-10-21', 'equity-cas')).toEqual([
      'pre-open-entry 13:30-13:38~13:37',
      'pre-open-matching 13:38-13:42',
      'pre-open-buffer 13:42-13:45',
      'continuous 13:45-14:45',
    ]);
    expect(timetable('NSE_FO', '2025-10-21', 'future')).toEqual(['continuous 13:45-14:45']);
    expect(timetable('NSE_FO', '2024-03-02')).toEqual(['continuous 09:15-10:00', 'continuous 11:30-12:30']);
  });

  it('lets no pre-open reach into the window that it precedes', () => {
    const windows = [{ open: '18:00', close: '19:00', preOpenFrom: '17:52' }] as const;
    const date = d('2026-11-08');
    const evening = tradingCalendar([
      { date, kind: 'special-session', name: 'x', source: 'x', verified: false, windows },
    ]);
    const phases = sessionOf(evening, 'NSE_EQ', date)?.phases.map((span) => `${span.phase} ${hhmm(span.start)}`);
    // The split pre-open of that date: limit orders until 18:02 would overlap, and so would all that follows.
    expect(phases).toEqual(['pre-open-entry 17:52', 'continuous 18:00']);
  });

  it('refuses a profile of another segment and dates it knows nothing of', () => {
    expect(() => sessionOf(seedCalendar, 'NSE_FO', d('2026-08-03'), 'equity')).toThrow('no instruments of profile');
    expect(() => sessionOf(seedCalendar, 'NSE_FO', d('2027-01-04'))).toThrow('no holiday list covers');
    const lenient = withBeyondCoverage(seedCalendar, 'weekdays');
    expect(sessionOf(lenient, 'NSE_FO', d('2027-01-04'))).toMatchObject({ covered: false, timing: 'usual' });
    expect(() => sessionOf(lenient, 'NSE_FO', d('2021-12-31'))).toThrow('does not know');
  });

  it('does not mix up what it remembers of different calendars', () => {
    const date = d('2026-08-04');
    const closed = tradingCalendar([{ date, kind: 'closed', name: 'x', source: 'x', verified: false }]);
    expect(sessionOf(seedCalendar, 'NSE_FO', date)).toBeDefined();
    expect(sessionOf(closed, 'NSE_FO', date)).toBeUndefined();
    expect(sessionOf(seedCalendar, 'NSE_FO', date)).toBe(sessionOf(seedCalendar, 'NSE_FO', date));
  });

  const profiles: [SupportedSegment, SessionProfile][] = [
    ['NSE_EQ', 'equity'],
    ['BSE_EQ', 'equity-cas'],
    ['NSE_INDEX', 'index'],
    ['NSE_FO', 'future'],
    ['BSE_FO', 'option'],
  ];
  const dates = fc.integer({ min: 0, max: 1095 }).map((n) => addDays(d('2024-01-01'), n));

  it('has phases that are ordered, do not overlap and lie within the day', () => {
    fc.assert(
      fc.property(dates, fc.constantFrom(...profiles), (date, [segment, profile]) => {
        const session = sessionOf(seedCalendar, segment, date, profile);
        let last: number = instantAt(date, '00:00');
        for (const span of session?.phases ?? []) {
          expect(span.start).toBeGreaterThanOrEqual(last);
          expect(span.end).toBeGreaterThan(span.start);
          if (span.mayEndFrom !== undefined) {
            expect(span.mayEndFrom).toBeGreaterThan(span.start);
            expect(span.mayEndFrom).toBeLessThan(span.end);
          }
          last = span.end;
        }
        expect(last).toBeLessThanOrEqual(instantAt(date, '24:00'));
        // A usual day has no gap: every phase begins where the one before it ended.
        if (session?.timing === 'usual') {
          session.phases.forEach((span, i) => expect(i === 0 || session.phases[i - 1]!.end === span.start).toBe(true));
        }
        expect(session === undefined).toBe(dayOf(seedCalendar, 'NSE', date).kind === 'closed');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the phase at an instant', () => {
  const at = (date: string, time: TimeOfDay, offsetMs = 0) => marketInstant(instantAt(d(date), time) + offsetMs);

  it.each<[SupportedSegment, SessionProfile, string, TimeOfDay, number, string]>([
    ['NSE_FO', 'option', '2026-07-31', '09:15', -1, 'closed'],
    ['NSE_FO', 'option', '2026-07-31', '09:15', 0, 'continuous'],
    ['NSE_FO', 'option', '2026-07-31', '15:30', -1, 'continuous'],
    ['NSE_FO', 'option', '2026-07-31', '15:30', 0, 'closed'],
    ['NSE_FO', 'option', '2026-08-03', '15:30', 0, 'continuous'],
    ['NSE_FO', 'option', '2026-08-03', '15:40', -1, 'continuous'],
    ['NSE_FO', 'option', '2026-08-03', '15:40', 0, 'closed'],
    ['NSE_EQ', 'equity-cas', '2026-08-03', '15:15', -1, 'continuous'],
    ['NSE_EQ', 'equity-cas', '2026-08-03', '15:15', 0, 'closing-reference'],
    ['NSE_EQ', 'equity-cas', '2026-08-03', '15:29', 0, 'closing-limit-entry'],
    ['NSE_EQ', 'equity-cas', '2026-08-03', '16:00', 0, 'closed'],
    ['NSE_INDEX', 'index', '2026-08-03', '15:20', 0, 'closing-entry'],
    ['NSE_FO', 'option', '2026-11-24', '12:00', 0, 'closed'],
    ['NSE_FO', 'option', '2024-03-02', '10:30', 0, 'closed'],
    ['NSE_FO', 'option', '2024-03-02', '12:00', 0, 'continuous'],
    ['NSE_EQ', 'equity', '2026-11-08', '18:30', 0, 'closed'],
  ])('%s %s %s %s%+d ms is %s', (segment, profile, date, time, offset, expected) => {
    expect(phaseAt(seedCalendar, segment, at(date, time, offset), profile)).toBe(expected);
    expect(isContinuous(seedCalendar, segment, at(date, time, offset), profile)).toBe(expected === 'continuous');
  });

  it('tells the closing auction, in which the index is indicative', () => {
    const index = (time: TimeOfDay) => isClosingAuction(phaseAt(seedCalendar, 'NSE_INDEX', at('2026-08-04', time)));
    expect(['15:14', '15:15', '15:34', '15:35'].map((time) => index(time as TimeOfDay))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it.each<[SupportedSegment, string, TimeOfDay, string, string]>([
    ['NSE_FO', '2026-11-23', '09:14', '2026-11-23', '09:15'],
    ['NSE_FO', '2026-11-23', '09:15', '2026-11-25', '09:15'],
    ['NSE_FO', '2026-11-23', '16:00', '2026-11-25', '09:15'],
    ['NSE_FO', '2026-11-06', '16:00', '2026-11-09', '09:15'], // the Muhurat hours are not known
    ['NSE_EQ', '2025-10-20', '16:00', '2025-10-21', '13:45'],
    ['NSE_EQ', '2025-10-21', '13:45', '2025-10-23', '09:15'],
    ['NSE_FO', '2024-03-02', '10:00', '2024-03-02', '11:30'],
    ['NSE_FO', '2026-01-31', '12:00', '2026-02-01', '09:15'],
  ])('%s opens next after %s %s on %s %s', (segment, date, time, openDate, openTime) => {
    expect(nextOpen(seedCalendar, segment, at(date, time))).toBe(at(openDate, openTime as TimeOfDay));
  });

  it('says so when the next opening is not covered', () => {
    expect(() => nextOpen(seedCalendar, 'NSE_FO', at('2026-12-31', '15:40'))).toThrow('2027-01-01');
  });
});

describe('feed status', () => {
  const day = (segment: SupportedSegment, date: string, profile?: SessionProfile): string[] =>
    feedStatusChanges(seedCalendar, segment, d(date), profile).map((change) => `${hhmm(change.at)} ${change.status}`);

  it.each<[SupportedSegment, SessionProfile, string, string[]]>([
    [
      'NSE_EQ',
      'equity',
      '2026-07-31',
      [
        '09:00 PRE_OPEN_START',
        '09:08 PRE_OPEN_END',
        '09:15 NORMAL_OPEN',
        '15:30 NORMAL_CLOSE',
        '15:40 CLOSING_START',
        '16:00 CLOSING_END',
      ],
    ],
    [
      'NSE_EQ',
      'equity-cas',
      '2026-09-07',
      [
        '09:00 PRE_OPEN_START',
        '09:10 PRE_OPEN_END',
        '09:15 NORMAL_OPEN',
        '15:15 CLOSING_START',
        '15:35 CLOSING_END',
        '15:50 CLOSING_START',
        '16:00 CLOSING_END',
      ],
    ],
    ['NSE_FO', 'option', '2026-07-31', ['09:15 NORMAL_OPEN', '15:30 NORMAL_CLOSE']],
    ['NSE_FO', 'option', '2026-08-03', ['09:15 NORMAL_OPEN', '15:40 NORMAL_CLOSE']],
    [
      'NSE_FO',
      'future',
      '2026-08-03',
      ['09:00 PRE_OPEN_START', '09:08 PRE_OPEN_END', '09:15 NORMAL_OPEN', '15:40 NORMAL_CLOSE'],
    ],
    ['NSE_FO', 'option', '2025-10-21', ['13:45 NORMAL_OPEN', '14:45 NORMAL_CLOSE']],
    ['NSE_FO', 'option', '2026-11-24', []],
  ])('%s %s on %s', (segment, profile, date, expected) => expect(day(segment, date, profile)).toEqual(expected));

  it('never says open outside continuous trading', () => {
    const instants = fc.integer({ min: instantAt(d('2024-01-01'), '00:00'), max: instantAt(d('2026-12-31'), '23:59') });
    fc.assert(
      fc.property(instants, fc.constantFrom<SupportedSegment>('NSE_EQ', 'BSE_FO', 'NSE_INDEX'), (ms, segment) => {
        const status = feedStatusAt(seedCalendar, segment, marketInstant(ms));
        expect(FEED_STATUSES).toContain(status);
        expect(status === 'NORMAL_OPEN').toBe(isContinuous(seedCalendar, segment, marketInstant(ms)));
      }),
    );
  });
});

describe('which futures take part in the pre-open', () => {
  const july = d('2026-07-28');
  const august = d('2026-08-25');
  const september = d('2026-09-29');
  const profile = (date: string, expiry: IstDate) =>
    futureProfile(seedCalendar, 'NSE_FO', d(date), expiry, [july, august, september]);

  it.each([
    ['2026-07-01', july, 'future'],
    ['2026-07-01', august, 'option'],
    ['2026-07-21', august, 'option'],
    ['2026-07-22', august, 'future'],
    ['2026-07-28', august, 'future'],
    ['2026-07-28', september, 'option'],
  ])('on %s the future of %s follows %s', (date, expiry, expected) => expect(profile(date, expiry)).toBe(expected));

  it('takes no part when no expiry is known', () =>
    expect(futureProfile(seedCalendar, 'NSE_FO', d('2026-07-01'), july, [])).toBe('option'));
});
