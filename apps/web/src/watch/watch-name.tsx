import { TriangleAlert } from 'lucide-react';
import { briefOf } from '../app/layout-slice.ts';
import { useAppSelector } from '../app/store.ts';
import { useRefusal } from '../live/live-context.tsx';
import { splitSymbol } from './instrument-words.ts';

/** The name of an instrument in the watchlist, with a sign where it is not streamed. */
export function WatchName({ instrument }: { instrument: string }): React.JSX.Element {
  const { symbol, name } = useAppSelector((state) => briefOf(state.layout, instrument));
  const [head, tail] = splitSymbol(symbol, name);
  return (
    <span className="watch-name">
      <span className="max-w-full truncate font-semibold">{head}</span>
      <span className="max-w-full truncate text-dim text-xs">{tail}</span>
      <RefusalMark instrument={instrument} />
    </span>
  );
}

/** A sign at an instrument that the feed does not stream, with the reason. */
function RefusalMark({ instrument }: { instrument: string }): React.JSX.Element | null {
  const refusal = useRefusal(instrument);
  if (refusal === undefined) return null;
  return (
    <span title={`${refusal.code}: ${refusal.detail}`} className="text-warn">
      <TriangleAlert aria-hidden className="size-3.5" />
      <span className="sr-only">
        not streamed: {refusal.code}, {refusal.detail}
      </span>
    </span>
  );
}
