/** Secrets of a local stack: auth's master key, the password of the user that is there to try the platform with, the panic secret. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The user whom `npm start` seeds in front of a simulator. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

/** What services of a local stack are told that nobody else may know. */
export interface AuthSecrets {
  /** As auth takes its master keys. */
  readonly vaultKeys: string;
  readonly demo: DemoUser;
  /** Opens the kill switch's door on orders' own port. */
  readonly panicSecret: string;
}

const DEMO_EMAIL = 'demo@vega.invalid';

/** Reads the secrets below a data folder, or makes them; they live as long as the data that is encrypted under them. */
export function authSecrets(dataFolder: string): AuthSecrets {
  const file = join(dataFolder, 'auth/secrets.json');
  const known = readSecrets(file);
  const complete: AuthSecrets = {
    vaultKeys: known.vaultKeys ?? `local:${randomBytes(32).toString('base64')}`,
    demo: known.demo ?? { email: DEMO_EMAIL, password: Array.from({ length: 4 }, () => syllables()).join('-') },
    panicSecret: known.panicSecret ?? randomBytes(24).toString('base64url'),
  };
  if (known.panicSecret === undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(complete, undefined, 2)}\n`, { mode: 0o600 });
  }
  return complete;
}

/** What an earlier start has kept; a secret that has been added since is missing. */
function readSecrets(file: string): Partial<AuthSecrets> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<AuthSecrets>;
  } catch {
    return {};
  }
}

/** Five letters that can be read aloud. */
function syllables(): string {
  const one = (letters: string): string => letters[randomInt(letters.length)] ?? '';
  return one('bdfgklmnprst') + one('aeiou') + one('bdfgklmnprst') + one('aeiou') + one('lmnrst');
}
