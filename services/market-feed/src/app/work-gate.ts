import { OutcomeError } from '@vega/kernel';

/** Lets at most `atOnce` pieces of work run and `waiting` more wait; the rest are refused at once with `RATE_LIMITED`. */
export class WorkGate {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limits: { readonly atOnce: number; readonly waiting: number }) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limits.atOnce) {
      if (this.queue.length >= this.limits.waiting) {
        throw new OutcomeError(
          'RATE_LIMITED',
          'too many questions for history at once',
          { waiting: this.queue.length },
          true,
        );
      }
      await new Promise<void>((resume) => this.queue.push(resume));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
