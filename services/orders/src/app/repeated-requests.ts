import { OutcomeError } from '@vega/kernel';

/** Answers kept of one account; the oldest go first. */
const MAX_KEPT = 1_000;

interface Kept<T> {
  readonly asked: string;
  readonly answer: Promise<T>;
}

/**
 * Gives the first answer to whoever repeats a request under its id, also while it is under way. What failed is not kept: it may
 * be tried again. They end with the writer; a modify or cancel that is then repeated finds the order as it is.
 */
export class RepeatedRequests<T> {
  private readonly kept = new Map<string, Kept<T>>();

  /** `asked` is what the request says; another one under the same id is refused. An empty id is never kept. */
  once(requestId: string, asked: string, work: () => Promise<T>): Promise<T> {
    if (requestId === '') return work();
    const known = this.kept.get(requestId);
    if (known !== undefined) {
      if (known.asked === asked) return known.answer;
      throw new OutcomeError('BAD_REQUEST', 'this request_id was used for another request');
    }
    const answer = work();
    this.kept.set(requestId, { asked, answer });
    answer.catch(() => this.kept.delete(requestId));
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return answer;
  }
}
