import type { AccountChanged, BrokerEnvironment, Revocation, TokenChanged, TokenState } from '@vega/contracts';
import type { Role } from '@vega/platform';
import type { BucketState } from '../domain/login-throttle.ts';
import type { Email } from '../domain/email.ts';

/** A person as stored. */
export interface UserRecord {
  readonly userId: string;
  readonly email: Email;
  readonly passwordHash: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** Sealed; undefined when there is no second factor. */
  readonly totpSecret: Buffer | undefined;
  /** Sealed; of an enrolment that was not confirmed yet. */
  readonly totpPending: Buffer | undefined;
  /** The last step that was used: a code counts once. */
  readonly totpLastStep: number;
  readonly recoveryCodesLeft: number;
  readonly createdAtMs: number;
}

/** A session: one sign-in and all that was refreshed from it. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly userId: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  readonly endedAtMs: number;
  readonly mfa: boolean;
  readonly address: string;
  readonly userAgent: string;
}

/** One refresh token of a session, by its hash. */
export interface RefreshRecord {
  readonly tokenHash: Buffer;
  readonly sessionId: string;
  readonly usedAtMs: number;
  readonly expiresAtMs: number;
}

export interface ApiKeyRecord {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  readonly keyHash: Buffer;
  readonly prefix: string;
  readonly scope: 'read' | 'read trade';
  readonly allowedAddresses: readonly string[];
  /** Whether the session that made it had given a second factor. */
  readonly mfa: boolean;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly lastUsedAtMs: number;
  readonly revokedAtMs: number;
}

/** A broker account with its sealed secrets. */
export interface AccountRecord {
  readonly accountId: string;
  readonly userId: string;
  readonly label: string;
  readonly environment: BrokerEnvironment;
  readonly brokerUserId: string;
  readonly clientId: string;
  readonly clientSecret: Buffer;
  readonly redirectUri: string;
  readonly egressAddress: string;
  readonly relation: 'own' | 'family';
  readonly enabled: boolean;
  readonly consentAtMs: number;
  readonly notifierHash: Buffer;
  readonly token: Buffer | undefined;
  /** SHA-256 of the token, to recognise it by. */
  readonly tokenHash: Buffer | undefined;
  readonly tokenState: TokenState;
  readonly tokenIssuedAtMs: number;
  readonly tokenExpiresAtMs: number;
  readonly tokenCheckedAtMs: number;
  readonly tokenReason: string;
  readonly analyticsToken: Buffer | undefined;
  readonly analyticsHash: Buffer | undefined;
  readonly analyticsExpiresAtMs: number;
  readonly approvalExpiresAtMs: number;
  readonly remindedDay: number;
  readonly removed: boolean;
  readonly revision: number;
  readonly createdAtMs: number;
  /** Of the owner, joined when read. */
  readonly ownerHasSecondFactor: boolean;
  readonly ownerDisabled: boolean;
}

/** What may be changed of an account. */
export type AccountChange = Partial<
  Omit<
    AccountRecord,
    'accountId' | 'userId' | 'environment' | 'revision' | 'createdAtMs' | 'ownerHasSecondFactor' | 'ownerDisabled'
  >
>;

/** A broker login that was begun. */
export interface LoginState {
  readonly accountId: string;
  readonly userId: string;
  readonly browserHash: Buffer;
  readonly expiresAtMs: number;
}

export interface SigningKeyRecord {
  readonly keyId: string;
  readonly publicKey: Buffer;
  /** Sealed. */
  readonly privateKey: Buffer;
  readonly createdAtMs: number;
  /** It signs from then on. */
  readonly activeFromMs: number;
  /** What it signed is taken until then; 0 = no end is set. */
  readonly endsAtMs: number;
}

/** One entry of the audit trail before it has a number. */
export interface AuditRecord {
  readonly atMs: number;
  readonly event: AuditEvent;
  readonly outcome: 'ok' | 'refused';
  readonly actorUserId?: string;
  readonly actorKind?: string;
  readonly sessionId?: string;
  readonly subjectUserId?: string;
  readonly accountId?: string;
  readonly address?: string;
  readonly userAgent?: string;
  readonly traceId?: string;
  readonly facts?: Readonly<Record<string, string>>;
}

/** Everything that is recorded. */
export const AUDIT_EVENTS = [
  'user-registered',
  'login',
  'logout',
  'session-ended',
  'refresh-reused',
  'password-changed',
  'second-factor-enrolled',
  'second-factor-removed',
  'second-factor-given',
  'recovery-code-used',
  'recovery-codes-renewed',
  'api-key-created',
  'api-key-revoked',
  'api-key-used',
  'user-updated',
  'account-created',
  'account-updated',
  'account-removed',
  'broker-login-begun',
  'broker-login',
  'approval-requested',
  'token-received',
  'token-refused',
  'token-expired',
  'token-handed-out',
  'token-reminder',
  'grant-issued',
  'grant-revoked',
  'signing-key-rotated',
  'signing-key-ended',
  'vault-rotated',
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** An entry as it was stored. */
export type AuditEntryRecord = AuditRecord & { readonly seq: number };

/** What an admin asks the audit trail. */
export interface AuditQuery {
  readonly beforeSeq: number;
  readonly limit: number;
  readonly event: string;
  readonly userId: string;
  readonly accountId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface UserStore {
  find(userId: string): Promise<UserRecord | undefined>;
  findByEmail(email: Email): Promise<UserRecord | undefined>;
  /** False when the address is taken. */
  insert(user: Pick<UserRecord, 'userId' | 'email' | 'passwordHash' | 'role' | 'createdAtMs'>): Promise<boolean>;
  update(
    userId: string,
    change: Partial<Pick<UserRecord, 'passwordHash' | 'role' | 'disabled' | 'totpLastStep'>> & {
      totpSecret?: Buffer | null;
      totpPending?: Buffer | null;
    },
  ): Promise<void>;
  /** Takes a step of the authenticator; false when it, or a later one, was used before. */
  takeTotpStep(userId: string, step: number): Promise<boolean>;
  setRecoveryCodes(userId: string, hashes: readonly Buffer[]): Promise<void>;
  /** Uses a recovery code; false when it is none or was used. */
  takeRecoveryCode(userId: string, hash: Buffer): Promise<boolean>;
  list(afterUserId: string, limit: number): Promise<readonly UserRecord[]>;
}

export interface SessionStore {
  insert(session: Omit<SessionRecord, 'endedAtMs'>): Promise<void>;
  find(sessionId: string): Promise<SessionRecord | undefined>;
  listOf(userId: string, nowMs: number): Promise<readonly SessionRecord[]>;
  touch(sessionId: string, atMs: number, change?: { readonly mfa?: boolean }): Promise<void>;
  /** Ends sessions of a user that are not over, but one; returns their ids. */
  end(which: { userId: string; sessionId?: string; except?: string }, atMs: number, reason: string): Promise<string[]>;
  addRefresh(token: Omit<RefreshRecord, 'usedAtMs'>, issuedAtMs: number): Promise<void>;
  /** Finds a refresh token and holds its row until the transaction ends. */
  lockRefresh(tokenHash: Buffer): Promise<RefreshRecord | undefined>;
  useRefresh(tokenHash: Buffer, atMs: number): Promise<void>;
  /** Whether this user has signed in from this address before. */
  knowsAddress(userId: string, address: string, sinceMs: number): Promise<boolean>;
  knowsDevice(userId: string, deviceHash: Buffer): Promise<boolean>;
  rememberDevice(userId: string, deviceHash: Buffer, atMs: number): Promise<void>;
}

export interface ThrottleStore {
  /** The states of buckets, held until the transaction ends. */
  lock(names: readonly string[]): Promise<ReadonlyMap<string, BucketState>>;
  put(name: string, state: BucketState): Promise<void>;
  clear(names: readonly string[]): Promise<void>;
}

export interface ApiKeyStore {
  insert(key: Omit<ApiKeyRecord, 'lastUsedAtMs' | 'revokedAtMs'>): Promise<void>;
  findByHash(keyHash: Buffer): Promise<ApiKeyRecord | undefined>;
  listOf(userId: string): Promise<readonly ApiKeyRecord[]>;
  touch(keyId: string, atMs: number): Promise<void>;
  /** False when the user has no such key in force. */
  revoke(userId: string, keyId: string, atMs: number): Promise<boolean>;
}

export interface AccountStore {
  insert(
    account: Omit<
      AccountRecord,
      'revision' | 'ownerHasSecondFactor' | 'ownerDisabled' | 'removed' | 'remindedDay' | 'brokerUserId'
    >,
  ): Promise<void>;
  find(accountId: string): Promise<AccountRecord | undefined>;
  /** The same, with the row held until the transaction ends. */
  lock(accountId: string): Promise<AccountRecord | undefined>;
  findByNotifier(notifierHash: Buffer): Promise<AccountRecord | undefined>;
  listOf(userId: string): Promise<readonly AccountRecord[]>;
  all(): Promise<readonly AccountRecord[]>;
  /** Changes what is given and raises the revision. */
  update(accountId: string, change: AccountChange): Promise<void>;
  addLoginState(stateHash: Buffer, state: LoginState): Promise<void>;
  /** Takes a login that was begun; undefined when there is none or it was taken. */
  takeLoginState(stateHash: Buffer): Promise<LoginState | undefined>;
}

/** Who owns which deployment: a grant is renewed and ended by its owner alone. */
export interface GrantStore {
  /** False when the deployment is somebody else's. */
  claim(deploymentId: string, userId: string, untilMs: number): Promise<boolean>;
  /** When the last grant of a user's deployment ends; undefined when it is not theirs. */
  untilOf(deploymentId: string, userId: string): Promise<number | undefined>;
}

export interface KeyStore {
  list(): Promise<readonly SigningKeyRecord[]>;
  insert(key: SigningKeyRecord): Promise<void>;
  end(keyId: string, endsAtMs: number): Promise<boolean>;
  /** One process at a time makes the first key. */
  lock(): Promise<void>;
}

export interface RevocationStore {
  /** In force at an instant. */
  list(nowMs: number): Promise<readonly Revocation[]>;
}

export interface AuditStore {
  add(record: AuditRecord): Promise<void>;
  list(query: AuditQuery): Promise<readonly AuditEntryRecord[]>;
}

/** What is published once the transaction has committed. */
export interface EventOutbox {
  accountChanged(change: AccountChanged): Promise<void>;
  tokenChanged(change: TokenChanged): Promise<void>;
  /** Stores the revocation as well. */
  revoked(revocation: Revocation): Promise<void>;
}

/** All that one transaction may touch. */
export interface Unit {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly throttle: ThrottleStore;
  readonly apiKeys: ApiKeyStore;
  readonly grants: GrantStore;
  readonly accounts: AccountStore;
  readonly keys: KeyStore;
  readonly revocations: RevocationStore;
  readonly audit: AuditStore;
  readonly events: EventOutbox;
}

/** The database of this service. */
export interface Store {
  /** For single reads. */
  readonly now: Unit;
  /** Runs `work` in one transaction; what it throws rolls back. Events leave after the commit. */
  write<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}

/** Makes and checks hashes of passwords. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Whether the password fits. Takes as long for a hash that is undefined. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}

/** Encrypts at rest; `purpose` binds a secret to its place. */
export interface Vault {
  seal(purpose: string, plain: Buffer | string): Buffer;
  /** Throws when it was sealed for another purpose, altered, or under a key that is not there. */
  open(purpose: string, sealed: Buffer): Buffer;
  /** The same secret under the current master key; undefined when it is under it already. */
  rewrap(purpose: string, sealed: Buffer): Buffer | undefined;
  /** 32 bytes that follow from these and from the current master key: for values that are derived instead of kept. */
  derive(purpose: string, bytes: Buffer): Buffer;
}

/** Authenticator codes (RFC 6238). */
export interface Authenticator {
  newSecret(): string;
  uri(secret: string, email: string): string;
  /** The step of a code that fits now, one step early or late included; undefined when it does not. */
  stepOf(secret: string, code: string, nowMs: number): number | undefined;
}

/** Randomness. */
export interface Randomness {
  /** `prefix` and 20 letters or digits. */
  id(prefix: string): string;
  /** `prefix` and 256 random bits in base64url. */
  secret(prefix: string): string;
  recoveryCode(): string;
}

/** A profile as the broker tells it. */
export interface BrokerProfile {
  readonly brokerUserId: string;
  readonly isActive: boolean;
}

/** An Upstox account from outside. Every method throws {@link BrokerRefusal} when the broker says no, and `OperationalError` otherwise. */
export interface BrokerDoor {
  loginUrl(app: { clientId: string; redirectUri: string; state: string }): string;
  exchangeCode(app: {
    clientId: string;
    clientSecret: string;
    redirectUri: string;
    code: string;
  }): Promise<{ readonly accessToken: string } & BrokerProfile>;
  /** Asks for approval on the phone; returns when the request ends, epoch ms. */
  requestToken(app: { clientId: string; clientSecret: string }): Promise<number>;
  fetchProfile(accessToken: string): Promise<BrokerProfile>;
}

/** The broker of an environment; undefined where this installation has none. */
export type Brokers = (environment: BrokerEnvironment) => BrokerDoor | undefined;
