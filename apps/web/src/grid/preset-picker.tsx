import type { ColumnPreset } from './grid-column.ts';

interface PresetPickerProps {
  presets: readonly ColumnPreset[];
  chosen: ColumnPreset;
  onChoose: (id: string) => void;
}

/** Chooses one of a grid's sets of columns. */
export function PresetPicker({ presets, chosen, onChoose }: PresetPickerProps): React.JSX.Element {
  return (
    <div role="group" aria-label="Columns (key G)" className="hidden gap-0.5 md:flex">
      {presets.map(({ id, title }) => (
        <button key={id} type="button" className="chip" aria-pressed={id === chosen.id} onClick={() => onChoose(id)}>
          {title}
        </button>
      ))}
    </div>
  );
}
