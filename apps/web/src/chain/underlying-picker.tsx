import type { OptionUnderlyingView } from '@vega/client';
import { useId } from 'react';

/** The id of the picker's field, which `/` goes to. */
export const UNDERLYING_FIELD = 'underlying-picker';

interface UnderlyingPickerProps {
  underlyings: readonly OptionUnderlyingView[];
  chosen: string;
  onChoose: (key: string) => void;
}

/** Chooses what the options are on: the indices first, then stocks by name. */
export function UnderlyingPicker({ underlyings, chosen, onChoose }: UnderlyingPickerProps): React.JSX.Element {
  const label = useId();
  const groups = [
    ['Indices', underlyings.filter(({ kind }) => kind === 'INDEX')],
    ['Stocks', underlyings.filter(({ kind }) => kind !== 'INDEX')],
  ] as const;
  return (
    <label id={label} className="flex items-center gap-2">
      <span className="sr-only">Underlying</span>
      <select
        id={UNDERLYING_FIELD}
        className="field font-semibold"
        value={chosen}
        onChange={(event) => onChoose(event.target.value)}
      >
        {groups.map(([title, members]) => (
          <optgroup key={title} label={title}>
            {members.map(({ instrument_key: key, trading_symbol: symbol }) => (
              <option key={key} value={key}>
                {symbol}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
