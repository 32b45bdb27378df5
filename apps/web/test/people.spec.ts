// The pages of people and their accounts over a stand-in for auth: by keyboard, on a phone, empty, failing, and with axe.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { CHROMIUM_FLAGS, findOrInstallChromium, projectRoot, stateFolder } from '@vega/testkit';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { FRESH_KEY, PeopleStandIn, RECOVERY_CODES, RIGHT } from './people-stand-in.ts';
import { StandInGateway } from './stand-in-gateway.ts';
import { buildWeb, expectAccessible as noViolations } from './web-stage.ts';

/** Waits are for a condition, so a long one costs nothing where the machine is quick. */
const WAIT_MS = 45_000;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

const root = projectRoot();
const dist = join(stateFolder(root), 'web-people-spec', 'dist');
const screens = join(stateFolder(root), 'web-people-screens');

jest.setTimeout(180_000);

const program = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));
const describeInBrowser = program === undefined ? describe.skip : describe;

describeInBrowser('the pages of people (needs Chromium)', () => {
  let browser: Browser;
  let gateway: StandInGateway;
  let people: PeopleStandIn;
  let url: string;
  let context: BrowserContext | undefined;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    buildWeb(dist);
    mkdirSync(screens, { recursive: true });
    browser = await chromium.launch({ executablePath: program ?? '', args: [...CHROMIUM_FLAGS] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    gateway = new StandInGateway(dist, 7);
    people = new PeopleStandIn();
    gateway.people = people.answer;
    url = await gateway.start();
  });
  afterEach(async () => {
    await context?.close();
    context = undefined;
    gateway.stop();
    expect(complaints).toEqual([]);
  });

  async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    await context?.close();
    context = await browser.newContext({ locale: 'en-IN', viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(WAIT_MS);
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A browser prints each failed request by itself; refusals are what some of this is about.
      if (message.type() === 'error' && !/WebSocket|Failed to load resource/.test(message.text())) {
        complaints.push(message.text());
      }
    });
    await page.goto(`${url}${path}`);
  }

  const button = (name: string | RegExp, exact = true) => page.getByRole('button', { name, exact });
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(screens, `${name}.png`) });

  async function expectAccessible(what: string): Promise<void> {
    await shot(what.replaceAll(/\W+/g, '-'));
    await noViolations(page, what);
  }

  /** Everything that is pressed is 44 px high on a phone, and nothing stands out at the side. */
  async function expectFitsPhone(): Promise<void> {
    const small = await page
      .locator('main button:visible, main select:visible, main a:visible')
      .evaluateAll((targets) =>
        targets
          .map((one) => ({ name: one.textContent?.slice(0, 20), height: one.getBoundingClientRect().height }))
          .filter(({ height }) => height < 44),
      );
    expect(small).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  }

  describe('signing in', () => {
    beforeEach(() => {
      people.signedIn = false;
    });

    it('says what is wrong, asks for the code where there is a second factor, and lets in by Enter', async () => {
      people.user = { ...people.user, second_factor: true };
      await open('/');
      await field('E-mail').fill('seeded@example.invalid');
      await field('Password').fill('not this one');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'Check the address, the password and the code' }).waitFor();
      await expectAccessible('sign-in refused');
      await field('Password').fill(RIGHT.password);
      await page.keyboard.press('Enter');
      await field('Code').fill(RIGHT.code);
      await page.keyboard.press('Enter');
      await page.locator('nav[aria-label=Pages]').first().waitFor();
    });

    it('leaves a field alone that somebody is in when the demo user is offered', async () => {
      await open('/');
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route('**/api/v1/auth/demo', async (route) => {
        await released;
        await route.fulfill({ json: { email: 'demo@example.invalid', password: RIGHT.password } });
      });
      await page.reload();
      await field('E-mail').focus();
      const offered = page.waitForResponse('**/api/v1/auth/demo');
      release();
      await (await offered).finished();
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await page.keyboard.type('own@example.invalid');
      expect(await field('E-mail').inputValue()).toBe('own@example.invalid');
      expect(await field('Password').inputValue()).toBe('');
    });

    it('registers somebody new, and tells what a password lacks', async () => {
      await open('/', PHONE);
      await button('I am new here').tap();
      await page.getByRole('heading', { name: 'Register' }).waitFor();
      await expectAccessible('register on a phone');
      await expectFitsPhone();
      await field('E-mail').fill('new@example.invalid');
      await field('Password').fill('password123456');
      await field('Password again').fill('password12345x');
      await page.getByRole('alert').filter({ hasText: 'The two passwords differ' }).waitFor();
      await field('Password again').fill('password123456');
      await button('Register').tap();
      await page.getByRole('alert').filter({ hasText: 'among the commonest' }).waitFor();
      await field('Password').fill('velvet-quarry-onion-31');
      await field('Password again').fill('velvet-quarry-onion-31');
      await button('Register').tap();
      await page.locator('.bottom-bar').waitFor();
    });
  });

  describe('broker accounts', () => {
    it('are none at first; one is added, whose secret goes in and whose notifier is told once', async () => {
      await open('/accounts');
      await page.getByText('There is no broker account yet').waitFor();
      await expectAccessible('accounts, none');
      await page.keyboard.press('n');
      const dialog = page.getByRole('dialog', { name: 'Add a broker account' });
      await dialog.waitFor();
      await expectAccessible('account form');
      await field('Name').fill('Mine');
      await field('API key of the app').fill('app-1');
      await field('API secret').fill('wrong');
      await page.getByLabel('I agree that programs send orders').check();
      await button('Add', true).last().click();
      await dialog.getByRole('alert').filter({ hasText: 'the secret is wrong' }).waitFor();
      await field('API secret').fill('s3cret-of-the-app');
      await page.keyboard.press('Enter');
      await page.getByText('/hooks/upstox/once-and-only-once').waitFor();
      await page.locator('[data-testid=login-state]').filter({ hasText: 'Not logged in' }).waitFor();
      expect(await page.content()).not.toContain('s3cret-of-the-app');
      await expectAccessible('account added');
      await button('I have entered it').click();
      expect(await page.content()).not.toContain('once-and-only-once');
    });

    it('show their logins with a countdown, and what keeps orders from being sent', async () => {
      people.addAccount({ label: 'Paper one' });
      people.addAccount({ label: 'Live one', environment: 'live', trading_allowed: false, token_state: 'expired' });
      people.addAccount({
        label: 'Refused one',
        token_state: 'rejected',
        token_reason: 'the broker refuses the token (checked)',
      });
      await open('/accounts');
      const state = (label: string) => page.getByRole('article', { name: label }).locator('[data-testid=login-state]');
      await state('Paper one')
        .filter({ hasText: /Logged in, 5 h 00 m left/ })
        .waitFor();
      await state('Live one').filter({ hasText: 'Login over' }).waitFor();
      await page.getByText('real money needs your second factor').waitFor();
      await page.getByText('the broker refuses the token (checked)').waitFor();
      await page.keyboard.press('r');
      await page.waitForFunction(() => true);
      await expectAccessible('accounts, several');
      await page.keyboard.press('t');
      await page.locator('html[data-theme=light]').waitFor();
      await expectAccessible('accounts, light');
      expect(people.asked).toContain('GET upstox/tokens/db-status');
    });

    it('are edited without their secrets, switched off, waited for on the phone, and removed after a question', async () => {
      people.addAccount({ label: 'Mine' });
      await open('/accounts');
      await button('Edit').click();
      expect(await page.getByLabel(/^API secret/).inputValue()).toBe('');
      await field('Name').fill('Mine, renamed');
      await button('Save').click();
      const card = page.getByRole('article', { name: 'Mine, renamed' });
      await card.waitFor();
      expect(people.bodies.at(people.asked.lastIndexOf('PATCH accounts/acc_1'))).toEqual({ label: 'Mine, renamed' });
      await button('Approve on the phone').click();
      await card.getByText(/your approval on the phone, until/).waitFor();
      await button('Switch off').click();
      await button('Switch on').waitFor();
      await button('Remove').click();
      await expectAccessible('remove an account');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await button('Remove').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
      await page.getByText('There is no broker account yet').waitFor();
    });

    it('go to the broker and come back with a result in words', async () => {
      people.addAccount({ label: 'Mine' });
      await open('/accounts');
      await button('Log in at Upstox').click();
      const result = page.locator('[data-testid=login-result]');
      await result.filter({ hasText: 'You are logged in at the broker: Mine' }).waitFor();
      await expectAccessible('back from the broker');
      await button('Close').click();
      await result.waitFor({ state: 'detached' });
      await page.goto(`${url}/accounts?login=LOGIN_STATE_INVALID`);
      await page.getByRole('alert').filter({ hasText: 'was not begun in this browser' }).waitFor();
    });

    it('say when they cannot be had, and what to do', async () => {
      people.problem = { status: 503, code: 'SERVICE_UNAVAILABLE', title: 'A service is away', detail: 'auth is down' };
      await open('/accounts');
      await page.getByText('SERVICE_UNAVAILABLE').waitFor();
      await expectAccessible('accounts, failing');
      people.problem = undefined;
      people.addAccount({ label: 'Mine' });
      await page.getByRole('article', { name: 'Mine' }).waitFor();
    });

    it('fit a phone', async () => {
      people.addAccount({ label: 'A name that is rather long for an account of the family' });
      await open('/accounts', PHONE);
      await page.getByRole('article').waitFor();
      await expectFitsPhone();
      await expectAccessible('phone, accounts');
    });
  });

  describe('you', () => {
    it('turn the second factor on by QR code or secret, and are shown the recovery codes once', async () => {
      await open('/you');
      await page.getByLabel('Your password').fill('not this one');
      await button('Turn it on').click();
      await page.getByRole('alert').waitFor();
      await page.getByLabel('Your password').fill(RIGHT.password);
      await page.keyboard.press('Enter');
      await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
      await page.getByText('JBSW Y3DP').waitFor();
      await expectAccessible('second factor, setup');
      await field('Code that the app shows now').fill('000000');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await field('Code that the app shows now').fill(RIGHT.code);
      await page.keyboard.press('Enter');
      await page.getByText(RECOVERY_CODES[9] ?? '', { exact: true }).waitFor();
      await expectAccessible('second factor, recovery codes');
      await button('I have kept them').click();
      await page.getByText('10 recovery codes are left').waitFor();
      expect(await page.content()).not.toContain(RECOVERY_CODES[0]);
      await expectAccessible('second factor, on');
    });

    it('change the password, see where they are signed in, and sign out', async () => {
      await open('/you/security');
      await page.getByText('A phone somewhere else').waitFor();
      await field('Present password').fill(RIGHT.password);
      await field('New password').fill('umbrella-tundra-77-fig');
      await button('Change').click();
      await page.getByText('The password is changed').waitFor();
      await expectAccessible('you, security');
      await button('Sign out').click();
      await button('Sign in').waitFor();
    });

    it('make a key, are shown it once, and end it', async () => {
      await open('/you/keys');
      await page.getByText('There is no key yet').waitFor();
      await field('Name').fill('my robot');
      await page.getByLabel('It may', { exact: true }).selectOption('read trade');
      await page.getByLabel('Addresses it is used from').fill('203.0.113.7, 198.51.100.0/24');
      await button('Make it').click();
      await page.getByText(FRESH_KEY).waitFor();
      expect(people.bodies.at(people.asked.lastIndexOf('POST api-keys'))).toEqual({
        name: 'my robot',
        scope: 'read trade',
        days: 90,
        allowed_addresses: ['203.0.113.7', '198.51.100.0/24'],
      });
      await expectAccessible('keys, a fresh one');
      await button('I have kept it').click();
      expect(await page.content()).not.toContain(FRESH_KEY);
      await page.getByRole('button', { name: 'End the key my robot' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
      await page.getByText(/^ended /).waitFor();
      await expectAccessible('keys, ended');
    });

    it('read the audit trail and change people as admins, page by page', async () => {
      await open('/you/audit');
      await page.getByRole('rowheader', { name: 'login' }).first().waitFor();
      await expectAccessible('audit');
      await button('Older').click();
      await button('Newer').and(page.locator(':enabled')).waitFor();
      await page.getByLabel('Event').fill('broker-login');
      await page.keyboard.press('Enter');
      await page.getByRole('rowheader', { name: 'broker-login' }).first().waitFor();
      await page.getByRole('rowheader', { name: 'login', exact: true }).first().waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByLabel('Role of other@example.invalid').selectOption('viewer');
      await page.getByRole('button', { name: 'Shut out other@example.invalid' }).waitFor();
      await expectAccessible('people');
      expect(people.bodies.at(people.asked.lastIndexOf('PATCH users/usr_other'))).toEqual({ role: 'viewer' });
    });

    it('see no audit trail as traders, and fit a phone', async () => {
      people.user = { ...people.user, role: 'trader' };
      await open('/you/audit', PHONE);
      await page.getByRole('heading', { name: 'Second factor' }).waitFor();
      expect(await page.getByRole('link', { name: 'Audit trail' }).count()).toBe(0);
      await expectFitsPhone();
      await expectAccessible('phone, you');
      await page.getByRole('link', { name: 'API keys' }).tap();
      await page.getByText('There is no key yet').waitFor();
      await expectFitsPhone();
    });
  });
});
