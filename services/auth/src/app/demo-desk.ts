// The demo of `npm start`: a user whose simulator accounts are logged in by code, through the same dialog, callback and
// exchange as a person's browser would go through, and logged in again whenever their token ends. For simulators only.
import { BrokerEnvironment, TokenState } from '@vega/contracts';
import { type Clock, type Timer } from '@vega/kernel';
import type { Logger, Principal } from '@vega/platform';
import type { AccountDesk } from './account-desk.ts';
import type { BrokerLogins } from './broker-logins.ts';
import type { Client } from './caller.ts';
import type { People } from './people.ts';
import type { AccountRecord, Store } from './ports.ts';
import { normaliseEmail } from '../domain/email.ts';

/** A developer app of the simulator, and its owner's PIN. */
interface DemoApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ownerUserId: string;
  readonly pin: string;
}

/** What a person with a browser would do at the simulator. */
export interface DemoBrowser {
  apps(): Promise<readonly DemoApp[]>;
  register(clientId: string, redirectUri: string, notifierUrl: string): Promise<void>;
  logIn(dialogUrl: string, userId: string, pin: string): Promise<{ code: string; state: string }>;
}

/** Customers of the simulator that the demo has accounts of. */
const DEMO_CUSTOMERS = ['VG1001', 'VG1002'];

const RETRY_MS = { first: 500, most: 10_000 };

/** A token refused sooner than this after it came is no accident: logging in at once again would only repeat it. */
const YOUNG_MS = 30_000;

const CLIENT: Client = { address: '127.0.0.1', userAgent: 'demo', deviceToken: '', traceId: '' };

/** Seeds the demo and keeps it logged in. */
export class DemoDesk {
  private readonly timers = new Map<string, Timer>();
  private readonly pauses = new Map<string, number>();
  private stopped = false;
  private userId = '';

  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly people: People;
      readonly accounts: AccountDesk;
      readonly logins: BrokerLogins;
      readonly browser: DemoBrowser;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly publicUrl: string;
      readonly email: string;
      readonly password: string;
    },
  ) {}

  /** Makes the user and accounts that are missing and begins to log them in; tries again while the simulator is away. */
  async start(): Promise<void> {
    const { store, people, email, password } = this.parts;
    await people.create(email, password, 'admin', CLIENT);
    const normal = normaliseEmail(email);
    const user = normal === undefined ? undefined : await store.now.users.findByEmail(normal);
    if (user === undefined) return;
    this.userId = user.userId;
    this.later('seed', 0, () => this.seed());
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) timer.cancel();
  }

  /** An account's token has ended or was refused; the demo's are logged in again. */
  tokenEnded(accountId: string): void {
    if (this.stopped || this.userId === '') return;
    this.later(accountId, 0, () => this.logIn(accountId));
  }

  private async seed(): Promise<void> {
    const { store, accounts, browser, publicUrl } = this.parts;
    const apps = await browser.apps();
    for (const [index, customer] of DEMO_CUSTOMERS.entries()) {
      const app = apps.find(({ ownerUserId }) => ownerUserId === customer);
      if (app === undefined) continue;
      const redirectUri = `${publicUrl}/api/v1/auth/upstox/callback`;
      const present = (await store.now.accounts.listOf(this.userId)).find(
        (one) => !one.removed && one.clientId === app.clientId,
      );
      const principal = this.principal();
      // The simulator takes orders of its n-th customer from 127.0.0.n; the first one's is where everything leaves from.
      const egressAddress = index > 0 && isLoopback(publicUrl) ? `127.0.0.${index + 1}` : '';
      const { account, notifierPath } =
        present === undefined
          ? await accounts.create(
              principal,
              {
                label: `Paper ${customer}`,
                environment: BrokerEnvironment.SIMULATOR,
                clientId: app.clientId,
                clientSecret: app.clientSecret,
                redirectUri,
                egressAddress,
                relation: customer === DEMO_CUSTOMERS[0] ? 'own' : 'family',
                consent: true,
                analyticsToken: '',
                sandboxToken: '',
              },
              CLIENT,
            )
          : await accounts.update(
              principal,
              present.accountId,
              { redirectUri, renewNotifier: true, egressAddress },
              CLIENT,
            );
      await browser.register(app.clientId, redirectUri, `${publicUrl}${notifierPath}`);
      await this.logIn(account.accountId);
    }
  }

  private async logIn(accountId: string): Promise<void> {
    const { store, logins, browser, clock } = this.parts;
    const account = await store.now.accounts.find(accountId);
    if (account === undefined || !this.isDemo(account)) return;
    const nowMs = clock.wallNow();
    if (account.tokenState === TokenState.VALID && account.tokenExpiresAtMs > nowMs) return;
    if (account.tokenState === TokenState.REJECTED && nowMs - account.tokenIssuedAtMs < YOUNG_MS) {
      const pause = this.pauses.get(accountId) ?? RETRY_MS.first;
      this.pauses.set(accountId, Math.min(pause * 2, RETRY_MS.most));
      await new Promise<void>((resume) => this.timers.set(accountId, clock.after(pause, resume)));
      if (this.stopped) return;
    } else {
      this.pauses.delete(accountId);
    }
    const app = (await browser.apps()).find(({ clientId }) => clientId === account.clientId);
    if (app === undefined) throw new Error('the simulator does not know the app of a demo account');
    const { url, browserSecret } = await logins.begin(this.principal(), accountId, CLIENT);
    const { code, state } = await browser.logIn(url, app.ownerUserId, app.pin);
    await logins.complete({ state, code, browserSecret, error: '' }, CLIENT);
  }

  private isDemo({ userId, removed, environment }: AccountRecord): boolean {
    return userId === this.userId && !removed && environment === BrokerEnvironment.SIMULATOR;
  }

  /** Runs work, and again with growing pauses until it succeeds. */
  private later(name: string, delayMs: number, work: () => Promise<void>): void {
    if (this.stopped) return;
    this.timers.get(name)?.cancel();
    const timer = this.parts.clock.after(delayMs, () => {
      work().catch((error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        this.parts.logger.warn({ problem, what: name }, 'the demo could not be logged in to the simulator');
        this.later(name, Math.min(RETRY_MS.most, Math.max(RETRY_MS.first, delayMs * 2)), work);
      });
    });
    this.timers.set(name, timer);
  }

  private principal(): Principal {
    const nowMs = this.parts.clock.wallNow();
    return {
      userId: this.userId,
      sessionId: 'demo',
      tokenId: 'demo',
      kind: 'user',
      role: 'admin',
      scopes: ['read', 'trade'],
      mfa: false,
      accounts: undefined,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + 60_000,
    };
  }
}

/** Whether the platform and its simulator stand on one machine. */
function isLoopback(address: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
}
