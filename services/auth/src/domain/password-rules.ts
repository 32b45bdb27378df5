import type { Email } from './email.ts';

/** Shortest and longest password, in characters (NIST SP 800-63B asks for at least 8; money is behind these). */
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;

/** Sequences that people walk along; also backwards. */
const WALKS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** Fewest different characters. */
const MIN_DISTINCT = 5;

/** The form of a password that is hashed: two ways to type one character are one password. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Why a password may not be chosen; undefined when it may. `isCommon` says whether it, or what it is made of, stands in a list
 * of passwords that are tried first. Rules of composition are not asked for: length and rarity are what counts.
 */
export function passwordProblem(
  password: string,
  email: Email,
  isCommon: (lowerCase: string) => boolean,
): string | undefined {
  const plain = normalisePassword(password);
  const characters = [...plain];
  if (characters.length < PASSWORD_LENGTH.min) return `a password has at least ${PASSWORD_LENGTH.min} characters`;
  if (characters.length > PASSWORD_LENGTH.max) return `a password has at most ${PASSWORD_LENGTH.max} characters`;
  if (new Set(characters).size < MIN_DISTINCT) return 'the password repeats too few characters';
  const lower = plain.toLowerCase();
  const [local = ''] = email.split('@');
  if (local.length >= 4 && lower.includes(local)) return 'the password holds the e-mail address';
  if (forms(lower).some(isCommon)) return 'the password is among the commonest';
  if (isWalk(lower)) return 'the password is a walk along the keyboard or the alphabet';
  return undefined;
}

/** The password without the digits and signs around it, and as what it repeats. */
function forms(lower: string): string[] {
  const core = lower.replace(/^[^a-z]+|[^a-z]+$/g, '');
  return [lower, core, lower.replace(/[^a-z0-9]/g, ''), ...repeated(lower), ...repeated(core)].filter(
    (form) => form.length >= 4,
  );
}

function repeated(text: string): string[] {
  for (let size = 1; size <= text.length / 2; size += 1) {
    if (text.length % size === 0 && text.slice(0, size).repeat(text.length / size) === text)
      return [text.slice(0, size)];
  }
  return [];
}

function isWalk(lower: string): boolean {
  return WALKS.some((walk) => {
    const twice = walk + walk;
    return twice.includes(lower) || [...twice].reverse().join('').includes(lower);
  });
}
