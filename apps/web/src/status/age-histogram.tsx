import { useEffect, useState } from 'react';
import { useAppSelector } from '../app/store.ts';
import { useFollow, useLive } from '../live/live-context.tsx';
import { AGE_BUCKETS, countAges } from './age-buckets.ts';

const EVERY_MS = 1_000;

/** How old the quotes of the watchlist are. */
export function AgeHistogram(): React.JSX.Element {
  const watchlist = useAppSelector((state) => state.layout.watchlist);
  const live = useLive();
  useFollow(watchlist, 2);
  const [{ counts, unseen }, setCounted] = useState(() => countAges([]));
  useEffect(() => {
    const count = (): void => {
      const ages = watchlist.map((key) => {
        const at = live.quotes.get(key)?.receivedAt;
        return at === undefined ? undefined : live.now() - at;
      });
      setCounted(countAges(ages));
    };
    count();
    const timer = setInterval(count, EVERY_MS);
    return () => clearInterval(timer);
  }, [live, watchlist]);
  const most = Math.max(1, ...counts, unseen);
  const rows = [
    ...AGE_BUCKETS.map(({ words }, n) => [words, counts[n] ?? 0] as const),
    ['nothing seen', unseen] as const,
  ];
  return (
    <dl className="space-y-1">
      {rows.map(([words, count]) => (
        <div key={words} className="flex items-center gap-3">
          <dt className="w-24 shrink-0 text-dim">{words}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-2">
            <span className="w-8 shrink-0 text-right">{count}</span>
            <span aria-hidden className="h-2 rounded bg-accent" style={{ width: `${(count / most) * 80}%` }} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
