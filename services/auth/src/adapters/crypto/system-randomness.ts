import { randomBytes, randomInt } from 'node:crypto';
import type { Randomness } from '../../app/ports.ts';

/** Lower-case base32 without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const ID_LENGTH = 20;
const SECRET_BYTES = 32;
const CODE_GROUPS = 4;
const GROUP_LENGTH = 4;

/** The operating system's randomness. */
export class SystemRandomness implements Randomness {
  id(prefix: string): string {
    return prefix + letters(ID_LENGTH);
  }

  secret(prefix: string): string {
    return prefix + randomBytes(SECRET_BYTES).toString('base64url');
  }

  /** Four groups of four: 79 bits. */
  recoveryCode(): string {
    return Array.from({ length: CODE_GROUPS }, () => letters(GROUP_LENGTH)).join('-');
  }
}

function letters(count: number): string {
  return Array.from({ length: count }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
