import { istDate, type IstDate } from '@vega/kernel';
import type { Provenance } from '../dated.ts';
import type { Market } from '../market.ts';
import type { TimeOfDay } from '../time-of-day.ts';

/** A window in which a special session trades continuously; `preOpenFrom` when a call auction precedes it. */
export interface SpecialWindow {
  readonly open: TimeOfDay;
  readonly close: TimeOfDay;
  readonly preOpenFrom?: TimeOfDay;
}

/**
 * What is unusual about a date.
 * - `closed`: no trading; settlement is shut too.
 * - `settlement-holiday`: trades as usual, does not settle.
 * - `full-session`: trades the usual hours although it is a weekend; does not settle.
 * - `special-session`: closed but for `windows` of its own (Muhurat, drills); no windows means announced without times.
 */
export type HolidayKind = 'closed' | 'settlement-holiday' | 'full-session' | 'special-session';

/** One unusual date. `markets` defaults to all four. */
export interface HolidayRow extends Provenance {
  readonly date: IstDate;
  readonly kind: HolidayKind;
  readonly name: string;
  readonly markets?: readonly Market[];
  readonly windows?: readonly SpecialWindow[];
}

type Row = readonly [date: string, kind: HolidayKind, name: string, windows?: readonly SpecialWindow[]];

function table(source: string, verified: boolean, rows: readonly Row[]): HolidayRow[] {
  return rows.map(([date, kind, name, windows]) => ({
    date: istDate(date),
    kind,
    name,
    source,
    verified,
    ...(windows === undefined ? {} : { windows }),
  }));
}

// The exchanges' published lists as remembered; the expiries of captured chains (27 Jun and 25 Jul 2024) agree.
const Y2024 = table('NSE and BSE holiday lists 2024, not re-read', false, [
  ['2024-01-20', 'full-session', 'Saturday session in place of Monday 22 January'],
  ['2024-01-22', 'closed', 'Special holiday'],
  ['2024-01-26', 'closed', 'Republic Day'],
  ['2024-02-19', 'settlement-holiday', 'Chhatrapati Shivaji Maharaj Jayanti'],
  [
    '2024-03-02',
    'special-session',
    'Disaster recovery drill',
    [
      { open: '09:15', close: '10:00', preOpenFrom: '09:00' },
      { open: '11:30', close: '12:30', preOpenFrom: '11:15' },
    ],
  ],
  ['2024-03-08', 'closed', 'Mahashivratri'],
  ['2024-03-25', 'closed', 'Holi'],
  ['2024-03-29', 'closed', 'Good Friday'],
  ['2024-04-01', 'settlement-holiday', 'Annual bank closing'],
  ['2024-04-09', 'settlement-holiday', 'Gudhi Padwa'],
  ['2024-04-11', 'closed', 'Id-Ul-Fitr'],
  ['2024-04-17', 'closed', 'Shri Ram Navami'],
  ['2024-05-01', 'closed', 'Maharashtra Day'],
  [
    '2024-05-18',
    'special-session',
    'Disaster recovery drill',
    [
      { open: '09:15', close: '10:00', preOpenFrom: '09:00' },
      { open: '11:45', close: '12:40', preOpenFrom: '11:30' },
    ],
  ],
  ['2024-05-20', 'closed', 'General election'],
  ['2024-05-23', 'settlement-holiday', 'Buddha Pournima'],
  ['2024-06-17', 'closed', 'Bakri Id'],
  ['2024-07-17', 'closed', 'Moharram'],
  ['2024-08-15', 'closed', 'Independence Day'],
  ['2024-09-18', 'settlement-holiday', 'Id-E-Milad'],
  ['2024-10-02', 'closed', 'Mahatma Gandhi Jayanti'],
  [
    '2024-11-01',
    'special-session',
    'Diwali Laxmi Pujan, Muhurat trading',
    [{ open: '18:00', close: '19:00', preOpenFrom: '17:45' }],
  ],
  ['2024-11-15', 'closed', 'Guru Nanak Jayanti'],
  ['2024-11-20', 'closed', 'Maharashtra assembly election'],
  ['2024-12-25', 'closed', 'Christmas'],
]);

const Y2025 = table('NSE and BSE holiday lists 2025, not re-read', false, [
  ['2025-02-01', 'full-session', 'Union Budget, Saturday'],
  ['2025-02-19', 'settlement-holiday', 'Chhatrapati Shivaji Maharaj Jayanti'],
  ['2025-02-26', 'closed', 'Mahashivratri'],
  ['2025-03-14', 'closed', 'Holi'],
  ['2025-03-31', 'closed', 'Id-Ul-Fitr'],
  ['2025-04-01', 'settlement-holiday', 'Annual bank closing'],
  ['2025-04-10', 'closed', 'Shri Mahavir Jayanti'],
  ['2025-04-14', 'closed', 'Dr. Baba Saheb Ambedkar Jayanti'],
  ['2025-04-18', 'closed', 'Good Friday'],
  ['2025-05-01', 'closed', 'Maharashtra Day'],
  ['2025-05-12', 'settlement-holiday', 'Buddha Pournima'],
  ['2025-08-15', 'closed', 'Independence Day'],
  ['2025-08-27', 'closed', 'Ganesh Chaturthi'],
  ['2025-10-02', 'closed', 'Mahatma Gandhi Jayanti, Dussehra'],
  ['2025-10-22', 'closed', 'Diwali Balipratipada'],
  ['2025-11-05', 'closed', 'Guru Nanak Jayanti'],
  ['2025-12-25', 'closed', 'Christmas'],
]);

const Y2025_ANNOUNCED = [
  ...table('BSE notice 2025-09-04 (RBI press release 2025-2026/1042)', true, [
    ['2025-09-08', 'settlement-holiday', 'Id-E-Milad, moved from 5 September'],
  ]),
  ...table('NSE announcement 2025-09-22', true, [
    [
      '2025-10-21',
      'special-session',
      'Diwali Laxmi Pujan, Muhurat trading',
      [{ open: '13:45', close: '14:45', preOpenFrom: '13:30' }],
    ],
  ]),
];

const Y2026_TRADING = table('NSE/CMTR/71775 and the BSE notice of 2025-12-12', true, [
  ['2026-01-26', 'closed', 'Republic Day'],
  ['2026-03-03', 'closed', 'Holi'],
  ['2026-03-26', 'closed', 'Shri Ram Navami'],
  ['2026-03-31', 'closed', 'Shri Mahavir Jayanti'],
  ['2026-04-03', 'closed', 'Good Friday'],
  ['2026-04-14', 'closed', 'Dr. Baba Saheb Ambedkar Jayanti'],
  ['2026-05-01', 'closed', 'Maharashtra Day'],
  ['2026-05-28', 'closed', 'Bakri Id'],
  ['2026-06-26', 'closed', 'Muharram'],
  ['2026-09-14', 'closed', 'Ganesh Chaturthi'],
  ['2026-10-02', 'closed', 'Mahatma Gandhi Jayanti'],
  ['2026-10-20', 'closed', 'Dussehra'],
  // Times were to be notified later; the broker's holiday answer supplies them.
  ['2026-11-08', 'special-session', 'Diwali Laxmi Pujan, Muhurat trading'],
  ['2026-11-10', 'closed', 'Diwali Balipratipada'],
  ['2026-11-24', 'closed', 'Guru Nanak Jayanti'],
  ['2026-12-25', 'closed', 'Christmas'],
]);

const Y2026_ANNOUNCED = [
  ...table('NSE and BSE circulars 2026-01-09 and 2026-01-12', true, [
    ['2026-01-15', 'closed', 'Municipal corporation elections in Maharashtra'],
  ]),
  ...table('NSE/CMTR/72349 and the BSE notices of 2026-01-16', true, [
    ['2026-02-01', 'full-session', 'Union Budget, Sunday'],
  ]),
  ...table('NCL/CMPT/71904 and NCL/CMPT/71923', true, [
    ['2026-02-19', 'settlement-holiday', 'Chhatrapati Shivaji Maharaj Jayanti'],
    ['2026-03-19', 'settlement-holiday', 'Gudhi Padwa'],
    ['2026-04-01', 'settlement-holiday', 'Annual bank closing'],
    ['2026-08-26', 'settlement-holiday', 'Id-E-Milad'],
  ]),
];

/** The dated seed of unusual days, 2024 to 2026; weekends are not listed. The broker's holiday answer overrides it. */
export const SEED_HOLIDAYS: readonly HolidayRow[] = [
  ...Y2024,
  ...Y2025,
  ...Y2025_ANNOUNCED,
  ...Y2026_TRADING,
  ...Y2026_ANNOUNCED,
];
