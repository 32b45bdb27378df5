import { randomBytes } from 'node:crypto';
import { invariant, type Clock, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { BrokerToken, TokenSource } from '@vega/upstox/market';
import { z } from 'zod';
import { tokenDeath } from '../src/adapters/upstox/token-claims.ts';
import { TokenHolder } from '../src/adapters/upstox/token-holder.ts';

const TIMEOUT_MS = 5_000;
const RETRY_MS = { first: 500, most: 10_000 };
/** A new token is fetched as soon as the old one died, not before: the simulator gives none that outlives it. */
const AFTER_DEATH_MS = 1_000;

/** A token refused sooner than this after it was issued is no accident: signing in at once again would only repeat it. */
const YOUNG_MS = 30_000;

/** The demo customer and app that market-feed signs in as. */
const DEMO_USER = 'VG1001';
const DEMO_APP = 'VG1001-app';

const directory = z.object({
  apps: z.array(
    z.object({ client_id: z.string(), client_secret: z.string(), name: z.string(), redirect_uri: z.string() }),
  ),
  users: z.array(z.object({ user_id: z.string(), pin: z.string() })),
});
const grant = z.object({ access_token: z.string().min(1) });

/**
 * A token of the simulator, got as a person would get one: the OAuth dialog, the login page, the code, the exchange.
 * When it dies or is refused it signs in again, for ever, with growing pauses. For the simulator only.
 */
export class SimulatorTokenSource implements TokenSource {
  private readonly holder = new TokenHolder(() => this.onRejected());
  private readonly origin: string;
  private timer: Timer | undefined;
  private failure: string | undefined = 'not signed in to the simulator yet';
  private pauseMs = RETRY_MS.first;
  private issuedMs = Number.NEGATIVE_INFINITY;
  private signingIn = false;
  private stopped = false;

  constructor(
    origin: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.origin = origin.replace(/\/+$/, '');
  }

  /** Why there is no token; undefined when there is one. */
  get problem(): string | undefined {
    return this.failure;
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

  start(): void {
    this.renew();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private onRejected(): void {
    this.failure = 'the simulator refused its token';
    if (this.clock.monotonicMs() - this.issuedMs < YOUNG_MS) this.wakeLater();
    else this.renew();
  }

  private renew(): void {
    if (this.signingIn || this.stopped) return;
    this.signingIn = true;
    this.timer?.cancel();
    void this.signIn()
      .then((token) => {
        this.failure = undefined;
        if (this.clock.monotonicMs() - this.issuedMs > YOUNG_MS) this.pauseMs = RETRY_MS.first;
        this.issuedMs = this.clock.monotonicMs();
        const expiresAt = tokenDeath(token, this.clock.wallNow());
        this.wakeIn(expiresAt - this.clock.wallNow() + AFTER_DEATH_MS);
        this.signingIn = false;
        this.holder.set({ token, expiresAt });
      })
      .catch((error: unknown) => {
        this.signingIn = false;
        const failure = error instanceof Error ? error.message : String(error);
        if (failure !== this.failure) this.logger.warn({ problem: failure }, 'signing in to the simulator failed');
        this.failure = failure;
        this.wakeLater();
      });
  }

  private wakeLater(): void {
    this.wakeIn(this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, RETRY_MS.most);
  }

  private wakeIn(ms: number): void {
    this.timer?.cancel();
    if (!this.stopped) this.timer = this.clock.after(ms, () => this.renew());
  }

  private async signIn(): Promise<string> {
    const { app, user } = await this.demo();
    const dialog = new URL(`${this.origin}/v2/login/authorization/dialog`);
    const state = randomBytes(12).toString('base64url');
    dialog.search = new URLSearchParams({
      response_type: 'code',
      client_id: app.client_id,
      redirect_uri: app.redirect_uri,
      state,
    }).toString();
    const loginPage = await this.redirect('the login dialog', dialog, {});
    const form = new URLSearchParams({ user_id: user.user_id, pin: user.pin });
    const back = await this.redirect('the login page', loginPage, { method: 'POST', body: form });
    const code = back.searchParams.get('code');
    if (code === null || back.searchParams.get('state') !== state) throw new Error('the login led nowhere');
    const exchange = new URLSearchParams({
      code,
      client_id: app.client_id,
      client_secret: app.client_secret,
      redirect_uri: app.redirect_uri,
      grant_type: 'authorization_code',
    });
    const answer = await this.send(new URL(`${this.origin}/v2/login/authorization/token`), {
      method: 'POST',
      body: exchange,
    });
    if (!answer.ok) throw new Error(`the token exchange answered ${answer.status}`);
    return grant.parse(await answer.json()).access_token;
  }

  private async demo(): Promise<{
    app: z.output<typeof directory>['apps'][number];
    user: z.output<typeof directory>['users'][number];
  }> {
    const answer = await this.send(new URL(`${this.origin}/sim/apps`), {});
    if (!answer.ok) throw new Error(`the simulator's list of apps answered ${answer.status}`);
    const { apps, users } = directory.parse(await answer.json());
    const app = apps.find(({ name }) => name === DEMO_APP);
    const user = users.find(({ user_id }) => user_id === DEMO_USER);
    if (app === undefined || user === undefined) throw new Error('the simulator lacks the demo app or user');
    return { app, user };
  }

  /** Follows one redirect by hand: the last one leads to the gateway, which need not be there. */
  private async redirect(what: string, url: URL, init: RequestInit): Promise<URL> {
    const answer = await this.send(url, init);
    const location = answer.headers.get('location');
    await answer.body?.cancel();
    if (answer.status !== 302 || location === null) throw new Error(`${what} answered ${answer.status}`);
    return new URL(location, url);
  }

  private send(url: URL, init: RequestInit): Promise<Response> {
    invariant(url.origin === new URL(this.origin).origin, 'credentials go to the simulator only');
    return fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  }
}
