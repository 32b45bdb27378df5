import { TOKEN_HOLDERS } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import type { RpcCallContext } from '@vega/platform';

/** The inbox of a user of the bus; nobody else may subscribe to it, so an answer sent there reaches that user alone. */
const OWN_INBOX = /^_INBOX_([a-z-]+)\./;

/**
 * The service that asks for broker tokens, by the inbox that the answer goes to. Throws PERMISSION_DENIED for any but orders,
 * portfolio and market-feed: the permissions of the bus say the same, and neither trusts the other.
 */
export function requireTokenHolder(call: Pick<RpcCallContext, 'replyTo'>): string {
  const user = OWN_INBOX.exec(call.replyTo)?.[1];
  const holder = TOKEN_HOLDERS.find((party) => party === user);
  // A server without users has no inboxes of their own: there everybody is everybody.
  if (holder !== undefined || call.replyTo.startsWith('_INBOX.')) return holder ?? 'unnamed';
  throw new OutcomeError('PERMISSION_DENIED', 'broker tokens are not handed to this service');
}
