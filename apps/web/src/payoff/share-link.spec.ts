import fc from 'fast-check';
import { LEG_KINDS, MAX_LEGS, type BuilderLeg } from './builder-slice.ts';
import { nearestStrike, railPlace } from './rail-place.ts';
import { readShareQuery, toShareQuery } from './share-link.ts';

const leg = fc
  .record({
    kind: fc.constantFrom(...LEG_KINDS),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    lots: fc.integer({ min: 1, max: 10_000 }),
    expiry: fc.constantFrom('2026-12-01', '2027-03-30'),
    paise: fc.integer({ min: 1, max: 9_999_999 }),
    price: fc.option(fc.integer({ min: 0, max: 9_999_999 })),
  })
  .map(({ paise, price, ...rest }): BuilderLeg => {
    const strike = rest.kind === 'FUTURE' ? null : paise / 100;
    return { ...rest, id: 1, strike, price: price === null ? null : price / 100, iv: null, isIncluded: true };
  });

describe('a link to a position', () => {
  it('opens what was shared', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(leg, { minLength: 1, maxLength: MAX_LEGS }), (on, legs) => {
        const wanted = legs.map(({ id: _id, iv: _iv, isIncluded: _on, ...rest }) => rest);
        expect(readShareQuery(toShareQuery(on, legs))).toEqual({ underlying: on, legs: wanted });
      }),
    );
  });

  it.each([
    '',
    '?on=X',
    '?legs=B1C100@2026-12-01',
    '?on=X&legs=B0C100@2026-12-01',
    '?on=X&legs=B1C@2026-12-01',
    '?on=X&legs=B1F100@2026-12-01',
    '?on=X&legs=B1C100@soon',
    '?on=X&legs=B1C100@2026-12-01,',
    '?on=X&legs=B99999C100@2026-12-01',
    `?on=X&legs=${Array.from({ length: MAX_LEGS + 1 }, () => 'B1C100@2026-12-01').join(',')}`,
  ])('%s opens nothing', (query) => expect(readShareQuery(query)).toBeUndefined());
});

it.each([
  [24_000, 0],
  [25_000, 0.5],
  [26_000, 1],
  [30_000, 1],
  [10, 0],
])('%s lies at %s of the rail', (price, place) => expect(railPlace(price, 24_000, 26_000)).toBe(place));

it.each([
  [[], undefined],
  [[100, 200, 300], 200],
])('the strike of %j that is nearest to 240 is %s', (ladder, strike) =>
  expect(nearestStrike(ladder, 240)).toBe(strike),
);
