import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { projectRoot } from '@vega/testkit';
import type { Page } from 'playwright-core';

/** Builds the web app into a folder, as it is served. */
export function buildWeb(folder: string): void {
  const root = projectRoot();
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', join(root, 'apps/web'), '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

/** Fails on a serious violation of accessibility in the page as it stands. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect({ what, found: serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`) }).toEqual({ what, found: [] });
}

/** Waits for a condition, looking at it once a frame of the page. */
export async function untilInPage(
  page: Page,
  what: string,
  condition: () => Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what} did not come about`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}
