/**
 * The order of a strategy's decisions: each intent of a strategy carries the number after the one before it. A second copy of
 * a strategy, or one that has forgotten a decision, is refused.
 */
import { OutcomeError } from '@vega/kernel';

export class DecisionSequence {
  private readonly last = new Map<string, number>();

  /** `recorded` reads the last number of a strategy; it is asked once for each. */
  constructor(private readonly recorded: (strategy: string) => Promise<number>) {}

  /** Throws DECISION_OUT_OF_SEQUENCE unless the number is the next of its strategy; 0 is not a decision of one. */
  async check(strategy: string, decisionNumber: number): Promise<void> {
    if (decisionNumber === 0) return;
    const last = this.last.get(strategy) ?? (await this.recorded(strategy));
    this.last.set(strategy, last);
    if (decisionNumber === last + 1) return;
    throw new OutcomeError('DECISION_OUT_OF_SEQUENCE', `the next decision of ${strategy} is ${last + 1}`, {
      expected: last + 1,
    });
  }

  /** Notes a decision as recorded. */
  took(strategy: string, decisionNumber: number): void {
    if (decisionNumber > 0) this.last.set(strategy, decisionNumber);
  }
}
