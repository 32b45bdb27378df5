import { TOKEN_HOLDERS } from '@vega/contracts';
import { requireTokenHolder } from './token-holders.ts';

const ask = (replyTo: string, busHasUsers = true): string => {
  try {
    return requireTokenHolder({ replyTo }, busHasUsers);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('who is handed broker tokens', () => {
  it.each(TOKEN_HOLDERS)('%s, in its own inbox', (party) => {
    expect(ask(`_INBOX_${party}.k9Xa7.1`)).toBe(party);
    expect(ask(`_INBOX_${party}.k9Xa7`, false)).toBe(party);
  });

  it.each([
    ['no inbox', ''],
    ['another service', '_INBOX_gateway.k9Xa7.1'],
    ['a name that begins like a holder', '_INBOX_orders-evil.k9Xa7'],
    ['a name that ends like a holder', '_INBOX_evil-orders.k9Xa7'],
    ['a holder without an inbox of its own', '_INBOX_orders'],
    ['nothing within', '_INBOX_orders.'],
    ['an empty part', '_INBOX_orders..k9Xa7'],
    ['a wildcard', '_INBOX_orders.*'],
    ['everything', '_INBOX_orders.>'],
    ['another subject that speaks of it', 'x._INBOX_orders.k9Xa7'],
    ['other letters', '_inbox_orders.k9Xa7'],
    ['a line more', '_INBOX_orders.k9Xa7\r\n'],
    ["anybody's inbox, on a bus that has users", '_INBOX.k9Xa7.1'],
  ])('not: %s', (_what, replyTo) => {
    expect(ask(replyTo)).toBe('PERMISSION_DENIED');
  });

  it('anybody on a bus without users, and still not under another name', () => {
    expect(ask('_INBOX.k9Xa7.1', false)).toBe('unnamed');
    expect(ask('_INBOX_gateway.k9Xa7.1', false)).toBe('PERMISSION_DENIED');
    expect(ask('_INBOXES.k9Xa7', false)).toBe('PERMISSION_DENIED');
  });
});
