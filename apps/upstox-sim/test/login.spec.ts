import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeClock } from '@vega/testkit';
import { istDate, istInstant } from '@vega/kernel';
import { DEMO_REDIRECT_URI } from '../src/server/auth/demo-accounts.ts';
import { startHarness, type Answer, type Harness } from './harness.ts';

interface App {
  client_id: string;
  client_secret: string;
  name: string;
  redirect_uri: string;
}

describe('login', () => {
  let harness: Harness;
  let app: App;
  let desk: App;
  let dormant: App;

  beforeAll(async () => {
    harness = await startHarness({ config: { limitFactor: 1000 } });
    const { body } = await harness.get('/sim/apps');
    const apps = body['apps'] as App[];
    app = named(apps, 'VG1001-app');
    desk = named(apps, 'desk-app');
    dormant = named(apps, 'VG1004-app');
  });
  afterAll(() => harness.stop());

  function named(apps: App[], name: string): App {
    const found = apps.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no app ${name}`);
    return found;
  }

  function dialog(query: Record<string, string>): Promise<Answer> {
    return harness.get(`/v2/login/authorization/dialog?${new URLSearchParams(query).toString()}`);
  }

  async function openLogin(of: App, extra: Record<string, string> = {}): Promise<string> {
    const answer = await dialog({ client_id: of.client_id, redirect_uri: of.redirect_uri, ...extra });
    expect(answer.status).toBe(302);
    return answer.headers.get('location') ?? '';
  }

  async function obtainCode(of: App, userId = 'VG1001', pin = '111111'): Promise<string> {
    const login = await openLogin(of);
    const answer = await harness.request('POST', login, { form: { user_id: userId, pin } });
    expect(answer.status).toBe(302);
    return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  }

  function exchange(form: Record<string, string>): Promise<Answer> {
    return harness.request('POST', '/v2/login/authorization/token', { form });
  }

  function full(code: string, of: App = app): Record<string, string> {
    const { client_id, client_secret, redirect_uri } = of;
    return { code, client_id, client_secret, redirect_uri, grant_type: 'authorization_code' };
  }

  it('goes from dialog to page to code to token, and passes the state through', async () => {
    const login = await openLogin(app, { state: 'a b&c=d', response_type: 'code' });
    const page = await harness.get(login);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('<html lang="en">');
    expect(page.text).toContain('<label for="pin">');
    expect(page.text).toContain('ASHA RAO (VG1001)');
    expect(page.text).not.toContain('VG1002');
    const answer = await harness.request('POST', login, { form: { user_id: 'VG1001', pin: '111111' } });
    expect(answer.status).toBe(302);
    const target = new URL(answer.headers.get('location') ?? '');
    expect(`${target.origin}${target.pathname}`).toBe(DEMO_REDIRECT_URI);
    expect(target.searchParams.get('state')).toBe('a b&c=d');
    const code = target.searchParams.get('code') ?? '';
    expect(code).toMatch(/^\w{6}$/);
    const token = await exchange(full(code));
    expect(token.status).toBe(200);
    expect(token.body).toMatchObject({
      user_id: 'VG1001',
      user_name: 'ASHA RAO',
      broker: 'UPSTOX',
      exchanges: ['NSE', 'NFO', 'CDS', 'BSE', 'BFO', 'BCD', 'MCX', 'NSCOM'],
      is_active: true,
      extended_token: null,
    });
    expect(token.body).not.toHaveProperty('data');
    const claims = JSON.parse(
      Buffer.from(String(token.body['access_token']).split('.')[1] ?? '', 'base64url').toString(),
    ) as object;
    expect(claims).toMatchObject({
      sub: 'VG1001',
      isMultiClient: false,
      isPlusPlan: false,
      iss: 'udapi-gateway-service',
    });
    const profile = await harness.get('/v2/user/profile', String(token.body['access_token']));
    expect(profile.body).toMatchObject({
      status: 'success',
      data: { user_id: 'VG1001', email: 'asha.rao@demo.invalid' },
    });
  });

  it('asks again after a wrong PIN and closes the page after five', async () => {
    const login = await openLogin(app);
    for (let attempt = 1; attempt <= 4; attempt++) {
      const answer = await harness.request('POST', login, { form: { user_id: 'VG1001', pin: '999999' } });
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('role="alert"');
    }
    expect((await harness.request('POST', login, { form: { user_id: 'VG1001', pin: '999999' } })).status).toBe(403);
    expect((await harness.request('POST', login, { form: { user_id: 'VG1001', pin: '111111' } })).status).toBe(410);
  });

  it('lets only the owner authorize a single-client app, and anybody a multi-client one', async () => {
    const login = await openLogin(app);
    expect((await harness.request('POST', login, { form: { user_id: 'VG1002', pin: '222222' } })).status).toBe(401);
    const code = await obtainCode(desk, 'VG1002', '222222');
    const token = await exchange(full(code, desk));
    expect(token.body).toMatchObject({ user_id: 'VG1002' });
    expect(typeof token.body['extended_token']).toBe('string');
    const refused = await harness.get('/v2/user/profile', String(token.body['extended_token']));
    expect(refused.body.errors?.[0]?.['errorCode']).toBe('UDAPI100067');
  });

  it.each([
    ['no redirect', (a: App) => ({ client_id: a.client_id }), 'UDAPI1018'],
    ['no client', (a: App) => ({ redirect_uri: a.redirect_uri }), 'UDAPI1017'],
    ['an unknown client', (a: App) => ({ client_id: 'nobody', redirect_uri: a.redirect_uri }), 'UDAPI100068'],
    ['another redirect', (a: App) => ({ client_id: a.client_id, redirect_uri: `${a.redirect_uri}/` }), 'UDAPI100068'],
    [
      'another response type',
      (a: App) => ({ client_id: a.client_id, redirect_uri: a.redirect_uri, response_type: 'token' }),
      'UDAPI100068',
    ],
  ])('refuses a dialog with %s', async (_what, query, code) => {
    const answer = await dialog(query(app) as Record<string, string>);
    expect([answer.status, answer.body.errors?.[0]?.['errorCode']]).toEqual([400, code]);
  });

  it.each([
    ['without a client', { client_id: '' }, 'UDAPI1017'],
    ['without a secret', { client_secret: '' }, 'UDAPI1024'],
    ['without a code', { code: '' }, 'UDAPI1022'],
    ['without a redirect', { redirect_uri: '' }, 'UDAPI1018'],
    ['without a grant type', { grant_type: '' }, 'UDAPI1023'],
    ['with another grant type', { grant_type: 'refresh_token' }, 'UDAPI1023'],
    ['with a wrong secret', { client_secret: 'wrong' }, 'UDAPI100069'],
    ['with an unknown client', { client_id: 'nobody' }, 'UDAPI100069'],
    ['with a wrong redirect', { redirect_uri: 'http://127.0.0.1:1/' }, 'UDAPI100068'],
    ['with an unknown code', { code: 'abcdef' }, 'UDAPI100057'],
  ])('refuses an exchange %s', async (_what, change, code) => {
    const answer = await exchange({ ...full(await obtainCode(app)), ...change });
    expect([answer.status, answer.body.errors?.[0]?.['errorCode'], answer.body.errors?.[0]?.['error_code']]).toEqual([
      400,
      code,
      code,
    ]);
  });

  it('spends a code by any attempt to use it', async () => {
    const used = await obtainCode(app);
    expect((await exchange(full(used))).status).toBe(200);
    expect((await exchange(full(used))).body.errors?.[0]?.['errorCode']).toBe('UDAPI100057');
    const burnt = await obtainCode(app);
    expect((await exchange({ ...full(burnt), client_secret: 'wrong' })).body.errors?.[0]?.['errorCode']).toBe(
      'UDAPI100069',
    );
    expect((await exchange(full(burnt))).body.errors?.[0]?.['errorCode']).toBe('UDAPI100057');
  });

  it('wraps the answer only when that fault is planted', async () => {
    await harness.fault({ kind: 'sabotage', what: 'wrapped-token', times: 1 });
    const wrapped = await exchange(full(await obtainCode(app)));
    expect(wrapped.body).toMatchObject({ status: 'success', data: { user_id: 'VG1001' } });
    expect((await exchange(full(await obtainCode(app)))).body).not.toHaveProperty('data');
  });

  it('binds a code to the app it was given to', async () => {
    const code = await obtainCode(app);
    expect((await exchange(full(code, desk))).body.errors?.[0]?.['errorCode']).toBe('UDAPI100057');
  });

  it('gives an inactive client no token', async () => {
    const code = await obtainCode(dormant, 'VG1004', '444444');
    expect((await exchange(full(code, dormant))).body.errors?.[0]?.['errorCode']).toBe('UDAPI100073');
  });

  it('kills a token by logout', async () => {
    const token = await harness.token();
    expect((await harness.request('DELETE', '/v2/logout', { token })).body).toEqual({ status: 'success', data: true });
    const after = await harness.get('/v2/user/profile', token);
    expect([after.status, after.body.errors?.[0]?.['errorCode']]).toEqual([401, 'UDAPI100050']);
  });

  it('lets an analytics token read the market but not act as the user', async () => {
    const generated = await harness.request('POST', `/sim/apps/${app.client_id}/token`, {
      json: { user_id: 'VG1001', pin: '111111', kind: 'analytics' },
    });
    const token = (generated.body.data as unknown as { access_token: string }).access_token;
    expect((await harness.get('/v2/market/status/NSE', token)).status).toBe(200);
    const { body } = await harness.request('POST', `/sim/apps/${app.client_id}/token`, {
      json: { user_id: 'VG1001', pin: '000000' },
    });
    expect(body.errors?.[0]?.['errorCode']).toBe('UDAPI100016');
  });

  describe('by token request', () => {
    let notifier: Server;
    let received: Record<string, string>[];

    beforeAll(async () => {
      received = [];
      notifier = createServer((request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          received.push(JSON.parse(text) as Record<string, string>);
          response.end('ok');
        });
      });
      await new Promise<void>((resolve) => notifier.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => new Promise((resolve) => notifier.close(resolve)));

    it('delivers an approved token to the notifier', async () => {
      const path = `/v3/login/auth/token/request/${app.client_id}`;
      const early = await harness.request('POST', path, { json: { client_secret: app.client_secret } });
      expect(early.body.errors?.[0]?.['errorCode']).toBe('UDAPI100036');
      const notifierUrl = `http://127.0.0.1:${(notifier.address() as AddressInfo).port}/hook`;
      await harness.request('PATCH', `/sim/apps/${app.client_id}`, { json: { notifier_url: notifierUrl } });
      const opened = await harness.request('POST', path, { json: { client_secret: app.client_secret } });
      expect(opened.body.data).toMatchObject({
        notifier_url: notifierUrl,
        authorization_expiry: expect.stringMatching(/^\d{13}$/),
      });
      const approved = await harness.request('POST', `/sim/apps/${app.client_id}/approve`, {
        json: { user_id: 'VG1001', pin: '111111' },
      });
      expect(approved.body).toMatchObject({ status: 'success', data: { delivered: true } });
      const [message] = received;
      expect(message).toMatchObject({
        client_id: app.client_id,
        user_id: 'VG1001',
        token_type: 'Bearer',
        message_type: 'access_token',
        expires_at: expect.stringMatching(/^\d{13}$/),
        issued_at: expect.stringMatching(/^\d{13}$/),
      });
      expect((await harness.get('/v2/user/profile', message?.['access_token'])).status).toBe(200);
      const again = await harness.request('POST', `/sim/apps/${app.client_id}/approve`, {
        json: { user_id: 'VG1001', pin: '111111' },
      });
      expect(again.status).toBe(404);
    });

    it.each([
      ['a wrong secret', { client_secret: 'e' }, 'UDAPI100069'],
      ['no secret', {}, 'UDAPI1024'],
    ])('refuses %s', async (_what, json, code) => {
      const { body } = await harness.request('POST', `/v3/login/auth/token/request/${app.client_id}`, { json });
      expect(body.errors?.[0]?.['errorCode']).toBe(code);
    });
  });
});

describe('the life of a token', () => {
  it.each([
    ['issued at 02:30', [2, 30, 0], [2, 30]],
    ['issued at 03:30 sharp', [3, 30, 0], [3, 30]],
    ['issued at noon', [12, 0, 0], [12, 0]],
  ])('%s ends at the next 03:30 IST', async (_what, [hour = 0, minute = 0]) => {
    const day = istDate('2026-09-02');
    const start = istInstant(day, hour, minute);
    const death = hour * 60 + minute < 210 ? istInstant(day, 3, 30) : istInstant(istDate('2026-09-03'), 3, 30);
    const clock = new FakeClock(start);
    const harness = await startHarness({ clock });
    try {
      const token = await harness.token();
      clock.stepWall(death - start - 1);
      expect((await harness.get('/v2/user/profile', token)).status).toBe(200);
      clock.stepWall(1);
      expect((await harness.get('/v2/user/profile', token)).body.errors?.[0]?.['errorCode']).toBe('UDAPI100050');
      const analytics = await harness.token('VG1001', 'analytics');
      clock.stepWall(300 * 86_400_000);
      expect((await harness.get('/v2/market/status/NSE', analytics)).status).toBe(200);
    } finally {
      await harness.stop();
    }
  });

  it('survives a restart of the simulator, as do deaths and the settings of apps', async () => {
    const first = await startHarness();
    const token = await first.token();
    const dead = await first.token('VG1002');
    await first.request('DELETE', '/v2/logout', { token: dead });
    const appId = first.sim.context.directory.listApps()[0]?.clientId ?? '';
    await first.request('PATCH', `/sim/apps/${appId}`, { json: { redirect_uri: 'https://example.invalid/back' } });
    await first.sim.close();
    const second = await startHarness({ stateDir: first.stateDir });
    expect((await second.get('/v2/user/profile', token)).status).toBe(200);
    expect((await second.get('/v2/user/profile', dead)).status).toBe(401);
    expect(second.sim.context.directory.app(appId)?.redirectUri).toBe('https://example.invalid/back');
    await second.sim.close();
    await first.stop();
  });

  it('does not begin with a forged or altered token', async () => {
    const harness = await startHarness();
    const token = await harness.token();
    const [header, payload] = token.split('.');
    const forged = [`${header}.${payload}.`, `${header}.${payload}.AAAA`, `${token}x`, 'a.b.c', '', 'null'];
    for (const one of forged) expect((await harness.get('/v2/user/profile', one)).status).toBe(401);
    expect((await harness.get('/v2/user/profile')).status).toBe(401);
    await harness.stop();
  });
});
