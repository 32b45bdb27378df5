import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { CHROMIUM_FLAGS, findOrInstallChromium, projectRoot, stateFolder } from '@vega/testkit';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { FIRST_ROUTE_BYTES, firstRouteBytes, firstRouteScripts } from './first-route.ts';
import { StandInGateway } from './stand-in-gateway.ts';
import { buildWeb, expectAccessible as noViolations, untilInPage } from './web-stage.ts';

const SEED = 20_261_123;
/** Waits are for a condition, so a long one costs nothing where the machine is quick. */
const WAIT_MS = 45_000;
const TEST_MS = 180_000;
const NIFTY = 'NSE_INDEX|Nifty 50';
const CALL = 'NSE_FO|52300';

const root = projectRoot();
const dist = join(stateFolder(root), 'web-spec', 'dist');
const screens = join(stateFolder(root), 'web-screens');

jest.setTimeout(TEST_MS);
beforeAll(() => buildWeb(dist));

it('the first route is at most 160 KB of gzipped script, without the chart', () => {
  expect(firstRouteBytes(dist)).toBeLessThanOrEqual(FIRST_ROUTE_BYTES);
  expect(firstRouteScripts(dist).some((text) => text.includes('lightweight-charts'))).toBe(false);
});

const program = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));
const describeInBrowser = program === undefined ? describe.skip : describe;

describeInBrowser('the web app over a seeded gateway (needs Chromium)', () => {
  let browser: Browser;
  let gateway: StandInGateway;
  let url: string;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    rmSync(screens, { recursive: true, force: true });
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

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
    await context?.close();
    context = await browser.newContext({ locale: 'en-IN', ...options });
    context.setDefaultTimeout(WAIT_MS);
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A browser prints each failed connection by itself.
      if (message.type() === 'error' && !message.text().includes('WebSocket')) complaints.push(message.text());
    });
    await page.goto(url);
    await lastPrice(NIFTY);
  }

  const cell = (instrument: string, id: string) => page.locator(`[data-row="${instrument}"] [data-cell=${id}]`);

  /** The price in the watchlist, once there is one. */
  async function lastPrice(instrument: string): Promise<string> {
    const price = cell(instrument, 'last').filter({ hasText: /\d/ });
    await price.waitFor();
    return price.innerText();
  }

  async function watch(words: string): Promise<void> {
    await page.keyboard.press('/');
    await page.locator('#instrument-search').fill(words);
    const first = page.locator('#search-list [role=option]').first();
    await first.filter({ hasText: new RegExp(words.split(' ')[0] ?? '', 'i') }).waitFor();
    await page.locator('.search-panel p').filter({ hasText: 'found' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  }

  /** Opens a page by its number key, which follows from its place in the navigation. */
  async function goTo(label: string, modifier = ''): Promise<void> {
    const labels = await page.locator('nav[aria-label=Pages]').first().locator('a').allInnerTexts();
    const at = labels.findIndex((text) => text.includes(label));
    expect(at).toBeGreaterThanOrEqual(0);
    await page.keyboard.press(`${modifier}Digit${at + 1}`);
  }

  /** Red, 0 to 255, of the chart's background. */
  const chartBrightness = (): Promise<number> =>
    page
      .locator('[data-testid=chart] canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(2, 2, 1, 1).data[0] ?? 0);

  const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(screens, `${name}.png`) });

  const expectAccessible = (what: string): Promise<void> => noViolations(page, what);
  const until = (what: string, condition: () => Promise<boolean>): Promise<void> =>
    untilInPage(page, what, condition, WAIT_MS);

  it('shows quotes that move, and says of what it does not know that it is missing', async () => {
    const before = await lastPrice(NIFTY);
    await until('another price', async () => (await lastPrice(NIFTY)) !== before);
    expect(await cell(NIFTY, 'oi').innerText()).toBe('–');
    expect(await cell(NIFTY, 'bid').innerText()).toBe('–');
    expect(await page.locator('.mode-badge').innerText()).toBe('SIM');
    expect(await page.locator('[data-testid=feed-age]').innerText()).toMatch(/^\D*\d\.\d s$/);
  });

  it('finds instruments by keyboard, adds them, shows their depth, and remembers them', async () => {
    await watch('nifty 26150 ce');
    await lastPrice(CALL);
    await page.locator(`[data-row="${CALL}"]`).click();
    await page.locator('.depth tbody td').filter({ hasText: /\d/ }).first().waitFor();
    expect(await page.locator('.depth tbody tr').count()).toBe(5);
    expect(await page.locator('.depth tfoot').innerText()).toMatch(/Buy 12\.35 L\s+Sell 9\.88 L/);
    for (const words of ['reliance', 'hdfc', 'nifty fut']) await watch(words);
    await shot('watch-dark');
    await expectAccessible('market watch, dark');
    await page.reload();
    await lastPrice(CALL);
    expect(await page.locator('.instrument-panel h2').innerText()).toBe('NIFTY 26150 CE 24 NOV 26');
  });

  it('narrows a search by filters', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('nifty');
    await page.locator('.search-panel p').filter({ hasText: 'More words' }).waitFor();
    await page.getByRole('button', { name: 'Index', exact: true }).click();
    await page.locator('.search-panel p').filter({ hasText: '2 found' }).waitFor();
    await shot('search');
    await expectAccessible('search');
  });

  it('is moved through by arrows, reordered and emptied by keys', async () => {
    const keys = (): Promise<(string | null)[]> =>
      page.locator('.grid-body [data-row]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row')));
    const first = await keys();
    await page.locator(`[data-row="${NIFTY}"] [role=rowheader]`).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const focused = page.locator('.grid-body :focus');
    expect(await focused.getAttribute('data-cell')).toBe('last');
    expect(await page.locator('.grid-body [tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Alt+ArrowUp');
    expect(await keys()).toEqual([first[1], first[0], first[2], first[3]]);
    expect(await focused.getAttribute('data-cell')).toBe('last');
    await page.keyboard.press('Delete');
    expect(await keys()).toEqual([first[0], first[2], first[3]]);
    await page.locator('.grid-body :focus').waitFor();
    for (let n = 0; n < 3; n += 1) {
      await page.keyboard.press('Delete');
      await until('one row fewer', async () => (await keys()).length === 2 - n);
      if (n < 2) await page.locator('.grid-body :focus').waitFor();
    }
    await page.getByText('Nothing is watched yet').waitFor();
    await shot('watch-empty');
  });

  it('draws a chart whose last candle follows the price', async () => {
    await goTo('Chart');
    const legend = page.locator('[data-testid=legend]');
    await legend.filter({ hasText: /C \d/ }).waitFor();
    await page.locator('[data-testid=chart] canvas').first().waitFor();
    const before = await legend.innerText();
    await until('another close', async () => (await legend.innerText()) !== before);
    await page.keyboard.press('1');
    await page.locator('.chip[aria-pressed=true]').filter({ hasText: '1m' }).waitFor();
    for (const key of ['r', 'o']) await page.keyboard.press(key);
    await legend.filter({ hasText: 'RSI 14' }).waitFor();
    await shot('chart-dark');
    await expectAccessible('chart, dark');
    await page.keyboard.press('t');
    await page.locator('html[data-theme=light]').waitFor();
    await until('a light chart', async () => (await chartBrightness()) > 200);
    await shot('chart-light');
    await expectAccessible('chart, light');
    await goTo('Status', 'Shift+');
    await page.locator('[data-testid=readiness]').waitFor();
  });

  it('fetches older candles when it is dragged back, until there are none, and returns by End', async () => {
    await goTo('Chart');
    const legend = page.locator('[data-testid=legend]');
    await legend.filter({ hasText: /C \d/ }).waitFor();
    const newest = await legend.locator('span').first().innerText();
    await page.mouse.move(70, 400);
    const oldest = (): string => gateway.spans.toSorted()[0] ?? '';
    const first = oldest();
    await until('an older span', async () => {
      await page.mouse.wheel(-2_000, 0);
      return oldest() < first;
    });
    await until('the first candle', async () => {
      await page.mouse.wheel(-4_000, 0);
      return /05 Oct/.test(await legend.innerText());
    });
    await shot('chart-old');
    await page.keyboard.press('End');
    await page.mouse.move(75, 400);
    await until('newer candles', async () => !/05 Oct/.test(await legend.innerText()));
    await page.mouse.move(0, 0);
    await legend.filter({ hasText: newest.slice(0, 11) }).waitFor();
  });

  it('says when history cannot be had, and what to do', async () => {
    const detail = 'the broker did not answer';
    gateway.problems.set('historical', {
      status: 503,
      code: 'UPSTREAM_UNAVAILABLE',
      title: 'The broker is away',
      detail,
    });
    await goTo('Chart');
    await page.getByText('UPSTREAM_UNAVAILABLE').waitFor();
    await page.getByText('The broker does not answer. Live prices may go on').waitFor();
    await shot('chart-problem');
    gateway.problems.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-testid=chart] canvas').first().waitFor();
    complaints = complaints.filter((text) => !text.includes('503'));
  });

  it('tells on the status page whether the market can be followed', async () => {
    await goTo('Status');
    const readiness = page.locator('[data-testid=readiness]');
    await readiness.filter({ hasText: 'Ready: market data is live' }).waitFor();
    await page.getByText('1,870 / 2,000').waitFor();
    await shot('status-dark');
    await expectAccessible('status, dark');
    await page.keyboard.press('t');
    await shot('status-light');
    await expectAccessible('status, light');
    gateway.setAdmitting(false);
    await readiness.filter({ hasText: 'Not ready: the live connection of this screen is down' }).waitFor();
    gateway.setAdmitting(true);
    await readiness.filter({ hasText: 'Ready: market data is live' }).waitFor({ timeout: WAIT_MS });
  });

  it('shows stale quotes as stale, with their age, and fresh ones as fresh again', async () => {
    await page.keyboard.press('t');
    gateway.setStale('CONNECTION_MUTE');
    await page.locator(`[data-row="${NIFTY}"][data-stale="feed silent"]`).waitFor();
    await page
      .locator('[data-testid=trouble]')
      .filter({ hasText: 'Market feed is down: connection 1 is mute.' })
      .waitFor();
    await cell(NIFTY, 'age')
      .filter({ hasText: /^\d+ s$/ })
      .waitFor();
    await page.locator('.feed-chip[data-level=dead]').waitFor();
    await page.locator('[data-testid=stale-note]').filter({ visible: true }).waitFor();
    await shot('stale-light');
    await expectAccessible('stale, light');
    gateway.setStale(null);
    await page.locator(`[data-row="${NIFTY}"]:not([data-stale])`).waitFor();
    await page.locator('.feed-chip[data-level=good]').waitFor();
  });

  it('grows the age of the feed while nothing comes', async () => {
    gateway.setMoving(false);
    await page.locator('.feed-chip[data-level=late]').waitFor();
    await page.locator('.feed-chip[data-level=dead]').waitFor();
    expect(await page.locator(`[data-row="${NIFTY}"][data-stale]`).count()).toBe(0);
    gateway.setMoving(true);
    await page.locator('.feed-chip[data-level=good]').waitFor();
  });

  it('says that the connection is lost, greys what it shows, and recovers by itself', async () => {
    const region = page.locator('[data-testid=trouble][aria-live=polite]');
    gateway.setAdmitting(false);
    await region.filter({ hasText: 'Connection to the platform lost' }).waitFor();
    await page.locator(`[data-row="${NIFTY}"][data-stale="connection lost"]`).waitFor();
    await shot('lost');
    gateway.setAdmitting(true);
    await region.filter({ hasText: 'Connected: prices are current again.' }).waitFor({ state: 'attached' });
    const before = await lastPrice(NIFTY);
    await until('another price', async () => (await lastPrice(NIFTY)) !== before);
  });

  it('has a palette, a sheet of shortcuts, densities and themes', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    await page.keyboard.type('reliance');
    await page.getByRole('option', { name: /RELIANCE/ }).waitFor();
    await shot('palette');
    await expectAccessible('palette');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'RELIANCE' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    await shot('shortcuts');
    await expectAccessible('shortcuts');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('d');
    await page.locator('html[data-density=roomy]').waitFor();
    await page.keyboard.press('t');
    await page.locator('html[data-theme=light]').waitFor();
    await page.keyboard.press('Shift+Digit1');
    await lastPrice(NIFTY);
    await shot('watch-light');
    await expectAccessible('market watch, light');
  });

  it('fits a phone: bottom navigation, targets of 44 px, a sheet with the depth', async () => {
    await watch('nifty 26150 ce');
    await watch('reliance');
    const storageState = await context.storageState();
    await open({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      deviceScaleFactor: 2,
      storageState,
    });
    await shot('phone-watch');
    await expectAccessible('phone, market watch');
    const small = await page
      .locator('button:visible, a:visible, input:visible, select:visible, .grid-body [role=row]')
      .evaluateAll((targets) =>
        targets
          .filter((one) => !one.classList.contains('skip-link') && one.tagName !== 'INPUT')
          .map((one) => ({ name: one.textContent?.slice(0, 20), height: one.getBoundingClientRect().height }))
          .filter(({ height }) => height < 44),
      );
    expect(small).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.locator('[data-row="NSE_EQ|INERELIANCE"]').tap();
    await page.locator('.depth tbody td').filter({ hasText: /\d/ }).first().waitFor();
    await shot('phone-sheet');
    await expectAccessible('phone, sheet');
    await page.getByRole('button', { name: 'Close' }).tap();
    await page.locator('.bottom-link').filter({ hasText: 'Chart' }).tap();
    await page.locator('[data-testid=legend]').filter({ hasText: /C \d/ }).waitFor();
    await shot('phone-chart');
    await expectAccessible('phone, chart');
    await page.locator('.bottom-link').filter({ hasText: 'Status' }).tap();
    await page.locator('[data-testid=readiness]').filter({ hasText: 'Ready: market data is live' }).waitFor();
    await shot('phone-status');
    await expectAccessible('phone, status');
  });
});
