import { inboxPrefixOf, TOKEN_HOLDERS } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { RpcCallContext } from '@vega/platform';

/** What follows the prefix of an inbox: names of the client's own making, no wildcard. */
const WITHIN_INBOX = /^\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** The inboxes of a server without users. */
const ANYBODYS = '_INBOX';

/**
 * The service that asks for broker tokens, by the inbox that the answer goes to, below which nobody else may subscribe: an
 * answer sent there reaches that service alone. Throws PERMISSION_DENIED for any but orders, portfolio and market-feed: the
 * permissions of the bus say the same, and neither trusts the other. A bus without users (tests, benches) has no inboxes of
 * anybody's own: there everybody is everybody.
 */
export function requireTokenHolder({ replyTo }: Pick<RpcCallContext, 'replyTo'>, busHasUsers: boolean): string {
  const holder = TOKEN_HOLDERS.find((party) => isWithin(inboxPrefixOf(party), replyTo));
  if (holder !== undefined) return holder;
  if (!busHasUsers && isWithin(ANYBODYS, replyTo)) return 'unnamed';
  throw new OutcomeError('PERMISSION_DENIED', 'broker tokens are not handed to this service');
}

function isWithin(prefix: string, subject: string): boolean {
  return subject.startsWith(prefix) && WITHIN_INBOX.test(subject.slice(prefix.length));
}
