import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RawReply } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { loginPage, messagePage } from '../pages.ts';
import type { Call, Route } from '../route.ts';
import type { SimContext } from '../sim-context.ts';
import type { DeveloperApp } from '../auth/demo-accounts.ts';

const DIALOG_LIFE_MS = 10 * 60_000;
const MAX_DIALOGS = 10_000;
const MAX_ATTEMPTS = 5;

/** A login page that somebody has open. */
interface Dialog {
  readonly app: DeveloperApp;
  readonly redirectUri: string;
  readonly state: string | null;
  readonly expiresAtMs: number;
  attempts: number;
}

const LoginForm = z.object({ user_id: z.string().min(1).max(20), pin: z.string().min(1).max(20) });

/** The OAuth dialog and the login page it leads to. */
export function loginDialogRoutes(context: SimContext): Route[] {
  const dialogs = new Map<string, Dialog>();
  return [
    {
      method: 'GET',
      path: '/v2/login/authorization/dialog',
      accepts: 'anyone',
      handle: (call) => openDialog(context, dialogs, call),
    },
    { method: 'GET', path: '/login/:dialog', accepts: 'anyone', handle: (call) => showDialog(context, dialogs, call) },
    { method: 'POST', path: '/login/:dialog', accepts: 'anyone', handle: (call) => signIn(context, dialogs, call) },
  ];
}

function openDialog(context: SimContext, dialogs: Map<string, Dialog>, { query }: Call): RawReply {
  const clientId = query.get('client_id');
  const redirectUri = query.get('redirect_uri');
  if (!redirectUri) throw apiError('UDAPI1018');
  if (!clientId) throw apiError('UDAPI1017');
  const responseType = query.get('response_type');
  const app = context.directory.app(clientId);
  // The SDK sends no response_type, so only a wrong one is refused.
  if (app === undefined || app.redirectUri !== redirectUri || (responseType !== null && responseType !== 'code')) {
    throw apiError('UDAPI100068');
  }
  if (dialogs.size >= MAX_DIALOGS) dialogs.clear();
  const id = randomBytes(16).toString('base64url');
  const expiresAtMs = context.clock.monotonicMs() + DIALOG_LIFE_MS;
  dialogs.set(id, { app, redirectUri, state: query.get('state'), expiresAtMs, attempts: 0 });
  return redirect(`/login/${id}`);
}

function showDialog(context: SimContext, dialogs: Map<string, Dialog>, { params }: Call): RawReply {
  const dialog = findDialog(context, dialogs, params['dialog']);
  if (dialog === undefined) return expiredPage();
  return page(200, loginPage(dialog.app.name, eligible(context, dialog.app), undefined));
}

function signIn(context: SimContext, dialogs: Map<string, Dialog>, { params, body }: Call): RawReply {
  const dialog = findDialog(context, dialogs, params['dialog']);
  if (dialog === undefined) return expiredPage();
  const form = LoginForm.safeParse(body);
  const user = form.success ? context.directory.signIn(form.data.user_id, form.data.pin) : undefined;
  if (user === undefined || !context.directory.mayAuthorize(dialog.app, user.userId)) {
    dialog.attempts++;
    if (dialog.attempts >= MAX_ATTEMPTS) {
      dialogs.delete(params['dialog'] ?? '');
      return page(403, messagePage('Too many attempts', 'This login is closed. Start again from your application.'));
    }
    return page(401, loginPage(dialog.app.name, eligible(context, dialog.app), 'The user and PIN do not match.'));
  }
  dialogs.delete(params['dialog'] ?? '');
  const { redirectUri, app, state } = dialog;
  const target = new URL(redirectUri);
  target.searchParams.set(
    'code',
    context.authCodes.issue({ userId: user.userId, clientId: app.clientId, redirectUri }),
  );
  if (state !== null) target.searchParams.set('state', state);
  context.log.info({ user: user.userId, app: app.name }, 'user authorized app');
  return redirect(target.toString());
}

function findDialog(context: SimContext, dialogs: Map<string, Dialog>, id: string | undefined): Dialog | undefined {
  const dialog = dialogs.get(id ?? '');
  return dialog !== undefined && dialog.expiresAtMs > context.clock.monotonicMs() ? dialog : undefined;
}

function eligible(context: SimContext, app: DeveloperApp): { userId: string; userName: string }[] {
  return context.directory.listUsers().filter((user) => context.directory.mayAuthorize(app, user.userId));
}

function expiredPage(): RawReply {
  return page(
    410,
    messagePage('Login expired', 'This login page is no longer open. Start again from your application.'),
  );
}

function page(status: number, html: string): RawReply {
  return new RawReply(status, html, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
}

function redirect(location: string): RawReply {
  return new RawReply(302, '', { location, 'cache-control': 'no-store' });
}
