/** The nkeys of a local stack: made once, kept in files that only their owner reads, the same after a restart. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeyAuthenticator, nkeys, type Authenticator } from '@nats-io/nats-core';
import { inboxPrefixOf } from '@vega/contracts';
import { keyVariable } from './nats-accounts.ts';

/** A user's key pair: the seed is its secret, the public key stands in the server's configuration. */
export interface BusKey {
  readonly seed: string;
  readonly publicKey: string;
  readonly file: string;
}

/** Reads each user's key from `folder`, making those that are missing. */
export function busKeys(folder: string, users: readonly string[]): ReadonlyMap<string, BusKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = new Map<string, BusKey>();
  for (const user of users) {
    const file = join(folder, `${user}.nk`);
    if (!existsSync(file)) writeFileSync(file, nkeys.createUser().getSeed(), { mode: 0o600, flag: 'wx' });
    const seed = readFileSync(file, 'utf8').trim();
    keys.set(user, { seed, publicKey: publicKeyOf(seed), file });
  }
  writeFileSync(join(folder, 'nkeys.env'), environmentFile(keys), { mode: 0o600 });
  return keys;
}

/** The public key of a seed. Throws when it is none. */
export function publicKeyOf(seed: string): string {
  return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
}

/** Connection options of a user of a running stack, whose keys are in `folder`. */
export function asUser(folder: string, user: string): { inboxPrefix: string; authenticator: Authenticator } {
  const seed = readFileSync(join(folder, `${user}.nk`), 'utf8').trim();
  return { inboxPrefix: inboxPrefixOf(user), authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) };
}

/** What a server in a container is told: public keys by variable. */
function environmentFile(keys: ReadonlyMap<string, BusKey>): string {
  return [...keys].map(([user, { publicKey }]) => `${keyVariable(user)}=${publicKey}\n`).join('');
}
