import { EVERYWHERE_KEYS } from '../app/everywhere-keys.ts';
import { printCombination } from '../app/key-combination.ts';
import { PAGES } from '../app/pages.ts';
import type { DescribedKeys, ShortcutSection } from '../app/shortcuts.ts';
import { Dialog } from '../ui/dialog.tsx';

/** All keys, by page. */
export function ShortcutSheet({ onClose }: { onClose: () => void }): React.JSX.Element {
  return (
    <Dialog label="Shortcuts" onClose={onClose} className="w-[min(46rem,94vw)]">
      <div className="flex items-center justify-between border-b border-line px-4 py-2">
        <h2 className="font-semibold">Shortcuts</h2>
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
      <div className="grid gap-x-8 gap-y-4 p-4 md:grid-cols-2">
        {[EVERYWHERE_KEYS, ...PAGES.flatMap(({ shortcuts }) => shortcuts ?? [])].map((section) => (
          <section key={section.title}>
            <h3 className="mb-1 text-dim text-xs uppercase tracking-wide">{section.title}</h3>
            <dl className="space-y-1">
              {linesOf(section).map(({ keys, does }) => (
                <div key={keys} className="flex gap-3">
                  <dt className="w-28 shrink-0">
                    <kbd className="key">{keys}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function linesOf({ keys, described }: ShortcutSection): DescribedKeys[] {
  const bound = Object.values(keys).map(({ on, does }) => ({ keys: on.map(printCombination).join(' or '), does }));
  return [...described, ...bound];
}
