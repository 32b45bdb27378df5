// Goal: who has the database, or a copy of it, has no secret.
// Method: every secret is encrypted with a data key of its own, which is encrypted with a master key (AES-256-GCM both). The
//   master keys come from outside the database and have ids; the first is current. Both layers are bound to the place of the
//   secret, so that one cannot be put in another's place.
// Layout: version 1 | length of id | id | nonce 12 | data key 32 + tag 16 | nonce 12 | ciphertext + tag 16.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Vault } from '../../app/ports.ts';

const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** A master key and the id it is known by. */
export interface MasterKey {
  readonly id: string;
  readonly key: Buffer;
}

/** Reads `id:base64,id:base64`; the first is the current one. Throws RangeError for what is none. */
export function parseMasterKeys(text: string): MasterKey[] {
  const keys = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const [id = '', encoded = ''] = part.split(':');
      const key = Buffer.from(encoded, 'base64');
      if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || key.length !== KEY_BYTES) {
        throw new RangeError('master keys are written id:base64 of 32 bytes, separated by commas');
      }
      return { id, key };
    });
  if (keys.length === 0 || new Set(keys.map(({ id }) => id)).size !== keys.length) {
    throw new RangeError('there is one master key or more, each with an id of its own');
  }
  return keys;
}

/** Encryption at rest. */
export class EnvelopeVault implements Vault {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: MasterKey;

  constructor(keys: readonly MasterKey[]) {
    const [first] = keys;
    if (first === undefined) throw new RangeError('a vault has a master key');
    this.current = first;
    this.keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  seal(purpose: string, plain: Buffer | string): Buffer {
    const dataKey = randomBytes(KEY_BYTES);
    const body = encrypt(dataKey, Buffer.from(plain), purpose);
    return Buffer.concat([headOf(this.current.id), encrypt(this.current.key, dataKey, purpose), body]);
  }

  open(purpose: string, sealed: Buffer): Buffer {
    const { id, wrapped, body } = this.split(sealed);
    const dataKey = decrypt(this.masterKey(id), wrapped, purpose);
    return decrypt(dataKey, body, purpose);
  }

  rewrap(purpose: string, sealed: Buffer): Buffer | undefined {
    const { id, wrapped, body } = this.split(sealed);
    if (id === this.current.id) return undefined;
    const dataKey = decrypt(this.masterKey(id), wrapped, purpose);
    return Buffer.concat([headOf(this.current.id), encrypt(this.current.key, dataKey, purpose), body]);
  }

  derive(purpose: string, bytes: Buffer): Buffer {
    return Buffer.from(hkdfSync('sha256', this.current.key, bytes, purpose, KEY_BYTES));
  }

  private masterKey(id: string): Buffer {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`the master key "${id}" is not there`);
    return key;
  }

  private split(sealed: Buffer): { id: string; wrapped: Buffer; body: Buffer } {
    const length = sealed[1] ?? 0;
    const at = 2 + length;
    if (sealed[0] !== VERSION || sealed.length < at + WRAPPED_BYTES + NONCE_BYTES + TAG_BYTES) {
      throw new Error('this was not sealed by the vault');
    }
    return {
      id: sealed.subarray(2, at).toString('ascii'),
      wrapped: sealed.subarray(at, at + WRAPPED_BYTES),
      body: sealed.subarray(at + WRAPPED_BYTES),
    };
  }
}

function headOf(id: string): Buffer {
  return Buffer.concat([Buffer.from([VERSION, id.length]), Buffer.from(id, 'ascii')]);
}

function encrypt(key: Buffer, plain: Buffer, purpose: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, purpose: string): Buffer {
  const end = sealed.length - TAG_BYTES;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), options)
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
}
