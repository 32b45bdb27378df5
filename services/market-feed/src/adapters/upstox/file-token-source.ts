import { readFile } from 'node:fs/promises';
import { repeat, type Clock, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { BrokerToken, TokenSource } from '@vega/upstox/market';
import { tokenDeath } from './token-claims.ts';
import { TokenHolder } from './token-holder.ts';

/** How often the file is looked at: a mounted secret is replaced by renaming, which file watchers miss. */
const LOOK_EVERY_MS = 2_000;

/** The broker token of a file that somebody replaces every morning. It is read again and again, and never written to a log. */
export class FileTokenSource implements TokenSource {
  private readonly holder = new TokenHolder();
  private timer: Timer | undefined;
  private failure: string | undefined = 'the token file was not read yet';

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Why there is no token; undefined when there is one. */
  get problem(): string | undefined {
    return this.holder.isRejected ? 'Upstox refused the token of the file' : this.failure;
  }

  current(): BrokerToken | undefined {
    return this.holder.current();
  }

  onChange(listener: () => void): () => void {
    return this.holder.onChange(listener);
  }

  reportRejected(token: string): void {
    this.holder.reportRejected(token);
  }

  async start(): Promise<void> {
    await this.look();
    this.timer = repeat(this.clock, LOOK_EVERY_MS, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    const failed = this.failure;
    try {
      const text = (await readFile(this.path, 'utf8')).trim();
      if (text === '') throw new Error('the token file is empty');
      // Read again and unchanged it keeps the death it was first given: a file does not make a token younger.
      if (text !== this.holder.current()?.token) {
        this.holder.set({ token: text, expiresAt: tokenDeath(text, this.clock.wallNow()) });
        this.logger.info('a broker token was read from the token file');
      }
      this.failure = undefined;
    } catch (error) {
      this.failure = `the token file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'empty'})`;
      if (this.failure !== failed) this.logger.warn({ problem: this.failure }, 'no broker token');
    }
  }
}
