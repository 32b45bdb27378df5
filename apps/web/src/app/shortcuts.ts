// Goal: each key is declared once, works where it is declared, and stands in the sheet.
// Method: a section declares its keys with what they do; the component that answers them binds one handler to each, which
//   the compiler checks. One listener on the window asks the sections of what is on the screen, pages before the shell.
// Invariants: a key that is held down counts once; keys meant for a field or a dialog reach only what asks for them.

import { useEffect, useEffectEvent } from 'react';
import { isPressed } from './key-combination.ts';

/** A key that does something. */
export interface Shortcut {
  /** Combinations that press it, such as `a`, `Shift+B`, `Mod+k` or `Digit`; see parseCombination. */
  on: readonly string[];
  does: string;
  /** Also while a field has the focus or a dialog is open. */
  always?: boolean;
}

/** Keys that a widget answers by itself, such as a grid's arrows: told in the sheet, bound by nobody. */
export interface DescribedKeys {
  keys: string;
  does: string;
}

/** A section of the shortcut sheet. */
export interface ShortcutSection<Id extends string = string> {
  title: string;
  /** `everywhere` gives way to what is on the screen. */
  scope: 'page' | 'everywhere';
  keys: Readonly<Record<Id, Shortcut>>;
  described: readonly DescribedKeys[];
}

/** Declares the keys of a page, or with `everywhere` of the shell. */
export function shortcutSection<Id extends string>(
  title: string,
  keys: Readonly<Record<Id, Shortcut>>,
  options: { scope?: 'everywhere'; described?: readonly DescribedKeys[] } = {},
): ShortcutSection<Id> {
  return { title, scope: options.scope ?? 'page', keys, described: options.described ?? [] };
}

type Handlers<Id extends string> = Readonly<Record<Id, (event: KeyboardEvent) => void>>;

interface Bound {
  section: ShortcutSection;
  press: (id: string, event: KeyboardEvent) => void;
}

const bound: Record<ShortcutSection['scope'], Bound[]> = { page: [], everywhere: [] };

/** Answers the keys of a section while the component is on the screen; each key has its handler. */
export function useShortcuts<Id extends string>(section: ShortcutSection<Id>, handlers: Handlers<Id>): void {
  const press = useEffectEvent((id: string, event: KeyboardEvent) => handlers[id as Id](event));
  useEffect(() => {
    const mine: Bound = { section, press: (id, event) => press(id, event) };
    const list = bound[section.scope];
    list.push(mine);
    if (bound.page.length + bound.everywhere.length === 1) window.addEventListener('keydown', onKeyDown);
    return () => {
      list.splice(list.indexOf(mine), 1);
      if (bound.page.length + bound.everywhere.length === 0) window.removeEventListener('keydown', onKeyDown);
    };
  }, [section]);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.repeat || event.defaultPrevented) return;
  const elsewhere = isTyping(event);
  // What came to the screen last is asked first.
  for (const { section, press } of [...bound.everywhere, ...bound.page].toReversed()) {
    const id = findPressed(section, event, elsewhere);
    if (id === undefined) continue;
    event.preventDefault();
    press(id, event);
    return;
  }
}

/** The key of a section that was pressed; `elsewhere` when a field or a dialog has the focus. */
export function findPressed<Id extends string>(
  section: ShortcutSection<Id>,
  event: Parameters<typeof isPressed>[1],
  elsewhere: boolean,
): Id | undefined {
  const entries = Object.entries(section.keys) as [Id, Shortcut][];
  return entries.find(
    ([, { on, always }]) => (!elsewhere || always === true) && on.some((combination) => isPressed(combination, event)),
  )?.[0];
}

/** Whether a key was meant for a field or a dialog rather than for the page. */
function isTyping({ target }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** Combinations that more than one key of a section answers. */
export function clashesOf(section: ShortcutSection): string[] {
  const all = Object.values(section.keys).flatMap(({ on }) => on.map((one) => one.toLowerCase()));
  return all.filter((one, n) => all.indexOf(one) !== n);
}
