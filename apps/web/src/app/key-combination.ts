/** The part of a keyboard event that decides which shortcut it is. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

interface Combination {
  /** Ctrl, or Command on a Mac. */
  mod: boolean;
  alt: boolean;
  shift: boolean;
  /** Lower case; `digit` stands for 1 to 9. */
  key: string;
}

const parsed = new Map<string, Combination>();

/**
 * Reads a combination such as `a`, `Shift+B`, `Mod+k`, `Alt+x`, `?`, `Digit` (1 to 9) or `Shift+Digit`. `Mod` is Ctrl, or
 * Command on a Mac. Throws a RangeError for a modifier it does not know.
 */
export function parseCombination(text: string): Combination {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const parts = text === '+' ? ['+'] : text.split('+');
  const key = (parts.pop() ?? '').toLowerCase();
  const combination: Combination = { mod: false, alt: false, shift: false, key };
  for (const modifier of parts) {
    const name = modifier.toLowerCase();
    if (name !== 'mod' && name !== 'alt' && name !== 'shift')
      throw new RangeError(`no modifier ${modifier} in ${text}`);
    combination[name] = true;
  }
  parsed.set(text, combination);
  return combination;
}

/** Whether a key press is the combination. Shift matters for letters and digits alone: a sign such as `?` needs it anyway. */
export function isPressed(text: string, press: KeyPress): boolean {
  const { mod, alt, shift, key } = parseCombination(text);
  if (mod !== (press.ctrlKey || press.metaKey) || alt !== press.altKey) return false;
  if (key === 'digit') return shift === press.shiftKey && digitOf(press) !== undefined;
  // With Alt a keyboard may produce another sign (Option on a Mac), so the place of the key counts.
  const pressed = alt && /^Key[A-Z]$/.test(press.code) ? press.code.slice(3).toLowerCase() : press.key.toLowerCase();
  if (pressed !== key) return false;
  return key.length > 1 || /^[a-z0-9]$/.test(key) ? shift === press.shiftKey : true;
}

/** The digit of a number key, whatever Shift makes of it on this keyboard; undefined for other keys. */
export function digitOf(press: Pick<KeyPress, 'code'>): number | undefined {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

const NAMES: Readonly<Record<string, string>> = {
  digit: '1 – 9',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  escape: 'Esc',
  enter: 'Enter',
  delete: 'Delete',
  home: 'Home',
  end: 'End',
  ' ': 'Space',
};

/** A combination as it is printed: `Ctrl K`, `Shift B`, `1 – 9`. */
export function printCombination(text: string): string {
  const { mod, alt, shift, key } = parseCombination(text);
  const name = NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return [mod ? 'Ctrl' : '', alt ? 'Alt' : '', shift ? 'Shift' : '', name].filter((part) => part !== '').join(' ');
}
