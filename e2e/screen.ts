// The web app in Chromium as a trader has it open. Screenshots lie in the stack's state folder, outside git.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { CHROMIUM_FLAGS, eventually, findOrInstallChromium, stateFolder } from '@vega/testkit';
import { chromium, type Page } from 'playwright-core';

/** Waits are for a condition; the limit is for a machine that is slow and busy. */
export const WAIT_MS = 90_000;
/** For one test, which waits for several conditions. */
export const SCREEN_TEST_MS = 240_000;
/** For a stack to start: where nothing is built yet it is built first. */
export const SCREEN_START_MS = 420_000;

const program = findOrInstallChromium((line) => process.stderr.write(`${line}\n`));

/** Describes what needs a browser; skipped where there is none and none can be installed. */
export const describeInBrowser = program === undefined ? describe.skip : describe;

/** A page of the web app, signed in. */
export interface Screen {
  readonly page: Page;
  /** Keeps a picture of it under a name. */
  shot(name: string): Promise<unknown>;
  /** Fails on a serious violation of accessibility in the page as it stands, but for what `except` selects. */
  expectAccessible(what: string, except?: string): Promise<void>;
  /** What the page's own code threw so far. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

/** Opens a gateway's web app in a browser of its own and signs in as the demo user, whom a simulated platform offers. */
export async function openScreen(url: string): Promise<Screen> {
  const folder = join(stateFolder(), 'e2e-screens');
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: program ?? '', args: [...CHROMIUM_FLAGS] });
  const context = await browser.newContext({ locale: 'en-IN', viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(url);
  const password = page.getByLabel('Password');
  await eventually(async () => (await password.inputValue()) !== '', { withinMs: WAIT_MS, what: 'the demo user' });
  await page.getByRole('button', { name: 'Sign in' }).click();
  return {
    page,
    failures,
    shot: (name) => page.screenshot({ path: join(folder, `${name}.png`) }),
    async expectAccessible(what, except) {
      const axe = new AxeBuilder({ page });
      const { violations } = await (except === undefined ? axe : axe.exclude(except)).analyze();
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const found = grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      expect({ what, found }).toEqual({ what, found: [] });
    },
    close: () => browser.close(),
  };
}
