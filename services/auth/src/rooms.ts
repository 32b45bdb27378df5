import type { Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type pg from 'pg';
import { Argon2Hasher } from './adapters/crypto/argon2-hasher.ts';
import { commonPasswords } from './adapters/crypto/weak-passwords.ts';
import { EnvelopeVault, type MasterKey } from './adapters/crypto/envelope-vault.ts';
import { SystemRandomness } from './adapters/crypto/system-randomness.ts';
import { TotpAuthenticator } from './adapters/crypto/totp-authenticator.ts';
import { PgStore } from './adapters/pg/pg-store.ts';
import { AccountDesk } from './app/account-desk.ts';
import { BrokerLogins, type TokenRoute } from './app/broker-logins.ts';
import { People } from './app/people.ts';
import type { Brokers } from './app/ports.ts';
import { ProgramAccess } from './app/program-access.ts';
import { SecondFactor } from './app/second-factor.ts';
import { SessionDesk } from './app/session-desk.ts';
import { SignIn, type SignInMetrics } from './app/sign-in.ts';
import { SigningKeys } from './app/signing-keys.ts';
import { TokenDesk } from './app/token-desk.ts';

/** What the rooms are made from. */
export interface RoomParts {
  readonly pool: pg.Pool;
  readonly masterKeys: readonly MasterKey[];
  readonly brokers: Brokers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isRegistrationOpen: boolean;
  readonly onCommit: () => void;
  readonly onAttempt: SignInMetrics['attempt'];
  readonly onToken: (route: TokenRoute, outcome: 'ok' | 'refused') => void;
  readonly onRefreshReused: () => void;
  readonly onTokenEnded: (accountId: string) => void;
}

/** The use-cases of auth, wired; the service and the operator's command share them. */
export function makeRooms(parts: RoomParts) {
  const { clock, logger, brokers } = parts;
  const store = new PgStore(parts.pool, parts.onCommit);
  const vault = new EnvelopeVault(parts.masterKeys);
  const random = new SystemRandomness();
  const hasher = new Argon2Hasher();
  const keys = new SigningKeys(store, vault, random, clock, logger);
  const accounts = new AccountDesk({ store, vault, random, brokers, clock });
  const desk = new SessionDesk(store, keys, vault, random, clock, parts.onRefreshReused);
  const authenticator = new TotpAuthenticator();
  const secondFactor = new SecondFactor({ store, vault, authenticator, hasher, random, desk, accounts, clock });
  const metrics = { attempt: parts.onAttempt };
  const signIn = new SignIn({ store, hasher, secondFactor, desk, clock, metrics });
  const people = new People({
    store,
    hasher,
    random,
    desk,
    secondFactor,
    accounts,
    clock,
    isCommonPassword: commonPasswords(),
    isRegistrationOpen: parts.isRegistrationOpen,
  });
  const programs = new ProgramAccess({ store, keys, random, clock });
  const { onToken, onTokenEnded: onEnded } = parts;
  const logins = new BrokerLogins({ store, vault, random, brokers, accounts, clock, onToken });
  const tokens = new TokenDesk({ store, vault, brokers, accounts, clock, logger, onEnded });
  return { store, vault, keys, accounts, desk, secondFactor, signIn, people, programs, logins, tokens };
}

/** The use-cases as the doors are given them. */
export type Rooms = ReturnType<typeof makeRooms>;
