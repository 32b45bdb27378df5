import { Command, Keyboard, Moon, Rows3, Sun } from 'lucide-react';
import { useCallback } from 'react';
import { briefOf, themeToggled } from '../app/layout-slice.ts';
import { useAppDispatch, useAppSelector } from '../app/store.ts';
import { formatIstDay, formatIstTime } from '../format/ist.ts';
import { useFollow, useLive, useStatus } from '../live/live-context.tsx';
import { PulseText, QuoteText } from '../live/live-text.tsx';
import { changeTone, readChange, readLast, readPercent } from '../live/quote-figures.ts';
import { isOpen, sessionSummary, sessionWord } from '../live/session.ts';
import { StaleMark } from '../live/stale-mark.tsx';
import { FeedAgeChip } from './feed-age-chip.tsx';
import { KillSwitchButton } from './kill-switch-button.tsx';
import { MODE_NOTES, type Mode } from './mode.ts';
import { TokenCountdown } from './token-countdown.tsx';

const HEADLINES = ['NSE_INDEX|Nifty 50', 'NSE_INDEX|Nifty Bank', 'BSE_INDEX|SENSEX', 'NSE_INDEX|India VIX'];

interface TopBarProps {
  mode: Mode;
  onPalette: () => void;
  onShortcuts: () => void;
  onDensity: () => void;
}

/** Indices, VIX, clock and session, age of the feed, mode, and the buttons of the shell. */
export function TopBar({ mode, onPalette, onShortcuts, onDensity }: TopBarProps): React.JSX.Element {
  useFollow(HEADLINES);
  const dispatch = useAppDispatch();
  const theme = useAppSelector((state) => state.layout.theme);
  const density = useAppSelector((state) => state.layout.density);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="top-bar">
      <div className="flex h-11 items-center gap-2 pl-3 pr-2 md:h-10">
        <span className="font-bold tracking-widest text-accent">VEGA</span>
        <ModeBadge mode={mode} />
        <Headlines className="ml-2 hidden min-w-0 flex-1 lg:flex" />
        <div className="ml-auto flex items-center gap-2">
          <SessionClock />
          <TokenCountdown />
          <FeedAgeChip />
          <KillSwitchButton />
          <div className="hidden items-center md:flex">
            <button type="button" className="icon-button" onClick={onPalette} title="Command palette (Ctrl K)">
              <Command aria-hidden className="size-4" />
              <span className="sr-only">Command palette</span>
            </button>
            <button type="button" className="icon-button" onClick={onShortcuts} title="Shortcuts (?)">
              <Keyboard aria-hidden className="size-4" />
              <span className="sr-only">Shortcuts</span>
            </button>
            <button type="button" className="icon-button" onClick={onDensity} title={`Density: ${density} (D)`}>
              <Rows3 aria-hidden className="size-4" />
              <span className="sr-only">Density: {density}</span>
            </button>
          </div>
          <button
            type="button"
            className="icon-button"
            onClick={() => dispatch(themeToggled())}
            title={`Use the ${other} theme (T)`}
          >
            {theme === 'dark' ? <Sun aria-hidden className="size-4" /> : <Moon aria-hidden className="size-4" />}
            <span className="sr-only">Use the {other} theme</span>
          </button>
        </div>
      </div>
      <Headlines className="flex border-t border-line px-3 lg:hidden" />
    </header>
  );
}

function Headlines({ className }: { className: string }): React.JSX.Element {
  return (
    <ul tabIndex={0} aria-label="Indices" className={`headlines ${className}`}>
      {HEADLINES.map((key) => (
        <Headline key={key} instrument={key} />
      ))}
    </ul>
  );
}

function Headline({ instrument }: { instrument: string }): React.JSX.Element {
  const { symbol } = useAppSelector((state) => briefOf(state.layout, instrument));
  return (
    <StaleMark as="li" instrument={instrument} className="flex items-baseline gap-1.5 whitespace-nowrap">
      <span className="text-dim text-xs">{symbol}</span>
      <QuoteText instrument={instrument} read={readLast} className="font-semibold" />
      <QuoteText instrument={instrument} read={readChange} tone={changeTone} className="toned text-xs" />
      <QuoteText
        instrument={instrument}
        read={readPercent}
        tone={changeTone}
        className="toned hidden text-xs sm:inline lg:hidden xl:inline"
      />
    </StaleMark>
  );
}

function SessionClock(): React.JSX.Element {
  const { clock } = useLive();
  const status = useStatus();
  const sessions = status?.sessions ?? [];
  const readTime = useCallback(() => formatIstTime(clock.read()), [clock]);
  const readDay = useCallback(() => formatIstDay(clock.read()), [clock]);
  const each = sessions.map((one) => `${one.segment}: ${sessionWord(one.status)}`).join('\n');
  return (
    <div className="flex items-baseline gap-1.5 whitespace-nowrap" title={`Market time, IST\n${each}`}>
      <PulseText read={readDay} className="hidden text-dim text-xs xl:inline" />
      <PulseText read={readTime} className="font-semibold" />
      <span className="text-dim text-xs">IST</span>
      <span className={`max-w-28 truncate text-xs lg:max-w-none ${isOpen(sessions) ? 'text-gain' : 'text-dim'}`}>
        {sessionSummary(sessions)}
      </span>
    </div>
  );
}

function ModeBadge({ mode }: { mode: Mode }): React.JSX.Element {
  return (
    <span className="mode-badge" data-mode={mode} title={MODE_NOTES[mode]}>
      {mode === 'UNKNOWN' ? 'MODE ?' : mode}
    </span>
  );
}
