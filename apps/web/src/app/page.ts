import type { InstrumentView } from '@vega/client';
import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { ShortcutSection } from './shortcuts.ts';

/** A page of the application: all that the shell must know of it. */
export interface Page {
  /** Unique; `/` is the first page. What lies below it is the page's own. */
  path: string;
  title: string;
  /** One word for the navigation. */
  label: string;
  icon: LucideIcon;
  /** Fetches the page's code; the shell fetches it ahead when it has nothing else to do. */
  load: () => Promise<{ default: ComponentType }>;
  shortcuts?: ShortcutSection;
  /** Whether a phone's bar has a place for it; the palette reaches all pages. */
  onPhone: boolean;
  /** What the page does with an instrument that was found by its name; it is chosen (`layout.selected`) before the page opens. */
  forInstrument?: {
    /** For the palette's list, such as `Chart`. */
    verb: string;
    fits: (instrument: InstrumentView) => boolean;
    /** Where to go; the page's path unless given. */
    pathOf?: (instrument: InstrumentView) => string;
  };
  /** The id of the page's own search field, which `/` goes to; without one `/` opens the palette. */
  searchField?: string;
}
