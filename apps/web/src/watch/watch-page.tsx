import { useState } from 'react';
import { useAppSelector } from '../app/store.ts';
import { PresetPicker } from '../grid/preset-picker.tsx';
import { useColumnPreset } from '../grid/column-preset.ts';
import { useShortcuts } from '../app/shortcuts.ts';
import { EmptyNotice } from '../ui/notices.tsx';
import { InstrumentPanel } from './instrument-panel.tsx';
import { SearchBox } from './search-box.tsx';
import { Breadth } from './breadth.tsx';
import { WATCH_PRESETS } from './watch-columns.tsx';
import { WatchGrid } from './watch-grid.tsx';
import { WATCH_KEYS } from './watch-keys.ts';

/** Market watch: search, the watchlist, and the chosen instrument with its depth. */
export function WatchPage(): React.JSX.Element {
  const watchlist = useAppSelector((state) => state.layout.watchlist);
  const chosen = useAppSelector((state) => state.layout.selected);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [preset, choosePreset, nextPreset] = useColumnPreset('watch', WATCH_PRESETS);
  useShortcuts(WATCH_KEYS, { columns: nextPreset });
  return (
    <div className="flex h-full min-h-0">
      <section aria-label="Watchlist" className="flex min-w-0 flex-1 flex-col">
        <h1 className="sr-only">Market watch</h1>
        <div className="flex items-center gap-4 border-b border-line px-2 py-1.5">
          <SearchBox />
          <PresetPicker presets={WATCH_PRESETS} chosen={preset} onChoose={choosePreset} />
          <Breadth />
        </div>
        {watchlist.length === 0 ? (
          <EmptyNotice title="Nothing is watched yet">
            Search for an instrument (press <kbd className="key">/</kbd>) and press Enter to add it.
          </EmptyNotice>
        ) : (
          <WatchGrid preset={preset} onOpen={() => setSheetOpen(true)} />
        )}
      </section>
      {chosen === null ? null : (
        <InstrumentPanel
          key={chosen}
          instrument={chosen}
          isSheetOpen={isSheetOpen}
          onCloseSheet={() => setSheetOpen(false)}
        />
      )}
    </div>
  );
}
