import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { CHROMIUM_FLAGS, findOrInstallChromium, projectRoot, stateFolder } from '@vega/testkit';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { StandInGateway } from './stand-in-gateway.ts';
import { buildWeb, expectAccessible, untilInPage } from './web-stage.ts';

const SEED = 20_261_123;
const WAIT_MS = 45_000;
const TEST_MS = 180_000;
const CALL = 'NSE_FO|52300';

const root = projectRoot();
const dist = join(stateFolder(root), 'orders-spec', 'dist');
const screens = join(stateFolder(root), 'web-screens');

jest.setTimeout(TEST_MS);

const program = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));
const describeInBrowser = program === undefined ? describe.skip : describe;

describeInBrowser('ticket and orders over a seeded gateway (needs Chromium)', () => {
  let browser: Browser;
  let gateway: StandInGateway;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let url: string;

  beforeAll(async () => {
    buildWeb(dist);
    mkdirSync(screens, { recursive: true });
    browser = await chromium.launch({ executablePath: program ?? '', args: [...CHROMIUM_FLAGS] });
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    gateway = new StandInGateway(dist, SEED);
    url = await gateway.start();
    await open({ viewport: { width: 1440, height: 900 } });
  });
  afterEach(async () => {
    await context?.close();
    gateway?.stop();
    expect(complaints).toEqual([]);
  });

  /** Opens the watchlist with one option on it. */
  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext({ locale: 'en-IN', ...options });
    context.setDefaultTimeout(WAIT_MS);
    await context.addInitScript((watched) => {
      if (localStorage.getItem('vega.layout.v1') !== null) return;
      const briefs = { [watched]: { symbol: 'NIFTY 26150 CE 24 NOV 26', name: 'NIFTY' } };
      localStorage.setItem('vega.layout.v1', JSON.stringify({ watchlist: [watched], selected: watched, briefs }));
    }, CALL);
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    await page.locator(`[data-row="${CALL}"] [data-cell=last]`).filter({ hasText: /\d/ }).waitFor();
  }

  const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(screens, `${name}.png`) });
  const until = (what: string, condition: () => Promise<boolean>): Promise<void> =>
    untilInPage(page, what, condition, WAIT_MS);
  const outcome = () => page.locator('[data-testid=ticket-outcome]');
  const placed = (): number => gateway.orders.orders.size;

  /** Opens the ticket by a key on the option's row; its price is that of the market by then. */
  async function openTicket(key: string): Promise<void> {
    await page.locator(`[data-row="${CALL}"] [role=rowheader]`).focus();
    await page.keyboard.press(key);
    await page.getByRole('dialog', { name: /Order ticket/ }).waitFor();
    await until('a price', async () => (await page.getByLabel('Price', { exact: true }).inputValue()) !== '');
  }

  /** Enter reviews, Ctrl and Enter send. */
  async function reviewAndSend(): Promise<void> {
    await page.keyboard.press('Enter');
    await page.locator('.ticket-body[data-phase=review]').waitFor();
    await page.keyboard.press('Control+Enter');
  }

  async function goToOrders(): Promise<void> {
    await page.locator('nav[aria-label=Pages] a[href="/orders"]').first().click();
    await page.locator('.orders .grid-body [data-row]').first().waitFor();
  }

  it('opens by B and S at the price of the other side, and shows what it would do before it is sent', async () => {
    await openTicket('s');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Sell', exact: true, pressed: true }).waitFor();
    await page.locator('[data-testid=preview]').filter({ hasText: 'Would be accepted' }).waitFor();
    expect(await page.locator('[data-fact="Margin (broker)"]').innerText()).toBe('₹ 9,876.50');
    expect(await page.locator('[data-testid=effect] tbody tr').first().innerText()).toMatch(/Delta\s+12\s+44\.5/);
    await shot('ticket-dark');
    await expectAccessible(page, 'ticket, dark');
    await page.getByLabel('Units', { exact: true }).fill('1365');
    await page.locator('[data-testid=preview]').filter({ hasText: 'Would be denied' }).waitFor();
    await page.locator('[data-testid=checks]').filter({ hasText: 'FAT_FINGER_QUANTITY' }).waitFor();
    expect(await page.getByLabel('Lots').inputValue()).toBe('21');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(placed()).toBe(0);
  });

  it('steps prices by the tick and does not review what is no order', async () => {
    await openTicket('b');
    const price = page.getByLabel('Price', { exact: true });
    await price.fill('100.03');
    await page.keyboard.press('Enter');
    expect(await page.locator('.ticket-body').getAttribute('data-phase')).toBe('editing');
    await price.press('ArrowUp');
    expect(await price.inputValue()).toBe('100.05');
    await price.press('Shift+ArrowDown');
    expect(await price.inputValue()).toBe('99.55');
    await page.getByRole('radiogroup', { name: 'Type' }).getByText('Stop limit').click();
    await page.getByLabel('Trigger').fill('101');
    await page.getByText('A buying stop triggers at or below its limit').waitFor();
    expect(await page.getByRole('button', { name: /Review/ }).isDisabled()).toBe(true);
  });

  it('sends once, however often it is pressed, and follows what becomes of it', async () => {
    await openTicket('b');
    await page.keyboard.press('Enter');
    const send = page.getByRole('button', { name: /Send/ });
    await send.waitFor();
    await shot('ticket-review');
    await send.dblclick();
    await outcome().filter({ hasText: 'Accepted' }).waitFor();
    expect([placed(), gateway.orders.placedKeys.length]).toEqual([1, 1]);
    await page.locator('[data-testid=ticket-status]').filter({ hasText: 'Open' }).waitFor();
    gateway.orders.fill('order1');
    await page.locator('[data-testid=ticket-status]').filter({ hasText: 'Filled, 65 of 65' }).waitFor();
    await page
      .locator('[data-testid=order-news]')
      .filter({ hasText: /filled 65 at/ })
      .waitFor();
    await shot('ticket-filled');
    await expectAccessible(page, 'ticket, accepted');
  });

  it('says that an order is unknown while no answer comes, and asks again for the same one', async () => {
    gateway.orders.losesAnswers = true;
    await openTicket('b');
    await reviewAndSend();
    await outcome().filter({ hasText: 'Unknown' }).waitFor();
    expect(await page.getByLabel('Price', { exact: true }).isDisabled()).toBe(true);
    await shot('ticket-unknown');
    await expectAccessible(page, 'ticket, unknown');
    gateway.orders.losesAnswers = false;
    await page.getByRole('button', { name: 'Ask again' }).click();
    await outcome().filter({ hasText: 'Accepted' }).waitFor();
    expect(new Set(gateway.orders.placedKeys).size).toBe(1);
    expect(placed()).toBe(1);
    await page.getByRole('button', { name: 'Another order' }).click();
    await reviewAndSend();
    await outcome().filter({ hasText: 'Accepted' }).waitFor();
    expect([new Set(gateway.orders.placedKeys).size, placed()]).toEqual([2, 2]);
  });

  it('shows a denial with every check, and what is changed after it is another order', async () => {
    await openTicket('b');
    await page.getByLabel('Lots').fill('30');
    await reviewAndSend();
    await outcome().filter({ hasText: 'FAT_FINGER_QUANTITY' }).waitFor();
    await outcome()
      .filter({ hasText: /1,950 units\s*1,300 units/ })
      .waitFor();
    await shot('ticket-denied');
    await expectAccessible(page, 'ticket, denied');
    await page.getByLabel('Lots').fill('2');
    await reviewAndSend();
    await outcome().filter({ hasText: 'Accepted' }).waitFor();
    expect(new Set(gateway.orders.placedKeys).size).toBe(2);
  });

  it('lists orders with live states, filters them, and shows one with its way and its fills', async () => {
    for (const key of ['b', 's']) {
      await openTicket(key);
      await reviewAndSend();
      await outcome().filter({ hasText: 'Accepted' }).waitFor();
      await page.keyboard.press('Escape');
    }
    await goToOrders();
    const row = (id: string) => page.locator(`.orders [data-row=${id}]`);
    await row('order2').locator('[data-cell=status]').filter({ hasText: 'Open' }).waitFor();
    gateway.orders.fill('order1');
    await row('order1').locator('[data-cell=status]').filter({ hasText: 'Filled' }).waitFor();
    await page.locator('[data-filter=open]').click();
    await row('order1').waitFor({ state: 'detached' });
    await page.locator('[data-filter=all]').click();
    await row('order1').locator('[role=rowheader]').click();
    await page
      .locator('[data-testid=hops]')
      .filter({ hasText: /recorded .* sent .* answered .* first fill/ })
      .waitFor();
    expect(await page.locator('[data-testid=timeline] li').count()).toBe(3);
    await shot('orders-dark');
    await expectAccessible(page, 'orders, dark');
    await page.keyboard.press('t');
    await page.keyboard.press('r');
    await page.locator('[data-testid=trades] tbody tr').waitFor();
    await shot('trades-light');
    await expectAccessible(page, 'trades, light');
  });

  it('changes and cancels by keys, and cancels all after a question', async () => {
    for (let n = 0; n < 3; n += 1) {
      await openTicket('b');
      await reviewAndSend();
      await outcome().filter({ hasText: 'Accepted' }).waitFor();
      await page.keyboard.press('Escape');
    }
    await goToOrders();
    const status = (id: string) => page.locator(`.orders [data-row=${id}] [data-cell=status]`);
    await page.locator('.orders [data-row=order3] [role=rowheader]').focus();
    await page.keyboard.press('m');
    const form = page.getByRole('form', { name: 'Change the order' });
    await form.getByLabel('Price').fill('90.5');
    await form.getByRole('button', { name: 'Change' }).click();
    await page.locator('.orders [data-row=order3] [data-cell=price]').filter({ hasText: '90.50' }).waitFor();
    await page.locator('.orders [data-row=order3] [role=rowheader]').focus();
    await page.keyboard.press('x');
    await status('order3').filter({ hasText: 'Cancelled' }).waitFor();
    await page.keyboard.press('Shift+X');
    const dialog = page.getByRole('dialog', { name: 'Cancel 2 open orders?' });
    await expectAccessible(page, 'cancel all');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await status('order1').filter({ hasText: 'Open' }).waitFor();
    await page.keyboard.press('Shift+X');
    await dialog.getByRole('button', { name: 'Cancel all' }).click();
    for (const id of ['order1', 'order2']) await status(id).filter({ hasText: 'Cancelled' }).waitFor();
  });

  it('has a kill switch on every page, which is released by a word alone', async () => {
    await page.getByRole('button', { name: 'Kill switch' }).click();
    const dialog = page.getByRole('dialog', { name: 'Kill switch' });
    await dialog.getByLabel('Reason').fill('drill');
    await dialog.getByRole('button', { name: 'Stop orders now' }).click();
    await dialog.getByText('Opening stopped').waitFor();
    await shot('kill-switch');
    await expectAccessible(page, 'kill switch');
    expect(gateway.orders.engaged).toMatchObject([{ scope: 'user:usr_seeded', stops: 'OPENING', reason: 'drill' }]);
    const release = dialog.getByRole('button', { name: 'Release' });
    expect(await release.isDisabled()).toBe(true);
    await dialog.getByPlaceholder('Type RELEASE').fill('RELEASE');
    await release.click();
    await dialog.getByText('Opening stopped').waitFor({ state: 'detached' });
    expect(gateway.orders.engaged).toEqual([]);
  });

  it('fits a phone', async () => {
    await open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
    await page.locator(`[data-row="${CALL}"]`).tap();
    await page.getByRole('group', { name: 'Order ticket' }).getByRole('button', { name: 'Buy' }).tap();
    await page.locator('[data-testid=preview]').waitFor();
    await shot('phone-ticket');
    await expectAccessible(page, 'phone, ticket');
    await page.getByRole('button', { name: /Review/ }).tap();
    await page.getByRole('button', { name: /Send/ }).tap();
    await outcome().filter({ hasText: 'Accepted' }).waitFor();
    await page.getByRole('link', { name: 'To the orders' }).tap();
    await page.locator('.orders [data-row=order1] [role=rowheader]').tap();
    await page.locator('[data-testid=timeline] li').first().waitFor();
    await shot('phone-orders');
    await expectAccessible(page, 'phone, orders');
    const small = await page.locator('button:visible, a:visible, select:visible').evaluateAll((targets) =>
      targets
        .filter((one) => !one.classList.contains('skip-link') && one.closest('.grid-body') === null)
        .map((one) => ({ name: one.textContent?.slice(0, 20), height: one.getBoundingClientRect().height }))
        .filter(({ height }) => height < 44),
    );
    expect(small).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});
