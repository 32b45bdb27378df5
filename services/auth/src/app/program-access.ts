import { RevocationKind, type ApiKey } from '@vega/contracts';
import { DAY_MS, OutcomeError, type Clock } from '@vega/kernel';
import { requireScope, signAccessToken, unauthenticated, type Principal } from '@vega/platform';
import { isAddressRule, isAllowedAddress } from '../domain/address-rules.ts';
import { auditOf, requirePerson, scopesOf, type Client } from './caller.ts';
import type { ApiKeyRecord, Randomness, Store, Unit } from './ports.ts';
import { ACCESS_LIFE_MS, sha256 } from './session-desk.ts';
import { MAX_GRANT_LIFE_MS, type SigningKeys } from './signing-keys.ts';

/** What every API key begins with. */
export const API_KEY_PREFIX = 'vgk_';

const MAX_KEYS = 20;
const MAX_KEY_LIFE_MS = 365 * DAY_MS;
const MAX_ADDRESSES = 20;

/** What programs act by: API keys of people, and standing grants of deployments. */
export class ProgramAccess {
  constructor(
    private readonly parts: {
      readonly store: Store;
      readonly keys: SigningKeys;
      readonly random: Randomness;
      readonly clock: Clock;
    },
  ) {}

  /** Makes an API key; the key itself is told this once. */
  async createKey(
    principal: Principal,
    asked: { name: string; scope: string; allowedAddresses: readonly string[]; lifeMs: number },
    client: Client,
  ): Promise<{ key: ApiKey; apiKey: string }> {
    requirePerson(principal);
    const { store, random, clock } = this.parts;
    if (asked.scope !== 'read' && asked.scope !== 'read trade') {
      throw new OutcomeError('BAD_REQUEST', 'a scope is "read" or "read trade"');
    }
    if (asked.scope === 'read trade') requireScope(principal, 'trade');
    const bad = asked.allowedAddresses.find((rule) => !isAddressRule(rule));
    if (bad !== undefined || asked.allowedAddresses.length > MAX_ADDRESSES) {
      throw new OutcomeError('BAD_REQUEST', `allowed are ${MAX_ADDRESSES} addresses or networks (CIDR) at most`);
    }
    if (!(asked.lifeMs > 0 && asked.lifeMs <= MAX_KEY_LIFE_MS)) {
      throw new OutcomeError('BAD_REQUEST', 'a key lives a year at most');
    }
    const apiKey = random.secret(API_KEY_PREFIX);
    const nowMs = clock.wallNow();
    const record: ApiKeyRecord = {
      keyId: random.id('key_'),
      userId: principal.userId,
      name: asked.name,
      keyHash: sha256(apiKey),
      prefix: apiKey.slice(0, 10),
      scope: asked.scope,
      allowedAddresses: asked.allowedAddresses,
      mfa: principal.mfa,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + asked.lifeMs,
      lastUsedAtMs: 0,
      revokedAtMs: 0,
    };
    await store.write(async (unit) => {
      const inForce = (await unit.apiKeys.listOf(principal.userId)).filter(
        (key) => key.revokedAtMs === 0 && key.expiresAtMs > nowMs,
      );
      if (inForce.length >= MAX_KEYS) throw new OutcomeError('LIMIT_REACHED', `a user has ${MAX_KEYS} keys at most`);
      await unit.apiKeys.insert(record);
      const facts = { key: record.keyId, scope: record.scope, addresses: record.allowedAddresses.join(' ') };
      await unit.audit.add(auditOf('api-key-created', 'ok', nowMs, client, { principal, facts }));
    });
    return { key: toApiKey(record), apiKey };
  }

  async listKeys(principal: Principal): Promise<ApiKey[]> {
    return (await this.parts.store.now.apiKeys.listOf(principal.userId)).map(toApiKey);
  }

  async revokeKey(principal: Principal, keyId: string, client: Client): Promise<void> {
    requirePerson(principal);
    const { store, clock } = this.parts;
    const atMs = clock.wallNow();
    await store.write(async (unit) => {
      if (!(await unit.apiKeys.revoke(principal.userId, keyId, atMs))) {
        throw new OutcomeError('NOT_FOUND', 'there is no such key in force');
      }
      const untilMs = atMs + ACCESS_LIFE_MS;
      await unit.events.revoked({ kind: RevocationKind.API_KEY, id: keyId, notBeforeMs: atMs, atMs, untilMs });
      await unit.audit.add(auditOf('api-key-revoked', 'ok', atMs, client, { principal, facts: { key: keyId } }));
    });
  }

  /** An access token for an API key from an address. Every refusal is the same UNAUTHENTICATED. */
  async exchangeKey(apiKey: string, address: string): Promise<{ accessToken: string; expiresAtMs: number }> {
    const { store, keys, random, clock } = this.parts;
    const nowMs = clock.wallNow();
    const record = apiKey.startsWith(API_KEY_PREFIX) ? await store.now.apiKeys.findByHash(sha256(apiKey)) : undefined;
    const user = record === undefined ? undefined : await store.now.users.find(record.userId);
    if (record === undefined || user === undefined) throw refusedKey();
    const why =
      record.revokedAtMs !== 0
        ? 'revoked'
        : record.expiresAtMs <= nowMs
          ? 'expired'
          : user.disabled
            ? 'not admitted'
            : isAllowedAddress(address, record.allowedAddresses)
              ? undefined
              : 'address';
    if (why !== undefined) {
      const facts = { key: record.keyId, why };
      const at = { atMs: nowMs, event: 'api-key-used', outcome: 'refused' } as const;
      await store.now.audit.add({ ...at, subjectUserId: user.userId, address: address.slice(0, 100), facts });
      throw refusedKey();
    }
    await store.now.apiKeys.touch(record.keyId, nowMs);
    const allowed = scopesOf(user.role);
    const expiresAtMs = Math.min(nowMs + ACCESS_LIFE_MS, record.expiresAtMs);
    const principal: Principal = {
      userId: user.userId,
      sessionId: record.keyId,
      tokenId: random.id('tok_'),
      kind: 'api_key',
      role: user.role,
      scopes: record.scope === 'read' ? ['read'] : allowed,
      mfa: record.mfa && user.totpSecret !== undefined,
      accounts: undefined,
      issuedAtMs: nowMs,
      expiresAtMs,
    };
    return { accessToken: signAccessToken(principal, keys.current()), expiresAtMs };
  }

  /** The standing right of a deployment to act on accounts of the caller, until it ends or is revoked. */
  async issueGrant(
    principal: Principal,
    asked: { deploymentId: string; accountIds: readonly string[]; lifeMs: number },
    client: Client,
  ): Promise<{ grant: string; expiresAtMs: number }> {
    requireScope(principal, 'trade');
    const { store, keys, random, clock } = this.parts;
    const nowMs = clock.wallNow();
    if (!(asked.lifeMs > 0 && asked.lifeMs <= MAX_GRANT_LIFE_MS) || asked.accountIds.length === 0) {
      throw new OutcomeError('BAD_REQUEST', 'a grant is for one account or more, and for 30 days at most');
    }
    const expiresAtMs = nowMs + asked.lifeMs;
    await store.write(async (unit) => {
      await refuseForeign(unit, principal, asked.accountIds);
      if (!(await unit.grants.claim(asked.deploymentId, principal.userId, expiresAtMs))) throw noDeployment();
      const facts = { deployment: asked.deploymentId, accounts: asked.accountIds.join(' ') };
      await unit.audit.add(auditOf('grant-issued', 'ok', nowMs, client, { principal, facts }));
    });
    const holder: Principal = {
      userId: principal.userId,
      sessionId: asked.deploymentId,
      tokenId: random.id('tok_'),
      kind: 'deployment',
      role: principal.role,
      scopes: ['read', 'trade'],
      mfa: principal.mfa,
      accounts: [...asked.accountIds],
      issuedAtMs: nowMs,
      expiresAtMs,
    };
    return { grant: signAccessToken(holder, keys.current()), expiresAtMs };
  }

  async revokeGrant(principal: Principal, deploymentId: string, client: Client): Promise<void> {
    const { store, clock } = this.parts;
    const atMs = clock.wallNow();
    await store.write(async (unit) => {
      const untilMs = await unit.grants.untilOf(deploymentId, principal.userId);
      if (untilMs === undefined) throw noDeployment();
      await unit.events.revoked({
        kind: RevocationKind.DEPLOYMENT,
        id: deploymentId,
        notBeforeMs: atMs,
        atMs,
        untilMs,
      });
      const facts = { deployment: deploymentId };
      await unit.audit.add(auditOf('grant-revoked', 'ok', atMs, client, { principal, facts }));
    });
  }
}

async function refuseForeign(unit: Unit, principal: Principal, accountIds: readonly string[]): Promise<void> {
  for (const accountId of accountIds) {
    const account = await unit.accounts.find(accountId);
    const isOwn = account?.userId === principal.userId && !account.removed;
    if (!isOwn || principal.accounts?.includes(accountId) === false) {
      throw new OutcomeError('ACCOUNT_NOT_FOUND', 'there is no such account');
    }
  }
}

function toApiKey(record: ApiKeyRecord): ApiKey {
  const { keyId, name, scope, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs, prefix } = record;
  const allowedAddresses = [...record.allowedAddresses];
  return { keyId, name, scope, allowedAddresses, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs, prefix };
}

function refusedKey(): OutcomeError {
  return unauthenticated('revoked', 'the API key is not taken');
}

function noDeployment(): OutcomeError {
  return new OutcomeError('NOT_FOUND', 'the caller has no such deployment');
}
