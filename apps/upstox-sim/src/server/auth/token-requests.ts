import { nextTokenDeath } from '@vega/kernel';
import type { Logger } from 'pino';
import type { DemoUser, DeveloperApp } from './demo-accounts.ts';
import type { TokenVault } from './token-vault.ts';

/** A request that waits for its user's approval. */
interface PendingRequest {
  readonly app: DeveloperApp;
  readonly expiresAt: number;
}

const DELIVERY_TIMEOUT_MS = 5_000;

/** Token requests of apps: approved by their owner elsewhere, delivered to the app's notifier address. */
export class TokenRequests {
  private readonly pending = new Map<string, PendingRequest>();

  constructor(
    private readonly tokens: TokenVault,
    private readonly now: () => number,
    private readonly log: Logger,
  ) {}

  /** Records a request; a second one of the same app replaces the first. Returns when it dies (epoch ms). */
  open(app: DeveloperApp): number {
    const expiresAt = nextTokenDeath(this.now());
    this.pending.set(app.clientId, { app, expiresAt });
    return expiresAt;
  }

  /** Client ids with a request that can still be approved. */
  waiting(): readonly string[] {
    return [...this.pending].filter(([, request]) => request.expiresAt > this.now()).map(([clientId]) => clientId);
  }

  /** The owner approves: a token is issued and posted once to the notifier. False when nothing waits. */
  async approve(clientId: string, user: DemoUser): Promise<{ approved: boolean; delivered: boolean }> {
    const request = this.pending.get(clientId);
    this.pending.delete(clientId);
    if (request === undefined || request.expiresAt <= this.now()) return { approved: false, delivered: false };
    const issuedAt = this.now();
    const { token, grant } = await this.tokens.issue(user.userId, clientId, 'access', request.app.multiClient);
    const delivered = await this.deliver(request.app, {
      client_id: clientId,
      user_id: user.userId,
      access_token: token,
      token_type: 'Bearer',
      expires_at: String(grant.expiresAt),
      issued_at: String(issuedAt),
      message_type: 'access_token',
    });
    return { approved: true, delivered };
  }

  private async deliver(app: DeveloperApp, message: object): Promise<boolean> {
    try {
      const response = await fetch(app.notifierUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
        redirect: 'error',
        signal: AbortSignal.timeout(DELIVERY_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      this.log.info({ app: app.name, status: response.status }, 'token delivered to notifier');
      return response.ok;
    } catch (error) {
      this.log.warn(
        { app: app.name, error: error instanceof Error ? error.message : String(error) },
        'notifier unreachable',
      );
      return false;
    }
  }
}
