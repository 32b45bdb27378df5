import { z } from 'zod';
import { TOKEN_KINDS } from '../auth/token-vault.ts';
import type { DemoUser, DeveloperApp } from '../auth/demo-accounts.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import type { Call, Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

const SignIn = z.object({ user_id: z.string().min(1).max(20), pin: z.string().min(1).max(20) });
const TokenOrder = SignIn.extend({ kind: z.enum(TOKEN_KINDS).default('access') });
const webAddress = z.url({ protocol: /^https?$/ }).max(2000);
const optionalAddress = z.union([webAddress, z.literal('')]);
const AppChange = z
  .strictObject({ redirect_uri: webAddress, notifier_url: optionalAddress, webhook_url: optionalAddress })
  .partial();

/**
 * What Upstox's developer apps page offers, as JSON: keys of the demo apps, their redirect and notifier, tokens
 * without a dialog, and approval of token requests.
 */
export function developerAppRoutes(context: SimContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/sim/apps',
      accepts: 'anyone',
      broker: false,
      handle: () => ({
        apps: context.directory.listApps().map(appView),
        users: context.directory.listUsers().map(({ userId, userName, pin, isActive }) => ({
          user_id: userId,
          user_name: userName,
          pin,
          is_active: isActive,
        })),
        token_requests: context.tokenRequests.waiting(),
      }),
    },
    {
      method: 'PATCH',
      path: '/sim/apps/:client_id',
      accepts: 'anyone',
      broker: false,
      handle: (call) => changeApp(context, call),
    },
    {
      method: 'POST',
      path: '/sim/apps/:client_id/token',
      accepts: 'anyone',
      broker: false,
      handle: (call) => generateToken(context, call),
    },
    {
      method: 'POST',
      path: '/sim/apps/:client_id/approve',
      accepts: 'anyone',
      broker: false,
      handle: (call) => approve(context, call),
    },
  ];
}

async function changeApp(context: SimContext, call: Call): Promise<unknown> {
  const app = requireApp(context, call);
  const change = AppChange.safeParse(call.body);
  if (!change.success) throw apiError('UDAPI100036', { message: z.prettifyError(change.error) });
  await context.directory.configure(app, {
    ...(change.data.redirect_uri === undefined ? {} : { redirectUri: change.data.redirect_uri }),
    ...(change.data.notifier_url === undefined ? {} : { notifierUrl: change.data.notifier_url }),
    ...(change.data.webhook_url === undefined ? {} : { webhookUrl: change.data.webhook_url }),
  });
  return success(appView(app));
}

async function generateToken(context: SimContext, call: Call): Promise<unknown> {
  const app = requireApp(context, call);
  const order = TokenOrder.safeParse(call.body);
  if (!order.success) throw apiError('UDAPI100036', { message: z.prettifyError(order.error) });
  const user = requireUser(context, app, order.data);
  const { token, grant } = await context.tokens.issue(user.userId, app.clientId, order.data.kind, app.multiClient);
  return success({ access_token: token, user_id: user.userId, kind: grant.kind, expires_at: grant.expiresAt });
}

async function approve(context: SimContext, call: Call): Promise<unknown> {
  const app = requireApp(context, call);
  const signIn = SignIn.safeParse(call.body);
  if (!signIn.success) throw apiError('UDAPI100036', { message: z.prettifyError(signIn.error) });
  const user = requireUser(context, app, signIn.data);
  const outcome = await context.tokenRequests.approve(app.clientId, user);
  if (!outcome.approved) throw apiError('UDAPI100060', { message: 'No token request waits for approval' });
  return success({ delivered: outcome.delivered });
}

function requireApp(context: SimContext, { params }: Call): DeveloperApp {
  const app = context.directory.app(params['client_id'] ?? '');
  if (app === undefined) throw apiError('UDAPI100060');
  return app;
}

function requireUser(context: SimContext, app: DeveloperApp, given: z.infer<typeof SignIn>): DemoUser {
  const user = context.directory.signIn(given.user_id, given.pin);
  if (user === undefined || !context.directory.mayAuthorize(app, user.userId)) throw apiError('UDAPI100016');
  if (!user.isActive) throw apiError('UDAPI100073');
  return user;
}

function appView(app: DeveloperApp): Record<string, unknown> {
  return {
    client_id: app.clientId,
    client_secret: app.clientSecret,
    name: app.name,
    owner_user_id: app.ownerUserId,
    multi_client: app.multiClient,
    redirect_uri: app.redirectUri,
    notifier_url: app.notifierUrl,
    webhook_url: app.webhookUrl,
  };
}
