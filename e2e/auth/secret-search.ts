// Goal: say whether a secret lies anywhere that it must not: in logs, in the database and its journal, in streams, in caches.
// Method: what is known to be secret in this run is looked for as it is and in the forms that programs write bytes in; what
//   is not known is recognised by its shape. Files are read whole, whatever they hold.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret and where it was found; the secret itself is told by its name only. */
export interface Finding {
  readonly where: string;
  readonly what: string;
}

/** Shapes of tokens and keys of this platform and of the broker. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  'a JSON Web Token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/,
  'a refresh token, API key or device token': /\bv(?:rt|gk|dt)_[\w-]{40,}/,
  'a seed of a bus user': /\bS[ANUOC][A-Z2-7]{56}\b/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
};

/** Shortest text that is looked for: what is shorter would be found by chance. */
const MIN_LENGTH = 8;

/** Looks for secrets in bytes. */
export class SecretSearch {
  private readonly forms: { readonly what: string; readonly bytes: Buffer }[] = [];

  /** Adds a secret of this run, by its name. */
  add(what: string, secret: string): void {
    if (secret.length < MIN_LENGTH) throw new Error(`${what} is too short to be looked for`);
    const plain = Buffer.from(secret);
    const written = [
      secret,
      encodeURIComponent(secret),
      plain.toString('hex'),
      plain.toString('base64').replace(/=+$/, ''),
      plain.toString('base64url'),
    ];
    for (const form of new Set(written)) this.forms.push({ what, bytes: Buffer.from(form) });
  }

  /** What is found in bytes, each once. */
  in(where: string, bytes: Buffer, shapes = SHAPES): Finding[] {
    const known = this.forms.filter(({ bytes: form }) => bytes.includes(form)).map(({ what }) => what);
    const text = bytes.toString('latin1');
    const shaped = Object.entries(shapes).flatMap(([what, shape]) => (shape.test(text) ? [what] : []));
    return [...new Set([...known, ...shaped])].map((what) => ({ where, what }));
  }

  /** What is found in the files below a folder, but for those whose path `isExempt`. */
  below(folder: string, isExempt: (path: string) => boolean = () => false): Finding[] {
    return filesBelow(folder)
      .filter((path) => !isExempt(path))
      .flatMap((path) => this.in(path, ifThere(() => readFileSync(join(folder, path))) ?? Buffer.alloc(0)));
  }
}

/** Paths of the files below a folder that servers may be at work in, relative to it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : [];
    const below = ifThere(() => filesBelow(join(folder, entry.name))) ?? [];
    return below.map((path) => join(entry.name, path));
  });
}

/** What is read; undefined when the file or folder has gone since it was listed. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Secrets by their shape in the logs below a folder. */
export function secretsInLogs(folder: string): Finding[] {
  return new SecretSearch().below(folder);
}
