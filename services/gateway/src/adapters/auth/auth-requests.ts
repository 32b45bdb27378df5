import { z } from 'zod';
import { ENVIRONMENTS } from '../../app/stream/accounts/accounts-channel.ts';
import { ROLE_NAMES } from './auth.view.ts';

const DAY_MS = 86_400_000;

/** Text without control characters: nothing of a request becomes another header or line. */
const plain = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(/^[^\u0000-\u001f\u007f]*$/u, 'holds no control characters');

const password = plain(1_024);
const code = plain(64);
const id = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'is an identity: letters, digits, _ and -');

/** An identity in a path. */
export const idSchema = id;

export const registerSchema = z.strictObject({ email: plain(320), password });
export type RegisterBody = z.output<typeof registerSchema>;

export const loginSchema = z.strictObject({
  email: plain(320),
  password,
  second_factor: plain(64, 0).default('').describe('Code of the authenticator, or a recovery code.'),
  refresh_token_in: z
    .enum(['cookie', 'body'])
    .default('cookie')
    .describe('Browsers keep it in a cookie; programs without cookies ask for it in the body.'),
});
export type LoginBody = z.output<typeof loginSchema>;

export const refreshSchema = z
  .strictObject({ refresh_token: plain(200).optional().describe('Where it is not in a cookie.') })
  .default({});
export type RefreshBody = z.output<typeof refreshSchema>;

export const logoutSchema = z
  .strictObject({
    refresh_token: plain(200).optional().describe('Where it is not in a cookie.'),
    everywhere: z.boolean().default(false).describe('Ends every session of the user.'),
  })
  .default({ everywhere: false });
export type LogoutBody = z.output<typeof logoutSchema>;

export const changePasswordSchema = z.strictObject({ current_password: password, new_password: password });
export type ChangePasswordBody = z.output<typeof changePasswordSchema>;

export const passwordSchema = z.strictObject({ password });
export type PasswordBody = z.output<typeof passwordSchema>;

export const codeSchema = z.strictObject({ code });
export type CodeBody = z.output<typeof codeSchema>;

export const passwordAndCodeSchema = z.strictObject({ password, code });
export type PasswordAndCodeBody = z.output<typeof passwordAndCodeSchema>;

export const apiKeySchema = z.strictObject({
  name: plain(60),
  scope: z.enum(['read', 'read trade']).default('read'),
  allowed_addresses: z.array(plain(64)).max(20).default([]).describe('Addresses or networks (CIDR); empty = any.'),
  days: z.int().min(1).max(365).default(90),
});
export type ApiKeyBody = z.output<typeof apiKeySchema>;

/** A life in days as milliseconds. */
export const daysToMs = (days: number): number => days * DAY_MS;

const webAddress = z.url({ protocol: /^https?$/ }).max(2_000);

export const newAccountSchema = z.strictObject({
  label: plain(60),
  environment: z.enum(ENVIRONMENTS),
  client_id: plain(200).describe('API key of your own app.'),
  client_secret: plain(200).describe('Its secret; write-only.'),
  redirect_uri: webAddress.describe('Exactly as registered with the broker.'),
  egress_address: plain(64, 0).default('').describe('Registered static address that orders leave from.'),
  relation: z.enum(['own', 'family']).default('own'),
  consent: z
    .literal(true, 'is needed: without it programs send no orders')
    .describe('Orders by program are agreed to.'),
  analytics_token: plain(4_096, 0).default('').describe('Reads market data for a year; write-only.'),
  sandbox_token: plain(4_096, 0).default('').describe('Of a sandbox app; write-only.'),
});
export type NewAccountBody = z.output<typeof newAccountSchema>;

export const accountChangeSchema = z
  .strictObject({
    label: plain(60),
    client_id: plain(200),
    client_secret: plain(200),
    redirect_uri: webAddress,
    egress_address: plain(64, 0),
    enabled: z.boolean(),
    consent: z.boolean(),
    analytics_token: plain(4_096, 0).describe('Empty removes it.'),
    sandbox_token: plain(4_096, 0).describe('Empty removes it.'),
    renew_notifier: z.boolean().describe('Makes a new path for the notifier; the old one is dead.'),
  })
  .partial();
export type AccountChangeBody = z.output<typeof accountChangeSchema>;

export const accountQuerySchema = z.strictObject({ account: id.describe('Identity of the account.') });
export type AccountQuery = z.output<typeof accountQuerySchema>;

export const accountBodySchema = z.strictObject({ account_id: id });
export type AccountBody = z.output<typeof accountBodySchema>;

/** What a browser brings back from the broker. Whatever else there is, is the broker's and is left alone. */
export const callbackSchema = z.object({
  code: z.string().max(200).default(''),
  state: z.string().max(200).default(''),
  error: z.string().max(200).default(''),
});
export type CallbackQuery = z.output<typeof callbackSchema>;

export const tokenStatusQuerySchema = z.strictObject({
  check: z.enum(['true', 'false']).default('false').describe('Asks the broker about each token now.'),
});
export type TokenStatusQuery = z.output<typeof tokenStatusQuerySchema>;

const whole = (min: number, max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text),
    z.int(`is a whole number from ${min} to ${max}`).min(min).max(max),
  );

export const auditQuerySchema = z.strictObject({
  before: whole(0, Number.MAX_SAFE_INTEGER).default(0).describe('Entries before this one; the newest when absent.'),
  limit: whole(1, 200).default(50),
  event: plain(40, 0).default(''),
  user_id: z.union([id, z.literal('')]).default(''),
  account_id: z.union([id, z.literal('')]).default(''),
  from_ms: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  to_ms: whole(0, Number.MAX_SAFE_INTEGER).default(0),
});
export type AuditQuery = z.output<typeof auditQuerySchema>;

export const usersQuerySchema = z.strictObject({
  after: z.union([id, z.literal('')]).default(''),
  limit: whole(1, 100).default(50),
});
export type UsersQuery = z.output<typeof usersQuerySchema>;

export const userChangeSchema = z.strictObject({ role: z.enum(ROLE_NAMES), disabled: z.boolean() }).partial();
export type UserChangeBody = z.output<typeof userChangeSchema>;
