// The pages of people and their broker accounts of a running stack, as their owner has them open: a login at the (simulated)
// broker and back, an approval that the page hears of by itself, and somebody new who turns the second factor on.
import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describeInBrowser, openScreen, SCREEN_START_MS, SCREEN_TEST_MS, type Screen } from './screen.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

/** A customer of the simulator, whose app the demo user's account is. */
const CUSTOMER = { id: 'VG1001', pin: '111111' };
const NEWCOMER = { email: 'newcomer@example.invalid', password: 'velvet-quarry-onion-31' };

describeInBrowser('people and their accounts in a running stack (needs Chromium)', () => {
  let stack: TestStack;
  let screen: Screen;
  let page: Page;

  beforeAll(async () => {
    stack = await startTestStack({ withinMs: SCREEN_START_MS });
    screen = await openScreen(stack.addresses.gateway);
    ({ page } = screen);
  }, SCREEN_START_MS + SCREEN_TEST_MS);
  afterAll(async () => {
    await screen?.close();
    await stack?.close();
    expect(screen?.failures).toEqual([]);
  }, SCREEN_TEST_MS);

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const go = (path: string): Promise<void> => page.locator(`nav[aria-label=Pages] a[href="${path}"]`).first().click();
  const you = async (path: string): Promise<void> => {
    await go('/you');
    await page.locator(`a[href="${path}"]`).first().click();
  };

  it(
    'logs an account in at the broker, and says so on the way back',
    async () => {
      await go('/accounts');
      await page.getByRole('article').first().getByRole('button', { name: 'Log in at Upstox' }).click();
      await page.locator('[name=user_id]').selectOption(CUSTOMER.id);
      await page.locator('[name=pin]').fill(CUSTOMER.pin);
      await page.locator('button').first().click();
      await page.locator('[data-testid=login-result]').filter({ hasText: 'You are logged in at the broker' }).waitFor();
      await page
        .getByRole('article')
        .first()
        .locator('[data-testid=login-state]')
        .filter({ hasText: /Logged in, .* left/ })
        .waitFor();
      await screen.shot('accounts');
      await screen.expectAccessible('accounts');
    },
    SCREEN_TEST_MS,
  );

  it(
    'hears by itself that a login was approved on the phone',
    async () => {
      await page.getByRole('article').first().getByRole('button', { name: 'Approve on the phone' }).click();
      const waiting = page.getByText(/your approval on the phone, until/).first();
      await waiting.waitFor();
      const { upstoxSim } = stack.addresses;
      const answer = (await (await fetch(`${upstoxSim}/sim/apps`)).json()) as {
        apps: { client_id: string; owner_user_id: string; multi_client: boolean }[];
      };
      const app = answer.apps.find((one) => one.owner_user_id === CUSTOMER.id && !one.multi_client);
      const approved = await fetch(`${upstoxSim}/sim/apps/${app?.client_id}/approve`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: CUSTOMER.id, pin: CUSTOMER.pin }),
      });
      expect(approved.ok).toBe(true);
      await waiting.waitFor({ state: 'detached' });
    },
    SCREEN_TEST_MS,
  );

  it(
    'registers somebody new, who turns the second factor on and is asked for it',
    async () => {
      await you('/you/security');
      await button('Sign out').click();
      await button('I am new here').click();
      await field('E-mail').fill(NEWCOMER.email);
      await field('Password').fill(NEWCOMER.password);
      await field('Password again').fill(NEWCOMER.password);
      await button('Register').click();
      await you('/you/security');
      await field('Your password').fill(NEWCOMER.password);
      await button('Turn it on').click();
      const secret = await page
        .getByRole('group', { name: 'Secret for the authenticator' })
        .locator('code')
        .innerText();
      await field('Code that the app shows now').fill(codeOf(secret, Date.now()));
      await button('Confirm').click();
      await page.getByText('Keep these recovery codes').waitFor();
      const recovery = await page.locator('ol code').first().innerText();
      await screen.expectAccessible('recovery codes');
      await button('I have kept them').click();
      await button('Sign out').click();
      await field('E-mail').fill(NEWCOMER.email);
      await field('Password').fill(NEWCOMER.password);
      await button('Sign in').click();
      // The authenticator's code of this half minute is used up; a recovery code is not.
      await field('Code').fill(recovery);
      await button('Sign in').click();
      await go('/accounts');
      await page.getByText('There is no broker account yet').waitFor();
      await screen.shot('accounts-none');
    },
    SCREEN_TEST_MS,
  );

  it(
    'keeps what happened for the admin, and shows a newcomer nothing of it',
    async () => {
      await go('/you');
      await page.locator('a[href="/you/keys"]').waitFor();
      expect(await page.locator('a[href="/you/audit"]').count()).toBe(0);
      // The demo user, in a browser of its own.
      await screen.close();
      screen = await openScreen(stack.addresses.gateway);
      ({ page } = screen);
      await you('/you/audit');
      for (const event of ['user-registered', 'second-factor-enrolled', 'recovery-code-used', 'broker-login']) {
        await page.getByRole('rowheader', { name: event }).first().waitFor();
      }
      await screen.shot('audit');
      await screen.expectAccessible('audit');
    },
    SCREEN_TEST_MS,
  );
});

/** The code that an authenticator shows for a secret at a moment (RFC 6238: SHA-1, six digits, half a minute). */
function codeOf(secret: string, atMs: number): string {
  let bits = '';
  for (const letter of secret.replaceAll(' ', '')) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  }
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}
