import type { ConnectionView, ModeLoadView } from '@vega/client';
import { formatAge, formatCount } from '../format/numbers.ts';

/** The connections to the broker's feed: state, age, what each carries against its limits, and what went wrong. */
export function Connections({ connections }: { connections: readonly ConnectionView[] }): React.JSX.Element {
  if (connections.length === 0) return <p className="text-dim">No connection to the broker’s feed.</p>;
  return (
    <div tabIndex={0} role="region" aria-label="Feed connections, each" className="overflow-x-auto">
      <table className="figures" aria-label="Feed connections">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">State</th>
            <th scope="col">Last frame</th>
            <th scope="col">Subscribed / limit</th>
            <th scope="col">Frames</th>
            <th scope="col">Equal</th>
            <th scope="col">Unreadable</th>
            <th scope="col">Reconnects</th>
          </tr>
        </thead>
        <tbody>
          {connections.map((one) => (
            <tr key={one.connection}>
              <th scope="row">{one.connection}</th>
              <td className={stateTone(one)}>
                {one.state}
                {one.mute ? ', mute' : ''}
              </td>
              <td>{one.last_frame_age_ms === null ? 'none' : formatAge(one.last_frame_age_ms)}</td>
              <td>
                <Loads modes={one.modes} />
              </td>
              <td>{formatCount(one.frames)}</td>
              <td>{formatCount(one.duplicates)}</td>
              <td className={one.garbage > 0 ? 'text-loss' : ''}>{formatCount(one.garbage)}</td>
              <td className={one.reconnects > 0 ? 'text-warn' : ''}>{formatCount(one.reconnects)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stateTone({ state, mute }: ConnectionView): string {
  if (mute) return 'text-loss';
  return state === 'open' ? 'text-gain' : 'text-warn';
}

const NEARLY_FULL = 0.9;

/** A mode that the broker's plan leaves out carries nothing and may carry nothing. */
function isOffered({ subscribed, limit }: ModeLoadView): boolean {
  return subscribed > 0 || limit === null || limit > 0;
}

function Loads({ modes }: { modes: readonly ModeLoadView[] }): React.JSX.Element {
  return (
    <ul className="space-y-0.5">
      {modes.filter(isOffered).map(({ mode, subscribed, limit }) => {
        const share = limit === null || limit === 0 ? 0 : Math.min(1, subscribed / limit);
        return (
          <li key={mode} className="flex items-center justify-end gap-2">
            <span className="text-dim text-xs">{mode}</span>
            <span>
              {formatCount(subscribed)} / {limit === null ? 'no limit' : formatCount(limit)}
            </span>
            <span aria-hidden className="h-1.5 w-16 rounded bg-raised">
              <span
                className={`block h-full rounded ${share > NEARLY_FULL ? 'bg-warn' : 'bg-accent'}`}
                style={{ width: `${Math.round(share * 100)}%` }}
              />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
