// Goal: a program or a page is signed in as long as its user wants, and nothing that could be stolen is kept where it can be.
// Method: the access token lives in memory alone; the refresh token is the browser's cookie, or memory for programs. A token
//   is fetched anew a minute before it ends, once for all who ask at the same time.
import type { ProgramSessionView, UserView } from './gen/api.ts';
import { callGateway, GatewayProblem, type GatewayAccess } from './gateway-http.ts';

/** Who is signed in. */
export type SessionUser = UserView;

export interface GatewaySessionOptions {
  /** Origin of the gateway without a trailing slash; '' for the page's own origin. */
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Where the refresh token is: the browser's cookie, or in memory for programs without cookies. */
  readonly refreshTokenIn: 'cookie' | 'memory';
  /** Told whenever somebody is signed in or out. */
  readonly onChange?: (user: SessionUser | undefined) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** A token is fetched anew this long before it ends, milliseconds. */
const EARLY_MS = 60_000;

/** A session at the gateway. */
export class GatewaySession {
  private accessToken: string | undefined;
  private refreshToken: string | undefined;
  private expiresAtMs = 0;
  private refreshing: Promise<string | undefined> | undefined;
  private readonly access: GatewayAccess;
  private readonly options: GatewaySessionOptions;
  user: SessionUser | undefined;

  constructor(options: GatewaySessionOptions) {
    this.options = options;
    const { baseUrl, fetch: ask } = options;
    this.access = { baseUrl, credentials: 'same-origin', ...(ask === undefined ? {} : { fetch: ask }) };
  }

  /** Signs in. Throws `GatewayProblem`: SECOND_FACTOR_REQUIRED asks for the same call with a code. */
  async login(email: string, password: string, secondFactor = ''): Promise<SessionUser> {
    const refresh_token_in = this.options.refreshTokenIn === 'cookie' ? 'cookie' : 'body';
    const body = { email, password, second_factor: secondFactor, refresh_token_in };
    return this.take(await this.post<ProgramSessionView>('login', body));
  }

  /** Goes on with the session that the browser's cookie is of; undefined when there is none. */
  async resume(): Promise<SessionUser | undefined> {
    await this.refresh();
    return this.user;
  }

  /** A token that lives for a while yet; undefined when nobody is signed in. Rejects when the gateway cannot be reached. */
  async token(): Promise<string | undefined> {
    if (this.accessToken === undefined) return undefined;
    if (this.expiresAtMs - this.now() > EARLY_MS) return this.accessToken;
    return this.refresh();
  }

  /** Takes a token that was given elsewhere, such as after a second factor. */
  renew(session: Pick<ProgramSessionView, 'access_token' | 'expires_at_ms' | 'user'>): void {
    this.take({ refresh_token: null, ...session });
  }

  /** Signs out, here and at the gateway. */
  async logout(everywhere = false): Promise<void> {
    const token = this.refreshToken === undefined ? {} : { refresh_token: this.refreshToken };
    try {
      await this.post('logout', { everywhere, ...token });
    } finally {
      this.forget();
    }
  }

  private refresh(): Promise<string | undefined> {
    this.refreshing ??= this.askRefresh().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async askRefresh(): Promise<string | undefined> {
    try {
      const body = this.refreshToken === undefined ? {} : { refresh_token: this.refreshToken };
      this.take(await this.post<ProgramSessionView>('refresh', body));
      return this.accessToken;
    } catch (error) {
      if (!(error instanceof GatewayProblem) || error.problem.status !== 401) throw error;
      this.forget();
      return undefined;
    }
  }

  private take(session: ProgramSessionView): SessionUser {
    this.accessToken = session.access_token;
    this.expiresAtMs = session.expires_at_ms ?? 0;
    if (session.refresh_token !== null) this.refreshToken = session.refresh_token;
    this.tell(session.user);
    return session.user;
  }

  private forget(): void {
    this.accessToken = undefined;
    this.refreshToken = undefined;
    this.tell(undefined);
  }

  private tell(user: SessionUser | undefined): void {
    const isNews = user?.user_id !== this.user?.user_id;
    this.user = user;
    if (isNews) this.options.onChange?.(user);
  }

  private post<T>(what: string, body: object): Promise<T> {
    return callGateway<T>(this.access, { operation: what, method: 'POST', path: `/api/v1/auth/${what}`, body }, {});
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}
