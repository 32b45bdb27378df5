import { Copy } from 'lucide-react';
import { useState } from 'react';

/** Text to be taken away by hand: shown whole, copied by a button. */
export function SecretText({ label, text }: { label: string; text: string }): React.JSX.Element {
  const [copied, setCopied] = useState<boolean>();
  const copy = (): void => {
    // Not there where the page came over plain HTTP from another machine; the text can be selected all the same.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    void copying.then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-2">
      <code className="secret">{text}</code>
      <button type="button" className="button" onClick={copy}>
        <Copy aria-hidden className="size-3.5" /> Copy
      </button>
      <span role="status" className="text-dim text-xs">
        {copied === undefined ? '' : copied ? 'Copied' : 'Select it and copy by hand'}
      </span>
    </div>
  );
}
