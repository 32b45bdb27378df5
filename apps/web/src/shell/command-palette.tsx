import type { InstrumentView } from '@vega/client';
import { useState, type KeyboardEvent } from 'react';
import { useNavigate } from 'react-router';
import { DENSITIES, densityChanged, selected, themeToggled } from '../app/layout-slice.ts';
import { useOfferedCommands, type Command } from '../app/commands.ts';
import { PAGES } from '../app/pages.ts';
import { useAppDispatch, useAppSelector, type AppDispatch } from '../app/store.ts';
import { useInstrumentSearch } from '../watch/instrument-search.ts';
import { describeInstrument } from '../watch/instrument-words.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Everything that can be done, by name; words that name an instrument open its chart. */
export function CommandPalette({
  onClose,
  onShortcuts,
}: {
  onClose: () => void;
  onShortcuts: () => void;
}): React.JSX.Element {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const commands = useCommands(text, onShortcuts);
  const active = Math.min(at, Math.max(0, commands.length - 1));
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt((active + 1) % Math.max(1, commands.length));
    else if (event.key === 'ArrowUp') setAt((active - 1 + commands.length) % Math.max(1, commands.length));
    else if (event.key === 'Enter') run(commands[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Command palette" onClose={onClose} className="palette">
      <input
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={commands[active] === undefined ? undefined : `palette-${commands[active].id}`}
        aria-label="Command or instrument"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-sm outline-none"
        placeholder="Command or instrument"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Commands" className="max-h-[50vh] overflow-y-auto py-1">
        {commands.map((command, n) => (
          <li
            key={command.id}
            id={`palette-${command.id}`}
            role="option"
            aria-selected={n === active}
            className="option"
            onClick={() => run(command)}
            onMouseMove={() => setAt(n)}
          >
            <span className="truncate">{command.title}</span>
            <span className="text-dim text-xs whitespace-nowrap">{command.note}</span>
          </li>
        ))}
      </ul>
      {commands.length === 0 ? <p className="px-4 pb-4 pt-2 text-dim">Nothing fits these words.</p> : null}
    </Dialog>
  );
}

function useCommands(text: string, onShortcuts: () => void): Command[] {
  const navigate = useNavigate();
  const dispatch = useAppDispatch();
  const theme = useAppSelector((state) => state.layout.theme);
  const { items } = useInstrumentSearch({ q: text, limit: 8 });
  const offered = useOfferedCommands();
  const go = (path: string): void => void navigate(path);
  const fixed: Command[] = [
    ...PAGES.map((page, n) => ({
      id: `page${n}`,
      title: `Go to ${page.title}`,
      note: String(n + 1),
      run: () => go(page.path),
    })),
    {
      id: 'theme',
      title: `Use the ${theme === 'dark' ? 'light' : 'dark'} theme`,
      note: 'T',
      run: () => dispatch(themeToggled()),
    },
    ...DENSITIES.map((density) => ({
      id: `density-${density}`,
      title: `Rows: ${density}`,
      note: 'D',
      run: () => dispatch(densityChanged(density)),
    })),
    { id: 'shortcuts', title: 'Show shortcuts', note: '?', run: onShortcuts },
  ];
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = [...offered, ...fixed].filter(({ title }) =>
    words.every((word) => title.toLowerCase().includes(word)),
  );
  return [...fitting, ...items.flatMap((item) => openingsOf(item, dispatch, go))];
}

/** What the pages do with an instrument that was found. */
function openingsOf(item: InstrumentView, dispatch: AppDispatch, go: (path: string) => void): Command[] {
  const { instrument_key: key, trading_symbol: symbol, name } = item;
  return PAGES.flatMap(({ path, forInstrument }) => {
    if (forInstrument?.fits(item) !== true) return [];
    const { verb, pathOf } = forInstrument;
    const run = (): void => {
      dispatch(selected({ key, symbol: symbol ?? key, name: name ?? '' }));
      go(pathOf?.(item) ?? path);
    };
    const id = `${verb}-${key}`.replace(/\W/g, '_');
    return [{ id, title: symbol ?? key, note: `${verb} · ${describeInstrument(item)}`, run }];
  });
}
