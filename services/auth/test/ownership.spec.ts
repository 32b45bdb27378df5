// Who owns what, checked by auth itself whatever the gateway has checked: requests on the bus about accounts of somebody else,
// and the standing grants of deployments.
import { authBrokerRpc, authPeopleRpc, authServiceRpc, BrokerEnvironment, type RpcContract } from '@vega/contracts';
import { eventually, FakeClock } from '@vega/testkit';
import { decodeJwt } from 'jose';
import { at, outcomeOf, startAuth, type RunningAuth } from './running-auth.ts';
import { createLogger, createMetrics, createPrincipalVerifier, createRpcClient } from '@vega/platform';

const clock = new FakeClock(Date.UTC(2026, 10, 23, 4, 0, 0));
const DAY_MS = 86_400_000;

let auth: RunningAuth;
let owner: { token: string; userId: string; accountId: string };
let other: { token: string; userId: string; accountId: string };

beforeAll(async () => {
  auth = await startAuth({}, clock);
  owner = await personWithAccount('owner@example.invalid');
  other = await personWithAccount('other@example.invalid');
}, 120_000);

afterAll(async () => {
  expect(auth.exits).toEqual([]);
  await auth.stop();
});

async function personWithAccount(email: string) {
  const { accessToken, user } = await auth.newUser(email);
  const { account } = await auth.ask(
    authBrokerRpc.createAccount,
    {
      label: email,
      environment: BrokerEnvironment.LIVE,
      clientId: 'app',
      clientSecret: 'secret-of-the-app',
      redirectUri: 'https://vega.invalid/back',
      egressAddress: '',
      relation: 'own',
      consent: true,
      analyticsToken: '',
      sandboxToken: '',
      client: at(),
    },
    accessToken,
  );
  return { token: accessToken, userId: user?.userId ?? '', accountId: account?.accountId ?? '' };
}

describe('requests on the bus that name an account', () => {
  const aboutAccounts = Object.entries(authBrokerRpc as Record<string, RpcContract<object, object>>)
    .map(([name, contract]) => ({ name, contract, empty: contract.request.decode(new Uint8Array()) }))
    .filter(({ empty }) => 'accountId' in empty);

  it('are found among the contracts', () => {
    expect(aboutAccounts.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(['getLoginUrl', 'removeAccount', 'requestApproval', 'updateAccount']),
    );
  });

  it('are answered to their owner alone, and change nothing for others', async () => {
    const before = await auth.db.query(`SELECT * FROM auth.accounts ORDER BY account_id`);
    for (const { name, contract, empty } of aboutAccounts) {
      const request = { ...empty, accountId: owner.accountId, client: at() };
      expect([name, await outcomeOf(auth.ask(contract, request, other.token))]).toEqual([name, 'ACCOUNT_NOT_FOUND']);
      expect([name, await outcomeOf(auth.ask(contract, request))]).toEqual([name, 'UNAUTHENTICATED']);
    }
    expect((await auth.db.query(`SELECT * FROM auth.accounts ORDER BY account_id`)).rows).toEqual(before.rows);
  });

  it('show each owner their own accounts', async () => {
    const { accounts } = await auth.ask(authBrokerRpc.listOwnAccounts, {}, owner.token);
    expect(accounts.map(({ accountId }) => accountId)).toEqual([owner.accountId]);
  });
});

describe('what else belongs to somebody', () => {
  it('sessions and API keys of others can be neither seen nor ended', async () => {
    const made = await auth.ask(
      authPeopleRpc.createApiKey,
      { name: 'robot', scope: 'read', allowedAddresses: [], lifeMs: DAY_MS, client: at() },
      owner.token,
    );
    const { sessions } = await auth.ask(authPeopleRpc.listSessions, {}, owner.token);
    const sessionId = sessions[0]?.sessionId ?? '';
    const keyId = made.key?.keyId ?? '';
    expect(await outcomeOf(auth.ask(authPeopleRpc.revokeSession, { sessionId, client: at() }, other.token))).toBe(
      'NOT_FOUND',
    );
    expect(await outcomeOf(auth.ask(authPeopleRpc.revokeApiKey, { keyId, client: at() }, other.token))).toBe(
      'NOT_FOUND',
    );
    const { keys } = await auth.ask(authPeopleRpc.listApiKeys, {}, other.token);
    expect(keys).toEqual([]);
    expect(await outcomeOf(auth.ask(authPeopleRpc.getMe, {}, owner.token))).toBe('ok');
    const exchanged = auth.ask(authServiceRpc.exchangeApiKey, { apiKey: made.apiKey, address: '192.0.2.1' });
    expect(await outcomeOf(exchanged)).toBe('ok');
  });

  it('roles and the audit trail are for admins', async () => {
    const raise = { userId: owner.userId, role: 'admin', client: at() };
    expect(await outcomeOf(auth.ask(authPeopleRpc.updateUser, raise, owner.token))).toBe('PERMISSION_DENIED');
    const query = { afterUserId: '', limit: 10 };
    expect(await outcomeOf(auth.ask(authPeopleRpc.listUsers, query, owner.token))).toBe('PERMISSION_DENIED');
  });
});

describe('the grant of a deployment', () => {
  const issue = (token: string, deploymentId: string, accountIds: string[], lifeMs = 10 * DAY_MS) =>
    auth.ask(authServiceRpc.issueDeploymentGrant, { deploymentId, accountIds, lifeMs }, token);

  it('says for whom, for which accounts and until when, and lets the deployment manage nothing', async () => {
    const { grant, expiresAtMs } = await issue(owner.token, 'dep_one', [owner.accountId]);
    expect(decodeJwt(grant)).toMatchObject({
      sub: owner.userId,
      sid: 'dep_one',
      kind: 'deployment',
      scope: 'read trade',
      acc: [owner.accountId],
    });
    expect(expiresAtMs).toBe(clock.wallNow() + 10 * DAY_MS);
    const edit = { accountId: owner.accountId, renewNotifier: true, client: at() };
    expect(await outcomeOf(auth.ask(authBrokerRpc.updateAccount, edit, grant))).toBe('PERMISSION_DENIED');
    const { accounts } = await auth.ask(authBrokerRpc.listOwnAccounts, {}, grant);
    expect(accounts.map(({ accountId }) => accountId)).toEqual([owner.accountId]);
  });

  it('is not given for accounts or deployments of somebody else, for none, or for longer than thirty days', async () => {
    expect(await outcomeOf(issue(owner.token, 'dep_two', [other.accountId]))).toBe('ACCOUNT_NOT_FOUND');
    expect(await outcomeOf(issue(owner.token, 'dep_two', [owner.accountId, other.accountId]))).toBe(
      'ACCOUNT_NOT_FOUND',
    );
    expect(await outcomeOf(issue(other.token, 'dep_one', [other.accountId]))).toBe('NOT_FOUND');
    expect(await outcomeOf(issue(owner.token, 'dep_two', []))).toBe('BAD_REQUEST');
    expect(await outcomeOf(issue(owner.token, 'dep_two', [owner.accountId], 31 * DAY_MS))).toBe('BAD_REQUEST');
    const { grant } = await issue(owner.token, 'dep_one', [owner.accountId]);
    // A deployment does not widen its own right.
    expect(await outcomeOf(issue(grant, 'dep_one', [other.accountId]))).toBe('ACCOUNT_NOT_FOUND');
  });

  it('is void once it is revoked, by its owner alone, and a new one after that is not', async () => {
    const revoke = (token: string) =>
      outcomeOf(auth.ask(authServiceRpc.revokeDeploymentGrant, { deploymentId: 'dep_one' }, token));
    const { grant } = await issue(owner.token, 'dep_one', [owner.accountId]);
    const drains: (() => unknown)[] = [];
    const bus = { nc: auth.nc, isConnected: () => true, close: () => Promise.resolve() };
    const metrics = createMetrics('another');
    const verifier = await createPrincipalVerifier({
      bus,
      rpc: createRpcClient(bus, metrics),
      clock,
      logger: createLogger({ service: 'spec', replica: 'spec', level: 'silent' }),
      metrics,
      onDrain: (_name, end) => void drains.push(end),
    });
    const principal = await verifier.verify(grant);
    expect(await revoke(other.token)).toBe('NOT_FOUND');
    expect(verifier.isCurrent(principal)).toBe(true);
    await clock.advance(1_000);
    expect(await revoke(owner.token)).toBe('ok');
    await eventually(() => !verifier.isCurrent(principal), {
      withinMs: 15_000,
      everyMs: 5,
      what: 'the end of the grant',
    });
    expect(await outcomeOf(verifier.verify(grant))).toBe('UNAUTHENTICATED');
    await clock.advance(1_000);
    const renewed = await issue(owner.token, 'dep_one', [owner.accountId]);
    expect((await verifier.verify(renewed.grant)).accounts).toEqual([owner.accountId]);
    for (const end of drains) await end();
  });
});
