/** The one form of an e-mail address under which a person is known. */
export type Email = string & { readonly __kind: 'Email' };

/** Longest address (RFC 5321). */
const MAX_LENGTH = 254;
const MAX_LOCAL = 64;

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(${LABEL}\\.)+${LABEL}$`);

/**
 * The address in lower case without spaces around it; undefined for what is none. Compatibility forms of characters (NFKC)
 * become the plain ones, so that two spellings of one address are not two people. Quoted local parts are not taken.
 */
export function normaliseEmail(text: string): Email | undefined {
  const plain = text.normalize('NFKC').trim().toLowerCase();
  if (plain.length > MAX_LENGTH) return undefined;
  const at = plain.lastIndexOf('@');
  const local = plain.slice(0, Math.max(0, at));
  const domain = plain.slice(at + 1);
  return local.length <= MAX_LOCAL && LOCAL.test(local) && DOMAIN.test(domain) ? (plain as Email) : undefined;
}
