// Every door of the gateway declares who may use it, and holds to it. The lists are walked, not written: what is added and
// declares nothing fails here.
import { generateKeyPairSync } from 'node:crypto';
import { PATH_METADATA } from '@nestjs/common/constants';
import { eventually } from '@vega/testkit';
import { createClient } from 'graphql-ws';
import { SignJWT, UnsecuredJWT } from 'jose';
import { WebSocket } from 'ws';
import { AUTH_CONTROLLERS } from '../src/adapters/auth/auth-controllers.ts';
import { MARKET_DATA } from '../src/adapters/grpc/definitions.ts';
import { buildOpenApiDocument } from '../src/openapi.ts';
import { CONTROLLERS, GRAPHQL, grpcCalls, handlersOf, REST } from './declared-handlers.ts';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.ts';
import { GrpcProbe } from './grpc-client.ts';
import { StreamProbe } from './stream-probe.ts';

describe('declarations', () => {
  it('stand on every REST handler', () => {
    expect(REST.length).toBeGreaterThan(30);
    expect(REST.filter(({ rule }) => rule === undefined)).toEqual([]);
  });

  it('stand on every GraphQL field', () => {
    expect(GRAPHQL.length).toBeGreaterThan(10);
    expect(GRAPHQL.filter(({ rule }) => rule === undefined)).toEqual([]);
  });

  it('stand on every method of gRPC', () => {
    expect(grpcCalls().length).toBeGreaterThanOrEqual(4);
    expect(grpcCalls().filter(({ rule }) => rule === undefined)).toEqual([]);
    expect(grpcCalls({ FORGOTTEN: MARKET_DATA }).map(({ rule }) => rule)).toEqual([undefined, undefined]);
  });

  it('would be missed', () => {
    class Forgotten {
      handler(): void {}
    }
    Reflect.defineMetadata(PATH_METADATA, '/', Forgotten.prototype.handler);
    expect(handlersOf(Forgotten, PATH_METADATA)).toEqual([{ name: 'Forgotten.handler', rule: undefined }]);
  });

  it('are those of every controller there is', () => {
    expect(AUTH_CONTROLLERS.every((one) => (CONTROLLERS as readonly unknown[]).includes(one))).toBe(true);
  });
});

/** A door as it is knocked at: every path parameter and every account is somebody else's. */
interface Door {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
}

const FOREIGN = 'acc_foreign';

async function doorsOf(): Promise<Door[]> {
  const document = await buildOpenApiDocument();
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => {
      const filled = path.replaceAll(/\{\w+\}/g, FOREIGN).replace('login-url', `login-url?account=${FOREIGN}`);
      const body = ['post', 'patch', 'put'].includes(method) ? { account_id: FOREIGN, enabled: true } : undefined;
      return { method: method.toUpperCase(), path: filled, body };
    }),
  );
}

describe('the doors', () => {
  let gateway: GatewayUnderTest;
  let doors: Door[];

  beforeAll(async () => {
    gateway = await startGateway({ VEGA_UPSTOX_ENV: 'live', VEGA_RATE_LIMIT_PER_MINUTE: '100000' }, 'own');
    gateway.auth.addAccount(FOREIGN, 'usr_somebody_else');
    doors = await doorsOf();
  });

  afterAll(async () => {
    expect(gateway.exits).toEqual([]);
    await gateway.close();
  });

  const knock = (door: Door, token?: string) =>
    gateway.get(door.path, {
      method: door.method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(door.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      redirect: 'manual',
      ...(door.body === undefined ? {} : { body: JSON.stringify(door.body) }),
    });

  const OPEN = /\/health\/|\/auth\/(register|login|refresh|logout|demo|jwks\.json)$|\/upstox\/callback$/;

  it('answer nobody without a token, but for those that are open', async () => {
    expect(doors.length).toBeGreaterThan(35);
    for (const door of doors) {
      if (OPEN.test(door.path)) continue;
      const { status, body } = await knock(door);
      expect([door.method, door.path, status, body['code']]).toEqual([door.method, door.path, 401, 'UNAUTHENTICATED']);
    }
  });

  it('stand for every channel of the stream', () => {
    expect(gateway.channels.length).toBeGreaterThanOrEqual(4);
    for (const { name, access } of gateway.channels) expect([name, access]).toEqual([name, expect.anything()]);
  });

  it('let viewers look only, and programs not manage people', async () => {
    const viewer = gateway.auth.token({ role: 'viewer', scopes: ['read'] });
    const program = gateway.auth.token({ kind: 'api_key' });
    const create = doors.find(({ method, path }) => method === 'POST' && path.endsWith('/auth/accounts'));
    const keys = doors.find(({ method, path }) => method === 'POST' && path.endsWith('/auth/api-keys'));
    const audit = doors.find(({ path }) => path.endsWith('/auth/audit'));
    if (create === undefined || keys === undefined || audit === undefined) throw new Error('a door is gone');
    expect((await knock(create, viewer)).body['code']).toBe('PERMISSION_DENIED');
    expect((await knock(keys, program)).body['code']).toBe('PERMISSION_DENIED');
    expect((await knock(audit, gateway.auth.token())).body['code']).toBe('PERMISSION_DENIED');
    expect((await knock({ method: 'GET', path: '/api/v1/market/overview', body: undefined }, viewer)).status).toBe(200);
  });

  describe('take no token that', () => {
    const overview: Door = { method: 'GET', path: '/api/v1/market/overview', body: undefined };
    const now = (): number => Date.now();
    const claims = {
      sub: 'usr_x',
      sid: 'ses_x',
      jti: 'tok_x',
      role: 'admin',
      scope: 'read trade',
      mfa: true,
      kind: 'user',
    };
    const spki = async (): Promise<Buffer> => {
      const { body } = await gateway.get('/api/v1/auth/jwks.json');
      const [key] = (body['keys'] ?? []) as { x: string }[];
      return Buffer.from(key?.x ?? '', 'base64url');
    };

    it.each<[string, () => string | Promise<string>]>([
      [
        'is not signed (alg none)',
        () => new UnsecuredJWT(claims).setIssuer('vega-auth').setAudience('vega').setExpirationTime('1h').encode(),
      ],
      [
        'is signed with the public key as a secret (key confusion)',
        async () =>
          new SignJWT(claims)
            .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key_spec' })
            .setIssuer('vega-auth')
            .setAudience('vega')
            .setIssuedAt()
            .setExpirationTime('10m')
            .sign(Buffer.concat([await spki(), Buffer.alloc(32)])),
      ],
      ['is signed by somebody else', () => gateway.auth.token({}, generateKeyPairSync('ed25519').privateKey)],
      ['has ended', () => gateway.auth.token({ issuedAtMs: now() - 1_000_000, expiresAtMs: now() - 1 })],
      ['is from the future', () => gateway.auth.token({ issuedAtMs: now() + 120_000, expiresAtMs: now() + 900_000 })],
      ['was altered', () => `${gateway.auth.token().slice(0, -4)}AAAA`],
      ['names more than a token does', () => `${gateway.auth.token()} vgk_x`],
      ['is no token', () => "x' OR '1'='1"],
      ['is far too long', () => 'A'.repeat(6_000)],
    ])('%s', async (_what, make) => {
      const { status, body } = await knock(overview, await make());
      expect([status, body['code']]).toEqual([401, 'UNAUTHENTICATED']);
    });

    it('was revoked: within a second here, whatever was cached', async () => {
      const token = gateway.auth.token({ sessionId: 'ses_over' });
      expect((await knock(overview, token)).status).toBe(200);
      await gateway.auth.endSession('ses_over');
      await eventually(async () => (await knock(overview, token)).status === 401, {
        withinMs: 10_000,
        everyMs: 10,
        what: 'the end of the session',
      });
    });
  });

  describe('of sockets', () => {
    it('want to know who it is by the first message, and never by the address', async () => {
      const probe = await StreamProbe.open(gateway.url);
      expect(await probe.frame(({ type }) => type === 'hello')).toMatchObject({ authenticated: false });
      probe.send({ op: 'subscribe', id: 1, channel: 'status' });
      expect(await probe.reply(1)).toMatchObject({ type: 'error', code: 'UNAUTHENTICATED' });
      probe.send({ op: 'authenticate', id: 2, token: 'nonsense' });
      expect(await probe.reply(2)).toMatchObject({ type: 'error', code: 'UNAUTHENTICATED' });
      probe.send({ op: 'authenticate', id: 3, token: gateway.auth.token() });
      expect(await probe.reply(3)).toMatchObject({ type: 'authenticated', user_id: 'usr_guest', role: 'trader' });
      probe.send({ op: 'subscribe', id: 4, channel: 'status' });
      expect(await probe.reply(4)).toMatchObject({ type: 'subscribed' });
      probe.send({ op: 'authenticate', id: 5, token: gateway.auth.token({ userId: 'usr_other' }) });
      expect(await probe.reply(5)).toMatchObject({ type: 'error', code: 'PERMISSION_DENIED' });
      probe.close();
    });

    it('close when the session ends, and when the token does', async () => {
      const revoked = await StreamProbe.open(gateway.url);
      revoked.send({ op: 'authenticate', id: 1, token: gateway.auth.token({ sessionId: 'ses_socket' }) });
      await revoked.reply(1);
      await gateway.auth.endSession('ses_socket');
      expect((await revoked.ended()).code).toBe(4401);
      const short = await StreamProbe.open(gateway.url);
      short.send({ op: 'authenticate', id: 1, token: gateway.auth.token({ expiresAtMs: now() + 1_500 }) });
      await short.reply(1);
      expect((await short.ended(15_000)).code).toBe(4401);
    });

    const now = (): number => Date.now();

    it('show each user their own accounts alone', async () => {
      gateway.auth.addAccount('acc_mine', 'usr_mine');
      const probe = await StreamProbe.open(gateway.url);
      probe.send({ op: 'authenticate', id: 1, token: gateway.auth.token({ userId: 'usr_elsewhere' }) });
      await probe.reply(1);
      probe.send({ op: 'subscribe', id: 2, channel: 'accounts' });
      expect(await probe.frame(({ type }) => type === 'accounts')).toMatchObject({ snapshot: true, accounts: [] });
      probe.close();
    });

    it('take a token in the first message of GraphQL as well', async () => {
      const url = `${gateway.url.replace('http', 'ws')}/graphql`;
      const first = async (token?: string): Promise<string> => {
        const client = createClient({
          url,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
          ...(token === undefined ? {} : { connectionParams: { token } }),
        });
        try {
          for await (const result of client.iterate({ query: 'subscription { status { seq } }' })) {
            return result.data === undefined || result.data === null ? 'refused' : 'served';
          }
          return 'nothing';
        } catch {
          return 'refused';
        } finally {
          await client.dispose();
        }
      };
      expect(await first()).toBe('refused');
      expect(await first('nonsense')).toBe('refused');
      expect(await first(gateway.auth.token())).toBe('served');
    });

    it('and gRPC asks for a token in its metadata', async () => {
      const probe = new GrpcProbe(gateway.grpc);
      await expect(probe.call(MARKET_DATA.GetQuotes, { symbols: ['RELIANCE'] })).rejects.toMatchObject({ code: 16 });
      probe.close();
    });
  });
});
