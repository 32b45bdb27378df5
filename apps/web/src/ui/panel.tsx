import type { ReactNode } from 'react';

interface PanelProps {
  title: string;
  /** What stands at the right of the title. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, aside, className, children }: PanelProps): React.JSX.Element {
  return (
    <section aria-label={title} className={`min-w-0 rounded border border-line bg-panel ${className ?? ''}`}>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-3 py-1.5">
        <h2 className="font-semibold">{title}</h2>
        {aside}
      </div>
      <div className="p-3">{children}</div>
    </section>
  );
}
