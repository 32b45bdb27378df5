// Goal: one form of access token for the whole platform, that can be made by auth alone and checked by every service.
// Method: a JWT (RFC 9068) signed with Ed25519; header and claims are checked against one fixed form, never against what
//   the token itself proposes (RFC 8725): one algorithm, one type, one issuer, one audience, keys only by known id.
import { sign, verify, type KeyObject } from 'node:crypto';
import { OutcomeError } from '@vega/kernel';
import { z } from 'zod';

/** What people may be, from least to most. */
export const ROLES = ['viewer', 'trader', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What a token allows: to look, or to act as well. */
export type Scope = 'read' | 'trade';

/** Who asks. */
export interface Principal {
  readonly userId: string;
  /** Of the session, the API key or the deployment, by {@link kind}. */
  readonly sessionId: string;
  readonly tokenId: string;
  readonly kind: 'user' | 'api_key' | 'deployment';
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Whether a second factor was given. */
  readonly mfa: boolean;
  /** The only accounts it may touch; undefined = all of the user. */
  readonly accounts: readonly string[] | undefined;
  /** Epoch ms. */
  readonly issuedAtMs: number;
  /** Epoch ms; from then on the token says nothing. */
  readonly expiresAtMs: number;
}

/** Why a token was not taken; stands in the context of UNAUTHENTICATED as `reason`. */
export type TokenFault =
  'missing' | 'malformed' | 'algorithm' | 'key-unknown' | 'signature' | 'claims' | 'expired' | 'not-yet' | 'revoked';

export const TOKEN_ISSUER = 'vega-auth';
export const TOKEN_AUDIENCE = 'vega';
const TOKEN_TYPE = 'at+jwt';
const ALGORITHM = 'EdDSA';

/** Longest token that is looked at. */
const MAX_LENGTH = 4_096;

/** How far clocks of machines may differ, milliseconds. */
const SKEW_MS = 30_000;

const TOKEN = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

const headerSchema = z.strictObject({
  alg: z.literal(ALGORITHM),
  typ: z.literal(TOKEN_TYPE),
  kid: z.string().min(1).max(64),
});

const id = z.string().min(1).max(80);
const claimsSchema = z.strictObject({
  iss: z.literal(TOKEN_ISSUER),
  aud: z.literal(TOKEN_AUDIENCE),
  sub: id,
  sid: id,
  jti: id,
  /** Seconds with fraction, as RFC 7519 allows: revocations compare instants within one second. */
  iat: z.number().positive(),
  exp: z.number().positive(),
  role: z.enum(ROLES),
  scope: z.enum(['read', 'read trade']),
  mfa: z.boolean(),
  kind: z.enum(['user', 'api_key', 'deployment']),
  acc: z.array(id).min(1).max(100).optional(),
});

/** The refusal of a token, with its reason. */
export function unauthenticated(reason: TokenFault, message: string): OutcomeError {
  return new OutcomeError('UNAUTHENTICATED', message, { reason });
}

/** Makes the token of a principal. */
export function signAccessToken(principal: Principal, key: { keyId: string; privateKey: KeyObject }): string {
  const { accounts } = principal;
  const claims: z.output<typeof claimsSchema> = {
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    sub: principal.userId,
    sid: principal.sessionId,
    jti: principal.tokenId,
    iat: principal.issuedAtMs / 1000,
    exp: principal.expiresAtMs / 1000,
    role: principal.role,
    scope: principal.scopes.includes('trade') ? 'read trade' : 'read',
    mfa: principal.mfa,
    kind: principal.kind,
    ...(accounts === undefined ? {} : { acc: [...accounts] }),
  };
  const head = encode({ alg: ALGORITHM, typ: TOKEN_TYPE, kid: key.keyId });
  const signed = `${head}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** The id of the key that a token names. Throws UNAUTHENTICATED for what is no token of ours. */
export function keyIdOf(token: string): string {
  const parts = token.length > MAX_LENGTH ? null : TOKEN.exec(token);
  if (parts === null) throw unauthenticated('malformed', 'this is not an access token');
  const header = headerSchema.safeParse(decode(parts[1]));
  if (!header.success) throw unauthenticated('algorithm', 'the token is not of the one form that is taken');
  return header.data.kid;
}

/**
 * The principal of a token whose key is known. Throws UNAUTHENTICATED with a {@link TokenFault} for a wrong signature, claims
 * that are not ours, and a time that is over or has not come.
 */
export function readAccessToken(token: string, publicKey: KeyObject, nowMs: number): Principal {
  const [, head = '', body = '', signature = ''] = TOKEN.exec(token) ?? [];
  const signed = Buffer.from(token.slice(0, head.length + 1 + body.length));
  if (!verify(null, signed, publicKey, Buffer.from(signature, 'base64url'))) {
    throw unauthenticated('signature', 'the signature of the token is wrong');
  }
  const parsed = claimsSchema.safeParse(decode(body));
  if (!parsed.success) throw unauthenticated('claims', 'the claims of the token are not ours');
  const principal = toPrincipal(parsed.data);
  refuseOutOfTime(principal, nowMs);
  return principal;
}

/** Throws UNAUTHENTICATED for a principal whose token has ended or is from the future. */
export function refuseOutOfTime({ issuedAtMs, expiresAtMs }: Principal, nowMs: number): void {
  if (expiresAtMs <= nowMs) throw unauthenticated('expired', 'the token has ended');
  if (issuedAtMs > nowMs + SKEW_MS) throw unauthenticated('not-yet', 'the token is from the future');
}

function toPrincipal(claims: z.output<typeof claimsSchema>): Principal {
  return Object.freeze({
    userId: claims.sub,
    sessionId: claims.sid,
    tokenId: claims.jti,
    kind: claims.kind,
    role: claims.role,
    scopes: claims.scope === 'read' ? READ_ONLY : READ_AND_TRADE,
    mfa: claims.mfa,
    accounts: claims.acc,
    issuedAtMs: Math.round(claims.iat * 1000),
    expiresAtMs: Math.round(claims.exp * 1000),
  });
}

const READ_ONLY: readonly Scope[] = Object.freeze(['read']);
const READ_AND_TRADE: readonly Scope[] = Object.freeze(['read', 'trade']);

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
