import { z } from 'zod';
import type { UpstoxHttp } from '../wire/http-client.ts';
import type { UpstoxEndpoints } from '../wire/endpoints.ts';
import type { BrokerToken } from '../wire/token-source.ts';
import { UpstoxError } from '../wire/upstox-error.ts';

/** What a developer app is known by. */
export interface UpstoxApp {
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/** A customer as Upstox tells them. */
export interface UpstoxProfile {
  /** The customer code (UCC). */
  readonly userId: string;
  readonly userName: string;
  readonly isActive: boolean;
}

/** What a code is exchanged for. The token is a secret. */
export interface TokenGrant extends UpstoxProfile {
  readonly accessToken: string;
}

const profile = z.object({ user_id: z.string().min(1), user_name: z.string().default(''), is_active: z.boolean() });
const grant = profile.extend({ access_token: z.string().min(1) });
const approval = z.object({ authorization_expiry: z.string().regex(/^\d{10,16}$/), notifier_url: z.string() });

const TOKEN_API = 'POST /v2/login/authorization/token';
const REQUEST_API = 'POST /v3/login/auth/token/request/:client_id';
const PROFILE_API = 'GET /v2/user/profile';

/** Login, token request and profile (PROTOCOL 1.1 to 1.6). Every call is made once: codes are good for one attempt. */
export class AccountRestClient {
  constructor(
    private readonly http: UpstoxHttp,
    private readonly endpoints: UpstoxEndpoints,
  ) {}

  /** Where the customer's browser begins a login. */
  loginDialogUrl(app: { clientId: string; redirectUri: string; state: string }): string {
    const url = new URL(`${this.endpoints.rest}/v2/login/authorization/dialog`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: app.clientId,
      redirect_uri: app.redirectUri,
      state: app.state,
    }).toString();
    return url.href;
  }

  /** Exchanges the code of a login. Throws {@link UpstoxError}; the code is spent whatever comes of it. */
  async exchangeCode(app: UpstoxApp & { redirectUri: string; code: string }): Promise<TokenGrant> {
    const flat = await this.http.callFlat({
      api: TOKEN_API,
      path: '/v2/login/authorization/token',
      method: 'POST',
      auth: 'none',
      secret: app.clientSecret,
      form: {
        code: app.code,
        client_id: app.clientId,
        client_secret: app.clientSecret,
        redirect_uri: app.redirectUri,
        grant_type: 'authorization_code',
      },
    });
    const read = readAs(grant, flat, TOKEN_API);
    return { ...toProfile(read), accessToken: read.access_token };
  }

  /** Asks the customer to approve a token on the phone. Returns when the request ends, epoch ms. */
  async requestToken(app: UpstoxApp): Promise<{ expiresAtMs: number; notifierUrl: string }> {
    const { data } = await this.http.call({
      api: REQUEST_API,
      path: `/v3/login/auth/token/request/${encodeURIComponent(app.clientId)}`,
      method: 'POST',
      auth: 'none',
      secret: app.clientSecret,
      body: { client_secret: app.clientSecret },
    });
    const read = readAs(approval, data, REQUEST_API);
    return { expiresAtMs: Number(read.authorization_expiry), notifierUrl: read.notifier_url };
  }

  /** Whose token this is. Throws {@link UpstoxError} UPSTOX_TOKEN_INVALID for one that is not taken. */
  async fetchProfile(token: BrokerToken): Promise<UpstoxProfile> {
    const { data } = await this.http.call({ api: PROFILE_API, path: '/v2/user/profile', auth: token });
    return toProfile(readAs(profile, data, PROFILE_API));
  }
}

function toProfile(read: z.output<typeof profile>): UpstoxProfile {
  return { userId: read.user_id, userName: read.user_name, isActive: read.is_active };
}

function readAs<T>(schema: z.ZodType<T>, value: unknown, api: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new UpstoxError('UPSTOX_BAD_REPLY', `the answer lacks or garbles ${fields}`, 'unknown', { api });
}
