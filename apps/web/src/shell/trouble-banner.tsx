import { TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLink, useLive, useStatus } from '../live/live-context.tsx';
import { onPulse } from '../live/pulse.ts';
import { troubleOf, type Trouble } from '../live/trouble.ts';

/** The one polite live region: says when the way to the market is troubled, and once when it is well again. */
export function TroubleBanner(): React.JSX.Element {
  const trouble = useTrouble();
  const [wasTroubled, setWasTroubled] = useState(false);
  if (trouble !== undefined && !wasTroubled) setWasTroubled(true);
  return (
    <div role="status" aria-live="polite" data-testid="trouble">
      {trouble === undefined ? (
        <span className="sr-only">{wasTroubled ? 'Connected: prices are current again.' : ''}</span>
      ) : (
        <p className="trouble" data-level={trouble.level}>
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          <span>{trouble.text}</span>
        </p>
      )}
    </div>
  );
}

function useTrouble(): Trouble | undefined {
  const live = useLive();
  const link = useLink();
  const status = useStatus();
  const [trouble, setTrouble] = useState<Trouble>();
  useEffect(() => {
    const judge = (): void => {
      const next = troubleOf(link, status, live.now());
      setTrouble((present) => (present?.text === next?.text && present?.level === next?.level ? present : next));
    };
    judge();
    return onPulse(judge);
  }, [live, link, status]);
  return trouble;
}
