import { SeededRandom } from '../seeded-random.ts';
import { SlotSet } from './slot-set.ts';

it('tells the place of each number among the others, as a list does', () => {
  const random = new SeededRandom(7);
  let asked = 0;
  for (const size of [0, 1, 31, 32, 33, 64, 500, 9_000]) {
    const slots = Array.from({ length: size }, (_, slot) => slot).filter(() => random.below(3) > 0);
    const set = new SlotSet(slots);
    for (let slot = 0; slot < size + 70; slot++, asked++)
      expect([slot, set.rankOf(slot)]).toEqual([slot, slots.indexOf(slot)]);
  }
  expect(asked).toBeGreaterThan(10_000);
});

it('knows a word that is full', () => {
  const set = new SlotSet(Array.from({ length: 96 }, (_, slot) => slot));
  expect([0, 31, 32, 63, 64, 95, 96].map((slot) => set.rankOf(slot))).toEqual([0, 31, 32, 63, 64, 95, -1]);
});
