import type { AccessPolicy } from '../src/app/access.ts';
import type { Principal } from '../src/app/principal.ts';

/** Somebody who is let in; what is not given is that of a trader who signed in. */
export function principal(more: Partial<Principal> = {}): Principal {
  return {
    userId: 'usr_guest',
    sessionId: 'ses_guest',
    tokenId: 'tok_guest',
    kind: 'user',
    role: 'trader',
    scopes: ['read', 'trade'],
    mfa: false,
    accounts: undefined,
    issuedAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    token: '',
    ...more,
  };
}

/** Lets everybody in, for specs that are not about who is let in. */
export function everybody(who: Principal = principal()): AccessPolicy {
  return {
    admit: () => Promise.resolve(who),
    verify: () => Promise.resolve(who),
    isCurrent: () => true,
    onRevocation: () => () => undefined,
    anonymous: who,
  };
}
