import { useEffect } from 'react';

/** A key that does something on a page or everywhere. */
export interface Shortcut {
  /** As it is printed, such as `Ctrl K`. */
  keys: string;
  does: string;
}

/** The sections of the shortcut sheet. */
export const SHORTCUTS: readonly { title: string; shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: 'Ctrl K or ⌘ K', does: 'Command palette' },
      { keys: '/', does: 'Search instruments' },
      { keys: '1 – 9', does: 'Go to a page (Shift with the number while on the chart)' },
      { keys: 'T', does: 'Dark or light' },
      { keys: 'D', does: 'Row density' },
      { keys: '?', does: 'This sheet' },
      { keys: 'Esc', does: 'Close what is open' },
    ],
  },
  {
    title: 'Market watch',
    shortcuts: [
      { keys: '↑ ↓ ← →', does: 'Move in the list' },
      { keys: 'Home / End', does: 'First or last column; with Ctrl, row' },
      { keys: 'Enter or C', does: 'Open the chart' },
      { keys: 'Alt ↑ / Alt ↓', does: 'Move the instrument up or down' },
      { keys: 'Delete', does: 'Remove the instrument' },
    ],
  },
  {
    title: 'Chart',
    shortcuts: [
      { keys: '1 – 8', does: 'Interval: 1, 3, 5, 15, 30 minutes, hour, day, week' },
      { keys: 'V', does: 'Volume' },
      { keys: 'O', does: 'Open interest' },
      { keys: 'E', does: 'EMA 9 and 21' },
      { keys: 'W', does: 'VWAP' },
      { keys: 'R', does: 'RSI 14' },
    ],
  },
];

/** Whether a key was meant for a field or a dialog rather than for the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (document.querySelector('dialog[open]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** The digit of a number key, whatever Shift makes of it on this keyboard; undefined for other keys. */
export function digitOf(event: Pick<KeyboardEvent, 'code'>): number | undefined {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

/** Listens to keys of the whole page while the component is on the screen. A key that is held down counts once. */
export function useKeys(handle: (event: KeyboardEvent) => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (!event.repeat && !event.defaultPrevented) handle(event);
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, [handle]);
}
