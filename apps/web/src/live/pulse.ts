const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
const PULSE_MS = 250;

function beat(): void {
  if (document.hidden) return;
  for (const listener of listeners) listener();
}

/** Calls back four times a second while the page is visible, for ages and clocks. Returns the unsubscriber. */
export function onPulse(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(beat, PULSE_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
