import { Link2, Save, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { legsCleared, positionForgotten, positionLoaded, positionSaved } from './builder-slice.ts';
import { toShareQuery } from './share-link.ts';
import { TEMPLATES, type Template } from './templates.ts';

const VIEWS: readonly (readonly [Template['view'], string])[] = [
  ['rising', 'Rising'],
  ['falling', 'Falling'],
  ['quiet', 'Quiet'],
  ['moving', 'Moving'],
];

interface PositionMenuProps {
  onTemplate: (template: Template) => void;
  onFuture: () => void;
}

/** Ways to begin a position: a template, a future, one that was saved; and to keep or clear it. */
export function PositionMenu({ onTemplate, onFuture }: PositionMenuProps): React.JSX.Element {
  const { saved, legs } = useAppSelector((state) => state.builder);
  const dispatch = useAppDispatch();
  const [name, setName] = useState('');
  return (
    <div className="payoff-chips flex flex-wrap items-center gap-2 px-2 py-1">
      <select
        className="field"
        aria-label="Template"
        value=""
        onChange={(event) => {
          const template = TEMPLATES.find(({ id }) => id === event.target.value);
          if (template !== undefined) onTemplate(template);
        }}
      >
        <option value="">Template…</option>
        {VIEWS.map(([view, title]) => (
          <optgroup key={view} label={title}>
            {TEMPLATES.filter((template) => template.view === view).map(({ id, title: words }) => (
              <option key={id} value={id}>
                {words}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <button type="button" className="chip" onClick={onFuture}>
        Add future
      </button>
      {saved.length === 0 ? null : (
        <select
          className="field"
          aria-label="Saved positions"
          value=""
          onChange={(event) => dispatch(positionLoaded(event.target.value))}
        >
          <option value="">Saved…</option>
          {saved.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      )}
      <form
        className="flex items-center gap-1"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') dispatch(positionSaved(name.trim()));
        }}
      >
        <input
          className="field w-32"
          aria-label="Name of the position"
          placeholder="Name"
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="chip" disabled={name.trim() === '' || legs.length === 0}>
          <Save aria-hidden className="size-3.5" /> Save
        </button>
        {saved.some((one) => one.name === name.trim()) ? (
          <button type="button" className="chip" onClick={() => dispatch(positionForgotten(name.trim()))}>
            Forget
          </button>
        ) : null}
      </form>
      <ShareButton />
      <button type="button" className="chip" disabled={legs.length === 0} onClick={() => dispatch(legsCleared())}>
        <Trash2 aria-hidden className="size-3.5" /> Clear
      </button>
    </div>
  );
}

/** Copies a link that opens this position; where the browser does not let it copy, the link is shown to be copied by hand. */
function ShareButton(): React.JSX.Element {
  const { underlying, legs } = useAppSelector((state) => state.builder);
  const [link, setLink] = useState<{ text: string; isCopied: boolean }>();
  const share = async (): Promise<void> => {
    const text = `${location.origin}/payoff${toShareQuery(underlying ?? '', legs)}`;
    const isCopied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setLink({ text, isCopied });
  };
  return (
    <>
      <button type="button" className="chip" disabled={legs.length === 0} onClick={() => void share()}>
        <Link2 aria-hidden className="size-3.5" /> Share
      </button>
      <span role="status" className="text-dim text-xs">
        {link?.isCopied === true ? 'Link copied' : ''}
      </span>
      {link?.isCopied === false ? (
        <input
          className="field w-48"
          aria-label="Link to this position"
          readOnly
          value={link.text}
          onFocus={(event) => event.target.select()}
        />
      ) : null}
    </>
  );
}
