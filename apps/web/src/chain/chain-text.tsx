import { useLayoutEffect, useRef } from 'react';
import { MISSING } from '../format/numbers.ts';
import type { Tone } from '../grid/grid-column.ts';
import { onNextFrame } from '../live/frame.ts';
import type { ChainData, ChainHead } from './chain-data.ts';

interface ChainTextProps {
  chain: ChainData;
  /** Must keep its identity between renders. */
  read: (head: ChainHead) => string;
  /** Must keep its identity between renders. */
  tone?: (head: ChainHead) => Tone;
  className?: string;
}

/** A figure of the chain as a whole, written into its text node at most once a frame. */
export function ChainText({ chain, read, tone, className }: ChainTextProps): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    let due = false;
    const draw = (): void => {
      due = false;
      const span = node.current;
      if (span === null) return;
      const head = chain.head.get();
      const text = head === undefined ? MISSING : read(head);
      if (span.textContent !== text) span.textContent = text;
      const shade = head === undefined || tone === undefined ? 'flat' : tone(head);
      if (span.dataset['tone'] !== shade) span.dataset['tone'] = shade;
    };
    draw();
    return chain.head.subscribe(() => {
      if (due) return;
      due = true;
      onNextFrame(draw);
    });
  }, [chain, read, tone]);
  return <span ref={node} className={className} />;
}
