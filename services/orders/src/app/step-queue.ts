/**
 * Goal: the steps of one writer, one after another, with the least waiting for whoever asks for something.
 *
 * Method: two lines. A request is a step of its own. Words of the broker wait in theirs and are taken together as one step,
 * so that what an order brings after it costs one commit and not five. Requests go first, but no more than a few of them
 * pass words that wait.
 *
 * Invariants: steps never overlap; each line keeps its order.
 */
interface Waiting<W> {
  readonly word: W;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** So many requests pass words that wait: what the broker says moves limits and positions that the next one is judged by. */
const MOST_PASSING = 4;
/** A step that holds more would keep the request behind it waiting for longer than two commits. */
const MOST_WORDS = 64;

export class StepQueue<W> {
  private readonly requests: (() => Promise<void>)[] = [];
  private readonly words: Waiting<W>[] = [];
  private passed = 0;
  private draining: Promise<void> | undefined;
  private lastWord: Promise<unknown> = Promise.resolve();

  /** `take` applies words as one step, in order. */
  constructor(private readonly take: (words: readonly W[]) => Promise<void>) {}

  /** Runs a step of its own. */
  run<T>(step: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.requests.push(() => step().then(resolve, reject));
      this.begin();
    });
  }

  /** Takes a word with those that wait; resolves when the step that holds it is done. */
  tell(word: W): Promise<void> {
    const told = new Promise<void>((resolve, reject) => {
      this.words.push({ word, resolve, reject });
      this.begin();
    });
    this.lastWord = told.catch(() => undefined);
    return told;
  }

  /** Resolves when all that waits now is done; what comes after it is not waited for. */
  async settled(): Promise<void> {
    await Promise.all([this.run(() => Promise.resolve()), this.lastWord]);
  }

  private begin(): void {
    this.draining ??= this.drain();
  }

  private async drain(): Promise<void> {
    // What is said in the same turn belongs together.
    await Promise.resolve();
    while (this.requests.length > 0 || this.words.length > 0) {
      const isTheirTurn = this.requests.length === 0 || (this.words.length > 0 && this.passed >= MOST_PASSING);
      if (isTheirTurn) await this.takeWords();
      else {
        this.passed = this.words.length > 0 ? this.passed + 1 : 0;
        await this.requests.shift()?.();
      }
    }
    this.draining = undefined;
  }

  private async takeWords(): Promise<void> {
    this.passed = 0;
    const together = this.words.splice(0, MOST_WORDS);
    try {
      await this.take(together.map(({ word }) => word));
      for (const { resolve } of together) resolve();
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
}
