import { useLayoutEffect, useRef, type HTMLAttributes, type ReactNode } from 'react';
import { useLink, useLive } from './live-context.tsx';
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
  const link = useLink();
  useLayoutEffect(() => {
    const lost = link.wasOpen && link.state !== 'open';
    const draw = (quote: LiveQuote | undefined): void => {
      const element = node.current;
      if (element === null) return;
      const why =
        quote === undefined ? '' : lost ? 'connection lost' : quote.stale ? staleWord(quote.stale_reason) : '';
      if ((element.dataset['stale'] ?? '') === why) return;
      if (why === '') delete element.dataset['stale'];
      else element.dataset['stale'] = why;
    };
    draw(live.quotes.get(instrument));
    return live.quotes.subscribe(instrument, draw);
  }, [live, link, instrument, node]);
}
