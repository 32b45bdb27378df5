import { HealthState } from '@vega/contracts';
import fc from 'fast-check';
import { judgeHealth, type HealthFacts } from './feed-health.ts';

const { GREEN, AMBER, RED } = HealthState;
const WELL: HealthFacts = {
  sessionOpen: true,
  tokenProblem: undefined,
  connections: [{ connection: 0, state: 'open', keys: 40, mute: false }],
  wanted: 40,
  refused: 0,
  busConnected: true,
  storeProblem: undefined,
  masterDate: '2026-11-23',
  marketDate: '2026-11-23',
  duplicateShare: 0.075,
  garbageAgeMs: undefined,
  lagMs: 3,
  clockSkewMs: undefined,
  clockBehindMs: 0,
  rest: { problem: undefined, latencyMs: 20 },
};
const CONNECTION = { connection: 0, state: 'open', keys: 40, mute: false };

const CASES: readonly (readonly [string, Partial<HealthFacts>, HealthState, string])[] = [
  ['mute in an open market', { connections: [{ ...CONNECTION, mute: true }] }, RED, 'is silent although'],
  [
    'mute beside a healthy one',
    { connections: [CONNECTION, { ...CONNECTION, connection: 1, mute: true }] },
    RED,
    '1 with',
  ],
  [
    'one down in an open market',
    { connections: [CONNECTION, { ...CONNECTION, connection: 1, state: 'backing-off' }] },
    RED,
    'backing-off',
  ],
  [
    'all down in an open market',
    { connections: [{ ...CONNECTION, state: 'connecting' }] },
    RED,
    'not connected to the broker',
  ],
  ['all down in a closed market', { sessionOpen: false, connections: [] }, AMBER, 'not connected to the broker'],
  [
    'an idle connection that carries nothing',
    { connections: [CONNECTION, { connection: 1, state: 'closed', keys: 0, mute: false }] },
    GREEN,
    '',
  ],
  ['no token in an open market', { tokenProblem: 'it has expired' }, RED, 'it has expired'],
  ['no token in a closed market', { sessionOpen: false, tokenProblem: 'it has expired' }, AMBER, 'it has expired'],
  ['garbage a moment ago', { garbageAgeMs: 100 }, RED, 'not its protocol'],
  ['garbage long ago', { garbageAgeMs: 60_000 }, GREEN, ''],
  ['late frames', { lagMs: 1_500 }, AMBER, 'lags by 1500 ms'],
  ['very late frames', { lagMs: 4_000 }, RED, 'lags by 4000 ms'],
  ['everything said twice', { duplicateShare: 0.53 }, RED, '53 %'],
  ['a clock off by 0.6 s', { clockSkewMs: -600 }, AMBER, '600 ms off'],
  ['a clock off by 2.1 s', { clockSkewMs: 2_100 }, RED, '2100 ms off'],
  ['a feed that went back in time', { clockBehindMs: 3_600_000 }, RED, '3600 s behind'],
  ['a broker that refuses', { rest: { problem: 'UPSTOX_RATE_LIMITED (HTTP 429)', latencyMs: 3 } }, RED, 'HTTP 429'],
  ['a slow broker', { rest: { problem: undefined, latencyMs: 1_200 } }, AMBER, '1200 ms'],
  ['a very slow broker', { rest: { problem: undefined, latencyMs: 3_000 } }, RED, '3000 ms'],
  ['a broker not asked yet', { rest: undefined }, GREEN, ''],
  ['no bus', { busConnected: false }, RED, 'NATS'],
  ['no store', { storeProblem: 'ECONNREFUSED' }, AMBER, 'ECONNREFUSED'],
  ['no master', { masterDate: '' }, RED, 'no instrument master'],
  ['a master of yesterday', { masterDate: '2026-11-20' }, AMBER, '2026-11-20'],
  ['refusals', { refused: 3 }, AMBER, '3 wanted'],
];

describe('feed health', () => {
  it('is green without reasons when all is well', () =>
    expect(judgeHealth(WELL)).toEqual({ state: GREEN, reasons: [] }));

  it.each(CASES)('%s', (_name, facts, state, reason) => {
    const verdict = judgeHealth({ ...WELL, ...facts });
    expect(verdict.state).toBe(state);
    expect(verdict.reasons.join('; ')).toContain(reason);
    expect(verdict.reasons.length).toBe(state === GREEN ? 0 : 1);
  });

  it('adds up: any two findings give the worse state, both reasons, the worse first', () => {
    const bad = CASES.filter(([name, , state]) => state !== GREEN && !name.includes('closed market'));
    fc.assert(
      fc.property(fc.constantFrom(...bad), fc.constantFrom(...bad), ([, a, stateA], [, b, stateB]) => {
        if (Object.keys(a).some((name) => name in b)) return;
        const verdict = judgeHealth({ ...WELL, ...a, ...b });
        expect(verdict.state).toBe(Math.max(stateA, stateB));
        // A missing token explains missing connections: one reason is enough.
        if (!('tokenProblem' in a) && !('tokenProblem' in b)) expect(verdict.reasons).toHaveLength(2);
      }),
    );
  });
});
