// The screen of a running stack as a trader has it open: quotes that move, a search, a chart, and what the screen says when
// the feed fails and when the gateway goes away.
import type { Page } from 'playwright-core';
import { startOwnGateway, type OwnGateway } from './own-gateway.ts';
import { describeInBrowser, openScreen, SCREEN_START_MS, SCREEN_TEST_MS, type Screen } from './screen.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

const NIFTY = 'NSE_INDEX|Nifty 50';

describeInBrowser('the screen of a running stack (needs Chromium)', () => {
  let stack: TestStack;
  let gateway: OwnGateway;
  let screen: Screen;
  let page: Page;

  beforeAll(async () => {
    stack = await startTestStack({ args: ['--fault-port'], withinMs: SCREEN_START_MS });
    gateway = await startOwnGateway(stack);
    screen = await openScreen(gateway.url);
    ({ page } = screen);
  }, SCREEN_START_MS + SCREEN_TEST_MS);
  afterAll(async () => {
    await screen?.close();
    await gateway?.stop();
    await stack?.close();
    expect(screen?.failures).toEqual([]);
  }, SCREEN_TEST_MS);

  const cell = (instrument: string, id: string) => page.locator(`[data-row="${instrument}"] [data-cell=${id}]`);
  const chip = (level: string) => page.locator(`[data-testid=feed-age][data-level=${level}]`);
  const shot = (name: string): Promise<unknown> => screen.shot(name);
  const expectAccessible = (what: string): Promise<void> => screen.expectAccessible(what);

  /** Waits until the price of an instrument is another one than it was. */
  async function untilMoves(instrument: string): Promise<void> {
    const price = cell(instrument, 'last').filter({ hasText: /\d/ });
    const before = await price.innerText();
    await price.filter({ hasNotText: before }).waitFor();
  }

  async function fault(method: 'POST' | 'DELETE', spec?: unknown): Promise<void> {
    const answer = await fetch(`${stack.addresses.faults}/faults`, {
      method,
      ...(spec === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(spec) }),
    });
    if (!answer.ok) throw new Error(`the fault port said ${answer.status}: ${await answer.text()}`);
  }

  it(
    'shows quotes that move, and the simulator as what it is',
    async () => {
      await untilMoves(NIFTY);
      expect(await page.locator('.mode-badge').innerText()).toBe('SIM');
      await chip('good').waitFor();
      await shot('watch');
      await expectAccessible('market watch');
    },
    SCREEN_TEST_MS,
  );

  it(
    'finds an option by search, watches it and shows its depth',
    async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('nifty ce');
      await page.locator('#search-list [role=option]').first().waitFor();
      await shot('search');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      const added = page.locator('.grid-body [data-row^="NSE_FO|"]').first();
      await added.locator('[data-cell=last]').filter({ hasText: /\d/ }).waitFor();
      await added.locator('[data-cell=last]').click();
      await page.locator('.depth tbody td').filter({ hasText: /\d/ }).first().waitFor();
      await shot('depth');
    },
    SCREEN_TEST_MS,
  );

  it(
    'opens a chart by the palette, whose last candle follows the market, in both themes',
    async () => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('nifty 50');
      await page
        .getByRole('option', { name: /Chart · NSE · Index/ })
        .first()
        .click();
      const legend = page.locator('[data-testid=legend]');
      const close = legend.locator('span').filter({ hasText: /^C \d/ });
      const before = await close.innerText();
      await close.filter({ hasNotText: before }).waitFor();
      await page.keyboard.press('1');
      await page.locator('.chip[aria-pressed=true]').filter({ hasText: /^1m$/ }).waitFor();
      await shot('chart-dark');
      await page.keyboard.press('t');
      await page.locator('html[data-theme=light]').waitFor();
      await shot('chart-light');
      await expectAccessible('chart, light');
      await page.keyboard.press('t');
    },
    SCREEN_TEST_MS,
  );

  it(
    'fits a phone',
    async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.locator('.bottom-link').filter({ hasText: 'Status' }).click();
      await page
        .locator('[data-testid=readiness][data-level=ready], [data-testid=readiness][data-level=impaired]')
        .waitFor();
      await shot('phone-status');
      await expectAccessible('phone, status');
      await page.locator('.bottom-link').filter({ hasText: 'Watch' }).click();
      await untilMoves(NIFTY);
      await shot('phone-watch');
      await expectAccessible('phone, market watch');
      await page.setViewportSize({ width: 1440, height: 900 });
    },
    SCREEN_TEST_MS,
  );

  it(
    'says that the feed is silent, greys what it shows, and recovers when the feed does',
    async () => {
      await fault('POST', { kind: 'mute' });
      await chip('dead').waitFor();
      await page.locator(`[data-row="${NIFTY}"][data-stale]`).waitFor();
      await cell(NIFTY, 'age')
        .filter({ hasText: /\d+ (s|min)/ })
        .waitFor();
      const trouble = page.locator('[data-testid=trouble] [data-level=dead]');
      await trouble.waitFor();
      await shot('feed-silent');
      await expectAccessible('feed silent');
      await fault('DELETE');
      await page.locator(`[data-row="${NIFTY}"]:not([data-stale])`).waitFor();
      await chip('good').waitFor();
      await trouble.waitFor({ state: 'detached' });
      await untilMoves(NIFTY);
    },
    SCREEN_TEST_MS,
  );

  it(
    'says that the platform is gone when the gateway dies, and recovers by itself when it is back',
    async () => {
      await gateway.crash();
      await page.locator(`[data-row="${NIFTY}"][data-stale="connection lost"]`).waitFor();
      await page.locator('[data-testid=trouble]').filter({ hasText: 'Connection to the platform lost' }).waitFor();
      await shot('gateway-gone');
      await gateway.start();
      await page.locator(`[data-row="${NIFTY}"]:not([data-stale])`).waitFor();
      await untilMoves(NIFTY);
      await chip('good').waitFor();
      await shot('gateway-back');
    },
    SCREEN_TEST_MS,
  );
});
