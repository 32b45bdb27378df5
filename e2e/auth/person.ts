import { HttpBrowser, type Visited } from './http-browser.ts';

/** An app of a customer of the simulator, and the PIN that the customer knows. */
export interface BrokerApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly customer: string;
  readonly pin: string;
  /** Address of the simulator. */
  readonly simulator: string;
}

/** What the gateway answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Headers;
}

/** A password that nobody would guess. */
const PASSWORD = 'gravel-lantern-42-quorum';

/** Somebody at a browser: an access token in the page's memory, all else in cookies. */
export class Person {
  readonly browser = new HttpBrowser();
  accessToken = '';

  constructor(
    readonly gateway: string,
    readonly email: string,
    readonly password = PASSWORD,
  ) {}

  /** Registers and signs in. */
  static async join(gateway: string, email: string): Promise<Person> {
    const person = new Person(gateway, email);
    const { status, text } = await person.ask('POST', '/auth/register', { email, password: person.password });
    if (status !== 200) throw new Error(`the registration answered ${status}: ${text}`);
    await person.signIn();
    return person;
  }

  async signIn(): Promise<void> {
    const { email, password } = this;
    this.take(await this.ask('POST', '/auth/login', { email, password }));
  }

  /** Goes on by the cookie alone, as a page does that was opened again. */
  async resume(): Promise<void> {
    this.accessToken = '';
    this.take(await this.ask('POST', '/auth/refresh', {}));
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.browser.send(`${this.gateway}/api/v1${path}`, {
      method,
      headers: {
        ...(this.accessToken === '' ? {} : { authorization: `Bearer ${this.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      text,
      headers: answer.headers,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }

  /** Adds an account for an app and registers its addresses with the broker. Returns its id and the path of its notifier. */
  async addAccount(app: BrokerApp): Promise<{ accountId: string; notifierPath: string }> {
    const redirectUri = `${this.gateway}/api/v1/auth/upstox/callback`;
    const { status, body, text } = await this.ask('POST', '/auth/accounts', {
      label: app.customer,
      environment: 'simulator',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: redirectUri,
      consent: true,
    });
    if (status !== 200) throw new Error(`the account was answered ${status}: ${text}`);
    const notifierPath = String(body['notifier_path']);
    const addresses = { redirect_uri: redirectUri, notifier_url: `${this.gateway}${notifierPath}` };
    const registered = await fetch(`${app.simulator}/sim/apps/${app.clientId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(addresses),
    });
    if (!registered.ok) throw new Error(`the simulator answered ${registered.status}`);
    return { accountId: String((body['account'] as { account_id: string }).account_id), notifierPath };
  }

  /** Opens the broker's login page for an account; returns it as the browser sees it. */
  async beginBrokerLogin(accountId: string): Promise<Visited> {
    const { status, body, text } = await this.ask('GET', `/auth/upstox/login-url?account=${accountId}`);
    if (status !== 200) throw new Error(`the login address was answered ${status}: ${text}`);
    return this.browser.visit(String(body['url']));
  }

  /** Logs in at the broker in this browser; returns where the browser ends. */
  async logInAtBroker(accountId: string, app: BrokerApp): Promise<Visited> {
    const page = await this.beginBrokerLogin(accountId);
    return this.browser.visit(page.url, { user_id: app.customer, pin: app.pin });
  }

  private take({ status, body, text }: Answer): void {
    if (status !== 200) throw new Error(`the sign-in answered ${status}: ${text}`);
    this.accessToken = String(body['access_token']);
  }
}
