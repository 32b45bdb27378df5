import type { OptionExpiryView } from '@vega/client';
import { formatExpiry } from '../format/ist.ts';

interface ExpiryTabsProps {
  expiries: readonly OptionExpiryView[];
  chosen: string;
  onChoose: (date: string) => void;
}

/** The expiries with the days that are left; a monthly one is marked. */
export function ExpiryTabs({ expiries, chosen, onChoose }: ExpiryTabsProps): React.JSX.Element {
  return (
    <div role="group" aria-label="Expiry ([ and ])" className="flex min-w-0 gap-0.5 overflow-x-auto">
      {expiries.map(({ date, cycle, days_to_expiry: days }) => (
        <button
          key={date}
          type="button"
          className="chip shrink-0"
          aria-pressed={date === chosen}
          title={`${formatExpiry(date)}, ${cycle}`}
          onClick={() => onChoose(date)}
        >
          {shortDate(date)} <span className="text-xs">{days}d</span>
          {cycle === 'monthly' ? <span className="ml-1 text-xs">M</span> : null}
        </button>
      ))}
    </div>
  );
}

/** `24 Nov` of a date of this or the next year, as tabs have little room. */
function shortDate(date: string): string {
  return formatExpiry(date).slice(0, 6);
}
