import { useLayoutEffect, useRef } from 'react';
import { MISSING } from '../format/numbers.ts';
import type { Tone } from '../grid/grid-column.ts';
import { useLive } from './live-context.tsx';
import type { LiveQuote } from './live-data.ts';
import { onPulse } from './pulse.ts';

interface QuoteTextProps {
  instrument: string;
  /** Must keep its identity between renders. */
  read: (quote: LiveQuote) => string;
  /** Must keep its identity between renders. */
  tone?: (quote: LiveQuote) => Tone;
  className?: string;
}

/** A figure of a quote, written straight into its text node once per frame: React renders it only when it is placed. */
export function QuoteText({ instrument, read, tone, className }: QuoteTextProps): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  const live = useLive();
  useLayoutEffect(() => {
    let text: string | undefined;
    let shade: Tone | undefined;
    const draw = (quote: LiveQuote | undefined): void => {
      const span = node.current;
      if (span === null) return;
      const next = quote === undefined ? MISSING : read(quote);
      if (next !== text) span.textContent = text = next;
      const nextShade = quote === undefined || tone === undefined ? 'flat' : tone(quote);
      if (nextShade !== shade) span.dataset['tone'] = shade = nextShade;
    };
    draw(live.quotes.get(instrument));
    return live.quotes.subscribe(instrument, draw);
  }, [live, instrument, read, tone]);
  return <span ref={node} className={className} />;
}

/** Text that follows the time: `read` is asked four times a second. */
export function PulseText({ read, className }: { read: () => string; className?: string }): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const draw = (): void => {
      const next = read();
      if (node.current !== null && node.current.textContent !== next) node.current.textContent = next;
    };
    draw();
    return onPulse(draw);
  }, [read]);
  return <span ref={node} className={className} />;
}
