import { modeOf } from './mode.ts';

it.each([
  ['live', 'live', 'LIVE'],
  ['live', 'simulator', 'PAPER'],
  ['live', 'sandbox', 'PAPER'],
  ['live', undefined, 'PAPER'],
  ['simulator', 'live', 'SIM'],
  ['simulator', 'simulator', 'SIM'],
  [null, 'live', 'UNKNOWN'],
  [undefined, undefined, 'UNKNOWN'],
] as const)('a market from %s and an account of %s are %s', (source, environment, mode) =>
  expect(modeOf(source, environment)).toBe(mode),
);
