import type { Logger } from 'pino';
import type { AppDirectory } from '../../server/auth/app-directory.ts';
import type { AccountUpdate } from '../views/account-updates.ts';
import type { UpdateFaults } from './update-faults.ts';

const TIMEOUT_MS = 5_000;
/** Deliveries under way at once; more are dropped, as a webhook without retries loses them. */
const MAX_UNDER_WAY = 500;

/** Posts order updates to the webhooks of the apps that the account has: once each, unsigned, no retries. */
export class Postbacks {
  private underWay = 0;
  private delivered = 0;
  private failed = 0;

  constructor(
    private readonly directory: AppDirectory,
    private readonly faults: UpdateFaults,
    private readonly log: Logger,
  ) {}

  publish(update: AccountUpdate): void {
    if (update.type !== 'order') return;
    for (const app of this.directory.listApps()) {
      if (app.webhookUrl === '' || app.ownerUserId !== update.account) continue;
      const body = JSON.stringify(this.faults.disguise(update));
      this.faults.pass('postback', app, update, () => void this.post(app.webhookUrl, body));
    }
  }

  status(): Record<string, number> {
    return { delivered: this.delivered, failed: this.failed };
  }

  private async post(url: string, body: string): Promise<void> {
    if (this.underWay >= MAX_UNDER_WAY) {
      this.failed++;
      return;
    }
    this.underWay++;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (response.ok) this.delivered++;
      else this.failed++;
    } catch (error) {
      this.failed++;
      this.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'postback not delivered');
    } finally {
      this.underWay--;
    }
  }
}
