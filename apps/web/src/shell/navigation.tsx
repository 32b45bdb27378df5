import { Command } from 'lucide-react';
import { NavLink } from 'react-router';
import { PAGES } from '../app/pages.ts';

/** Pages at the side of a wide screen. */
export function SideNavigation(): React.JSX.Element {
  return (
    <nav aria-label="Pages" className="hidden w-14 shrink-0 flex-col border-r border-line bg-panel md:flex">
      {PAGES.map(({ path, title, label, icon: Icon }, n) => (
        <NavLink key={path} to={path} end={path === '/'} className="side-link" title={`${title} (${n + 1})`}>
          <Icon aria-hidden className="size-4.5" />
          <span>{label}</span>
        </NavLink>
      ))}
    </nav>
  );
}

/** Pages at the foot of a phone, with the palette for all else. */
export function BottomNavigation({ onPalette }: { onPalette: () => void }): React.JSX.Element {
  return (
    <nav aria-label="Pages" className="bottom-bar md:hidden">
      {PAGES.filter(({ onPhone }) => onPhone).map(({ path, label, icon: Icon }) => (
        <NavLink key={path} to={path} end={path === '/'} className="bottom-link">
          <Icon aria-hidden className="size-5" />
          <span>{label}</span>
        </NavLink>
      ))}
      <button type="button" className="bottom-link" onClick={onPalette}>
        <Command aria-hidden className="size-5" />
        <span>More</span>
      </button>
    </nav>
  );
}
