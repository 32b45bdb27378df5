import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What only the holder of one private key can open. */
export interface Sealed {
  readonly ephemeralPublicKey: Uint8Array;
  readonly nonce: Uint8Array;
  /** Ciphertext and, at its end, the tag. */
  readonly ciphertext: Uint8Array;
}

/** A key pair made for one answer. */
export interface SealKeys {
  /** X25519, 32 bytes. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
}

/** Makes a fresh key pair. */
export function createSealKeys(): SealKeys {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawOf(publicKey), privateKey };
}

/**
 * Seals bytes to a public key: X25519 with a key pair made for this message, HKDF-SHA256 over both public keys,
 * AES-256-GCM. `purpose` binds the message to its use. Throws for what is no public key.
 */
export function seal(plain: Uint8Array, recipient: Uint8Array, purpose: string): Sealed {
  const { publicKey, privateKey } = createSealKeys();
  const shared = diffieHellman({ privateKey, publicKey: publicKeyOf(recipient) });
  const nonce = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, keyOf(shared, publicKey, recipient, purpose), nonce);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { ephemeralPublicKey: publicKey, nonce, ciphertext };
}

/** Opens what was sealed to these keys for this purpose. Throws when it was not, or was altered. */
export function openSeal(sealed: Sealed, keys: SealKeys, purpose: string): Buffer {
  const shared = diffieHellman({ privateKey: keys.privateKey, publicKey: publicKeyOf(sealed.ephemeralPublicKey) });
  const key = keyOf(shared, sealed.ephemeralPublicKey, keys.publicKey, purpose);
  const decipher = createDecipheriv(ALGORITHM, key, sealed.nonce, { authTagLength: TAG_BYTES });
  const end = sealed.ciphertext.length - TAG_BYTES;
  decipher.setAuthTag(sealed.ciphertext.subarray(Math.max(0, end)));
  return Buffer.concat([decipher.update(sealed.ciphertext.subarray(0, Math.max(0, end))), decipher.final()]);
}

function keyOf(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), purpose, KEY_BYTES));
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  const jwk = { kty: 'OKP', crv: 'X25519', x: Buffer.from(raw).toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function rawOf(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}
