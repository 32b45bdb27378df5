import { Component, type ReactNode } from 'react';

interface PageBoundaryProps {
  title: string;
  children: ReactNode;
}

/** Keeps the shell alive when a page fails or its code cannot be fetched, and says so where the page would be. */
export class PageBoundary extends Component<PageBoundaryProps, { failed: unknown }> {
  override state: { failed: unknown } = { failed: undefined };

  static getDerivedStateFromError(error: unknown): { failed: unknown } {
    return { failed: error ?? new Error('unknown') };
  }

  override render(): ReactNode {
    const { failed } = this.state;
    if (failed === undefined) return this.props.children;
    return (
      <div role="alert" className="flex h-full flex-col items-center justify-center gap-2 p-6 text-center">
        <p className="font-semibold">{this.props.title} could not be shown</p>
        <p className="text-dim">
          Prices elsewhere on the screen go on. A new version may have been put in place, or the platform may be away.
        </p>
        <p className="text-dim text-xs">{failed instanceof Error ? failed.message : String(failed)}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
