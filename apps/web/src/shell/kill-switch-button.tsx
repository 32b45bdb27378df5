import { OctagonX } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useKillSwitchesQuery } from '../api/orders-api.ts';

const KillSwitchDialog = lazy(async () => ({
  default: (await import('../orders/kill-switch.tsx')).KillSwitchDialog,
}));

const POLL_MS = 5_000;

/** The kill switch, on every page: says whether it is engaged, and opens where it is turned. */
export function KillSwitchButton(): React.JSX.Element {
  const { data } = useKillSwitchesQuery(undefined, { pollingInterval: POLL_MS });
  const [isOpen, setOpen] = useState(false);
  const engaged = (data?.switches ?? []).filter(({ stops }) => stops !== 'NOTHING');
  const words = engaged.some(({ stops }) => stops === 'EVERYTHING') ? 'All stopped' : 'Opening stopped';
  return (
    <>
      <button
        type="button"
        className="kill-button"
        data-engaged={engaged.length === 0 ? undefined : ''}
        title={engaged.length === 0 ? 'Kill switch: stop orders' : engaged.map(({ scope }) => scope).join(', ')}
        onClick={() => setOpen(true)}
      >
        <OctagonX aria-hidden className="size-4" />
        <span className={engaged.length === 0 ? 'sr-only' : 'whitespace-nowrap'}>
          {engaged.length === 0 ? 'Kill switch' : words}
        </span>
      </button>
      {isOpen ? (
        <Suspense fallback={null}>
          <KillSwitchDialog onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
