import {
  builderReducer,
  buysFirst,
  FIRST_BUILDER,
  legAdded,
  legChanged,
  legsReplaced,
  loadBuilder,
  positionLoaded,
  positionSaved,
  saveBuilder,
  strikesShifted,
  whatIfChanged,
  type BuilderState,
  type NewLeg,
} from './builder-slice.ts';
import { toPoints, zeroShare } from './payoff-points.ts';
import { toPayoffRequest } from './payoff-request.ts';
import { legsOf, TEMPLATES } from './templates.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';
const call = (strike: number, side: 'BUY' | 'SELL' = 'SELL'): NewLeg => ({
  kind: 'CALL',
  side,
  lots: 1,
  strike,
  expiry: '2026-12-01',
});
const built = (...actions: Parameters<typeof builderReducer>[1][]): BuilderState =>
  actions.reduce<BuilderState>(builderReducer, FIRST_BUILDER);
const added = (leg: NewLeg, underlying = NIFTY) => legAdded({ underlying, leg });
const LADDER = Array.from({ length: 41 }, (_, n) => 24_000 + 50 * n);

describe('a position in the builder', () => {
  it('grows by legs; the same contract on the same side grows by lots', () => {
    const { legs } = built(added(call(25_000)), added(call(25_000)), added(call(25_000, 'BUY')), added(call(25_100)));
    expect(legs.map(({ id, side, strike, lots }) => [id, side, strike, lots])).toEqual([
      [1, 'SELL', 25_000, 2],
      [2, 'BUY', 25_000, 1],
      [3, 'SELL', 25_100, 1],
    ]);
  });

  it('begins anew with another underlying', () => {
    const state = built(
      added(call(25_000)),
      whatIfChanged({ ivShift: 3 }),
      added(call(52_000), 'NSE_INDEX|Nifty Bank'),
    );
    expect(state.legs).toHaveLength(1);
    expect(state.whatIf.ivShift).toBe(0);
  });

  it('moves as a whole, or not at all', () => {
    const position = [added(call(24_050)), legChanged({ id: 1, change: { price: 80 } }), added(call(24_500, 'BUY'))];
    const up = built(...position, strikesShifted({ ladder: LADDER, steps: 2 }));
    expect(up.legs.map(({ strike, price }) => [strike, price])).toEqual([
      [24_150, null],
      [24_600, null],
    ]);
    const blocked = built(...position, strikesShifted({ ladder: LADDER, steps: -2 }));
    expect(blocked.legs.map(({ strike, price }) => [strike, price])).toEqual([
      [24_050, 80],
      [24_500, null],
    ]);
  });

  it('puts bought legs first', () =>
    expect(built(added(call(1)), added(call(2, 'BUY')), buysFirst()).legs.map(({ side }) => side)).toEqual([
      'BUY',
      'SELL',
    ]));

  it('is saved and loaded by name, and remembered from visit to visit', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const state = built(added(call(25_000)), positionSaved('mine'), legsReplaced({ underlying: NIFTY, legs: [] }));
    saveBuilder(storage, state);
    const loaded = builderReducer(loadBuilder(storage), positionLoaded('mine'));
    expect(loaded.legs).toEqual(built(added(call(25_000))).legs);
    expect(loadBuilder({ getItem: () => '{"legs":[{"id":"x"}],"saved":7}' })).toEqual(FIRST_BUILDER);
    expect(loadBuilder({ getItem: () => 'not json' })).toEqual(FIRST_BUILDER);
  });
});

describe('templates', () => {
  it('stand about the money with their bought legs first, so that margin is there before it is needed', () => {
    for (const template of TEMPLATES) {
      const legs = legsOf(template, LADDER, 25_000, ['2026-12-01', '2026-12-08']);
      expect(legs).toBeDefined();
      const sides = (legs ?? []).map(({ side }) => side);
      expect(sides.lastIndexOf('BUY')).toBeLessThanOrEqual(sides.indexOf('SELL') === -1 ? 9 : sides.indexOf('SELL'));
    }
    const condor = TEMPLATES.find(({ id }) => id === 'iron-condor');
    expect(condor && legsOf(condor, LADDER, 25_000, ['2026-12-01'])?.map(({ strike }) => strike)).toEqual([
      24_600, 25_400, 24_800, 25_200,
    ]);
  });

  it('are refused where the strikes or the dates do not reach', () => {
    const [condor, calendar] = ['iron-condor', 'call-calendar'].map((id) => TEMPLATES.find((one) => one.id === id));
    expect(condor && legsOf(condor, LADDER, 24_050, ['2026-12-01'])).toBeUndefined();
    expect(calendar && legsOf(calendar, LADDER, 25_000, ['2026-12-01'])).toBeUndefined();
  });
});

describe('the question to the gateway', () => {
  it('holds the legs that count and the market as the sliders say', () => {
    const { legs } = built(
      added(call(25_000)),
      added(call(25_100)),
      legChanged({ id: 2, change: { isIncluded: false } }),
      legChanged({ id: 1, change: { price: 101.5 } }),
    );
    expect(toPayoffRequest(NIFTY, legs, { spotShift: 1, ivShift: -2, days: 3 }, 25_000)).toEqual({
      instrument_key: NIFTY,
      legs: [{ kind: 'CALL', side: 'SELL', lots: 1, expiry_date: '2026-12-01', strike: 25_000, entry_price: 101.5 }],
      iv_shift: -2,
      days_ahead: [3],
      points: 241,
      spot: 25_250,
    });
    expect(toPayoffRequest(NIFTY, [], { spotShift: 0, ivShift: 0, days: 0 }, 25_000)).toBeUndefined();
  });
});

describe('the curves', () => {
  const curve = (at_expiry: boolean, profit: number[]) => ({
    at_expiry,
    profit,
    net_profit: at_expiry ? profit.map((rupees) => rupees - 1) : [],
    days_ahead: 0,
  });

  it('are joined by price', () =>
    expect(toPoints({ spots: [1, 2], curves: [curve(true, [5, 6]), curve(false, [3, 4])] })).toEqual([
      { spot: 1, expiry: 5, net: 4, now: 3, later: undefined },
      { spot: 2, expiry: 6, net: 5, now: 4, later: undefined },
    ]));

  it.each([
    [[-10, 30], 0.75],
    [[1, 2], 1],
    [[-2, -1], 0],
    [[0, 0], 0],
  ])('of profits %s are above zero for %s of their height', (profit, share) =>
    expect(zeroShare(toPoints({ spots: [1, 2], curves: [curve(true, profit)] }))).toBe(share),
  );
});
