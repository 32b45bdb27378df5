import type {
  ApiKey,
  AuditEntry,
  BrokerAccount,
  SessionSummary,
  TokenStatus,
  User,
  UserSession,
  VerificationKey,
} from '@vega/contracts';
import { invariant, toIstIso } from '@vega/kernel';
import { accountFiguresOf, toEnvironmentName, toTokenStateName } from '../../app/stream/accounts/accounts-channel.ts';
import type { AccountView, TokenStatusView } from './account.view.ts';
import type {
  ApiKeyView,
  AuditEntryView,
  JsonWebKeyView,
  SessionSummaryView,
  SessionView,
  UserView,
} from './auth.view.ts';

const orNull = (ms: number): number | null => (ms === 0 ? null : ms);
const textOrNull = (text: string): string | null => (text === '' ? null : text);

/** The part of an answer that auth always gives. */
export function present<T>(value: T | undefined): T {
  invariant(value !== undefined, 'an answer of auth lacks its content');
  return value;
}

export function toUserView(user: User): UserView {
  return {
    user_id: user.userId,
    email: user.email,
    role: user.role,
    second_factor: user.secondFactor,
    recovery_codes_left: user.recoveryCodesLeft,
    disabled: user.disabled,
    created_at_ms: user.createdAtMs,
  };
}

export function toSessionView(session: UserSession): SessionView {
  return {
    access_token: session.accessToken,
    expires_at_ms: session.accessExpiresAtMs,
    user: toUserView(present(session.user)),
  };
}

export function toSessionSummaryView(session: SessionSummary): SessionSummaryView {
  return {
    session_id: session.sessionId,
    created_at_ms: session.createdAtMs,
    last_used_at_ms: session.lastUsedAtMs,
    expires_at_ms: session.expiresAtMs,
    address: session.address,
    user_agent: session.userAgent,
    current: session.current,
  };
}

export function toApiKeyView(key: ApiKey): ApiKeyView {
  return {
    key_id: key.keyId,
    name: key.name,
    scope: key.scope,
    prefix: key.prefix,
    allowed_addresses: key.allowedAddresses,
    created_at_ms: key.createdAtMs,
    expires_at_ms: key.expiresAtMs,
    last_used_at_ms: orNull(key.lastUsedAtMs),
    revoked_at_ms: orNull(key.revokedAtMs),
  };
}

export function toAccountView(account: BrokerAccount): AccountView {
  return accountFiguresOf(account);
}

export function toTokenStatusView(status: TokenStatus, nowMs: number): TokenStatusView {
  const isAlive = status.expiresAtMs > nowMs && toTokenStateName(status.state) === 'valid';
  return {
    account_id: status.accountId,
    label: status.label,
    environment: toEnvironmentName(status.environment),
    state: toTokenStateName(status.state),
    issued_at_ms: orNull(status.issuedAtMs),
    expires_at_ms: orNull(status.expiresAtMs),
    life_ms: isAlive ? status.expiresAtMs - nowMs : null,
    checked_at_ms: orNull(status.checkedAtMs),
    reason: textOrNull(status.reason),
    analytics_expires_at_ms: orNull(status.analyticsExpiresAtMs),
    approval_expires_at_ms: orNull(status.approvalExpiresAtMs),
  };
}

export function toAuditEntryView(entry: AuditEntry): AuditEntryView {
  return {
    seq: entry.seq,
    at_ms: entry.atMs,
    at: toIstIso(entry.atMs),
    event: entry.event,
    outcome: entry.outcome,
    actor_user_id: textOrNull(entry.actorUserId),
    actor_kind: textOrNull(entry.actorKind),
    subject_user_id: textOrNull(entry.subjectUserId),
    account_id: textOrNull(entry.accountId),
    address: textOrNull(entry.address),
    user_agent: textOrNull(entry.userAgent),
    trace_id: textOrNull(entry.traceId),
    facts: Object.entries(entry.facts).map(([name, value]) => ({ name, value })),
  };
}

export function toJsonWebKey({ keyId, publicKey }: VerificationKey): JsonWebKeyView {
  const x = Buffer.from(publicKey).toString('base64url');
  return { kid: keyId, kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', x };
}
