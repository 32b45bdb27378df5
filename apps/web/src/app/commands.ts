import { useEffect, useSyncExternalStore } from 'react';
import { Observed } from '../live/observed.ts';

/** Something the palette can do by name. */
export interface Command {
  /** Unique among all commands; letters, digits and dashes. */
  id: string;
  title: string;
  /** Beside the title: its key, or what it is about. */
  note: string;
  run: () => void;
}

const offered = new Observed<readonly (readonly Command[])[]>([]);

/** Adds commands to the palette while the component is on the screen. The list must keep its identity between renders. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    offered.set([...offered.get(), commands]);
    return () => offered.set(offered.get().filter((one) => one !== commands));
  }, [commands]);
}

/** All that components on the screen offer, the newest first. */
export function useOfferedCommands(): readonly Command[] {
  return useSyncExternalStore(offered.subscribe, offered.get).toReversed().flat();
}
