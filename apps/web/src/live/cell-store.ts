// Goal: thousands of cells that change many times a second, drawn at the screen's pace.
// Method: a value per key lives outside React; setting one marks it dirty; one animation frame later the listeners of
//   dirty keys run once, however often the value changed. Nothing per tick reaches Redux or React state.
// Invariants: a listener sees the newest value at its frame; a value set to what it was wakes nobody.

import { onNextFrame } from './frame.ts';

/** A listener of one cell. */
export type CellListener<T> = (value: T | undefined) => void;

/** How a flush is scheduled; the browser's animation frame, or a test's own. */
export type Schedule = (flush: () => void) => void;

/** Values by key with one flush per animation frame. */
export class CellStore<T> {
  private readonly values = new Map<string, T>();
  private readonly listeners = new Map<string, Set<CellListener<T>>>();
  private dirty = new Set<string>();
  private scheduled = false;
  private readonly schedule: Schedule;

  constructor(schedule: Schedule = onNextFrame) {
    this.schedule = schedule;
  }

  get(key: string): T | undefined {
    return this.values.get(key);
  }

  /** The keys that have a value, in the order of their first. */
  keys(): IterableIterator<string> {
    return this.values.keys();
  }

  set(key: string, value: T): void {
    if (this.values.get(key) === value) return;
    this.values.set(key, value);
    if (!this.listeners.has(key)) return;
    this.dirty.add(key);
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => this.flush());
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.wake(key);
  }

  /** Calls back at each frame in which the cell changed. Returns the unsubscriber. */
  subscribe(key: string, listener: CellListener<T>): () => void {
    let set = this.listeners.get(key);
    if (set === undefined) this.listeners.set(key, (set = new Set()));
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.listeners.get(key) === set) this.listeners.delete(key);
    };
  }

  private flush(): void {
    this.scheduled = false;
    const keys = this.dirty;
    this.dirty = new Set();
    for (const key of keys) this.wake(key);
  }

  private wake(key: string): void {
    const value = this.values.get(key);
    for (const listener of this.listeners.get(key) ?? []) listener(value);
  }
}
