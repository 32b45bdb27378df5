import { RotateCcw } from 'lucide-react';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { AS_IT_IS, whatIfChanged, type WhatIf } from './builder-slice.ts';

interface Slider {
  name: keyof WhatIf;
  label: string;
  min: number;
  max: number;
  step: number;
  words: (value: number) => string;
}

const signed = (value: number, unit: string): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)}${unit}`;

/** Sliders for the price of the underlying, volatility and days: the position as it would be then. */
export function WhatIfSliders({ mostDays }: { mostDays: number }): React.JSX.Element {
  const whatIf = useAppSelector((state) => state.builder.whatIf);
  const dispatch = useAppDispatch();
  const sliders: readonly Slider[] = [
    { name: 'spotShift', label: 'Spot', min: -10, max: 10, step: 0.1, words: (value) => signed(value, '%') },
    { name: 'ivShift', label: 'IV', min: -10, max: 20, step: 0.5, words: (value) => signed(value, ' pts') },
    {
      name: 'days',
      label: 'Days ahead',
      min: 0,
      max: Math.max(1, mostDays),
      step: mostDays > 7 ? 1 : 0.25,
      words: (value) => (value === 0 ? 'now' : `${value} d`),
    },
  ];
  const isMoved = sliders.some(({ name }) => whatIf[name] !== 0);
  return (
    <div className="what-if">
      {sliders.map(({ name, label, min, max, step, words }) => (
        <label key={name}>
          <span>{label}</span>
          <input
            type="range"
            min={min}
            max={max}
            step={step}
            value={whatIf[name]}
            aria-valuetext={words(whatIf[name])}
            onChange={(event) => dispatch(whatIfChanged({ [name]: Number(event.target.value) }))}
          />
          <output>{words(whatIf[name])}</output>
        </label>
      ))}
      <button type="button" className="chip" disabled={!isMoved} onClick={() => dispatch(whatIfChanged(AS_IT_IS))}>
        <RotateCcw aria-hidden className="size-3.5" /> Present
      </button>
    </div>
  );
}
