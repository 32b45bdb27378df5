import { turnKillSwitch, type KillSwitchView, type TurnKillSwitchRequest } from '@vega/client';
import { useState } from 'react';
import { access } from '../api/gateway-api.ts';
import { useKillSwitchesQuery } from '../api/orders-api.ts';
import { toFailure } from '../api/failure.ts';
import { formatIstTime } from '../format/ist.ts';
import { useAccounts } from '../live/use-accounts.ts';
import { Dialog } from '../ui/dialog.tsx';

type Turn = TurnKillSwitchRequest['body'];

/** What must be typed to let orders out again. */
const RELEASE_WORD = 'RELEASE';

/** Stops orders: of one account or of all that is one's own, with or without cancelling what works; and releases what is stopped. */
export function KillSwitchDialog({ onClose }: { onClose: () => void }): React.JSX.Element {
  const { data, refetch } = useKillSwitchesQuery(undefined);
  const accounts = useAccounts() ?? [];
  const [scope, setScope] = useState('user');
  const [stops, setStops] = useState<'OPENING' | 'EVERYTHING'>('OPENING');
  const [cancels, setCancels] = useState(true);
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState('');
  const [isBusy, setBusy] = useState(false);
  const turn = async (body: Turn, done: string): Promise<void> => {
    setBusy(true);
    try {
      const { cancelling } = await turnKillSwitch(access, { body });
      setSaid(cancelling.length === 0 ? done : `${done} Working orders are being cancelled.`);
    } catch (error) {
      const { title, detail, code } = toFailure(error);
      setSaid(`${title}: ${detail} (${code}). It may not be engaged: try again, or use npm run panic.`);
    }
    setBusy(false);
    void refetch();
  };
  const where = scope === 'user' ? { scope: 'user' as const } : { scope: 'account' as const, account_id: scope };
  const engaged = (data?.switches ?? []).filter((one) => one.stops !== 'NOTHING');
  return (
    <Dialog label="Kill switch" onClose={onClose} className="kill-dialog">
      <div className="flex flex-col gap-3 p-4">
        <h2 className="font-semibold text-sm">Kill switch</h2>
        <form
          className="flex flex-col gap-2"
          aria-label="Engage"
          onSubmit={(event) => {
            event.preventDefault();
            void turn(
              { action: 'engage', ...where, stops, cancel_orders: cancels, reason },
              'Engaged: orders are stopped.',
            );
          }}
        >
          <label className="flex items-center justify-between gap-3">
            Stop
            <select className="field" value={scope} onChange={(event) => setScope(event.target.value)}>
              <option value="user">all my accounts</option>
              {accounts.map(({ account_id: id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label className="flex items-center justify-between gap-3">
            Which orders
            <select
              className="field"
              value={stops}
              onChange={(event) => setStops(event.target.value === 'EVERYTHING' ? 'EVERYTHING' : 'OPENING')}
            >
              <option value="OPENING">that open; exits pass</option>
              <option value="EVERYTHING">all, exits too</option>
            </select>
          </label>
          <label className="flex items-center gap-2">
            <input type="checkbox" checked={cancels} onChange={(event) => setCancels(event.target.checked)} />
            Cancel what works
          </label>
          <label className="flex items-center justify-between gap-3">
            Reason
            <input
              className="field flex-1"
              maxLength={300}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
          <button type="submit" className="button danger justify-center" disabled={isBusy}>
            Stop orders now
          </button>
        </form>
        <p role="status" data-testid="kill-said">
          {said}
        </p>
        {engaged.map((one) => (
          <Engaged key={one.scope} one={one} isBusy={isBusy} onRelease={(body) => void turn(body, 'Released.')} />
        ))}
      </div>
    </Dialog>
  );
}

interface EngagedProps {
  one: KillSwitchView;
  isBusy: boolean;
  onRelease: (body: Turn) => void;
}

/** A switch that is engaged; releasing it asks for a word. */
function Engaged({ one, isBusy, onRelease }: EngagedProps): React.JSX.Element {
  const [word, setWord] = useState('');
  const body = releaseOf(one.scope);
  return (
    <form
      className="flex flex-wrap items-center gap-2 border-t border-line pt-2"
      aria-label={`Release ${one.scope}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (body !== undefined && word === RELEASE_WORD) onRelease(body);
      }}
    >
      <p className="basis-full">
        <span className="font-semibold text-loss">{one.stops === 'EVERYTHING' ? 'Everything' : 'Opening'} stopped</span>{' '}
        {one.scope} by {one.engaged_by}
        {one.at_ms === null ? '' : ` at ${formatIstTime(one.at_ms)}`}
        {one.reason === null ? '' : `: ${one.reason}`}
      </p>
      {body === undefined ? null : (
        <>
          <input
            className="field w-40"
            aria-label={`Type ${RELEASE_WORD} to release`}
            placeholder={`Type ${RELEASE_WORD}`}
            value={word}
            onChange={(event) => setWord(event.target.value)}
          />
          <button type="submit" className="button" disabled={isBusy || word !== RELEASE_WORD}>
            Release
          </button>
        </>
      )}
    </form>
  );
}

/** The request that releases a switch of a scope; undefined for one that is not this person's to release. */
function releaseOf(scope: string): Turn | undefined {
  const [kind, first, ...rest] = scope.split(':');
  if (kind === 'user') return { action: 'release', scope: 'user' };
  if (kind === 'account' && first !== undefined) return { action: 'release', scope: 'account', account_id: first };
  if (kind !== 'strategy' || first === undefined) return undefined;
  return { action: 'release', scope: 'strategy', account_id: first, strategy: rest.join(':') };
}
