import { invariant } from '@vega/kernel';
import { z } from 'zod';

const TIMEOUT_MS = 5_000;

const directory = z.object({
  apps: z.array(
    z.object({
      client_id: z.string(),
      client_secret: z.string(),
      name: z.string(),
      owner_user_id: z.string(),
      redirect_uri: z.string(),
    }),
  ),
  users: z.array(z.object({ user_id: z.string(), pin: z.string() })),
});

/** A developer app of the simulator, and its owner's PIN. */
export interface SimulatorApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ownerUserId: string;
  readonly pin: string;
}

/** What a person with a browser does at the simulator, by code. For the simulator only: nobody's real PIN is known here. */
export class SimulatorBrowser {
  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin.replace(/\/+$/, '');
  }

  /** The demo apps that have one owner, by owner. */
  async apps(): Promise<SimulatorApp[]> {
    const answer = await this.send(new URL(`${this.origin}/sim/apps`), {});
    if (!answer.ok) throw new Error(`the simulator's list of apps answered ${answer.status}`);
    const { apps, users } = directory.parse(await answer.json());
    return apps.flatMap((app) => {
      const owner = users.find(({ user_id }) => user_id === app.owner_user_id);
      if (owner === undefined || app.name !== `${app.owner_user_id}-app`) return [];
      const { client_id: clientId, client_secret: clientSecret, owner_user_id: ownerUserId } = app;
      return [{ clientId, clientSecret, ownerUserId, pin: owner.pin }];
    });
  }

  /** Registers where the app's logins come back to and where approved tokens go. */
  async register(clientId: string, redirectUri: string, notifierUrl: string): Promise<void> {
    const answer = await this.send(new URL(`${this.origin}/sim/apps/${clientId}`), {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uri: redirectUri, notifier_url: notifierUrl }),
    });
    if (!answer.ok) throw new Error(`the simulator refused the app's addresses with ${answer.status}`);
  }

  /** Follows a login dialog as a person would: the page, user and PIN, and back. Returns the code and the state. */
  async logIn(dialogUrl: string, userId: string, pin: string): Promise<{ code: string; state: string }> {
    const page = await this.redirect('the login dialog', new URL(dialogUrl), {});
    const form = new URLSearchParams({ user_id: userId, pin });
    const back = await this.redirect('the login page', page, { method: 'POST', body: form });
    const code = back.searchParams.get('code');
    const state = back.searchParams.get('state');
    if (code === null || state === null) throw new Error('the login led nowhere');
    return { code, state };
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
