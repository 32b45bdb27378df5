import { useLayoutEffect, useRef } from 'react';
import { MISSING } from '../format/numbers.ts';
import { useLink, useLive } from '../live/live-context.tsx';
import { onPulse } from '../live/pulse.ts';
import { ageText } from '../live/quote-figures.ts';

/** A younger value needs no age. */
const YOUNG_MS = 2_000;

/** Nothing while the value is young; else its age, marked while it is stale. */
export function AgeText({ instrument }: { instrument: string }): React.JSX.Element {
  const node = useRef<HTMLSpanElement>(null);
  const live = useLive();
  const link = useLink();
  useLayoutEffect(() => {
    const lost = link.wasOpen && link.state !== 'open';
    const draw = (): void => {
      const quote = live.quotes.get(instrument);
      const span = node.current;
      if (span === null) return;
      const strong = quote !== undefined && (quote.stale || lost);
      const young = quote?.receivedAt !== undefined && live.now() - quote.receivedAt < YOUNG_MS;
      const text = quote === undefined ? MISSING : young && !strong ? '' : ageText(quote, live.now());
      if (span.textContent !== text) span.textContent = text;
      if ((span.dataset['strong'] !== undefined) !== strong) {
        if (strong) span.dataset['strong'] = '';
        else delete span.dataset['strong'];
      }
    };
    draw();
    return onPulse(draw);
  }, [live, link, instrument]);
  return <span ref={node} className="age" />;
}
