import type { ReactNode } from 'react';
import { Dialog } from '../ui/dialog.tsx';

interface ConfirmDialogProps {
  title: string;
  /** What the button that does it says. */
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, action, onConfirm, onClose, children }: ConfirmDialogProps): React.JSX.Element {
  return (
    <Dialog label={title} onClose={onClose} className="confirm">
      <form
        method="dialog"
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
          onClose();
        }}
      >
        <h2 className="font-semibold text-sm">{title}</h2>
        <div>{children}</div>
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            Keep
          </button>
          <button type="submit" className="button danger">
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
