import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { adviceFor, type ApiFailure } from '../api/failure.ts';

/** A failure with its code, what happened, what to do, and a way to try again. */
export function FailureNotice({ failure, onRetry }: { failure: ApiFailure; onRetry?: () => void }): React.JSX.Element {
  return (
    <div className="m-3 flex max-w-xl gap-3 rounded border border-line bg-panel p-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-loss" />
      <div className="min-w-0">
        <p className="font-semibold">{failure.title}</p>
        <p className="text-dim break-words">{failure.detail}</p>
        <p className="mt-1">{adviceFor(failure.code)}</p>
        <p className="mt-1 text-dim text-xs">
          <code>{failure.code}</code>
          {failure.traceId === undefined ? null : (
            <>
              {' · trace '}
              <code className="break-all">{failure.traceId}</code>
            </>
          )}
        </p>
        {onRetry === undefined ? null : (
          <button type="button" className="button mt-2" onClick={onRetry}>
            <RotateCw aria-hidden className="size-3.5" /> Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** What stands where there is nothing to show, and what to do about it. */
export function EmptyNotice({ title, children }: { title: string; children?: ReactNode }): React.JSX.Element {
  return (
    <div className="flex h-full min-h-32 flex-col items-center justify-center gap-1 p-6 text-center">
      <p className="font-semibold">{title}</p>
      <div className="text-dim">{children}</div>
    </div>
  );
}

/** Grey bars in the shape of rows, while data is on its way. */
export function LoadingRows({ rows, label }: { rows: number; label: string }): React.JSX.Element {
  return (
    <div role="status" aria-label={label} className="space-y-2 p-3">
      {Array.from({ length: rows }, (_, n) => (
        <div key={n} className="h-4 animate-pulse rounded bg-raised" style={{ width: `${92 - ((n * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
