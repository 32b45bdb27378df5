import { z } from 'zod';
import { apiError } from '../error-codes.ts';
import { success } from '../envelope.ts';
import { ALL_TOKENS, MARKET_TOKENS, type Call, type Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import { profileOf } from '../profile.ts';

const TokenForm = z
  .object({
    code: z.string().max(200),
    client_id: z.string().max(200),
    client_secret: z.string().max(200),
    redirect_uri: z.string().max(2000),
    grant_type: z.string().max(100),
  })
  .partial();

const TokenRequestBody = z.object({ client_secret: z.string().max(200) }).partial();

/** Exchange of codes, token requests, profile and logout. */
export function tokenRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/v2/login/authorization/token',
      accepts: 'anyone',
      handle: (call) => exchangeCode(context, call),
    },
    {
      method: 'POST',
      path: '/v3/login/auth/token/request/:client_id',
      accepts: 'anyone',
      handle: (call) => requestToken(context, call),
    },
    {
      method: 'GET',
      path: '/v2/user/profile',
      accepts: MARKET_TOKENS,
      handle: ({ grant }) => success(profileOf(context.directory, grant.userId)),
    },
    {
      method: 'DELETE',
      path: '/v2/logout',
      accepts: ALL_TOKENS,
      handle: async ({ grant }) => {
        await context.tokens.revoke(grant);
        return success(true);
      },
    },
  ];
}

async function exchangeCode(context: SimContext, { body }: Call): Promise<unknown> {
  const form = TokenForm.safeParse(body ?? {});
  if (!form.success) throw apiError('UDAPI100036');
  const { code, client_id, client_secret, redirect_uri, grant_type } = form.data;
  if (!client_id) throw apiError('UDAPI1017');
  if (!client_secret) throw apiError('UDAPI1024');
  if (!code) throw apiError('UDAPI1022:token');
  if (!redirect_uri) throw apiError('UDAPI1018');
  if (grant_type !== 'authorization_code') throw apiError('UDAPI1023');
  // The code is spent by the attempt, whatever comes of it.
  const consent = context.authCodes.consume(code);
  const app = context.directory.authenticate(client_id, client_secret);
  if (app === undefined) throw apiError('UDAPI100069');
  if (consent === undefined || consent.clientId !== client_id) throw apiError('UDAPI100057:token');
  if (consent.redirectUri !== redirect_uri) throw apiError('UDAPI100068');
  if (context.directory.user(consent.userId)?.isActive !== true) throw apiError('UDAPI100073');
  const { token } = await context.tokens.issue(consent.userId, client_id, 'access', app.multiClient);
  const extended = app.multiClient
    ? await context.tokens.issue(consent.userId, client_id, 'extended', true)
    : undefined;
  const flat = {
    ...profileOf(context.directory, consent.userId),
    access_token: token,
    extended_token: extended?.token ?? null,
  };
  return context.faults.sabotaged('wrapped-token') ? success(flat) : flat;
}

function requestToken(context: SimContext, { params, body }: Call): unknown {
  const parsed = TokenRequestBody.safeParse(body ?? {});
  const clientId = params['client_id'];
  if (!clientId) throw apiError('UDAPI1017');
  if (!parsed.success || !parsed.data.client_secret) throw apiError('UDAPI1024');
  const app = context.directory.authenticate(clientId, parsed.data.client_secret);
  if (app === undefined) throw apiError('UDAPI100069');
  if (app.notifierUrl === '') throw apiError('UDAPI100036', { message: 'The app has no notifier url' });
  return success({ authorization_expiry: String(context.tokenRequests.open(app)), notifier_url: app.notifierUrl });
}
