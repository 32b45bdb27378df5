/** Prints what happens while the stack comes up. */
export interface Progress {
  note(message: string): void;
  /** Names a step that takes a while, and every ten seconds that it still goes on. */
  step<T>(what: string, task: () => Promise<T>): Promise<T>;
}

/** Progress on standard output. */
export const consoleProgress: Progress = {
  note: (message) => console.log(message),
  async step(what, task) {
    console.log(`${what} ...`);
    const started = performance.now();
    const seconds = (): number => Math.round((performance.now() - started) / 1000);
    const timer = setInterval(() => console.log(`  ... ${what}, ${seconds()} s`), 10_000);
    try {
      return await task();
    } finally {
      clearInterval(timer);
    }
  },
};
