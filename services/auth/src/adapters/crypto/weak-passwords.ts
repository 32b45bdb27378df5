import { dictionary } from '@zxcvbn-ts/language-common';

/** The passwords that are tried first, of published lists: about 49,000. */
export function commonPasswords(): (lowerCase: string) => boolean {
  const common = new Set<unknown>(dictionary['passwords-common'] as Iterable<unknown>);
  return (lowerCase) => common.has(lowerCase);
}
