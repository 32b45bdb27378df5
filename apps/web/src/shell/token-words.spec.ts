import { countdownText, tokenLevel } from './token-words.ts';

it.each([
  [47_100_000, 'login 13 h 05 m', 'good'],
  [3_600_000, 'login 1 h 00 m', 'good'],
  [1_800_000, 'login 30:00', 'good'],
  [727_900, 'login 12:07', 'soon'],
  [0, 'login over', 'over'],
  [-5, 'login over', 'over'],
])('%s ms left are told as %s', (leftMs, text, level) => {
  expect(countdownText(leftMs)).toBe(text);
  expect(tokenLevel(leftMs)).toBe(level);
});

it('no login is over', () => expect(tokenLevel(undefined)).toBe('over'));
