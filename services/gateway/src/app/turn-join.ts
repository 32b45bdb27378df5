import type { Clock } from '@vega/kernel';

/**
 * Joins the same question, asked several times within one turn of the event loop, into one: under load many clients ask for the
 * same instrument at once. Nobody is given an answer that was asked for before his own question.
 */
export class TurnJoin<V> {
  private readonly asked = new Map<string, Promise<V>>();

  constructor(
    private readonly clock: Clock,
    private readonly ask: (key: string) => Promise<V>,
  ) {}

  /** The answer for `key`; all who asked in this turn share it, or its failure. */
  fetch(key: string): Promise<V> {
    const present = this.asked.get(key);
    if (present !== undefined) return present;
    const answer = new Promise<void>((resolve) => {
      this.clock.after(0, resolve);
    }).then(() => {
      this.asked.delete(key);
      return this.ask(key);
    });
    this.asked.set(key, answer);
    return answer;
  }
}
