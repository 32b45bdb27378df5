import { useLayoutEffect, useRef, type HTMLAttributes, type ReactNode } from 'react';
import type { RowMarks } from '../grid/row-painter.ts';
import { useIsLinkLost, useLive } from './live-context.tsx';
import type { LiveQuote } from './live-data.ts';
import { staleWord } from './quote-figures.ts';

interface StaleMarkProps extends HTMLAttributes<HTMLElement> {
  as: 'li' | 'div' | 'section';
  instrument: string;
  children: ReactNode;
}

/** An element that is greyed while its instrument's quote must not be taken for the present. */
export function StaleMark({
  as: Element,
  instrument,
  children,
  className,
  ...rest
}: StaleMarkProps): React.JSX.Element {
  const node = useRef<HTMLElement>(null);
  useStaleMark(node, instrument);
  const hold = (element: HTMLElement | null): void => {
    node.current = element;
  };
  return (
    <Element ref={hold} className={className} {...rest}>
      {children}
    </Element>
  );
}

/** Marks an element with `data-stale` while its quote is stale or the connection is lost. */
export function useStaleMark(node: React.RefObject<HTMLElement | null>, instrument: string): void {
  const live = useLive();
  const { staleOf } = useQuoteMarks();
  useLayoutEffect(() => {
    const draw = (quote: LiveQuote | undefined): void => {
      const element = node.current;
      if (element === null) return;
      const why = quote === undefined ? '' : staleOf(quote);
      if ((element.dataset['stale'] ?? '') === why) return;
      if (why === '') delete element.dataset['stale'];
      else element.dataset['stale'] = why;
    };
    draw(live.quotes.get(instrument));
    return live.quotes.subscribe(instrument, draw);
  }, [live, staleOf, instrument, node]);
}

const PRESENT: RowMarks<LiveQuote> = { staleOf: (quote) => (quote.stale ? staleWord(quote.stale_reason) : '') };
const LOST: RowMarks<LiveQuote> = { staleOf: () => CONNECTION_LOST };

/** The word for what was known when the connection was lost. */
export const CONNECTION_LOST = 'connection lost';

/** How quotes tell that they must not be taken for the present. */
export function useQuoteMarks(): RowMarks<LiveQuote> {
  return useIsLinkLost() ? LOST : PRESENT;
}
