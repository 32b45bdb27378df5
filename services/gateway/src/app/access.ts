import { OutcomeError } from '@vega/kernel';
import {
  requireAccount,
  requireScope,
  ROLES,
  type BrokerAccounts,
  type Principal as VerifiedPrincipal,
  type Role,
  type Scope,
} from '@vega/platform';
import type { Principal } from './principal.ts';

/** Where the id of the account stands, or the list of ids, that an endpoint is about. */
export interface AccountPlace {
  readonly in: 'path' | 'query' | 'body' | 'args' | 'request';
  /** The field; `input.account_id` for one within another. */
  readonly name: string;
}

/** Who may use an endpoint; one declaration per REST handler, GraphQL field, stream channel and gRPC method. */
export type AccessRule =
  | {
      /** Asks nobody who they are. */
      readonly open: true;
    }
  | {
      readonly scope: Scope;
      /** The least role; any unless given. */
      readonly role?: Role;
      /** People who are signed in, not programs. */
      readonly person?: true;
      /** Where the account id stands: it must be the caller's own. */
      readonly account?: AccountPlace;
    };

/** What is looked at of whoever asks. */
export interface Asking {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's address. */
  readonly address: string;
}

/** Decides who is let in. */
export interface AccessPolicy {
  /** Who asks by the header `Authorization`. Rejects with `OutcomeError` UNAUTHENTICATED for whoever is not let in. */
  admit(asking: Asking): Promise<Principal>;
  /** Who a token or API key is of, where it does not come in a header. */
  verify(credential: string, address: string): Promise<Principal>;
  /** Whether who was let in earlier still is. */
  isCurrent(principal: VerifiedPrincipal): boolean;
  /** Told when somebody may have ceased to be current. */
  onRevocation(listener: () => void): () => void;
  /** Who it is that shows no token, where that is allowed: nobody outside of specs. */
  readonly anonymous?: Principal | undefined;
}

/** The accounts that stand at a place of what was asked, one or a list. */
export function accountIdsIn({ name }: AccountPlace, asked: unknown): string[] {
  let value = asked;
  for (const part of name.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}

/** Throws `OutcomeError` unless the principal may do what the rule is about. The owning service checks it again. */
export function checkAccess(
  rule: AccessRule,
  principal: Principal,
  accountId: string | undefined,
  accounts: BrokerAccounts,
): void {
  if ('open' in rule) return;
  if (rule.person === true && principal.kind !== 'user') {
    throw new OutcomeError('PERMISSION_DENIED', 'this is done by people who are signed in, not by programs');
  }
  if (rule.role !== undefined && ROLES.indexOf(principal.role) < ROLES.indexOf(rule.role)) {
    throw new OutcomeError('PERMISSION_DENIED', `this needs the role "${rule.role}"`, { role: rule.role });
  }
  requireScope(principal, rule.scope);
  if (rule.account !== undefined && accountId !== undefined) requireAccount(accounts, principal, accountId);
}
