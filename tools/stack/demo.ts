/** Secrets of a local stack's auth: a master key, and the password of the user that is there to try the platform with. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The user whom `npm start` seeds in front of a simulator. */
export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

/** What auth of a local stack is told. */
export interface AuthSecrets {
  /** As auth takes its master keys. */
  readonly vaultKeys: string;
  readonly demo: DemoUser;
}

const DEMO_EMAIL = 'demo@vega.invalid';

/** Reads the secrets below a data folder, or makes them; they live as long as the data that is encrypted under them. */
export function authSecrets(dataFolder: string): AuthSecrets {
  const file = join(dataFolder, 'auth/secrets.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AuthSecrets;
  } catch {
    const password = Array.from({ length: 4 }, () => syllables()).join('-');
    const made: AuthSecrets = {
      vaultKeys: `local:${randomBytes(32).toString('base64')}`,
      demo: { email: DEMO_EMAIL, password },
    };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
    return made;
  }
}

/** Five letters that can be read aloud. */
function syllables(): string {
  const one = (letters: string): string => letters[randomInt(letters.length)] ?? '';
  return one('bdfgklmnprst') + one('aeiou') + one('bdfgklmnprst') + one('aeiou') + one('lmnrst');
}
