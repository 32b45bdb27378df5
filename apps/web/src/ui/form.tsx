import { useCallback, useId, useRef, useState, type ReactNode } from 'react';
import { adviceFor, toFailure, type ApiFailure } from '../api/failure.ts';

interface EntryProps extends Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'id'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** What to write, where the label does not say it. */
  hint?: ReactNode;
}

/** One line of text with its label. */
export function Entry({ label, onValue, hint, required = true, ...input }: EntryProps): React.JSX.Element {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id}>
        {label}
        {required ? null : <span className="text-dim"> (may be left empty)</span>}
      </label>
      <input
        id={id}
        className="field"
        required={required}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onValue(event.target.value)}
        {...input}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-dim text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onValue: (value: T) => void;
  disabled?: boolean;
  hint?: ReactNode;
}

/** One of a few. */
export function Choice<T extends string>(props: ChoiceProps<T>): React.JSX.Element {
  const { label, value, options, onValue, disabled = false, hint } = props;
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="field"
        value={value}
        disabled={disabled}
        onChange={(event) => onValue(event.target.value as T)}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
      {hint === undefined ? null : <p className="text-dim text-xs">{hint}</p>}
    </div>
  );
}

interface TickProps {
  checked: boolean;
  onChecked: (checked: boolean) => void;
  required?: boolean;
  children: ReactNode;
}

/** Something that is so or not. */
export function Tick({ checked, onChecked, required = false, children }: TickProps): React.JSX.Element {
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={checked}
        required={required}
        onChange={(event) => onChecked(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}

/** Why something was not done, read out at once. */
export function FailureLine({ failure }: { failure: ApiFailure | undefined }): React.JSX.Element | null {
  if (failure === undefined) return null;
  return (
    <p role="alert" className="text-loss">
      {failure.title}: {failure.detail}. {adviceFor(failure.code)}
    </p>
  );
}

/** One deed of a person at a time: whether it is under way, and why the last one failed. */
export interface Deed {
  readonly busy: boolean;
  readonly failure: ApiFailure | undefined;
  /** Does it; what comes after is done when it succeeded. */
  run(work: () => Promise<void>): void;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure>();
  const running = useRef(false);
  const run = useCallback((work: () => Promise<void>): void => {
    // A second press of the button before the first was answered is the same press.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(undefined);
    void work()
      .catch((error: unknown) => setFailure(toFailure(error)))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  return { busy, failure, run };
}

interface DeedFormProps {
  deed: Deed;
  onSubmit: () => Promise<void>;
  children: ReactNode;
  className?: string;
  label?: string;
}

/** A form that does one deed; Enter sends it. */
export function DeedForm({ deed, onSubmit, children, className, label }: DeedFormProps): React.JSX.Element {
  return (
    <form
      className={`flex flex-col gap-3 ${className ?? ''}`}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        deed.run(onSubmit);
      }}
    >
      {children}
      <FailureLine failure={deed.failure} />
    </form>
  );
}
