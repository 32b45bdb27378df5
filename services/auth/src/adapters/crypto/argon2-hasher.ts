import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { OperationalError } from '@vega/kernel';
import type { PasswordHasher } from '../../app/ports.ts';

/** argon2id with 19 MiB, two passes, one lane (OWASP password storage cheat sheet, RFC 9106 section 4). */
export const ARGON2_PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

const SALT_BYTES = 16;

/** Hashes at the same time at most; the others wait, and beyond the second number they are refused: each takes 19 MiB. */
const MAX_AT_ONCE = 4;
const MAX_WAITING = 64;

const STORED =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,64})\$([A-Za-z0-9+/]{16,128})$/;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly tagLength: number;
}

/** argon2id hashes in PHC form, so that parameters may change and old hashes stay readable. */
export class Argon2Hasher implements PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** What a password of nobody is checked against: the same work as for somebody. */
  private readonly nobody: Promise<string>;

  constructor() {
    this.nobody = this.hash(randomBytes(16).toString('hex'));
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await this.run(password, salt, ARGON2_PARAMETERS);
    const { memory, passes, parallelism } = ARGON2_PARAMETERS;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
  }

  async verify(hash: string | undefined, password: string): Promise<boolean> {
    const parts = STORED.exec(hash ?? (await this.nobody));
    if (parts === null) throw new TypeError('a stored password hash is not of the known form');
    const [, memory, passes, parallelism, salt = '', tag = ''] = parts;
    const expected = Buffer.from(tag, 'base64');
    const given = await this.run(password, Buffer.from(salt, 'base64'), {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      tagLength: expected.length,
    });
    return timingSafeEqual(expected, given) && hash !== undefined;
  }

  private async run(password: string, nonce: Buffer, parameters: Parameters): Promise<Buffer> {
    await this.turn();
    try {
      return await new Promise((resolve, reject) => {
        argon2('argon2id', { message: Buffer.from(password), nonce, ...parameters }, (error, tag) => {
          if (error === null) resolve(tag);
          else reject(error);
        });
      });
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private async turn(): Promise<void> {
    if (this.running >= MAX_AT_ONCE) {
      if (this.waiting.length >= MAX_WAITING) {
        throw new OperationalError('SERVICE_UNAVAILABLE', 'too many people sign in at once', 'not-sent');
      }
      await new Promise<void>((resume) => this.waiting.push(resume));
    }
    this.running += 1;
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
