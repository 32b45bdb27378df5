import { useEffect, useRef, type ReactNode } from 'react';

interface DialogProps {
  label: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
}

/** A modal dialog: the platform's own, which keeps the focus inside and gives it back; Esc and a click beside it close it. */
export function Dialog({ label, onClose, className, children }: DialogProps): React.JSX.Element {
  const node = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = node.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={node}
      aria-label={label}
      className={`dialog ${className ?? ''}`}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === node.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
