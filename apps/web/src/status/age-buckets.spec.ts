import { countAges } from './age-buckets.ts';

it('counts each age once, at its upper bound too', () => {
  expect(countAges([0, 1_000, 1_001, 60_000, 900_001, undefined])).toEqual({ counts: [2, 1, 1, 0, 1], unseen: 1 });
  expect(countAges([])).toEqual({ counts: [0, 0, 0, 0, 0], unseen: 0 });
});
