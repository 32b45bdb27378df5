import type { ClientFacts } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { ROLES, type Principal, type Role, type Scope } from '@vega/platform';
import type { AuditEvent, AuditRecord } from './ports.ts';

/** Longest text of a client that is kept. */
const MAX_TEXT = 200;

/** Where a request came from, fit to be kept. */
export interface Client {
  readonly address: string;
  readonly userAgent: string;
  readonly deviceToken: string;
  readonly traceId: string;
}

/** Facts of a client as the gateway told them; control characters go, long text is cut. */
export function clientOf(facts: ClientFacts | undefined, traceId: string): Client {
  return {
    address: clean(facts?.address ?? ''),
    userAgent: clean(facts?.userAgent ?? ''),
    deviceToken: facts?.deviceToken ?? '',
    traceId,
  };
}

function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_TEXT);
}

/** An entry of the audit trail about a caller. */
export function auditOf(
  event: AuditEvent,
  outcome: 'ok' | 'refused',
  atMs: number,
  client: Client,
  more: Partial<AuditRecord> & { readonly principal?: Principal } = {},
): AuditRecord {
  const { principal, ...rest } = more;
  const actor =
    principal === undefined
      ? {}
      : { actorUserId: principal.userId, actorKind: principal.kind, sessionId: principal.sessionId };
  const { address, userAgent, traceId } = client;
  return { atMs, event, outcome, address, userAgent, traceId, ...actor, ...rest };
}

/** What a role may at most: viewers look. */
export function scopesOf(role: Role): readonly Scope[] {
  return role === 'viewer' ? ['read'] : ['read', 'trade'];
}

/** Throws PERMISSION_DENIED unless a person is signed in: programs do not manage people, keys and accounts. */
export function requirePerson(principal: Principal): void {
  if (principal.kind === 'user') return;
  throw new OutcomeError('PERMISSION_DENIED', 'this is done by people who are signed in, not by programs');
}

/** Throws PERMISSION_DENIED for a role below. */
export function requireRole(principal: Principal, role: Role): void {
  if (ROLES.indexOf(principal.role) >= ROLES.indexOf(role)) return;
  throw new OutcomeError('PERMISSION_DENIED', `this needs the role "${role}"`, { role });
}
