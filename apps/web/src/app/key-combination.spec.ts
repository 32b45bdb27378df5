import { isPressed, parseCombination, printCombination, type KeyPress } from './key-combination.ts';

const press = (key: string, code: string, ...held: ('ctrl' | 'meta' | 'alt' | 'shift')[]): KeyPress => ({
  key,
  code,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
});

describe('key combinations', () => {
  it.each([
    ['a', press('a', 'KeyA')],
    ['a', press('A', 'KeyA')],
    ['Shift+B', press('B', 'KeyB', 'shift')],
    ['Mod+k', press('k', 'KeyK', 'ctrl')],
    ['Mod+k', press('k', 'KeyK', 'meta')],
    ['?', press('?', 'Slash', 'shift')],
    ['/', press('/', 'Slash')],
    ['+', press('+', 'Equal', 'shift')],
    ['Digit', press('3', 'Digit3')],
    ['Shift+Digit', press('#', 'Digit3', 'shift')],
    ['Alt+x', press('≈', 'KeyX', 'alt')],
    ['End', press('End', 'End')],
  ])('%s is pressed by %j', (text, key) => expect(isPressed(text, key)).toBe(true));

  it.each([
    ['a', press('a', 'KeyA', 'ctrl')],
    ['a', press('A', 'KeyA', 'shift')],
    ['a', press('å', 'KeyA', 'alt')],
    ['b', press('a', 'KeyA')],
    ['Mod+k', press('k', 'KeyK')],
    ['Digit', press('#', 'Digit3', 'shift')],
    ['Digit', press('0', 'Digit0')],
    ['Alt+x', press('x', 'KeyX')],
  ])('%s is not pressed by %j', (text, key) => expect(isPressed(text, key)).toBe(false));

  it.each([
    ['Mod+k', 'Ctrl K'],
    ['Digit', '1 – 9'],
    ['Shift+B', 'Shift B'],
    ['ArrowUp', '↑'],
  ])('%s is printed as %s', (text, printed) => expect(printCombination(text)).toBe(printed));

  it('refuses a modifier that does not exist', () =>
    expect(() => parseCombination('Hyper+a')).toThrow('no modifier Hyper'));
});
