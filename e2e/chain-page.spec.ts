// The option chain and the payoff builder of a running stack as a trader has them open: what moves, the keys, the legs on their way
// to the builder, and that every number on the page is the API's under the same epoch and sequence.
import { followChain, StreamClient, type ChainView, type PayoffView, type StreamSocket } from '@vega/client';
import { eventually } from '@vega/testkit';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { describeInBrowser, openScreen, SCREEN_START_MS, SCREEN_TEST_MS, WAIT_MS, type Screen } from './screen.ts';
import { startTestStack, type TestStack } from './stack-harness.ts';

/** Eighty rows are alike: every eighth and that at the money are looked at. */
const OTHER_ROWS = '.chain .grid-body [data-row]:not(:nth-child(8n), [data-atm])';

type Contract = NonNullable<ChainView['rows'][number]['call']>;

/** Figures of a contract by the id of their column: what the API says and how many decimals the page shows of it. */
const FIGURES: Readonly<Record<string, readonly [(contract: Contract) => number | null, number]>> = {
  last: [({ last_price }) => last_price, 2],
  change: [({ change }) => change, 2],
  bid: [({ bid_price }) => bid_price, 2],
  bidQty: [({ bid_qty }) => bid_qty, 0],
  ask: [({ ask_price }) => ask_price, 2],
  askQty: [({ ask_qty }) => ask_qty, 0],
  iv: [({ iv }) => iv, 2],
  delta: [({ delta }) => delta, 3],
  gamma: [({ gamma }) => gamma, 5],
  theta: [({ theta }) => theta, 2],
  vega: [({ vega }) => vega, 2],
};

/** What the page shows at one moment. */
interface Shown {
  /** Epoch and sequence. */
  readonly place: string;
  /** Text by `<strike> <side>.<figure>`. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A figure as a person reads it from the page; null for a dash. */
const readNumber = (text: string): number | null =>
  text === '–' ? null : Number(text.replace('−', '-').replaceAll(/[+,]/g, ''));

describeInBrowser('the option chain of a running stack (needs Chromium)', () => {
  let stack: TestStack;
  let screen: Screen;
  let page: Page;
  let stream: StreamClient;
  const byApi = new Map<string, ChainView>();
  const payoffs: PayoffView[] = [];

  beforeAll(async () => {
    stack = await startTestStack({ withinMs: SCREEN_START_MS });
    const { gateway } = stack.addresses;
    screen = await openScreen(gateway);
    ({ page } = screen);
    page.on('response', (response) => {
      if (response.url().endsWith('/options/payoff') && response.ok()) {
        void response.json().then(
          (body) => payoffs.push(body as PayoffView),
          () => undefined,
        );
      }
    });
    stream = new StreamClient({
      url: `${gateway.replace('http', 'ws')}/stream`,
      openSocket: (url) => new WebSocket(url) as unknown as StreamSocket,
      token: () => stack.token(),
    }).start();
    followChain(stream, { instrument_key: 'NIFTY' }, ({ chain }) => byApi.set(`${chain.epoch} ${chain.seq}`, chain));
    await page.locator('nav[aria-label=Pages] a[href="/chain"]').first().click();
    await page.locator('[data-atm] [data-cell="call.last"]').filter({ hasText: /\d/ }).waitFor();
  }, SCREEN_START_MS + SCREEN_TEST_MS);
  afterAll(async () => {
    stream?.close();
    await screen?.close();
    await stack?.close();
    expect(screen?.failures).toEqual([]);
  }, SCREEN_TEST_MS);

  const atm = () => page.locator('.chain .grid-body [data-atm]');
  const rest = async (): Promise<ChainView> =>
    (await (await stack.fetch('/api/v1/options/chain?instrument_key=NIFTY')).json()) as ChainView;
  const pressed = (): Promise<string> =>
    page
      .getByRole('group', { name: /columns/i })
      .locator('[aria-pressed=true]')
      .innerText();

  /** All of it in one turn of the page's event loop: no frame is drawn in between. */
  const shown = (): Promise<Shown> =>
    page.evaluate(() => {
      const cells: Record<string, string> = {};
      for (const row of document.querySelectorAll<HTMLElement>('.chain .grid-body [data-row]')) {
        for (const cell of row.querySelectorAll<HTMLElement>('[data-cell]')) {
          cells[`${Number(row.dataset['row'])} ${cell.dataset['cell']}`] = cell.textContent.trim();
        }
      }
      return { place: document.querySelector('.chain-place')?.textContent ?? '', cells };
    });

  /** How many figures of the page were compared with the chain, each of them the same. */
  function compare({ cells }: Shown, chain: ChainView): number {
    let compared = 0;
    for (const { strike, ...sides } of chain.rows) {
      for (const side of ['call', 'put'] as const) {
        for (const [id, [read, decimals]] of Object.entries(FIGURES)) {
          const text = cells[`${strike} ${side}.${id}`];
          const contract = sides[side];
          if (text === undefined || contract === null) continue;
          const value = read(contract);
          const where = `${strike} ${side}.${id}`;
          expect([where, readNumber(text)]).toEqual([where, value === null ? null : Number(value.toFixed(decimals))]);
          compared += 1;
        }
      }
    }
    return compared;
  }

  it(
    'moves',
    async () => {
      const price = page.locator('.chain-summary dd').first();
      const before = await price.innerText();
      await eventually(async () => (await price.innerText()) !== before, { withinMs: WAIT_MS, what: 'another spot' });
      const first = await shown();
      const moved = await eventually(
        async () => {
          const now = await shown();
          return Object.keys(now.cells).filter((key) => now.cells[key] !== first.cells[key]).length > 20;
        },
        { withinMs: WAIT_MS, what: 'many figures that changed' },
      );
      expect(moved).toBe(true);
      await screen.shot('chain');
      await screen.expectAccessible('option chain, dark', OTHER_ROWS);
    },
    SCREEN_TEST_MS,
  );

  it(
    'brings the strike at the money to the middle by A, wherever it was scrolled to',
    async () => {
      const grid = page.locator('.chain .live-grid');
      for (const top of [0, 100_000]) {
        await grid.evaluate((element, to) => element.scrollTo(0, to), top);
        await page.keyboard.press('a');
        await eventually(
          async () => {
            const [row, frame] = await Promise.all([atm().boundingBox(), grid.boundingBox()]);
            if (row === null || frame === null) return false;
            const off = Math.abs(row.y + row.height / 2 - (frame.y + frame.height / 2));
            return off < 3 * row.height;
          },
          { withinMs: WAIT_MS, what: `the money in the middle, from ${top}` },
        );
      }
    },
    SCREEN_TEST_MS,
  );

  it(
    'goes through its sets of columns by G, every number being that of the API under the same epoch and sequence',
    async () => {
      const seen: string[] = [];
      for (let set = 0; set < 4; set += 1) {
        const name = await pressed();
        seen.push(name);
        const compared = await eventually(
          async () => {
            const chain = await rest();
            byApi.set(`${chain.epoch} ${chain.seq}`, chain);
            const now = await shown();
            const same = byApi.get(now.place);
            return same === undefined ? 0 : compare(now, same);
          },
          { withinMs: WAIT_MS, everyMs: 50, what: `the place of the page at the API, ${name}` },
        );
        expect([name, compared > 100]).toEqual([name, true]);
        await page.keyboard.press('g');
        await eventually(async () => (await pressed()) !== name, { withinMs: WAIT_MS, what: `what follows ${name}` });
      }
      expect(new Set(seen).size).toBe(4);
      expect(await pressed()).toBe(seen[0]);
    },
    SCREEN_TEST_MS,
  );

  it(
    'shows the depth of the contract over which the mouse rests',
    async () => {
      await atm().locator('[data-cell="put.last"]').hover();
      const card = page.locator('[data-testid=hover-depth]');
      await card.locator('.depth tbody td').filter({ hasText: /\d/ }).first().waitFor();
      await screen.shot('chain-hover');
      await page.mouse.move(5, 5);
      await card.waitFor({ state: 'detached' });
    },
    SCREEN_TEST_MS,
  );

  it(
    'sends strikes to the payoff builder by keys, whose figures are what the API answered',
    async () => {
      await page.keyboard.press('a');
      for (const side of ['call', 'put']) {
        await atm().locator(`[data-cell="${side}.last"]`).click();
        await page.keyboard.press('Shift+S');
      }
      await page.locator('[data-testid=legs]').filter({ hasText: '2 legs' }).click();
      await page.locator('[data-testid=payoff-chart] path').first().waitFor();
      expect(await page.locator('[data-testid=leg-table] tbody tr[data-side=SELL]').count()).toBe(2);
      const fact = (name: RegExp): Promise<string> =>
        page
          .locator('[data-testid=payoff-figures] dl > div')
          .filter({ has: page.locator('dt').filter({ hasText: name }) })
          .locator('dd')
          .innerText();
      await eventually(
        async () => {
          const answer = payoffs.at(-1);
          if (answer === undefined || answer.legs.length !== 2) return false;
          const [breakevens, chance, charges, loss] = await Promise.all(
            [/^Breakeven$/, /^Probability/, /^Charges to enter$/, /^Max loss$/].map(fact),
          );
          const wanted = answer.breakevens.map((price) => Number(price.toFixed(2)));
          return (
            JSON.stringify(breakevens?.split(', ').map(readNumber)) === JSON.stringify(wanted) &&
            chance === `${((answer.probability_of_profit ?? 0) * 100).toFixed(1)}%` &&
            readNumber(charges?.replace('₹ ', '') ?? '') === answer.entry_charges?.total &&
            loss === 'unbounded'
          );
        },
        { withinMs: WAIT_MS, what: 'the figures of the last answer on the page' },
      );
      const answer = payoffs.at(-1);
      expect(answer?.entry_charges).toMatchObject({ orders: 2, brokerage: 40 });
      expect(answer?.margin?.required).toBeGreaterThanOrEqual(answer?.margin?.total ?? Infinity);
      await screen.shot('payoff');
      await screen.expectAccessible('payoff builder, dark');
    },
    SCREEN_TEST_MS,
  );

  it(
    'moves a strike on its rail, by the keyboard and by dragging',
    async () => {
      const handle = page.getByRole('slider', { name: /^Strike of .* CE$/ }).first();
      const at = async (): Promise<number> => Number(await handle.getAttribute('aria-valuenow'));
      const first = await at();
      await handle.press('ArrowRight');
      await eventually(async () => (await at()) > first, { withinMs: WAIT_MS, what: 'the next strike' });
      const second = await at();
      const box = await handle.boundingBox();
      if (box === null) throw new Error('the handle is not on the screen');
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 + 120, box.y + box.height / 2, { steps: 4 });
      await page.mouse.up();
      await eventually(async () => (await at()) > second, {
        withinMs: WAIT_MS,
        what: 'the strike that was dragged to',
      });
      await eventually(() => payoffs.at(-1)?.legs.some(({ strike }) => strike !== first) === true, {
        withinMs: WAIT_MS,
        what: 'an answer for the strike that was dragged to',
      });
    },
    SCREEN_TEST_MS,
  );

  it(
    'fits a phone and both themes',
    async () => {
      await page.keyboard.press('t');
      await page.locator('html[data-theme=light]').waitFor();
      await screen.shot('payoff-light');
      await screen.expectAccessible('payoff builder, light');
      await page.setViewportSize({ width: 390, height: 844 });
      await screen.shot('phone-payoff');
      await page.locator('.bottom-link').filter({ hasText: 'Chain' }).click();
      await atm().locator('[data-cell="call.last"]').filter({ hasText: /\d/ }).waitFor();
      await screen.shot('phone-chain');
      await screen.expectAccessible('phone, option chain', OTHER_ROWS);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    },
    SCREEN_TEST_MS,
  );
});
