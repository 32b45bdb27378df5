import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { FailureLine, useDeed } from './form.tsx';

interface ConfirmProps {
  title: string;
  /** The deed in one word, on its button. */
  verb: string;
  children: ReactNode;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something that cannot be taken back; the way out has the focus. */
export function Confirm({ title, verb, children, onConfirm, onClose }: ConfirmProps): React.JSX.Element {
  const deed = useDeed();
  return (
    <Dialog label={title} onClose={onClose} className="w-[min(28rem,94vw)]">
      <div className="flex flex-col gap-3 p-4">
        <h2 className="font-semibold">{title}</h2>
        <div className="text-dim">{children}</div>
        <FailureLine failure={deed.failure} />
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose} autoFocus>
            Keep it
          </button>
          <button
            type="button"
            className="button button-grave"
            disabled={deed.busy}
            onClick={() =>
              deed.run(async () => {
                await onConfirm();
                onClose();
              })
            }
          >
            {verb}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
